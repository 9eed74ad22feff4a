package simulator

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// What a proxy adds to a request. One on this machine calls from a loopback address, whoever called it.
var forwardedBy = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"}

// guardControl refuses who is not a program of this machine: other machines, a name that was pointed at this one (DNS
// rebinding), what came through a proxy or tunnel, and the pages of a browser, even those of another port.
func guardControl(r *http.Request) error {
	if peer, _, err := net.SplitHostPort(r.RemoteAddr); err != nil || !plivo.IsLoopback(peer) {
		return refuseControl(http.StatusForbidden, "the control API is for programs on the simulator's own machine; call it from there, at a loopback address")
	}
	if !isLoopbackHost(r.Host) {
		return refuseControl(http.StatusForbidden, "the control API is reached under localhost, 127.0.0.1 or [::1] alone, and the Host of this request is %q; call it by one of these names", r.Host)
	}
	for _, name := range forwardedBy {
		if len(r.Header.Values(name)) > 0 {
			return refuseControl(http.StatusForbidden, "the control API takes nothing that came through a proxy or tunnel, and this request has the header %s; call it directly", name)
		}
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
