package simulator

import (
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// What a proxy adds to a request, beside X-Forwarded-… and …-Forwarded-For. One on this machine calls from a loopback
// address, whoever called it.
var forwardedBy = []string{
	"Cf-Connecting-Ip", "Cf-Connecting-Ipv6", "Cf-Ray", "Fastly-Client-Ip", "Fly-Client-Ip", "Forwarded", "True-Client-Ip",
	"Via", "X-Client-Ip", "X-Cluster-Client-Ip", "X-Real-Ip",
}

// forwarded is the first of a request's headers that a proxy added; empty for none.
func forwarded(h http.Header) string {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if slices.Contains(forwardedBy, name) || strings.HasPrefix(name, "X-Forwarded") || strings.HasSuffix(name, "-Forwarded-For") {
			return name
		}
	}
	return ""
}

// guardControl refuses who is not a program of this machine: other machines, a name that was pointed at this one (DNS
// rebinding), what a proxy or tunnel says that it passes on, and the pages of a browser, even those of another port. A
// forwarder that rewrites Host and says nothing of itself cannot be told from a program here.
func guardControl(r *http.Request) error {
	if peer, _, err := net.SplitHostPort(r.RemoteAddr); err != nil || !plivo.IsLoopback(peer) {
		return refuseControl(http.StatusForbidden, "the control API is for programs on the simulator's own machine; call it from there, at a loopback address")
	}
	if !isLoopbackHost(r.Host) {
		return refuseControl(http.StatusForbidden, "the control API is reached under localhost, 127.0.0.1 or [::1] alone, and the Host of this request is %q; call it by one of these names", r.Host)
	}
	if name := forwarded(r.Header); name != "" {
		return refuseControl(http.StatusForbidden, "the control API takes nothing that came through a proxy or tunnel, and this request has the header %s; call it directly", name)
	}
	for _, origin := range r.Header.Values("Origin") {
		if u, err := url.Parse(origin); err != nil || u.Host != r.Host || u.Scheme != "http" && u.Scheme != "https" {
			return refuseControl(http.StatusForbidden, "the control API takes nothing from the web page of another origin (%q); call it from a program", origin)
		}
	}
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		if site != "same-origin" && site != "none" {
			return refuseControl(http.StatusForbidden, "the control API takes nothing from a web page (Sec-Fetch-Site: %s); call it from a program", site)
		}
	}
	return nil
}

// isLoopbackHost tells whether a Host header names this machine by a loopback name, with any port.
func isLoopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return plivo.IsLoopback(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
}
