package webhook_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/webhook"
)

// TestHealthOnThisMachine answers /health, and no callback, to who asks on this machine and past no proxy, whatever
// --allow says: other commands find the server by it.
func TestHealthOnThisMachine(t *testing.T) {
	s := start(t, webhook.Config{Allow: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}})
	for name, c := range map[string]struct {
		method, path, host, header string
		want                       int
	}{
		"asks for health":        {"GET", "/health", "", "", 200},
		"calls":                  {"POST", "/sms/inbound", "", "", 403},
		"posts to health":        {"POST", "/health", "", "", 403},
		"comes by a proxy":       {"GET", "/health", "", "X-Forwarded-For", 403},
		"comes by another":       {"GET", "/health", "", "Forwarded", 403},
		"comes by a third":       {"GET", "/health", "", "Via", 403},
		"comes by Cloudflare":    {"GET", "/health", "", "Cf-Connecting-Ip", 403},
		"asks for a public host": {"GET", "/health", "name.example", "", 403},
		"comes by an agent":      {"HEAD", "/health", "", "X-Forwarded-Host", 403},
	} {
		r := post(t, s.url+c.path, formType, "a=1")
		r.Method, r.Host = c.method, c.host
		if c.header != "" {
			r.Header.Set(c.header, "198.51.100.7")
		}
		if status, _, _ := do(t, r); status != c.want {
			t.Errorf("one that %s is answered %d, want %d", name, status, c.want)
		}
	}
	if n := len(s.recorder.callbacks()); n != 0 {
		t.Errorf("%d recorded", n)
	}
}

// TestHealthForStrangers tells how much came, and by which way, to programs of this machine alone: neither to who comes
// through a tunnel, however it says so, nor to a web page, nor to a name that was pointed at this machine.
func TestHealthForStrangers(t *testing.T) {
	s := start(t, webhook.Config{
		Version: "v1.2.3", TrustForwarded: true,
		Tunnel: func() webhook.TunnelHealth { return webhook.TunnelHealth{URL: "https://name.example/secret"} },
	})
	const nothing = `{"status":"ok","program":"plivoscope"}`
	for name, c := range map[string]struct {
		host, header, value string
		whole               bool
	}{
		"a program here":                {whole: true},
		"a program here by name":        {host: "localhost:1", whole: true},
		"typed into a browser":          {header: "Sec-Fetch-Site", value: "none", whole: true},
		"its own page":                  {host: "127.0.0.1:9", header: "Origin", value: "http://127.0.0.1:9", whole: true},
		"a tunnel":                      {header: "X-Forwarded-For", value: "203.0.113.1"},
		"a tunnel that keeps the host":  {host: "name.example"},
		"Cloudflare":                    {header: "Cf-Ray", value: "1"},
		"a cluster's proxy":             {header: "X-Cluster-Client-Ip", value: "203.0.113.1"},
		"another proxy":                 {header: "X-Original-Forwarded-For", value: "203.0.113.1"},
		"a rebound name":                {host: "evil.example:4141"},
		"a name that looks like ours":   {host: "127.0.0.1.evil.example"},
		"a page of elsewhere":           {header: "Origin", value: "https://evil.example"},
		"a page of another port":        {host: "127.0.0.1:9", header: "Origin", value: "http://127.0.0.1:10"},
		"a page without an origin":      {header: "Origin", value: "null"},
		"an image of a page elsewhere":  {header: "Sec-Fetch-Site", value: "cross-site"},
		"an image of a page next to us": {header: "Sec-Fetch-Site", value: "same-site"},
	} {
		r := post(t, s.url+"/health", "", "")
		r.Method, r.Host = "GET", c.host
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		status, body, header := do(t, r)
		if status != 200 || header.Get("Content-Type") != "application/json" {
			t.Errorf("%s is answered %d, %v", name, status, header)
		}
		if whole := strings.TrimSpace(body) != nothing; whole != c.whole || whole && !strings.Contains(body, "secret") {
			t.Errorf("%s is told %s", name, body)
		}
	}
}

// Who comes through a tunnel that ends in this process is a stranger, whatever it writes.
func TestHealthThroughATunnelInside(t *testing.T) {
	s := start(t, webhook.Config{Version: "v1.2.3"})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.ServeTunnel(ctx, ln) }()
	r, err := http.NewRequest(http.MethodGet, "http://"+ln.Addr().String()+"/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := do(t, r)
	if strings.Contains(body, "v1.2.3") {
		t.Errorf("it is told %s", body)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
