package simulator

import (
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo/scenario"
)

// Standing is how the main account stands with Plivo's limits.
type Standing struct {
	Balance    string   // dollars
	Unpaid     bool     // sends are refused at present for want of money
	Requests   int      // in the last 5 s of the account; counted only where there is a limit
	Limit      int      // of these; 0 for none
	Lists      int      // of messages, in the last minute
	ListLimit  int      // of these; below zero for none
	OptedOut   int      // phones, each of a number or of a pool
	GeoBlocked []string // countries
	MPS        float64  // messages a second from a number; 0 for no limit, MPSByType for Plivo's
	Queued     int      // numbers whose next message would wait
	Disabled   bool
}

// Standing is a snapshot from memory.
func (s *Simulator) Standing() Standing {
	t, now := s.main(), s.now()
	st := Standing{
		Balance: s.purse.shown(), Unpaid: s.purse.refuses(now), Limit: s.o.Limits.Requests, ListLimit: s.o.Limits.Lists,
		GeoBlocked: slices.Clone(s.o.GeoBlocked), MPS: s.o.MPS, Disabled: s.o.Disabled,
	}
	counted := s.clock.counted() // which is another time than the clock shows
	t.mu.Lock()
	st.Requests = t.requests.within(counted, s.hurried(requestsWithin))
	st.Lists = t.lists.within(counted, s.hurried(listsWithin))
	t.mu.Unlock()
	s.optOuts.mu.Lock()
	st.OptedOut = len(s.optOuts.out)
	s.optOuts.mu.Unlock()
	s.gates.mu.Lock()
	for _, at := range s.gates.open {
		if at.After(now) {
			st.Queued++
		}
	}
	s.gates.mu.Unlock()
	return st
}

// within counts what was let through in the time before now.
func (w *window) within(now time.Time, span time.Duration) (n int) {
	for _, at := range w.at {
		if now.Sub(at) < span {
			n++
		}
	}
	return n
}

// RuleUse is a rule that holds, and what it came to so far.
type RuleUse struct {
	scenario.Rule
	Fitted int // messages that it fits, also those that an earlier rule was for
	Used   int // of these: those that it was for
}

// RuleUses are the rules that hold, in their order.
func (s *Simulator) RuleUses() []RuleUse {
	s.law.mu.Lock()
	defer s.law.mu.Unlock()
	out := make([]RuleUse, len(s.law.rules.list))
	for i, r := range s.law.rules.list {
		out[i] = RuleUse{r, s.law.rules.counts[i], s.law.rules.used[i]}
	}
	return out
}
