package simulator

import (
	"cmp"
	"math"
	"slices"
)

// madeTry is an attempt, and the callback that it was of.
type madeTry struct {
	of Callback
	try
}

// latestAttempts gives the latest attempts, at most so many, of the messages that are wanted, newest first. Those of
// one time go by their sequence.
func (s *Simulator) latestAttempts(most int, wanted func(*message) bool) []madeTry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var kept []madeTry
	before := int64(math.MinInt64) // earlier ones are not among the latest
	cut := func() {
		slices.SortStableFunc(kept, func(a, b madeTry) int {
			return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.of.Sequence, a.of.Sequence))
		})
		if len(kept) >= most {
			clear(kept[most:])
			kept = kept[:most]
			before = kept[most-1].at
		}
	}
	s.ledger.each(func(e *entry) bool {
		if !wanted(e.m) {
			return true
		}
		for _, p := range e.posted {
			for _, t := range p.tries {
				if t.at < before {
					continue
				}
				if kept = append(kept, madeTry{e.callback(p), t}); len(kept) >= 2*most+16 {
					cut()
				}
			}
		}
		return true
	})
	cut()
	return kept
}
