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

// inNewest compares attempts: the newer one goes first, and those of one time go by their sequence.
func inNewest(a, b madeTry) int {
	return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.of.Sequence, a.of.Sequence))
}

// How many attempts are at hand without a look at every message: those of the longest page, and some more, for they
// stand in the order in which they ended.
const (
	disorder   = 128 // by so many places at most: more than are made at once
	lastAtHand = controlMaxPage + disorder
)

// lastTry is an attempt as it was recorded.
type lastTry struct {
	m *message
	posted
	try
}

// lastTries is a ring of the attempts that were recorded last, of which the oldest go first.
type lastTries struct {
	ring   []lastTry
	oldest int // where the next one goes once the ring is full
}

func (l *lastTries) add(t lastTry) {
	if len(l.ring) < lastAtHand {
		l.ring = append(l.ring, t)
		return
	}
	l.ring[l.oldest] = t
	l.oldest = (l.oldest + 1) % lastAtHand
}

// all tells whether every attempt of the round is in the ring.
func (l *lastTries) all() bool { return len(l.ring) < lastAtHand }

// lastAttempts gives the latest attempts of all messages that are remembered, as latestAttempts does, from those at
// hand; false where these are not enough. Its cost does not grow with what is remembered.
func (s *Simulator) lastAttempts(most int) ([]madeTry, bool) {
	if most > lastAtHand-disorder {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &s.ledger.last
	kept := make([]madeTry, 0, min(most+disorder, len(l.ring)))
	for i := range l.ring {
		t := &l.ring[(l.oldest+len(l.ring)-1-i)%len(l.ring)]
		if e, ok := s.ledger.entry(t.m.uuid); ok && e.m.is(t.m) {
			kept = append(kept, madeTry{e.callback(t.posted), t.try})
		}
		if len(kept) == most+disorder {
			break
		}
	}
	if len(kept) < most+disorder && !l.all() {
		return nil, false
	}
	slices.SortStableFunc(kept, inNewest)
	return kept[:min(most, len(kept))], true
}

// latestAttempts gives the latest attempts, at most so many, of the messages that are wanted, newest first. Those of
// one time go by their sequence.
func (s *Simulator) latestAttempts(most int, wanted func(*message) bool) []madeTry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var kept []madeTry
	before := int64(math.MinInt64) // earlier ones are not among the latest
	cut := func() {
		slices.SortStableFunc(kept, inNewest)
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
