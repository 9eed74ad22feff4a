package webhook

import (
	"net/http"
	"net/netip"
	"strings"
)

// caller is who sent a request.
type caller struct {
	addr netip.Addr // the zero one where the listener has no IP addresses
	text string     // host:port, or the address alone where X-Forwarded-For gave it
}

// callerOf believes X-Forwarded-For of a loopback peer alone: the tunnel's agent runs on this machine.
// Another peer came past the tunnel and could write what it likes.
func callerOf(r *http.Request, trustForwarded bool) caller {
	peer, _ := parseAddr(r.RemoteAddr)
	if values := r.Header.Values("X-Forwarded-For"); trustForwarded && peer.IsLoopback() && len(values) > 0 {
		// A tunnel appends the peer that it saw; what stands before came from that peer.
		last := values[len(values)-1]
		last = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
		if addr, ok := parseAddr(last); ok {
			return caller{addr: addr, text: addr.String()}
		}
	}
	return caller{addr: peer, text: r.RemoteAddr}
}

// parseAddr takes an address with or without a port, and an IPv4 one in IPv6 clothes for what it is.
func parseAddr(s string) (netip.Addr, bool) {
	if addrPort, err := netip.ParseAddrPort(s); err == nil {
		return addrPort.Addr().Unmap().WithZone(""), true
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	return addr.Unmap().WithZone(""), err == nil
}

// customer is the address that limits count by: one customer has a whole /64 of IPv6.
func customer(addr netip.Addr) netip.Addr {
	if addr.Is6() && !addr.IsLoopback() {
		if prefix, err := addr.Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return addr
}

func allowed(ranges []netip.Prefix, addr netip.Addr) bool {
	for _, p := range ranges {
		if p.Contains(addr) {
			return true
		}
	}
	return len(ranges) == 0
}
