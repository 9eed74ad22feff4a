package simulator

import (
	"net/http"
	"sync/atomic"
)

// Stats counts what a Simulator did since it was made, or reset.
type Stats struct {
	Accepted   int64 // messages taken
	Refused    int64 // requests answered with an error
	Posted     int64 // delivery reports posted, retries included
	Unanswered int64 // of these: not answered 200
	Inbound    int64 // inbound messages posted
	Retrying   int64 // delivery reports that wait to be posted again, or are just being
	Pending    int64 // messages and retries that still have something to post
}

type stats struct {
	accepted, refused, posted, unanswered, inbound atomic.Int64
}

// Stats is a snapshot from memory.
func (s *Simulator) Stats() Stats {
	s.mu.Lock()
	pending, retrying := s.pending, s.retrying
	s.mu.Unlock()
	st := Stats{
		Accepted: s.stats.accepted.Load(), Refused: s.stats.refused.Load(), Unanswered: s.stats.unanswered.Load(),
		Inbound: s.stats.inbound.Load(), Retrying: int64(retrying), Pending: int64(pending),
	}
	st.Posted = s.stats.posted.Load() // last: never less than the unanswered among them
	return st
}

func (s *stats) reset() {
	for _, n := range []*atomic.Int64{&s.accepted, &s.refused, &s.posted, &s.unanswered, &s.inbound} {
		n.Store(0)
	}
}

func (s *stats) count(e Event) {
	switch e.Event {
	case EventAccepted:
		s.accepted.Add(1)
	case EventRefused:
		s.refused.Add(1)
	case EventInbound:
		s.inbound.Add(1)
	case EventCallback:
		s.posted.Add(1)
		if e.Answered != http.StatusOK {
			s.unanswered.Add(1)
		}
	}
}
