package local

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// Door says who may call.
type Door struct {
	What string // that is called, as "the control API"
	// Beyond lets other machines call, at the address that they connect to or at one of Names: the user named an
	// address that they reach.
	Beyond bool
	Names  []string // host names without a port
}

// Refuses gives why a request is not taken, in a sentence with what to do; empty where it is. A forwarder on this
// machine that rewrites Host and says nothing of itself cannot be told from a program here.
func (d Door) Refuses(r *http.Request) string {
	if peer, _, err := net.SplitHostPort(r.RemoteAddr); !d.Beyond && (err != nil || !plivo.IsLoopback(peer)) {
		return d.What + " is for programs on its own machine; call it from there, at a loopback address"
	}
	if !d.named(r) {
		under := "localhost, 127.0.0.1 or [::1] alone"
		if d.Beyond {
			under = strings.Join(append([]string{"its address in numbers"}, d.Names...), ", ") + " or a loopback name alone"
		}
		return fmt.Sprintf("%s is reached under %s, and the Host of this request is %q; call it by one of these names", d.What, under, r.Host)
	}
	if name := PassedOn(r.Header); name != "" {
		return fmt.Sprintf("%s takes nothing that came through a proxy or tunnel, and this request has the header %s; call it directly", d.What, name)
	}
	if sign := FromPage(r); sign != "" {
		return fmt.Sprintf("%s takes nothing from a web page of elsewhere (%s); call it from a program", d.What, sign)
	}
	return ""
}

// FromPage is the header by which a browser says that a request is made for a page of another host than the one that
// is asked; empty for none.
func FromPage(r *http.Request) string {
	for _, origin := range r.Header.Values("Origin") {
		if u, err := url.Parse(origin); err != nil || u.Host != r.Host || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Sprintf("Origin: %q", origin)
		}
	}
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		if site != "same-origin" && site != "none" {
			return fmt.Sprintf("Sec-Fetch-Site: %q", site)
		}
	}
	return ""
}

// named tells whether a request's Host, with any port, is a name that nobody else can point here.
func (d Door) named(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if plivo.IsLoopback(host) {
		return true
	}
	if !d.Beyond {
		return false
	}
	if slices.ContainsFunc(d.Names, func(name string) bool { return strings.EqualFold(name, host) }) {
		return true
	}
	here, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if here == nil {
		return false
	}
	own, err := netip.ParseAddrPort(here.String())
	asked, notNumeric := netip.ParseAddr(host)
	return err == nil && notNumeric == nil && asked.Unmap() == own.Addr().Unmap()
}

// forwardedBy are what a proxy adds to a request, beside X-Forwarded-…, …-Forwarded-For and Cloudflare's Cf-…. One on
// this machine calls from a loopback address, whoever called it.
var forwardedBy = []string{
	"Client-Ip", "Fastly-Client-Ip", "Fly-Client-Ip", "Forwarded", "True-Client-Ip", "Via", "X-Client-Ip",
	"X-Cluster-Client-Ip", "X-Real-Ip",
}

// PassedOn is the first of a request's headers that a proxy or tunnel added; empty for none.
func PassedOn(h http.Header) string {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if slices.Contains(forwardedBy, name) || strings.HasPrefix(name, "X-Forwarded") || strings.HasPrefix(name, "Cf-") || strings.HasSuffix(name, "-Forwarded-For") {
			return name
		}
	}
	return ""
}
