package simulator

import (
	"net/http"
	"time"
)

// Limits are how much of an account's calls are answered; the rest gets 429. 0 stands for no limit, but of Lists.
type Limits struct {
	Requests   int // in 5 s
	Concurrent int // at the same time
	Lists      int // of messages in a minute; 0 for 20, negative for no limit
}

// PlivoLimits are those of Plivo.
func PlivoLimits() Limits { return Limits{Requests: 300, Concurrent: 100, Lists: listsPerMinute} }

// Plivo's limits, and the times they are counted in at speed 1.
const (
	listsPerMinute = 20
	requestsWithin = 5 * time.Second
	listsWithin    = time.Minute
)

// errTooMany is the answer to who calls too often. Plivo's tells no time to wait, and so does this one.
var errTooMany = refuse(http.StatusTooManyRequests, "too many requests: the account's limits are Plivo's; wait, move the simulator's clock on, or start it without limits")

// window counts what was let through, as far back as it takes to tell whether one more may be.
type window struct {
	at     []time.Time // the latest, a ring once it is full
	oldest int
}

// admit lets through at most so many within a time, and any number where most is not positive.
func (w *window) admit(now time.Time, most int, within time.Duration) bool {
	switch {
	case most <= 0:
		return true
	case len(w.at) < most:
		w.at = append(w.at, now)
		return true
	case now.Sub(w.at[w.oldest]) < within:
		return false
	}
	w.at[w.oldest] = now
	w.oldest = (w.oldest + 1) % len(w.at)
	return true
}

// enter counts a request of an account, which leave ends; it is refused where there are too many.
func (s *Simulator) enter(t *tenant) error {
	if busy := t.busy.Add(1); s.o.Limits.Concurrent > 0 && busy > int64(s.o.Limits.Concurrent) {
		t.busy.Add(-1)
		return errTooMany
	}
	if s.o.Limits.Requests <= 0 {
		return nil
	}
	now, within := s.clock.counted(), s.hurried(requestsWithin)
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.requests.admit(now, s.o.Limits.Requests, within) {
		t.busy.Add(-1)
		return errTooMany
	}
	return nil
}

func (t *tenant) leave() { t.busy.Add(-1) }

// mayList counts a list of messages.
func (s *Simulator) mayList(t *tenant) bool {
	now, within := s.clock.counted(), s.hurried(listsWithin)
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lists.admit(now, s.o.Limits.Lists, within)
}

// forgive brings the money, the queues, the opt-outs and what is counted to where they begin.
func (s *Simulator) forgive() {
	left, _ := readDollars(s.o.Balance) // checked with the Options
	s.purse.fill(left)
	s.gates.forget()
	s.optOuts.forget()
	for _, t := range s.tenants {
		t.mu.Lock()
		t.requests, t.lists = window{}, window{}
		t.mu.Unlock()
	}
}
