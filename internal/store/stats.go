package store

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/plivo"
)

// Stats tell what the writer of this process does.
type Stats struct {
	Waiting  int // requests in its queue
	Room     int // that the queue has, in all
	Attempts int // that wait in the queue of their own

	Failures map[string]int64 // callbacks that were not stored, by the reason, one of a fixed list
}

// The reasons of Stats.Failures, in the order in which they are looked for.
var failureNames = [...]struct {
	name string
	kind error
}{
	{"queue_full", ErrQueueFull},
	{"disk_full", ErrDiskFull},
	{"locked", ErrLocked},
	{"closed", ErrClosed},
	{"read_only", ErrReadOnly},
	{"damaged", ErrDamaged},
	{"taken_away", ErrTaken},
	{"too_slow", context.DeadlineExceeded},
	{"other", nil},
}

type stats struct {
	failures   [len(failureNames)]atomic.Int64
	commits    meter.Histogram
	deliveries meter.Histogram
}

func (s *stats) failed(err error) {
	for i, f := range failureNames {
		if f.kind == nil || errors.Is(err, f.kind) {
			s.failures[i].Add(1)
			return
		}
	}
}

func (s *stats) committed(took time.Duration, deliveries []time.Duration) {
	s.commits.Observe(took)
	for _, d := range deliveries {
		s.deliveries.Observe(d)
	}
}

// Stats is a snapshot from memory.
func (s *Store) Stats() Stats {
	st := Stats{Waiting: len(s.queue), Room: cap(s.queue), Attempts: len(s.attempts), Failures: map[string]int64{}}
	for i, f := range failureNames {
		st.Failures[f.name] = s.stats.failures[i].Load()
	}
	return st
}

// Commits are the times that transactions took, from the wait for the write lock to the disk; to be read alone.
func (s *Store) Commits() *meter.Histogram { return &s.stats.commits }

// Deliveries are the times from when an outbound message was known (it was being sent, or its first callback came) to
// the callback that says that it was delivered, of messages to which such a callback came since the history was
// opened; to be read alone. One of which nothing was known before that callback is left out.
func (s *Store) Deliveries() *meter.Histogram { return &s.stats.deliveries }

// seeDelivery notes the time of a message that has just become delivered; before is the status that verified
// callbacks gave it until then.
func (w *writer) seeDelivery(m *messageRow, before plivo.Status) {
	if m.Unverified || m.Status != plivo.Delivered && m.Status != plivo.Read || before == plivo.Delivered || before == plivo.Read {
		return
	}
	if m.Direction != plivo.Outbound || !m.sent && m.Callbacks < 2 {
		return
	}
	w.deliveries = append(w.deliveries, m.FinalAt.Sub(m.CreatedAt))
}
