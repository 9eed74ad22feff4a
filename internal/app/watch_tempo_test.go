package app

import (
	"slices"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestPatience goes by the median of a country, within bounds, and by a minute where few messages tell.
func TestPatience(t *testing.T) {
	t.Parallel()
	const german, british, french, american = "+4915123456789", "+447700900123", "+33612345678", "+14155550123"
	paces := slices.Concat(
		slices.Repeat([]store.Pace{{To: german, First: 2 * time.Second, Final: 20 * time.Second}}, 5),
		[]store.Pace{{To: german, First: time.Hour, Final: 5 * time.Hour}, {To: german, First: time.Hour}}, // after an outage
		slices.Repeat([]store.Pace{{To: british, First: 5 * time.Second}}, 5),
		slices.Repeat([]store.Pace{{To: french, First: time.Hour, Final: time.Hour}}, 9),
		slices.Repeat([]store.Pace{{To: american, First: time.Second, Final: time.Second}}, fewPaces-1),
	)
	var p tempo
	p.learn(paces)
	for _, test := range []struct {
		to        string
		callbacks int
		want      time.Duration
	}{
		{german, 0, leastPatience},
		{german, 2, 80 * time.Second},
		{"+4915198765432", 1, 80 * time.Second},
		{british, 0, 20 * time.Second},
		{british, 1, usualPatience}, // none has come to its end
		{french, 0, mostPatience},
		{american, 0, usualPatience},
		{"+819012345678", 0, usualPatience},
	} {
		if got := p.patience(plivo.Message{To: test.to, Callbacks: test.callbacks}); got != test.want {
			t.Errorf("of %s with %d callbacks it is %v, want %v", test.to, test.callbacks, got, test.want)
		}
	}
	var nothing tempo
	if got := nothing.patience(plivo.Message{To: german}); got != usualPatience {
		t.Errorf("at first it is %v", got)
	}
}

// TestUnclearIsWatchedOn looks again at a send whose outcome is unclear, as at one that is not answered yet: it may
// turn out to be accepted.
func TestUnclearIsWatchedOn(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	m := plivo.Message{Direction: plivo.Outbound, Status: plivo.Sending, Refusal: "No answer came.", CreatedAt: now, Unclear: true}
	w := &watcher{}
	if at := w.missedAt(m, true, now); !at.After(now) {
		t.Errorf("unclear: looked at again at %v", at)
	}
	m.Unclear, m.Status = false, plivo.Failed
	if at := w.missedAt(m, true, now); !at.IsZero() {
		t.Errorf("refused: looked at again at %v", at)
	}
}
