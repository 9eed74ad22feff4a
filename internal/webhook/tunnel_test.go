package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// throughTunnel serves another listener of a server, as a tunnel that ends in this process has one.
func throughTunnel(t *testing.T, s *webhook.Server) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.ServeTunnel(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("ServeTunnel: %v", err)
		}
	})
	return "http://" + ln.Addr().String()
}

// What comes through a tunnel of this process has its caller's address, which no header changes, and is under
// every limit; what comes to the server's own address beside it is this machine's.
func TestTwoWaysIn(t *testing.T) {
	s := start(t, webhook.Config{TrustForwarded: true, Limits: webhook.Limits{Rate: 1, Burst: 2, RateLimitOff: true, ConnectionsPerAddress: 1}})
	tunnel := throughTunnel(t, s.Server)
	send := func(to string) int {
		eventually(t, "the connection before is closed", func() bool { return s.Stats().Connections == 0 })
		r := post(t, to+"/x", formType, "a=1")
		r.Header.Set("X-Forwarded-For", "198.51.100.1")
		status, _, _ := do(t, r)
		return status
	}
	for range 4 {
		if status := send(s.url); status != 200 {
			t.Fatalf("to its own address: %d", status)
		}
	}
	if got := s.recorder.last(t).RemoteAddr; got != "198.51.100.1" {
		t.Errorf("by an agent it came from %s", got)
	}
	var statuses []int
	for range 4 {
		statuses = append(statuses, send(tunnel))
	}
	if got := s.recorder.last(t).RemoteAddr; !strings.HasPrefix(got, "127.0.0.1:") {
		t.Errorf("through the tunnel it came from %s", got)
	}
	if statuses[0] != 200 || statuses[3] != 429 {
		t.Errorf("through the tunnel: %v, want a limit", statuses)
	}
	eventually(t, "no connection is open", func() bool { return s.Stats().Connections == 0 })
	dial(t, strings.TrimPrefix(tunnel, "http://"))
	eventually(t, "one is", func() bool { return s.Stats().Connections == 1 })
	if !closed(dial(t, strings.TrimPrefix(tunnel, "http://"))) {
		t.Error("a second connection of a tunnel's caller was kept")
	}
}

// A signature is checked over a URL that was public once where the request asked for its host, and over no other
// of them.
func TestEarlierURLs(t *testing.T) {
	const path = "/sms/delivery-report"
	s := start(t, webhook.Config{PublicURLs: []string{"https://new.example"}, Tokens: []signature.Token{account}})
	if err := s.SetEarlierURLs("https://old.example", "https://older.example:8443/base"); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		for _, tc := range []struct {
			target, host, signed string
			valid                bool
			url                  string // empty for the signed one
		}{
			{target: path, host: "new.example", signed: "https://new.example" + path, valid: true},
			{target: path, host: "old.example", signed: "https://old.example" + path, valid: true},
			{target: path, host: "OLD.example:443", signed: "https://old.example" + path, valid: true},
			{target: path, host: "old.example", signed: "https://new.example" + path, valid: true},
			{target: "/base" + path, host: "older.example:8443", signed: "https://older.example:8443/base" + path, valid: true},
			{target: path, host: "new.example", signed: "https://old.example" + path, url: "https://new.example" + path},
			{target: path, host: "10.0.0.7", signed: "https://old.example" + path, url: "https://new.example" + path},
			{target: path, host: "old.example", signed: "https://other.example" + path, url: "https://old.example" + path},
		} {
			raw(t, s.addr, rawPost(t, account, tc.target, tc.host, tc.signed))
			c := s.recorder.last(t)
			want := tc.url
			if want == "" {
				want = tc.signed
			}
			if (c.Verdict.Outcome == signature.Valid) != tc.valid || c.URL != want {
				t.Errorf("%s: for %s, asked of %s: %s over %s", when, tc.signed, tc.host, c.Verdict.Outcome, c.URL)
			}
		}
	}
	check("at first")
	if err := s.SetPublicURLs("https://newer.example"); err != nil {
		t.Fatal(err)
	}
	raw(t, s.addr, rawPost(t, account, path, "old.example", "https://old.example"+path))
	if c := s.recorder.last(t); c.Verdict.Outcome != signature.Valid {
		t.Errorf("after the public URL has changed: %+v", c.Verdict)
	}
	if err := s.SetPublicURLs("https://new.example"); err != nil {
		t.Fatal(err)
	}
	if err := s.SetEarlierURLs("no url"); err == nil {
		t.Error("an earlier URL that is none was taken")
	}
	check("after a mistake")
}

// Of a URL that was public once a signature counts only where it covers the parameters.
func TestAnEarlierURLWantsTheThirdVersion(t *testing.T) {
	const path = "/sms/delivery-report"
	s := start(t, webhook.Config{PublicURLs: []string{"https://new.example"}, Tokens: []signature.Token{account}, OnInvalid: webhook.Reject})
	if err := s.SetEarlierURLs("https://old.example"); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		host string
		left signature.Scheme // the version whose headers are left out
		want int
		url  string
	}{
		{"new.example", signature.V3, 200, "https://new.example" + path},
		{"old.example", signature.V2, 200, "https://old.example" + path},
		{"old.example", signature.V3, 403, "https://new.example" + path},
	} {
		r := signedPost(t, s.url+path, "https://"+tc.host+path, account)
		r.Host = tc.host
		r.Header.Del(tc.left.Header())
		r.Header.Del(tc.left.NonceHeader())
		if status, _, _ := do(t, r); status != tc.want {
			t.Errorf("%s without %s: %d, want %d", tc.host, tc.left, status, tc.want)
		}
		if c := s.recorder.last(t); c.URL != tc.url || (c.Verdict.Outcome == signature.Valid) != (tc.want == 200) {
			t.Errorf("%s without %s: %+v over %s", tc.host, tc.left, c.Verdict, c.URL)
		}
	}
}

