package webhook

import (
	"sync/atomic"
	"time"

	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// Stats counts what the server did since it was made. Each request ends as one of stored, refused and
// dropped: their sum is never more than Received, and as much once none is in flight.
type Stats struct {
	Since    time.Time // when it was made
	Received int64     // requests that came to a handler, those for /health left out
	Stored   int64     // recorded, whatever the answer
	Refused  int64     // over a limit, not allowed or not whole: answered 4xx or, where Crowded counts them, 503, and not stored
	Barred   int64     // of those refused: answered 403, by Config.Allow
	Crowded  int64     // of those refused: answered 503, because too many without a valid signature waited to be stored
	Dropped  int64     // answered 503, because storing failed: Plivo sends them again
	Rejected int64     // of those stored: answered 4xx all the same, by the policy or for their length

	// By outcome, of all whose signature was checked, also those that were not stored afterwards.
	Valid, Invalid, Missing, Unchecked int64

	Connections int64 // open now

	PerSecond [meter.Window]uint32 // received in each of the last complete seconds, the oldest first
	// Latency of a stored callback from its head read to its answer written.
	Latency meter.Latency
}

type counters struct {
	received, stored, dropped, rejected atomic.Int64
	barred, crowded                     atomic.Int64
	valid, invalid, missing, unchecked  atomic.Int64

	since   time.Time
	rate    *meter.Rate
	latency meter.Histogram

	tally
}

func (c *counters) began(now time.Time) { c.since, c.rate = now, meter.NewRate(now) }

func (c *counters) came(now time.Time) {
	c.received.Add(1)
	c.rate.Add(now)
}

func (c *counters) judged(o signature.Outcome) {
	switch o {
	case signature.Valid:
		c.valid.Add(1)
	case signature.Invalid:
		c.invalid.Add(1)
	case signature.Missing:
		c.missing.Add(1)
	default:
		c.unchecked.Add(1)
	}
}

// Stats is a snapshot that holds up no request; counters of requests in flight may be a step apart.
func (s *Server) Stats() Stats {
	c := &s.stats
	st := Stats{Since: c.since, Rejected: c.rejected.Load(), Barred: c.barred.Load(), Crowded: c.crowded.Load()}
	// Of one reading each, so that no snapshot has a request among the refused and not among those of its reason.
	st.Refused = st.Barred + st.Crowded + c.limited.Load() + c.incomplete.Load() + c.protocol.Load()
	st.Stored, st.Dropped = c.stored.Load(), c.dropped.Load()
	st.Valid, st.Invalid, st.Missing, st.Unchecked = c.valid.Load(), c.invalid.Load(), c.missing.Load(), c.unchecked.Load()
	// After them: a request is counted as received before anything comes of it, so that no snapshot shows
	// more ends than requests.
	st.Received = c.received.Load()
	st.Connections = s.connections.open()
	st.PerSecond, st.Latency = c.rate.Last(s.config.Now()), c.latency.Latency()
	return st
}
