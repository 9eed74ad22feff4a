package app_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
)

func routes(t *testing.T, all ...string) []forward.Route {
	t.Helper()
	var out []forward.Route
	for _, s := range all {
		r, err := forward.ParseRoute(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// TestForward sends a message on the simulator and forwards its callbacks to an application, whose check with
// the simulator's token passes; what is not signed goes as it came.
func TestForward(t *testing.T) {
	t.Parallel()
	var a *app.App
	var valid, missing atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		params, _ := webhook.ParseParams(r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), body)
		token := signature.NewToken("simulator", a.SimulatorToken())
		switch signature.Verify(signature.Request{Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI(), Header: r.Header, Params: params}, []signature.Token{token}).Outcome {
		case signature.Valid:
			valid.Add(1)
		case signature.Missing:
			missing.Add(1)
		}
	}))
	defer target.Close()
	a = running(t, app.Options{Routes: routes(t, target.URL)})
	ctx := within(t)
	if _, err := a.Send(ctx, app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}}); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(a.Status().ListenURL+"/sms/inbound", "application/x-www-form-urlencoded", strings.NewReader("Text=unsigned"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if err := a.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	if err := a.ForwardingSettled(ctx); err != nil {
		t.Fatal(err)
	}
	if valid.Load() != 3 || missing.Load() != 1 {
		t.Errorf("%d valid and %d unsigned ones came", valid.Load(), missing.Load())
	}
	s := a.Status().Routes[0]
	if s.Came != 4 || s.Forwarded != 4 || s.Waiting != 0 || s.Health.State != forward.Up {
		t.Errorf("%+v", s)
	}
	sent, err := a.Forwarded(ctx, 0, 10)
	if err != nil || len(sent) != 4 || sent[0].Route != target.URL || sent[0].Answer.Status != 200 {
		t.Errorf("%d attempts, %v", len(sent), err)
	}
	a.PauseForwarding(true)
	if !a.Status().Routes[0].Paused {
		t.Error("it is not paused")
	}
}

// TestForwardToItself is refused, by whatever name of this machine.
func TestForwardToItself(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	_, port, _ := net.SplitHostPort(addr)
	for _, to := range []string{"http://" + addr, "inbound=localhost:" + port + "/x", "https://public.example/y"} {
		_, err := app.Open(within(t), app.Options{
			Mode: app.Simulator, Addr: addr, AddrGiven: true, PublicURL: "https://public.example", Routes: routes(t, to),
		})
		if err == nil || !strings.Contains(err.Error(), "listens there itself") {
			t.Errorf("%s: %v", to, err)
		}
	}
	_, err = app.Open(within(t), app.Options{Mode: app.Simulator, Addr: addr, AddrGiven: true, Routes: routes(t, ":3000", "http://localhost:3000/")})
	if err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("twice: %v", err)
	}
}

// TestForwardGoesOn ends with what is in flight, and the next run sends what was left.
func TestForwardGoesOn(t *testing.T) {
	t.Parallel()
	history := filepath.Join(t.TempDir(), "history.db")
	var came atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came.Add(1) }))
	defer target.Close()
	o := app.Options{Mode: app.Simulator, Speed: 50, Addr: "127.0.0.1:0", AddrGiven: true, HistoryPath: history, Routes: routes(t, target.URL)}
	ctx, cancel := context.WithCancel(within(t))
	a, err := app.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- a.Run(ctx, func() { close(ready) }) }()
	<-ready
	a.PauseForwarding(true)
	if err := a.Inbound(ctx, "+14155550177", "+14155550100", "hello"); err != nil {
		t.Fatal(err)
	}
	if err := a.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if came.Load() != 0 {
		t.Fatal("it was forwarded while it was paused")
	}
	b := running(t, o)
	// What an earlier run left is read by the forwarding once it runs: until then nothing is left to settle.
	for waiting := within(t); came.Load() == 0; time.Sleep(time.Millisecond) {
		if waiting.Err() != nil {
			t.Fatal("what was left was not forwarded")
		}
	}
	if err := b.ForwardingSettled(within(t)); err != nil {
		t.Fatal(err)
	}
	if cs, err := b.Callbacks(within(t), store.Window{}); err != nil || int64(len(cs)) != came.Load() || len(cs) != 1 {
		t.Errorf("%d callbacks, %d came, %v", len(cs), came.Load(), err)
	}
}
