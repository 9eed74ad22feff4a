package siege

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/figures"
)

// strangers are requests that a web page or a caller from outside can bring about, by what is set on them.
var strangers = []struct {
	name string
	set  func(r *http.Request)
}{
	{"a rebound name", func(r *http.Request) { r.Host = "evil.example" }},
	{"a rebound name with the port", func(r *http.Request) { r.Host = "evil.example:" + r.URL.Port() }},
	{"a name that begins like ours", func(r *http.Request) { r.Host = "127.0.0.1.evil.example" }},
	{"a name that ends like ours", func(r *http.Request) { r.Host = "evil-localhost" }},
	{"an address of the network", func(r *http.Request) { r.Host = "192.0.2.1:" + r.URL.Port() }},
	{"any address", func(r *http.Request) { r.Host = "0.0.0.0:" + r.URL.Port() }},
	{"an address in another writing", func(r *http.Request) { r.Host = "2130706433:" + r.URL.Port() }},
	{"a page of elsewhere", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }},
	{"a page of another port", func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1") }},
	{"a page with our name in its own", func(r *http.Request) { r.Header.Set("Origin", "http://"+r.URL.Host+".evil.example") }},
	{"a page without an origin", func(r *http.Request) { r.Header.Set("Origin", "null") }},
	{"a page that says nothing of its origin", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }},
	{"a page next to us", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }},
	{"a tunnel", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "127.0.0.1") }},
	{"a proxy", func(r *http.Request) { r.Header.Set("Forwarded", "for=127.0.0.1") }},
	{"Cloudflare", func(r *http.Request) { r.Header.Set("Cf-Connecting-Ip", "127.0.0.1") }},
}

// ask sends a request as a stranger, and gives status, headers and body.
func ask(t *testing.T, method, target, body string, set func(r *http.Request)) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "text/plain") // as a page can send without being asked
	}
	set(r)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(text)
}

func nobody(*http.Request) {}

// TestRebinding: a name that was pointed at this machine, a web page and a tunnel get no local endpoint to do or tell
// anything. Where everybody may call, they leave a callback that does not verify, and learn nothing.
func TestRebinding(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.listen(t)
	sim := h.simulates(t)
	callers := r.honestly(t, r.base)
	tries, survived := 0, 0
	fail := func(format string, args ...any) {
		t.Helper()
		survived--
		t.Errorf(format, args...)
	}
	controls := []struct{ method, path, body string }{
		{"GET", "_simulator/", ""},
		{"GET", "_simulator/state", ""},
		{"GET", "_simulator/messages", ""},
		{"GET", "_simulator/callbacks", ""},
		{"POST", "_simulator/reset", ""},
		{"DELETE", "_simulator/", ""},
		{"GET", "_simulator/rules", ""},
		{"PUT", "_simulator/rules", "[]"},
		{"PUT", "_simulator/chaos", "{}"},
		{"PUT", "_simulator/fate", `"failed"`},
		{"POST", "_simulator/clock", `{"advance":"1h"}`},
		{"POST", "_simulator/inbound", `{"from":"+14155550123","text":"hi","url":"http://127.0.0.1:1/"}`},
		{"GET", "_simulator/wait", ""},
		{"OPTIONS", "_simulator/state", ""},
		{"GET", "/_simulator/state", ""},
		{"GET", "_simulator/../_simulator/state", ""},
	}
	for _, s := range strangers {
		for _, c := range controls {
			tries, survived = tries+1, survived+1
			status, header, body := ask(t, c.method, sim+c.path, c.body, s.set)
			if status < 400 {
				fail("%s: %s %s is answered %d %s", s.name, c.method, c.path, status, body)
			}
			if header.Get("Access-Control-Allow-Origin") != "" {
				fail("%s: %s %s lets pages read the answer", s.name, c.method, c.path)
			}
		}
		for _, c := range []struct{ method, path string }{
			{"GET", "v1/Account/" + testAuthID + "/"}, {"POST", "v1/Account/" + testAuthID + "/Message/"}, {"POST", "plivoscope/inbound"},
		} {
			tries, survived = tries+1, survived+1
			if status, _, body := ask(t, c.method, sim+c.path, "{}", s.set); status != http.StatusUnauthorized {
				fail("%s: without credentials %s %s is answered %d %s", s.name, c.method, c.path, status, body)
			}
		}
		tries, survived = tries+1, survived+1
		if status, header, body := ask(t, "GET", r.base+"/health", "", s.set); status != 200 || strings.TrimSpace(body) != `{"status":"ok","program":"plivoscope"}` || header.Get("Access-Control-Allow-Origin") != "" {
			fail("%s: /health tells %d %s", s.name, status, body)
		}
		for _, path := range []string{"/sms/delivery-report", "/sms/inbound", "/metrics", "/debug/pprof/", "/"} {
			tries, survived = tries+1, survived+1
			status, header, body := ask(t, "POST", r.base+path, "MessageUUID=rebound&Status=delivered", s.set)
			if status != 200 || header.Get("Access-Control-Allow-Origin") != "" || body != "" && body != "<Response></Response>" {
				fail("%s: %s is answered %d %s", s.name, path, status, body)
			}
		}
	}
	// Who is at home is let in, or all of this would say nothing.
	if status, _, body := ask(t, "GET", sim+"_simulator/state", "", nobody); status != 200 {
		t.Errorf("a program here: %d %s", status, body)
	}
	if _, _, body := ask(t, "GET", r.base+"/health", "", nobody); !strings.Contains(body, "received") {
		t.Errorf("a program here is told %s", body)
	}
	callers.called(t, 20)
	lost := callers.check(t, h)
	for _, c := range h.kept(t, "uuid:rebound sig:valid") {
		fail("it verifies: %+v", c)
		lost++
	}
	figures.Tell(t, figures.Attack{What: "DNS rebinding, foreign pages and tunnels on local endpoints", Tries: tries, Survived: survived, Lost: lost})
}

// simulates starts the simulator as a server, and gives its address with a slash behind it.
func (h house) simulates(t *testing.T) string {
	t.Helper()
	cmd := h.command("simulate", "-o", "json", "--addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	var ready struct {
		URL string `json:"api_url"`
	}
	if err := json.NewDecoder(out).Decode(&ready); err != nil || ready.URL == "" {
		t.Fatal(fmt.Errorf("the simulator is not ready: %+v, %w", ready, err))
	}
	return ready.URL + "/"
}
