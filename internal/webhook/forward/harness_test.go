package forward_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
	"dev.internal/plivoscope/internal/webhook/replay"
)

var token = signature.NewToken("account", "0123456789012345678901234567890123456789")

func history(t *testing.T) *store.Store {
	t.Helper()
	return reopen(t, filepath.Join(t.TempDir(), "history.db"))
}

func reopen(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// callback is a delivery report as it comes, the nth of a message.
func callback(uuid string, n int) *webhook.Callback {
	body := url.Values{"MessageUUID": {uuid}, "Status": {"sent"}, "Sequence": {strconv.Itoa(n)}}.Encode()
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "User-Agent": {"plivo"}}
	params, _ := webhook.ParseParams("POST", "/", header.Get("Content-Type"), []byte(body))
	c := &webhook.Callback{
		ReceivedAt: time.Now(), Kind: webhook.DeliveryReport, Method: "POST", Protocol: "HTTP/1.1",
		URL: "https://public.example/sms/delivery-report?env=dev", ReceivedURL: "http://127.0.0.1:4141/sms/delivery-report?env=dev",
		Header: header, Body: []byte(body), Report: plivo.NewReport(params),
		Verdict: signature.Result{Outcome: signature.Valid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3", Token: "account"},
		Answer:  webhook.Answer{Status: 200, At: time.Now()},
	}
	for _, scheme := range []signature.Scheme{signature.V2, signature.V3} {
		sig, err := signature.Sign(token, scheme, "POST", c.URL, "12345", params)
		if err != nil {
			panic(err)
		}
		header.Set(scheme.Header(), sig)
		header.Set(scheme.NonceHeader(), "12345")
	}
	return c
}

func unsigned(c *webhook.Callback) *webhook.Callback {
	for name := range c.Header {
		if strings.HasPrefix(name, "X-Plivo") {
			delete(c.Header, name)
		}
	}
	c.Verdict = signature.Result{Outcome: signature.Missing}
	return c
}

func record(t *testing.T, s *store.Store, cs ...*webhook.Callback) {
	t.Helper()
	var all sync.WaitGroup
	for _, c := range cs {
		all.Add(1)
		keep := func() {
			defer all.Done()
			if err := s.Record(context.Background(), c); err != nil {
				t.Error(err)
			}
		}
		if len(cs) < 200 {
			keep() // in their order
		} else {
			go keep()
		}
	}
	all.Wait()
}

// got is a callback that came to a target.
type got struct {
	uuid     string
	sequence int
	outcome  signature.Outcome // over the URL that the target was asked by
	header   http.Header
	path     string
	body     string
}

// target is an application.
type target struct {
	*httptest.Server
	mu     sync.Mutex
	came   []got
	flying map[string]int // of each message
	most   int            // of one message at once
	// answer says what becomes of the nth request, from 1; nil for 200.
	answer func(w http.ResponseWriter, r *http.Request, n int, g got)
}

func (a *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	params, _ := webhook.ParseParams(r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), body)
	report := plivo.NewReport(params)
	g := got{uuid: report.MessageUUID(), header: r.Header, path: r.URL.RequestURI(), body: string(body)}
	g.sequence, _ = report.Sequence()
	g.outcome = signature.Verify(signature.Request{
		Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI(), Header: r.Header, Params: params,
	}, []signature.Token{token}).Outcome
	a.mu.Lock()
	a.came = append(a.came, g)
	n := len(a.came)
	a.flying[g.uuid]++
	a.most = max(a.most, a.flying[g.uuid])
	answer := a.answer
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.flying[g.uuid]--
		a.mu.Unlock()
	}()
	if answer != nil {
		answer(w, r, n, g)
	}
}

func (a *target) all() []got {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]got(nil), a.came...)
}

// app starts an application; at is the address where one was before, or empty.
func app(t *testing.T, at string, answer func(w http.ResponseWriter, r *http.Request, n int, g got)) *target {
	t.Helper()
	a := &target{answer: answer, flying: map[string]int{}}
	a.Server = httptest.NewUnstartedServer(a)
	if at != "" {
		ln, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Listener.Close()
		a.Listener = ln
	}
	a.Start()
	t.Cleanup(a.Close)
	return a
}

// nowhere is an address at which nothing listens.
func nowhere(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	return ln.Addr().String()
}

// running is a Forwarder that runs.
type running struct {
	*forward.Forwarder
	t    *testing.T
	stop func()

	mu    sync.Mutex
	tolds []string
}

func (r *running) told() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.tolds...)
}

func run(t *testing.T, s *store.Store, routes []forward.Route, now func() time.Time) *running {
	t.Helper()
	return runWith(t, s, routes, now, 2*time.Second)
}

func runWith(t *testing.T, s *store.Store, routes []forward.Route, now func() time.Time, answer time.Duration) *running {
	t.Helper()
	r := &running{t: t}
	if now == nil {
		now = time.Now
	}
	f, err := forward.New(context.Background(), forward.Options{
		Routes: routes, Store: s, Now: now, Logger: slog.New(slog.DiscardHandler),
		Keys: func(*webhook.Callback) replay.Keys { return replay.Keys{Account: token} },
		Notify: func(_ slog.Level, text string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.tolds = append(r.tolds, text)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	forward.Hurry(f, answer)
	r.Forwarder = f
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = f.Run(ctx)
	}()
	r.stop = func() { cancel(); <-ended }
	t.Cleanup(r.stop)
	return r
}

// until waits until a condition of the first route's figures holds.
func (r *running) until(what string, ok func(forward.Stats) bool) forward.Stats {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if s := r.Stats()[0]; ok(s) {
			return s
		}
	}
	r.t.Fatalf("waited in vain until %s: %+v\n%s", what, r.Stats()[0], strings.Join(r.told(), "\n"))
	return forward.Stats{}
}

func (r *running) forwarded(n int64) forward.Stats {
	r.t.Helper()
	return r.until(fmt.Sprintf("%d are forwarded", n), func(s forward.Stats) bool { return s.Forwarded == n && s.Waiting == 0 })
}

func route(t *testing.T, s string) forward.Route {
	t.Helper()
	r, err := forward.ParseRoute(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// inOrder checks that each message's callbacks came in their order, where one that came again counts when
// it came first, and gives how many different ones came.
func inOrder(t *testing.T, all []got) int {
	t.Helper()
	last, seen := map[string]int{}, map[string]bool{}
	for _, g := range all {
		key := fmt.Sprint(g.uuid, " ", g.sequence)
		if seen[key] {
			continue
		}
		seen[key] = true
		if g.sequence != last[g.uuid]+1 {
			t.Errorf("of message %s number %d came after %d", g.uuid, g.sequence, last[g.uuid])
		}
		last[g.uuid] = g.sequence
	}
	return len(seen)
}
