package local_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/local"
)

// TestDoor asks as programs, browsers and proxies do, at a loopback address and at one that others reach.
func TestDoor(t *testing.T) {
	for name, c := range map[string]struct {
		beyond     bool
		peer, host string
		header     string
		why        string // part of it; empty where it is let in
	}{
		"here":                    {peer: "127.0.0.1:1", host: "127.0.0.1:9464"},
		"here by name":            {peer: "[::1]:1", host: "localhost:9464"},
		"from elsewhere":          {peer: "192.0.2.7:1", host: "127.0.0.1:9464", why: "own machine"},
		"a rebound name":          {peer: "127.0.0.1:1", host: "evil.example:9464", why: "Host"},
		"no name":                 {peer: "127.0.0.1:1", host: "", why: "Host"},
		"a page":                  {peer: "127.0.0.1:1", host: "127.0.0.1:9464", header: "Origin: https://evil.example", why: "Origin"},
		"a page without origin":   {peer: "127.0.0.1:1", host: "127.0.0.1:9464", header: "Sec-Fetch-Site: cross-site", why: "web page"},
		"typed into a browser":    {peer: "127.0.0.1:1", host: "127.0.0.1:9464", header: "Sec-Fetch-Site: none"},
		"a tunnel":                {peer: "127.0.0.1:1", host: "127.0.0.1:9464", header: "X-Forwarded-For: 192.0.2.1", why: "tunnel"},
		"beyond by address":       {beyond: true, peer: "192.0.2.7:1", host: "192.0.2.1:9464"},
		"beyond by its name":      {beyond: true, peer: "192.0.2.7:1", host: "Box.example:9464"},
		"beyond by another":       {beyond: true, peer: "192.0.2.7:1", host: "192.0.2.9:9464", why: "Host"},
		"beyond by a rebound one": {beyond: true, peer: "192.0.2.7:1", host: "evil.example:9464", why: "Host"},
		"beyond by a tunnel":      {beyond: true, peer: "192.0.2.7:1", host: "192.0.2.1:9464", header: "Cf-Ray: 1", why: "tunnel"},
		"beyond, yet here":        {beyond: true, peer: "127.0.0.1:1", host: "localhost:9464"},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://x/", nil)
		r.RemoteAddr, r.Host = c.peer, c.host
		if key, value, found := strings.Cut(c.header, ": "); found {
			r.Header.Set(key, value)
		}
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{IP: net.ParseIP("192.0.2.1"), Port: 9464})))
		door := local.Door{What: "the door", Beyond: c.beyond, Names: []string{"box.example"}}
		if why := door.Refuses(r); (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s: %q", name, why)
		}
	}
}