// An agent that writes its own address into Host says in X-Forwarded-Host what was asked for; it chooses among the
// URLs that were public, and adds none.
func TestEarlierURLBehindAnAgent(t *testing.T) {
	const path = "/sms/delivery-report"
	s := start(t, webhook.Config{PublicURLs: []string{"https://new.example"}, Tokens: []signature.Token{account}})
	if err := s.SetEarlierURLs("https://old.example"); err != nil {
		t.Fatal(err)
	}
	for forwarded, want := range map[string]signature.Outcome{"old.example": signature.Valid, "OLD.example:443, inner": signature.Valid, "inner, old.example": signature.Invalid, "": signature.Invalid} {
		r := signedPost(t, s.url+path, "https://old.example"+path, account)
		r.Header.Set("X-Forwarded-Host", forwarded)
		do(t, r)
		if c := s.recorder.last(t); c.Verdict.Outcome != want {
			t.Errorf("forwarded for %q: %s over %s", forwarded, c.Verdict.Outcome, c.URL)
		}
	}
	r := signedPost(t, s.url+path, "https://never.example"+path, account)
	r.Header.Set("X-Forwarded-Host", "never.example")
	do(t, r)
	if c := s.recorder.last(t); c.Verdict.Outcome != signature.Invalid || c.URL != "https://new.example"+path {
		t.Errorf("forwarded for a host that never was ours: %s over %s", c.Verdict.Outcome, c.URL)
	}
}

// What a request costs does not grow with the number of URLs that were public.
func TestManyEarlierURLs(t *testing.T) {
	const path = "/sms/delivery-report"
	recorder := &memory{}
	server, err := webhook.New(webhook.Config{PublicURLs: []string{"https://new.example"}, Tokens: []signature.Token{account}, Recorder: recorder, Limits: webhook.Limits{RateLimitOff: true}})
	if err != nil {
		t.Fatal(err)
	}
	handler := server.Handler()
	send := func(host string) {
		r := httptest.NewRequest("POST", path, strings.NewReader("a=1"))
		r.Host = host
		answer := httptest.NewRecorder()
		if handler.ServeHTTP(answer, r); answer.Code != 200 {
			t.Fatalf("it was answered %d", answer.Code)
		}
	}
	// No limit is in the way: an answer of 429 is other work.
	allocations := func() float64 { return testing.AllocsPerRun(200, func() { send("10.0.0.7") }) }
	before := allocations()
	urls := make([]string, 500)
	for i := range urls {
		urls[i] = fmt.Sprintf("https://n%d.example/p%d", i, i)
	}
	if err := server.SetEarlierURLs(urls...); err != nil {
		t.Fatal(err)
	}
	if after := allocations(); after > before+3 {
		t.Errorf("a request that is not signed takes %v allocations with 500 earlier URLs, and %v without", after, before)
	}
	s := startServer(t, server)
	s.recorder = recorder
	for _, i := range []int{0, 250, 499} {
		raw(t, s.addr, rawPost(t, account, fmt.Sprintf("/p%d%s", i, path), fmt.Sprintf("n%d.example", i), urls[i]+path))
		if c := s.recorder.last(t); c.Verdict.Outcome != signature.Valid || c.URL != urls[i]+path || c.Kind != webhook.DeliveryReport {
			t.Errorf("URL %d: %s over %s, %s", i, c.Verdict.Outcome, c.URL, c.Kind)
		}
	}
}

// /health answers probes past --allow, and tells nobody but this machine how the tunnel is.
func TestHealthOfTheTunnel(t *testing.T) {
	since := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	s := start(t, webhook.Config{
		Allow: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")},
		Prove: func(w http.ResponseWriter, r *http.Request) bool {
			ours := r.Header.Get("Probe") == "mine"
			if ours {
				w.Header().Set("Proof", "yes")
			}
			return ours
		},
		Tunnel: func() webhook.TunnelHealth {
			return webhook.TunnelHealth{Name: "ngrok", State: "online", URL: "https://name.example", Since: &since, RoundTrip: 34.5, Metered: true}
		},
	})
	ask := func(method, path, probe string) (int, string, http.Header) {
		r := post(t, s.url+path, formType, "")
		r.Method, r.Host = method, "name.example" // as from outside
		r.Header.Set("Probe", probe)
		return do(t, r)
	}
	if status, body, header := ask("GET", "/health", "mine"); status != 200 || header.Get("Proof") != "yes" || strings.Contains(body, "ngrok") {
		t.Errorf("a probe from outside: %d %s", status, body)
	}
	r := post(t, s.url+"/health", formType, "")
	r.Method = "GET"
	status, body, _ := do(t, r)
	var h map[string]any
	if err := json.Unmarshal([]byte(body), &h); err != nil || status != 200 {
		t.Fatalf("%d %s, %v", status, body, err)
	}
	tunnel := h["tunnel"].(map[string]any)
	if tunnel["state"] != "online" || tunnel["round_trip_ms"] != 34.5 || tunnel["since"] != "2026-11-30T09:00:00Z" || tunnel["why"] != nil {
		t.Errorf("it says %s", body)
	}
	for _, c := range [][3]string{{"GET", "/health", "other"}, {"GET", "/health", ""}, {"POST", "/health", "mine"}, {"GET", "/x", "mine"}} {
		if status, _, header := ask(c[0], c[1], c[2]); status != 403 || header.Get("Proof") != "" {
			t.Errorf("%v: %d, %v", c, status, header)
		}
	}
}
