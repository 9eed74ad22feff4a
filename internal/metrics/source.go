package metrics

import (
	"time"

	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// Source is what is told of. Of a part that is nil nothing is told.
type Source struct {
	Version string
	Mode    string

	Server    *webhook.Server
	Store     *store.Store
	Forwarder *forward.Forwarder
	API       *api.Client
	Simulator *simulator.Simulator
	State     func() State
}

// State is what only the running program knows.
type State struct {
	Lease     bool         // other processes use its server
	Tunnel    tunnel.State // empty where there is neither a tunnel nor a public URL
	RoundTrip time.Duration
	Proved    bool // RoundTrip was measured

	InFlight     int // sends
	Silent, Lost int // messages
}
