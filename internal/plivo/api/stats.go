package api

import (
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"dev.internal/plivoscope/internal/meter"
)

// Stats counts the calls of a Client.
type Stats struct {
	Calls    int64          // that have ended, each try by itself
	Retries  int64          // calls that were tried again
	Held     int64          // times that a limit made one wait
	Failures map[Kind]int64 // of these, by kind; a send that was taken in part is none
	// LastFailure is the newest error as a sentence, safe to show; empty for none.
	LastFailure   string
	LastFailureAt time.Time
	Latency       meter.Latency // of calls that got an answer, whatever it was
}

type stats struct {
	latency meter.Histogram
	held    atomic.Int64

	mu       sync.Mutex
	calls    int64
	retries  int64
	failures map[Kind]int64
	last     string
	lastAt   time.Time
}

// Stats is a snapshot from memory.
func (c *Client) Stats() Stats {
	s := c.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Stats{Calls: s.calls, Retries: s.retries, Held: s.held.Load(), LastFailure: s.last, LastFailureAt: s.lastAt, Latency: s.latency.Latency()}
	if len(s.failures) > 0 {
		out.Failures = maps.Clone(s.failures)
	}
	return out
}

func (s *stats) ended(took time.Duration, answered bool) {
	if answered {
		s.latency.Observe(took)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
}

// again counts a try after the first.
func (s *stats) again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retries++
}

// failed counts the error of a call, as its caller gets it.
func (c *Client) failed(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	s := c.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failures == nil {
		s.failures = make(map[Kind]int64)
	}
	s.failures[e.Kind]++
	s.last, s.lastAt = e.Error(), time.Now()
	return err
}

// Latencies are the times of Stats.Latency, to be read alone.
func (c *Client) Latencies() *meter.Histogram { return &c.stats.latency }
