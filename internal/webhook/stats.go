package webhook

import (
	"encoding/json"
	"net/http"
	"sync/atomic"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// Stats counts what the server did since it was made. A callback that was stored and then refused, by
// the policy or for its length, is in both.
type Stats struct {
	Received int64 // requests that came to a handler, those for /health left out
	Stored   int64 // recorded, whatever the answer
	Refused  int64 // answered 4xx
	Dropped  int64 // answered 503: not stored, Plivo sends them again

	// By outcome, of all whose signature was checked, also those that were not stored afterwards.
	Valid, Invalid, Missing, Unchecked int64

	Connections int64 // open now
}

type counters struct {
	received, stored, refused, dropped atomic.Int64
	valid, invalid, missing, unchecked atomic.Int64
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

// Stats is a snapshot that blocks nobody; counters of requests in flight may be a step apart.
func (s *Server) Stats() Stats {
	return Stats{
		Received: s.stats.received.Load(), Stored: s.stats.stored.Load(),
		Refused: s.stats.refused.Load(), Dropped: s.stats.dropped.Load(),
		Valid: s.stats.valid.Load(), Invalid: s.stats.invalid.Load(),
		Missing: s.stats.missing.Load(), Unchecked: s.stats.unchecked.Load(),
		Connections: s.connections.open(),
	}
}

type health struct {
	Status   string `json:"status"`
	Version  string `json:"version,omitempty"`
	Received int64  `json:"received"`
	Stored   int64  `json:"stored"`
	Refused  int64  `json:"refused"`
	Dropped  int64  `json:"dropped"`
}

func (s *Server) serveHealth(w http.ResponseWriter) {
	stats := s.Stats()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(health{
		Status: "ok", Version: s.config.Version,
		Received: stats.Received, Stored: stats.Stored, Refused: stats.Refused, Dropped: stats.Dropped,
	})
}
