package forward

import (
	"fmt"
	"net/http"
	"time"

	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/webhook"
)

// Stats tell of one route since the program started. Each callback that came for it ends as one of
// forwarded, dropped, skipped, unsent and unanswered: with those that wait, that is all.
type Stats struct {
	Name       string // of the route
	Came       int64  // callbacks for the route, those among them that an earlier run left
	Waiting    int64  // not sent yet, or not answered for good
	Forwarded  int64  // answered for good
	Dropped    int64  // without a valid signature, which are dropped
	Skipped    int64  // too old when the program started
	Unsent     int64  // that cannot be sent: cut, gone from the history, or come back from the target
	Unanswered int64  // answered 504 for want of an answer, so that Plivo sends them again

	InFlight int64
	Retrying int64 // of those that wait: tried without success
	Retries  int64 // attempts beyond the first of a callback
	Refused  int64 // of those that were forwarded: answered with anything but 2xx

	Paused    bool
	Elsewhere bool // another process has the route
	Health    Health
	Latency   meter.Latency // of the answers, to their last byte
}

// Health is how the application does.
type Health struct {
	State State
	Since time.Time // when it came to the state
	Last  string    // the last answer, as "200 OK", or in a sentence why there was none
}

// State is how an application does, in a word.
type State string

// The states.
const (
	Unknown State = ""     // nothing was sent yet
	Up      State = "up"   // the last attempt was answered for good
	Down    State = "down" // the last attempt was not
)

func (h *Health) set(state State, last string, now time.Time) {
	if h.State != state {
		h.State, h.Since = state, now
	}
	h.Last = last
}

// ended are all that wait no more.
func (s *Stats) ended() int64 { return s.Forwarded + s.Dropped + s.Skipped + s.Unsent + s.Unanswered }

// Stats is a snapshot of every route, in the order in which they were given.
func (f *Forwarder) Stats() []Stats {
	if f == nil {
		return nil
	}
	all := make([]Stats, len(f.lanes))
	for i, l := range f.lanes {
		all[i] = l.stats()
	}
	return all
}

// Latencies are the times of Stats.Latency of every route, in the order in which they were given, to be read alone.
func (f *Forwarder) Latencies() []*meter.Histogram {
	if f == nil {
		return nil
	}
	all := make([]*meter.Histogram, len(f.lanes))
	for i, l := range f.lanes {
		all[i] = &l.latency
	}
	return all
}

func (l *lane) stats() Stats {
	l.mu.Lock()
	s := l.s
	l.mu.Unlock()
	// One that is answered for is counted when it was answered, and as having come a moment later.
	s.Came = max(s.Came, s.ended())
	s.Waiting = s.Came - s.ended()
	s.Name, s.Paused, s.Latency = l.route.Name, l.f.paused.Load(), l.latency.Latency()
	return s
}

func (l *lane) count(change func(s *Stats)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.s)
}

// fate is what an attempt makes of its callback.
type fate int

const (
	answered    fate = iota // for good
	refused                 // for good, with anything but 2xx
	unanswered              // it is tried again
	unconnected             // it is tried again, and nobody needs to try anything else meanwhile
	stopped                 // by this program
)

func fateOf(a *webhook.Attempt) fate {
	status := a.Answer.Status
	switch {
	case a.Failure == webhook.Cancelled:
		return stopped
	case status == http.StatusTooManyRequests, status >= 500 && status <= 599:
		return unanswered
	case status >= 200 && status <= 299:
		return answered // even where the body was cut: the application has decided
	case status != 0:
		return refused
	}
	switch a.Failure {
	case webhook.Refused, webhook.UnknownHost, webhook.Unreachable, webhook.BadTLS, webhook.NotHTTP:
		return unconnected
	}
	return unanswered
}

// lastWords is what came of an attempt, for a reader.
func lastWords(a *webhook.Attempt) string {
	if a.Answer.Status == 0 {
		return a.Err
	}
	if text := http.StatusText(a.Answer.Status); text != "" {
		return fmt.Sprintf("%d %s", a.Answer.Status, text)
	}
	return fmt.Sprint(a.Answer.Status)
}
