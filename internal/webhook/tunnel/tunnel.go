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
	// Why says, in a sentence with what to do, why the state is not Online, or what is doubtful although it
	// is; empty where there is nothing to say. It is fit to be shown, and no token is in it.
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
// the other, until ctx ends; then everything is closed and it returns nil. An error is an *Error: what cannot
// come back, in a sentence with what to do, and it was the last event too. emit must not block. Run may be
// called again when it has returned, to begin anew.
type Tunnel interface {
	// Name is what to call it in one word: "ngrok", "ngrok-agent", "cloudflared", "command".
	Name() string
	// Metered tells whether each request counts against a quota of the user's, so that none is to be made
	// without need.
	Metered() bool
	// NamesCaller tells whether it is known to put the address of whoever called behind what X-Forwarded-For
	// holds already. Through any other the caller may have written all of it. One that ends in this process needs
	// no header.
	NamesCaller() bool
	Run(ctx context.Context, local Local, emit func(Event)) error
}

// Error is why a tunnel has failed for good. Its text is fit to be shown and holds no token.
type Error struct {
	Why  string // in a sentence, with what to do
	Code string // the provider's own code, as ERR_NGROK_107; empty for none
	// Credentials tells that it is the token that was refused.
	Credentials bool
}

func (e *Error) Error() string { return e.Why }
