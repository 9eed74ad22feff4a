package simulator

import (
	"cmp"
	"math"
	"slices"
)

// madeTry is an attempt, and the callback that it was of.
type madeTry struct {
	of      Callback
	message uint64 // number
	try
}

// inNewest compares attempts: the newer one goes first, and those of one time go by their sequence, of equal ones that
// of the newer message.
func inNewest(a, b madeTry) int {
	return cmp.Or(
		cmp.Compare(b.at, a.at), cmp.Compare(b.of.Sequence, a.of.Sequence), cmp.Compare(b.message, a.message),
		cmp.Compare(a.of.Copy, b.of.Copy), cmp.Compare(b.number, a.number),
	)
}

// How many attempts are at hand without a look at every message: those of the longest page, and some more, for they
// stand in the order in which they ended.
const (
	disorder   = 128 // by so many places at most: more than are made at once
	lastAtHand = controlMaxPage + 3*disorder
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
	if most > controlMaxPage {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &s.ledger.last
	kept := make([]madeTry, 0, min(most+2*disorder, len(l.ring)))
	floor := int64(math.MaxInt64) // the earliest of as many as are surely enough, were no others of that time
	below := 0
	for i := range l.ring {
		t := &l.ring[(l.oldest+len(l.ring)-1-i)%len(l.ring)]
		if e, ok := s.ledger.entry(t.m.uuid); ok && e.m.is(t.m) {
			kept = append(kept, madeTry{e.callback(t.posted), e.m.number, t.try})
			switch {
			case len(kept) <= most+disorder:
				floor = min(floor, t.at)
			case t.at < floor:
				below++
			}
		}
		if below == disorder {
			break
		}
	}
	// While the clock stands still any number are of one time.
	if below < disorder && !l.all() {
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
				if kept = append(kept, madeTry{e.callback(p), e.m.number, t}); len(kept) >= 2*most+16 {
					cut()
				}
			}
		}
		return true
	})
	cut()
	return kept
}
