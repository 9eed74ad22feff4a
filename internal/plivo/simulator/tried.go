package simulator

import (
	"cmp"
	"slices"
)

// Tried is an attempt that was made, with the callback that it was of, whose Attempts are left out.
type Tried struct {
	Callback
	Attempt
}

// Tried gives the attempts that were made of the messages that are remembered, newest first, at most so many.
func (s *Simulator) Tried(most int) []Tried {
	return s.tried(most, func(*message) bool { return true })
}

// tried gives those of some messages.
func (s *Simulator) tried(most int, of func(*message) bool) []Tried {
	var all []Tried
	s.mu.Lock()
	s.ledger.each(func(e *entry) bool {
		if !of(e.m) {
			return true
		}
		for _, p := range e.posted {
			c := e.callback(p)
			for _, a := range p.attempts() {
				all = append(all, Tried{c, a})
			}
		}
		return true
	})
	s.mu.Unlock()
	slices.SortStableFunc(all, func(a, b Tried) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Sequence, a.Sequence))
	})
	return all[:min(most, len(all))]
}
