package tunnel

import (
	"context"
	"net"
)

// State is how a tunnel is, as its provider says.
type State string

// The states. Failed is final: the tunnel does not come back by itself.
const (
	Connecting   State = "connecting"
	Online       State = "online"
	Reconnecting State = "reconnecting"
	Failed       State = "failed"
)

// Event is a change of state.
type Event struct {
	State State
	// URL is the public URL, without a slash at its end. It is there when Online, and may be another one
	// than before; otherwise it is the last that was, or empty.
	URL string
	// Why says, in a sentence with what to do, why the state is not Online; empty where there is nothing to
	// say. No token is in it.
	Why string
	// Code is the provider's own code of that, as ERR_NGROK_334; empty for none.
	Code string
}

// Local is the server that the public URL leads to.
type Local struct {
	// Addr is where it listens, HOST:PORT.
	Addr string
	// Serve takes requests from ln as well, until ctx ends; several listeners may be served at once.
	Serve func(ctx context.Context, ln net.Listener) error
}

// Tunnel is a way to a public URL. Run opens it, keeps it open and says each change to emit, one call after
// the other, until ctx ends; then everything is closed and it returns nil. An error is what cannot come
// back, in a sentence with what to do, and was the last event too. emit must not block.
type Tunnel interface {
	// Name is what to call it in one word: "ngrok", "ngrok-agent", "cloudflared", "command".
	Name() string
	// Metered tells whether each request counts against a quota of the user's, so that none is to be made
	// without need.
	Metered() bool
	Run(ctx context.Context, local Local, emit func(Event)) error
}
