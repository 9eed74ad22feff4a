package webhook

import (
	"net"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/local"
	"dev.internal/plivoscope/internal/plivo"
)

// direct tells whether a request comes from this machine itself, as other commands ask: from a process here, for a
// name of this machine, past no proxy or tunnel, which would say so in a header or ask for the public host, and from no
// web page of elsewhere. One that says nothing passes for this machine, so no more than /health, which tells nothing of
// the callbacks, may hang on it.
func direct(r *http.Request, by way) bool {
	peer, ok := parseAddr(r.RemoteAddr)
	if by.inside || !ok {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = strings.Trim(r.Host, "[]")
	}
	if !peer.IsLoopback() || !plivo.IsLoopback(host) {
		// A server on an address of the network is asked from that same address.
		here, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		if here == nil {
			return false
		}
		own, ok := parseAddr(here.String())
		asked, named := parseAddr(host)
		if !ok || own != peer || !named || asked != own {
			return false
		}
	}
	return local.PassedOn(r.Header) == "" && local.FromPage(r) == ""
}
