package app_test

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

var someNetwork = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}

// TestWhoCalledThroughATunnel has a caller write the last value of X-Forwarded-For, as through a tunnel that appends
// nothing: it is believed where the tunnel is known to append it, or the user says so.
func TestWhoCalledThroughATunnel(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		names, allow bool
		how          app.ForwardedFor
		status       int
		from         string
	}{
		"through any":                  {status: 200, from: "127.0.0.1:"},
		"through one that appends":     {names: true, status: 200, from: "203.0.113.66"},
		"trusted":                      {how: app.ForwardedTrusted, status: 200, from: "203.0.113.66"},
		"ignored":                      {names: true, how: app.ForwardedIgnored, status: 200, from: "127.0.0.1:"},
		"allowed by one that appends":  {names: true, allow: true, status: 200, from: "203.0.113.66"},
		"allowed by one that is known": {how: app.ForwardedTrusted, allow: true, status: 200, from: "203.0.113.66"},
		"allowed by nobody":            {how: app.ForwardedIgnored, allow: true, status: 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire()
			w.names = c.names
			o := app.Options{ForwardedFor: c.how}
			if c.allow {
				o.Allow = someNetwork
			}
			a := tunnelled(t, w, o)
			reaches(t, a, tunnel.Online)
			r, err := http.NewRequest(http.MethodPost, w.url()+webhook.InboundPath, strings.NewReader("MessageUUID=a"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Forwarded-For", "203.0.113.66")
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != c.status {
				t.Fatalf("it is answered %s, want %d", response.Status, c.status)
			}
			if c.from == "" {
				return
			}
			cs, err := a.CallbacksOf(within(t), "a", 0)
			if err != nil || len(cs) != 1 || !strings.HasPrefix(cs[0].RemoteAddr, c.from) {
				t.Errorf("%v; it came from %+v, want %s", err, cs, c.from)
			}
		})
	}
}

// TestAllowWantsToKnowWhoCalls refuses --allow where everybody comes through something that may not say who called.
func TestAllowWantsToKnowWhoCalls(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    app.Options
		want string
	}{
		"a command":               {app.Options{Tunnel: newWire()}, "--forwarded-for trust"},
		"a proxy":                 {app.Options{PublicURL: "https://name.example"}, "--forwarded-for trust"},
		"a proxy that appends":    {app.Options{PublicURL: "https://name.example", ForwardedFor: app.ForwardedTrusted}, ""},
		"a proxy on this machine": {app.Options{PublicURL: "https://127.0.0.1:4760"}, "--forwarded-for trust"},
		"itself":                  {app.Options{PublicURL: "http://localhost:PORT"}, ""},
		"no tunnel":               {app.Options{}, ""},
		"none, and all may call":  {app.Options{PublicURL: "https://name.example", Addr: "0.0.0.0:0"}, ""},
	} {
		if strings.Contains(c.o.PublicURL, "PORT") {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			c.o.Addr = ln.Addr().String()
			_ = ln.Close()
			c.o.PublicURL = "http://" + strings.Replace(c.o.Addr, "127.0.0.1", "localhost", 1)
		}
		c.o.Mode, c.o.Allow = app.Simulator, someNetwork
		if c.o.Addr == "" {
			c.o.Addr = "127.0.0.1:0"
		}
		a, err := app.Open(t.Context(), c.o)
		if err == nil {
			_ = a.Close()
		}
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
