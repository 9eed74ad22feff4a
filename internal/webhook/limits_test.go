package webhook_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain until " + what)
		}
	}
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	return conn
}

// closed reports that the other side ended conn, and not the test's own deadline.
func closed(conn net.Conn) bool {
	_, err := io.ReadAll(conn)
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

func TestCallbacksWithoutAValidSignatureAreLimitedByAddress(t *testing.T) {
	at := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	var mu sync.Mutex
	var told []string
	s := start(t, webhook.Config{
		Tokens: []signature.Token{account}, Now: at.Now, TrustForwarded: true,
		Limits: webhook.Limits{Rate: 1, Burst: 3},
		OnProblem: func(_ slog.Level, text string) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, text)
		},
	})
	send := func(from string, token signature.Token) int {
		r := signedPost(t, s.url+"/sms/inbound", s.url+"/sms/inbound", token)
		r.Header.Set("X-Forwarded-For", from)
		status, _, _ := do(t, r)
		return status
	}
	for i, want := range []int{200, 200, 200, 429, 429} {
		if got := send("203.0.113.1", another); got != want {
			t.Errorf("invalid callback %d: %d, want %d", i, got, want)
		}
	}
	if got := send("203.0.113.1", account); got != 200 {
		t.Errorf("a verified one from the limited address: %d", got)
	}
	if got := send("203.0.113.2", another); got != 200 {
		t.Errorf("another address: %d", got)
	}
	if got := send("203.0.113.2, 203.0.113.1", another); got != 429 {
		t.Errorf("an address behind a made-up one: %d, want the last value to count", got)
	}
	for i, from := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::3:4", "[2001:db8::5]:99"} {
		if got, want := send(from, another), []int{200, 200, 200, 429}[i]; got != want {
			t.Errorf("%s, of one /64: %d, want %d", from, got, want)
		}
	}
	at.move(time.Second)
	if first, second := send("203.0.113.1", another), send("203.0.113.1", another); first != 200 || second != 429 {
		t.Errorf("a second later: %d and %d, want one more", first, second)
	}
	got := s.Stats()
	if stored := len(s.recorder.callbacks()); stored != 9 || got.Stored != 9 || got.Refused != 5 || got.Received != 14 {
		t.Errorf("%d recorded, stats %+v", stored, got)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 1 || !strings.Contains(told[0], "203.0.113.1") {
		t.Errorf("told %q", told)
	}
}

func TestTheRateLimitCanBeOff(t *testing.T) {
	s := start(t, webhook.Config{Limits: webhook.Limits{Rate: 1, Burst: 1, RateLimitOff: true}})
	for range 5 {
		if status, _, _ := do(t, post(t, s.url+"/x", formType, "a=1")); status != 200 {
			t.Fatalf("status %d", status)
		}
	}
}

// Through an agent that does not say who called all share one limit, whatever a caller writes, and one agent may
// open as many connections as it likes.
func TestAnAgentThatDoesNotSayWhoCalled(t *testing.T) {
	at := time.Now()
	s := start(t, webhook.Config{
		Agent: true, Tokens: []signature.Token{account}, PublicURLs: []string{"https://name.example"}, Now: func() time.Time { return at },
		Limits: webhook.Limits{Rate: 1, Burst: 2, ConnectionsPerAddress: 1},
	})
	var statuses []int
	for i := range 4 {
		r := post(t, s.url+"/x", formType, "a=1")
		r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i))
		status, _, _ := do(t, r)
		statuses = append(statuses, status)
	}
	if !slices.Equal(statuses, []int{200, 200, 429, 429}) {
		t.Errorf("of callers with made-up addresses came %v", statuses)
	}
	if got := s.recorder.last(t).RemoteAddr; !strings.HasPrefix(got, "127.0.0.1:") {
		t.Errorf("it came from %s", got)
	}
	if status, _, _ := do(t, signedPost(t, s.url+"/x", "https://name.example/x", account)); status != 200 {
		t.Errorf("what verifies is answered %d", status)
	}
	for range 3 {
		dial(t, s.addr)
	}
	eventually(t, "the agent has three connections", func() bool { return s.Stats().Connections == 3 })
}

