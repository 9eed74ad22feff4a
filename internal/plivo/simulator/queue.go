package simulator

import (
	"cmp"
	"fmt"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// MPSByType, as Options.MPS, is Plivo's own pace for each type of number.
const MPSByType = -1

// Plivo's messages a second from a number.
const (
	mpsAccount   = 5 // of a number that is none of these, and of a sender's name
	mpsMMS       = 0.25
	mpsLongCode  = 1 // of the US, not registered
	mps10DLC     = 3.75
	mpsCanada    = 0.25
	mpsTollFree  = 25 // verified
	mpsShortCode = 100
)

// queueExpiry is how long a message waits that names no message_expiry, at speed 1.
const queueExpiry = 3 * time.Hour

// The messages a second between which a queue makes sense.
const minMPS, maxMPS = 0.001, 1e6

func (o *Options) checkQueue() error {
	rates := []float64{o.MPS}
	if o.MPS == MPSByType {
		rates = nil
	}
	for _, n := range o.MoreNumbers {
		rates = append(rates, n.MPS)
		o.ownMPS = o.ownMPS || n.MPS != 0
	}
	for _, rate := range rates {
		if rate != 0 && !(rate >= minMPS && rate <= maxMPS) {
			return fmt.Errorf("cannot let %v messages a second go from a number: give a number from %v to %v, or 0 for no limit", rate, minMPS, float64(maxMPS))
		}
	}
	return nil
}

// gates say when each source number may send again: what comes earlier waits in Plivo's queue.
type gates struct {
	mu   sync.Mutex
	open map[string]time.Time
}

// mostGates bounds the numbers that are remembered.
const mostGates = 10_000

// pass gives a message its place in the queue of its source, and how long it waits there. One that would wait longer
// than most gets none, and holds nobody up.
func (g *gates) pass(source string, now time.Time, each, most time.Duration) (wait time.Duration, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := g.open[source]
	if at.Before(now) {
		at = now
	}
	if wait = at.Sub(now); wait > most {
		return most, false
	}
	if g.open == nil {
		g.open = make(map[string]time.Time)
	}
	if _, known := g.open[source]; !known && len(g.open) >= mostGates {
		g.shrink(now)
	}
	g.open[source] = at.Add(each)
	return wait, true
}

// shrink forgets the sources whose time has come, or where there are none the one whose time comes first. The caller
// holds mu.
func (g *gates) shrink(now time.Time) {
	first, soonest := "", time.Time{}
	for source, at := range g.open {
		if !at.After(now) {
			delete(g.open, source)
		} else if first == "" || at.Before(soonest) || at.Equal(soonest) && source < first {
			first, soonest = source, at
		}
	}
	if len(g.open) >= mostGates {
		delete(g.open, first)
	}
}

func (g *gates) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = nil
}

// mps is how many messages a second go from a number; 0 for any number.
func (s *Simulator) mps(from, kind string) float64 {
	if s.o.MPS >= 0 && !s.o.ownMPS {
		return s.o.MPS
	}
	s.mu.Lock()
	n, rented := s.owned.number(from)
	s.mu.Unlock()
	switch {
	case n.MPS > 0:
		return n.MPS
	case s.o.MPS >= 0:
		return s.o.MPS
	case kind == plivo.MMS:
		return mpsMMS
	case n.Type == "shortcode":
		return mpsShortCode
	case n.Type == tollFree && n.TollFree == "verified":
		return mpsTollFree
	case !rented || n.Type == tollFree:
		return mpsAccount
	case n.TenDLC == registered:
		return mps10DLC
	}
	switch region(from) {
	case "US":
		return mpsLongCode
	case "CA":
		return mpsCanada
	}
	return mpsAccount
}

// registered is the tendlc_registration_status of a number that may send as 10DLC.
const registered = "COMPLETED"

// queue gives a message its place behind those of the same source. wait is what its statuses after queued come
// later, at speed 1; not ok says that it expires in the queue after that.
func (s *Simulator) queue(m *message, expiry time.Duration, speed float64) (wait time.Duration, ok bool) {
	rate := s.mps(m.from, m.kind)
	if rate <= 0 {
		return 0, true
	}
	most := cmp.Or(expiry, queueExpiry)
	hurried := func(d time.Duration) time.Duration { return time.Duration(float64(d) / speed) }
	wait, ok = s.gates.pass(m.from, m.created, hurried(time.Duration(float64(time.Second)/rate)), hurried(most))
	return time.Duration(float64(wait) * speed), ok
}
