package tunnel_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// agent serves what an ngrok agent's API would.
type agent struct {
	mu        sync.Mutex
	endpoints string // the answer to /api/endpoints; empty for 404
	tunnels   string
}

func (a *agent) set(endpoints, tunnels string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.endpoints, a.tunnels = endpoints, tunnels
}

func (a *agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body := map[string]string{"/api/endpoints": a.endpoints, "/api/tunnels": a.tunnels}[r.URL.Path]
	if body == "" {
		http.NotFound(w, r)
		return
	}
	_, _ = io.WriteString(w, body)
}

func endpoint(url, upstream string) string {
	return `{"endpoints":[{"name":"a","url":"tcp://1.tcp.ngrok.io:1","upstream":{"url":"` + upstream + `"}},{"name":"b","url":"` + url + `","upstream":{"url":"` + upstream + `","protocol":"http1"}}]}`
}

func oldTunnel(url, addr string) string {
	return `{"tunnels":[{"name":"a","public_url":"` + strings.Replace(url, "https", "http", 1) + `","config":{"addr":"` + addr + `"}},{"name":"b","public_url":"` + url + `","proto":"https","config":{"addr":"` + addr + `","inspect":true}}],"uri":"/api/tunnels"}`
}

func startAgent(t *testing.T, api string, local tunnel.Local) *run {
	t.Helper()
	tun := parse(t, "ngrok-agent", tunnel.Settings{AgentAPI: api})
	if tun.Name() != "ngrok-agent" || !tun.Metered() {
		t.Errorf("it is %q, metered %t", tun.Name(), tun.Metered())
	}
	tunnel.Hurry(tun, patient)
	return start(t, tun, local)
}

func why(text string) func(tunnel.Event) bool {
	return func(e tunnel.Event) bool { return strings.Contains(e.Why, text) }
}

func TestAgent(t *testing.T) {
	t.Parallel()
	const public = "https://me.ngrok-free.app"
	a := &agent{}
	s := httptest.NewServer(a)
	defer s.Close()
	api := strings.TrimPrefix(s.URL, "http://")
	r := startAgent(t, api, here)
	if e := r.until(t, "no agent", why("is no ngrok agent (it answers 404)")); e.State != tunnel.Connecting {
		t.Errorf("%+v", e)
	}
	a.set("<html>", "")
	r.until(t, "no JSON", why("no JSON"))
	a.set(`{"endpoints":[]}`, "")
	r.until(t, "nothing", why("has no https endpoint: start one with: ngrok http 4141"))
	a.set(endpoint(public, "http://localhost:3000"), "")
	r.until(t, "another port", why("forwards to http://localhost:3000, and not to this port: start one with: ngrok http 4141"))
	a.set(endpoint(public, "http://192.0.2.1:4141"), "")
	r.until(t, "another machine", why("forwards to http://192.0.2.1:4141, and not to this port"))
	for i, upstream := range []string{"http://localhost:4141", "4141", "127.0.0.1:4141", "http://[::1]:4141/"} {
		url := strings.Replace(public, "me", "me"+string(rune('a'+i)), 1)
		a.set(endpoint(url, upstream), "")
		r.until(t, upstream, func(e tunnel.Event) bool { return e == tunnel.Event{State: tunnel.Online, URL: url} })
	}
	a.set("", oldTunnel(public, "http://localhost:4141"))
	r.until(t, "an older agent", func(e tunnel.Event) bool { return e == tunnel.Event{State: tunnel.Online, URL: public} })
	a.set("", `{"tunnels":[]}`)
	if e := r.until(t, "its end", why("no https endpoint")); e.State != tunnel.Reconnecting || e.URL != public {
		t.Errorf("%+v", e)
	}
	a.set("", oldTunnel(public, "http://localhost:4141"))
	r.state(t, tunnel.Online)
	s.Close()
	if e := r.until(t, "its end", why("No ngrok agent answers at "+api)); e.State != tunnel.Reconnecting {
		t.Errorf("%+v", e)
	}
	if err := r.stop(t); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestAgentHangs: an agent that takes the question and says nothing holds up nobody.
func TestAgentHangs(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	r := startAgent(t, ln.Addr().String(), here)
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := r.stop(t); err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestParseAgent(t *testing.T) {
	for api, ok := range map[string]bool{"": true, "4041": true, "localhost:4041": true, "[::1]:4041": true, "localhost": false, ":4040": false, "70000": false, "0": false, "04040": false, "localhost:0": false, "localhost:65536": false, "localhost:http": false} {
		if _, err := tunnel.Parse("ngrok-agent", tunnel.Settings{AgentAPI: api}); (err == nil) != ok {
			t.Errorf("Parse with %q: %v", api, err)
		}
	}
}
