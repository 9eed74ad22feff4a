package app

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// refusals are when the callback server answered requests without keeping them, as of this process.
type refusals struct {
	mu       sync.Mutex
	last     webhook.Stats
	at       time.Time
	spans    []store.Refusal // oldest first
	answered func() webhook.Stats
}

const keptSpans = 200

var unavailable = strconv.Itoa(http.StatusServiceUnavailable)

// sample notes what was refused since it was called last, and gives the span that it made or made longer; false for
// none.
func (r *refusals) sample(now time.Time) (store.Refusal, bool) {
	st := r.answered()
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.last
	span := store.Refusal{From: r.at, To: now, Requests: st.Dropped - was.Dropped + st.Refused - was.Refused}
	r.last, r.at = st, now
	if span.From.IsZero() || span.Requests == 0 {
		return store.Refusal{}, false
	}
	switch refused := st.Refused - was.Refused; {
	case st.Dropped > was.Dropped:
		span.Status = unavailable
	case st.Barred-was.Barred == refused:
		span.Status = strconv.Itoa(http.StatusForbidden)
	case st.Crowded > was.Crowded:
		span.Status = "4xx or 503" // which strangers can bring about
	default:
		span.Status = "4xx"
	}
	if n := len(r.spans); n > 0 && r.spans[n-1].To.Equal(span.From) && r.spans[n-1].Status == span.Status {
		r.spans[n-1].To = now
		r.spans[n-1].Requests += span.Requests
		return r.spans[n-1], true
	}
	r.spans = append(r.spans, span)
	if n := len(r.spans) - keptSpans; n > 0 {
		r.spans = append(r.spans[:0], r.spans[n:]...)
	}
	return span, true
}

// latest gives the latest span of a time.
func (r *refusals) latest(since, until time.Time) (store.Refusal, bool) {
	if r == nil {
		return store.Refusal{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return latestRefusal(r.spans, since, until)
}

// latestRefusal gives the latest span of a time; but one of 503, which no stranger can bring about, before others.
func latestRefusal(spans []store.Refusal, since, until time.Time) (latest store.Refusal, found bool) {
	for i := len(spans) - 1; i >= 0; i-- {
		switch s := spans[i]; {
		case !s.To.After(since) || s.From.After(until):
		case s.Status == unavailable:
			return s, true
		case !found:
			latest, found = s, true
		}
	}
	return latest, found
}
