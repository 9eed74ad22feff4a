package app

import (
	"errors"
	"fmt"
	"strings"
)

// ForwardedFor is how much X-Forwarded-For is believed of what an agent on this machine passes on. A tunnel or proxy
// that appends the caller's address makes its last value true; through another the caller has written it.
type ForwardedFor string

// The ways.
const (
	ForwardedByTunnel ForwardedFor = "auto"   // where the tunnel is known to append it
	ForwardedTrusted  ForwardedFor = "trust"  // the user says that it is appended
	ForwardedIgnored  ForwardedFor = "ignore" // the caller is who connects
)

// ParseForwardedFor reads one; empty is ForwardedByTunnel.
func ParseForwardedFor(s string) (ForwardedFor, error) {
	switch f := ForwardedFor(strings.ToLower(s)); f {
	case "":
		return ForwardedByTunnel, nil
	case ForwardedByTunnel, ForwardedTrusted, ForwardedIgnored:
		return f, nil
	}
	return "", fmt.Errorf("%q is no way to read X-Forwarded-For; use auto, trust or ignore", s)
}

// trustsForwarded tells whether the last value of X-Forwarded-For is who called; tunnelled, that an agent on this
// machine passes on what comes. Where all come through one that may not say who called, addresses cannot be told
// apart, so nothing is allowed or kept out by them unless the user knows better.
func (a *App) trustsForwarded(tunnelled bool) (bool, error) {
	switch a.o.ForwardedFor {
	case ForwardedTrusted:
		return true, nil
	case ForwardedIgnored:
		return false, nil
	}
	if tunnelled && a.o.Tunnel != nil && a.o.Tunnel.NamesCaller() {
		return true, nil
	}
	// A public URL of this machine that is not the server's own is a proxy's.
	proxied := a.o.PublicURL != "" && !sameHost(a.o.PublicURL, a.listenURL)
	if !tunnelled && !proxied {
		return false, nil
	}
	if len(a.o.Allow) > 0 && onlyHere(a.serverLn) {
		return false, errors.New("--allow cannot tell who calls: it is not known whether this tunnel or proxy puts the caller's address behind X-Forwarded-For, and if not, a caller writes there what it likes; give --forwarded-for trust if it does, or leave --allow out")
	}
	return false, nil
}
