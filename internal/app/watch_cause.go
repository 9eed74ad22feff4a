package app

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// judge finds the likely cause of a silence in what the history and this process know.
type judge struct {
	store   *store.Store
	now     time.Time
	public  string // that is served now; empty where that is not known
	outages []store.Outage
	refused *refusals // by this process; nil for none
}

// newJudge reads what concerns all messages alike.
func newJudge(ctx context.Context, s *store.Store, now time.Time, public string, refused *refusals) (*judge, error) {
	outages, err := s.Outages(ctx, now.Add(-watchedFor-mostPatience))
	if err != nil {
		return nil, err
	}
	return &judge{store: s, now: now, public: public, outages: outages, refused: refused}, nil
}

// silence says why nothing was heard of a message. What the API said goes before what could have been; what
// concerns this message before what was so at the time.
func (j *judge) silence(ctx context.Context, m plivo.Message) (plivo.Silence, error) {
	s := plivo.Silence{Cause: plivo.UnknownSilence, At: j.now}
	since := heard(m)
	if m.CallbackURL == "" && m.Callbacks == 0 {
		s.Cause = plivo.NoURL
		return s, nil
	}
	if said := m.Provider.Status; said != "" && !m.Ahead() {
		country, may := plivo.SentMayBeFinal(m.To)
		switch {
		case said == plivo.Queued:
			s.Cause = plivo.ProviderQueued
			return s, nil
		case said == plivo.Sent && may:
			s.Cause, s.Detail = plivo.SentFinal, country
			return s, nil
		case said == plivo.Sent:
			s.Cause = plivo.ProviderSent
			return s, nil
		}
	}
	bad, err := j.store.BadAnswers(ctx, m.UUID, time.Time{})
	if err != nil {
		return s, err
	}
	if bad.Count > 0 {
		s.Cause, s.Detail, s.From, s.To = plivo.AnsweredBadly, strconv.Itoa(bad.Status), bad.From, bad.To
		return s, nil
	}
	if m.CallbackURL != "" && j.public != "" && !sameHost(m.CallbackURL, j.public) {
		s.Cause, s.Detail = plivo.OtherURL, m.CallbackURL
		return s, nil
	}
	if o, found := j.outage(since); found {
		s.Cause, s.Detail, s.From, s.To = plivo.Down, o.Why, o.From, o.To
		return s, nil
	}
	if status, from, to, found := j.refused.since(since); found {
		s.Cause, s.Detail, s.From, s.To = plivo.AnsweredBadly, status, from, to
		return s, nil
	}
	if bad, err = j.store.BadAnswers(ctx, "", since); err != nil {
		return s, err
	}
	country, may := plivo.SentMayBeFinal(m.To)
	switch {
	case bad.Count > 0:
		s.Cause, s.Detail, s.From, s.To = plivo.AnsweredBadly, strconv.Itoa(bad.Status), bad.From, bad.To
	case m.Unverified:
		s.Cause = plivo.NotVerified
	case m.Status == plivo.Sent && may:
		s.Cause, s.Detail = plivo.SentFinal, country
	}
	return s, nil
}

// servedURL is the public URL of now; empty while a tunnel has none, which may well come back as it was.
func (a *App) servedURL() string {
	if url := a.publicURL(); a.link == nil || url != a.listenURL {
		return url
	}
	return ""
}

// heard is when something was heard of a message for the last time, its acceptance included.
func heard(m plivo.Message) time.Time {
	if m.UpdatedAt.After(m.CreatedAt) {
		return m.UpdatedAt
	}
	return m.CreatedAt
}

// outage gives the one that covers most of the time since then.
func (j *judge) outage(since time.Time) (longest store.Outage, found bool) {
	var most time.Duration
	for _, o := range j.outages {
		from, to := o.From, o.To
		if to.IsZero() || to.After(j.now) {
			to = j.now
		}
		if from.Before(since) {
			from = since
		}
		if d := to.Sub(from); d > most {
			longest, most, found = o, d, true
		}
	}
	return longest, found
}

// refusals are when the callback server answered requests without keeping them, as of this process.
type refusals struct {
	mu       sync.Mutex
	last     webhook.Stats
	at       time.Time
	spans    []refusalSpan // oldest first
	answered func() webhook.Stats
}

// refusalSpan is a time in which requests were refused.
type refusalSpan struct {
	from, to time.Time
	dropped  bool // 503
}

const keptSpans = 200

// sample notes what was refused since it was called last.
func (r *refusals) sample(now time.Time) {
	st := r.answered()
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.last
	from := r.at
	r.last, r.at = st, now
	if from.IsZero() || st.Dropped == was.Dropped && st.Refused == was.Refused {
		return
	}
	span := refusalSpan{from: from, to: now, dropped: st.Dropped > was.Dropped}
	if n := len(r.spans); n > 0 && r.spans[n-1].to.Equal(from) && r.spans[n-1].dropped == span.dropped {
		r.spans[n-1].to = now
		return
	}
	r.spans = append(r.spans, span)
	if n := len(r.spans) - keptSpans; n > 0 {
		r.spans = append(r.spans[:0], r.spans[n:]...)
	}
}

// since says what requests were answered in the latest span after a time.
func (r *refusals) since(t time.Time) (status string, from, to time.Time, found bool) {
	if r == nil {
		return "", from, to, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.spans) - 1; i >= 0; i-- {
		s := r.spans[i]
		if !s.to.After(t) {
			break
		}
		if s.dropped {
			return strconv.Itoa(http.StatusServiceUnavailable), s.from, s.to, true
		}
		status, from, to, found = "4xx", s.from, s.to, true
	}
	return status, from, to, found
}