func TestForwardedAddresses(t *testing.T) {
	for name, tc := range map[string]struct {
		trust  bool
		values []string
		want   string // empty for the peer
	}{
		"behind a tunnel":            {true, []string{"198.51.100.1"}, "198.51.100.1"},
		"the last of a list":         {true, []string{"10.0.0.1, 198.51.100.1"}, "198.51.100.1"},
		"the last of several lines":  {true, []string{"10.0.0.1", "10.0.0.2,198.51.100.1"}, "198.51.100.1"},
		"IPv4 in IPv6":               {true, []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"no address":                 {true, []string{"198.51.100.1, unknown"}, ""},
		"an address with a bad zone": {true, []string{"fe80::1%\u202e"}, "fe80::1"},
		"nothing":                    {true, nil, ""},
		"without a tunnel":           {false, []string{"198.51.100.1"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, webhook.Config{TrustForwarded: tc.trust})
			r := post(t, s.url+"/x", formType, "a=1")
			r.Header["X-Forwarded-For"] = tc.values
			do(t, r)
			got := s.recorder.last(t).RemoteAddr
			if got != tc.want && (tc.want != "" || !strings.HasPrefix(got, "127.0.0.1:")) {
				t.Errorf("remote address %q, want %q", got, tc.want)
			}
		})
	}
}

// Only a tunnel's agent on this machine is believed: a neighbour on the network reaches a listener on
// all addresses without the tunnel and could give itself any address.
func TestOnlyALoopbackPeerIsBelieved(t *testing.T) {
	const forwarded = "198.51.100.1"
	for peer, want := range map[string]string{
		"127.0.0.1:5000":          forwarded,
		"127.8.9.10:5000":         forwarded,
		"[::1]:5000":              forwarded,
		"[::ffff:127.0.0.1]:5000": forwarded,
		"192.0.2.7:5000":          "192.0.2.7:5000",
		"10.0.0.7:5000":           "10.0.0.7:5000",
		"[2001:db8::7]:5000":      "[2001:db8::7]:5000",
		"@":                       "@",
	} {
		recorder := &memory{}
		server, err := webhook.New(webhook.Config{Recorder: recorder, TrustForwarded: true})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/x", strings.NewReader("a=1"))
		r.RemoteAddr = peer
		r.Header.Set("X-Forwarded-For", forwarded)
		server.Handler().ServeHTTP(httptest.NewRecorder(), r)
		if got := recorder.last(t).RemoteAddr; got != want {
			t.Errorf("peer %s: remote address %q, want %q", peer, got, want)
		}
	}
}

func TestAllow(t *testing.T) {
	s := start(t, webhook.Config{TrustForwarded: true, Allow: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}})
	for from, want := range map[string]int{"198.51.100.7": 200, "203.0.113.1, 198.51.100.8": 200, "203.0.113.1": 403, "198.51.100.7, 203.0.113.1": 403, "": 403} {
		for _, path := range []string{"/sms/inbound", "/health"} {
			r := post(t, s.url+path, formType, "a=1")
			if path == "/health" {
				r.Method = "GET"
				r.Host = "name.example"
			}
			if from != "" {
				r.Header.Set("X-Forwarded-For", from)
			}
			if status, _, _ := do(t, r); status != want {
				t.Errorf("%s from %q: %d, want %d", path, from, status, want)
			}
		}
	}
	if n := len(s.recorder.callbacks()); n != 2 {
		t.Errorf("%d recorded, want the 2 that were allowed", n)
	}
}

