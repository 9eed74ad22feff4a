package app

import (
	"context"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// sleepLeast is how far the clocks have to be apart for the machine to have slept.
const sleepLeast = 5 * time.Second

// wakeClock notices that the machine slept: the time of day goes on meanwhile, the monotonic clock does not. A
// process that was stopped is noticed too, by the beat that came late.
type wakeClock struct{ wall, steady time.Time }

func (c *wakeClock) set(now time.Time) { c.wall, c.steady = now.Round(0), time.Now() }

// woke is asked at each beat.
func (c *wakeClock) woke(now time.Time, t linkTimes) bool {
	was := *c
	c.set(now)
	ran := c.steady.Sub(was.steady)
	return c.wall.Sub(was.wall)-ran > sleepLeast || ran > t.beat+sleepLeast
}

// What is waited for: reports of messages that were sent within the last minutes. A status that is final for
// some countries would be waited for for ever.
const (
	quietWithin  = 10 * time.Minute
	quietMost    = 20 // messages that are looked at, the newest
	quietSlowest = 5  // doublings of the pause between two probes
)

// quiet notices that no callbacks come though messages are in flight.
type quiet struct {
	stored int64     // callbacks
	since  time.Time // when the last was seen to have come, or a probe was sent
	looked time.Time // at the history
	probes int       // since a callback came
}

// fell tells whether it is time for a probe.
func (q *quiet) fell(ctx context.Context, l *link) bool {
	now := time.Now()
	if n := l.a.server.Stats().Stored; n != q.stored || q.since.IsZero() {
		*q = quiet{stored: n, since: now}
	}
	if now.Sub(q.since) < l.times.silent<<min(q.probes, quietSlowest) || now.Sub(q.looked) < l.times.silent/3 {
		return false
	}
	q.looked = now
	ms, err := l.a.unfinished(ctx, quietWithin, quietMost)
	if err != nil {
		return false
	}
	for _, m := range ms {
		if m.Status != plivo.Sending && strings.HasPrefix(m.CallbackURL, l.url+"/") && l.a.now().Sub(m.UpdatedAt) >= l.times.silent {
			q.since = now
			q.probes++
			return true
		}
	}
	return false
}
