package app

import (
	"context"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// How long a callback is waited for before it is missed.
const (
	usualPatience = time.Minute // where nothing is known of a country
	leastPatience = 10 * time.Second
	mostPatience  = 10 * time.Minute
	paceFactor    = 4 // times the median
	fewPaces      = 5 // tell nothing
	readPaces     = 2000
	pacesFresh    = time.Minute
)

// tempo is how long callbacks take by country, as this history knows it.
type tempo struct {
	first, final map[string]time.Duration
	read         time.Time
}

// refresh reads it anew where it is older than a minute.
func (t *tempo) refresh(ctx context.Context, s *store.Store, now time.Time) error {
	if age := now.Sub(t.read); t.first != nil && age >= 0 && age < pacesFresh {
		return nil
	}
	paces, err := s.Paces(ctx, readPaces)
	if err != nil {
		return err
	}
	t.learn(paces)
	t.read = now
	return nil
}

func (t *tempo) learn(paces []store.Pace) {
	countries := map[string]string{} // by number: one number gets many messages
	first, final := map[string][]time.Duration{}, map[string][]time.Duration{}
	for _, p := range paces {
		country, known := countries[p.To]
		if !known {
			country = plivo.Country(p.To)
			countries[p.To] = country
		}
		if p.First > 0 {
			first[country] = append(first[country], p.First)
		}
		if p.Final > 0 {
			final[country] = append(final[country], p.Final)
		}
	}
	t.first, t.final = patienceOf(first), patienceOf(final)
}

// patienceOf goes by the median: the few that came late, after an outage or from a phone that was off, do
// not move it.
func patienceOf(paces map[string][]time.Duration) map[string]time.Duration {
	out := map[string]time.Duration{}
	for country, all := range paces {
		if len(all) < fewPaces {
			continue
		}
		slices.Sort(all)
		out[country] = min(max(paceFactor*all[len(all)/2], leastPatience), mostPatience)
	}
	return out
}

// patience is how long after the last that was heard of a message a callback is missed.
func (t *tempo) patience(m plivo.Message) time.Duration {
	by := t.first
	if m.Callbacks > 0 {
		by = t.final
	}
	if d, known := by[plivo.Country(m.To)]; known {
		return d
	}
	return usualPatience
}