func TestConnectionsOfAnAddressAreLimited(t *testing.T) {
	told := make(chan string, 10)
	s := start(t, webhook.Config{Limits: webhook.Limits{ConnectionsPerAddress: 3}, OnProblem: func(_ slog.Level, text string) { told <- text }})
	var held []net.Conn
	for range 3 {
		held = append(held, dial(t, s.addr))
	}
	eventually(t, "three connections are open", func() bool { return s.Stats().Connections == 3 })
	if !closed(dial(t, s.addr)) {
		t.Error("a fourth connection was kept")
	}
	if n := s.Stats().Connections; n != 3 {
		t.Errorf("%d connections are open", n)
	}
	if text := <-told; !strings.Contains(text, "127.0.0.1") || !strings.Contains(text, "limit") {
		t.Errorf("told %q", text)
	}
	held[0].Close()
	eventually(t, "one is free again", func() bool { return s.Stats().Connections == 2 })
	if resp := raw(t, s.addr, "GET /health HTTP/1.0\r\n\r\n"); resp.StatusCode != 200 {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestATunnelsAgentSpeaksForMany(t *testing.T) {
	s := start(t, webhook.Config{TrustForwarded: true, Limits: webhook.Limits{ConnectionsPerAddress: 1}})
	for range 3 {
		dial(t, s.addr)
	}
	eventually(t, "all three are open", func() bool { return s.Stats().Connections == 3 })
}

func TestSlowCallersAreCutOff(t *testing.T) {
	const head = "POST /sms/inbound HTTP/1.1\r\nHost: h\r\nContent-Type: " + formType + "\r\nContent-Length: 100\r\n\r\n"
	t.Run("head", func(t *testing.T) {
		s := start(t, webhook.Config{Limits: webhook.Limits{HeaderRead: 30 * time.Millisecond}})
		conn := dial(t, s.addr)
		if _, err := conn.Write([]byte(head[:40])); err != nil {
			t.Fatal(err)
		}
		if !closed(conn) || len(s.recorder.callbacks()) != 0 {
			t.Error("half a head was waited for")
		}
	})
	t.Run("body", func(t *testing.T) {
		s := start(t, webhook.Config{Limits: webhook.Limits{BodyRead: 30 * time.Millisecond}})
		if resp := raw(t, s.addr, head+"Text=ab"); resp.StatusCode != 408 || !resp.Close {
			t.Errorf("status %d, close %v", resp.StatusCode, resp.Close)
		}
		if got := s.Stats(); len(s.recorder.callbacks()) != 0 || got.Refused != 1 || got.Stored != 0 {
			t.Errorf("stats %+v", got)
		}
	})
	t.Run("idle", func(t *testing.T) {
		s := start(t, webhook.Config{Limits: webhook.Limits{Idle: 30 * time.Millisecond}})
		conn := dial(t, s.addr)
		if _, err := conn.Write([]byte("GET /health HTTP/1.1\r\nHost: h\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		if !closed(conn) {
			t.Error("an idle connection was kept")
		}
	})
	t.Run("a slow recorder is not a slow body", func(t *testing.T) {
		recorder := &memory{gate: make(chan struct{}), came: make(chan struct{}, 1)}
		s := start(t, webhook.Config{Recorder: recorder, Limits: webhook.Limits{BodyRead: time.Millisecond}})
		result := make(chan int, 1)
		go func() {
			status, _, _ := do(t, post(t, s.url+"/x", formType, "a=1"))
			result <- status
		}()
		<-recorder.came
		time.AfterFunc(30*time.Millisecond, func() { close(recorder.gate) })
		if status := <-result; status != 200 {
			t.Errorf("status %d", status)
		}
	})
	t.Run("a recorder that never answers", func(t *testing.T) {
		recorder := &memory{gate: make(chan struct{})}
		s := start(t, webhook.Config{Recorder: recorder, Limits: webhook.Limits{Record: 30 * time.Millisecond}})
		if status, _, _ := do(t, post(t, s.url+"/x", formType, "a=1")); status != 503 || s.Stats().Dropped != 1 {
			t.Errorf("status %d, stats %+v", status, s.Stats())
		}
	})
}

func TestACallbackIsStoredThoughItsCallerHangsUp(t *testing.T) {
	recorder := &memory{gate: make(chan struct{}), came: make(chan struct{}, 1)}
	s := start(t, webhook.Config{Recorder: recorder})
	conn := dial(t, s.addr)
	if _, err := conn.Write([]byte("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na=1")); err != nil {
		t.Fatal(err)
	}
	<-recorder.came
	conn.Close()
	time.AfterFunc(50*time.Millisecond, func() { close(recorder.gate) })
	eventually(t, "it has been recorded or dropped", func() bool { return s.Stats().Stored+s.Stats().Dropped == 1 })
	if s.Stats().Stored != 1 {
		t.Error("it was dropped")
	}
}

func TestHalfABodyIsNotStored(t *testing.T) {
	s := start(t, webhook.Config{})
	conn := dial(t, s.addr)
	if _, err := conn.Write([]byte("POST /sms/inbound HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nText=ab")); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	eventually(t, "it is refused", func() bool { return s.Stats().Refused == 1 })
	if resp := raw(t, s.addr, "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"); resp.StatusCode != 400 {
		t.Errorf("malformed chunks: status %d", resp.StatusCode)
	}
	if n := len(s.recorder.callbacks()); n != 0 {
		t.Errorf("%d recorded", n)
	}
}

func TestJunkOnTheWire(t *testing.T) {
	s := start(t, webhook.Config{Limits: webhook.Limits{HeaderRead: 200 * time.Millisecond}})
	for _, junk := range []string{
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", // the start of TLS
		"\x00\xff\x00\xff\r\n\r\n",
		"GET\r\n\r\n",
		"GET / HTTP/9.9\r\nHost: h\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\n", // no Host
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET /\x00 HTTP/1.1\r\nHost: h\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", 40<<10) + "\r\n\r\n",
		"GET /" + strings.Repeat("x", 40<<10) + " HTTP/1.1\r\nHost: h\r\n\r\n",
	} {
		conn := dial(t, s.addr)
		_, _ = conn.Write([]byte(junk))
		answer, err := io.ReadAll(conn)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%.40q: the connection was kept", junk)
		}
		if strings.HasPrefix(string(answer), "HTTP/1.1 2") {
			t.Errorf("%.40q was acknowledged: %q", junk, answer)
		}
	}
	if n := len(s.recorder.callbacks()); n != 0 {
		t.Errorf("%d recorded", n)
	}
	if status, _, _ := do(t, post(t, s.url+"/x", formType, "a=1")); status != 200 {
		t.Errorf("and afterwards: status %d", status)
	}
}
