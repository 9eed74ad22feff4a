package tunnel_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/webhook/tunnel"
	"dev.internal/plivoscope/internal/webhook/tunnel/ngroktest"
)

// raceDetector tells that the tests are built with it: it finds ngrok's races, too.
var raceDetector bool

const token = "2abcDEF_made-up-for-tests"

func service(t *testing.T) *ngroktest.Service {
	t.Helper()
	s, err := ngroktest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// locked is a log that many write to.
type locked struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// serving is a local server that answers with h.
func serving(h http.Handler) tunnel.Local {
	return tunnel.Local{Addr: "127.0.0.1:4141", Serve: func(ctx context.Context, ln net.Listener) error {
		server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
		stopped := make(chan struct{})
		stop := context.AfterFunc(ctx, func() {
			defer close(stopped)
			grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if server.Shutdown(grace) != nil {
				_ = server.Close()
			}
		})
		err := server.Serve(ln)
		if stop() {
			return err
		}
		<-stopped
		return nil
	}}
}

var hello = serving(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.Host, r.URL)
}))

type ngrokOptions struct {
	tunnel.Times
	settings tunnel.Settings
	local    *tunnel.Local
}

// startNgrok runs a tunnel to the stand-in; the log must never hold the token.
func startNgrok(t *testing.T, s *ngroktest.Service, o ngrokOptions) *run {
	t.Helper()
	log := &locked{}
	t.Cleanup(func() {
		if strings.Contains(log.String(), token) {
			t.Errorf("the log holds the token: %s", log.String())
		}
	})
	o.settings.NgrokToken = config.NewSecret(token)
	o.settings.NgrokServer, o.settings.NgrokCA = s.Addr(), s.CAFile()
	o.settings.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	tun := parse(t, "ngrok", o.settings)
	if tun.Name() != "ngrok" || !tun.Metered() {
		t.Errorf("it is %q, metered %t", tun.Name(), tun.Metered())
	}
	// A heartbeat that comes before the answer to a login, or that is missed, is a race inside the client, so none comes
	// on a machine that is merely slow.
	o.Connect, o.Refused, o.Heartbeat = cmp.Or(o.Connect, patient), cmp.Or(o.Refused, patient), cmp.Or(o.Heartbeat, patient)
	tunnel.Haste(tun, o.Times)
	local := hello
	if o.local != nil {
		local = *o.local
	}
	return start(t, tun, local)
}

func get(t *testing.T, s *ngroktest.Service, url string) (status int, body string, header http.Header) {
	t.Helper()
	r, err := s.Client().Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text), r.Header
}

func TestNgrok(t *testing.T) {
	t.Parallel()
	heartbeat := 500 * time.Millisecond
	if raceDetector {
		heartbeat = 5 * time.Second
	}
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{
		Times:    tunnel.Times{Heartbeat: heartbeat},
		settings: tunnel.Settings{NgrokDomain: "me.ngrok-free.app", Metadata: "plivoscope"},
	})
	online := r.state(t, tunnel.Online)
	if r.seen[0] != (tunnel.Event{State: tunnel.Connecting}) || online.Why != "" {
		t.Errorf("events: %+v", r.seen)
	}
	host := strings.TrimPrefix(online.URL, "https://")
	if _, body, _ := get(t, s, online.URL+"/a%2Fb?x=1;2&y=%20"); body != "GET "+host+" /a%2Fb?x=1;2&y=%20" {
		t.Errorf("through the edge came %q", body)
	}
	seen := s.Seen()
	if l := seen.Logins[0]; l.Extra.Authtoken != token || l.Extra.Metadata != "plivoscope" ||
		l.Extra.HeartbeatInterval != int64(heartbeat) || l.Extra.HeartbeatTolerance != int64(heartbeat) {
		t.Errorf("login: %+v", l)
	}
	if b := seen.Binds[0]; b.Host() != "https://me.ngrok-free.app" || b.Extra.PoolingEnabled || b.Extra.Metadata != "plivoscope" || b.Proto != "https" {
		t.Errorf("bind: %+v", b)
	}
	s.Wait(func(n ngroktest.Seen) bool { return n.Beats > 0 })
	if err := r.stop(t); err != nil {
		t.Errorf("Run: %v", err)
	}
	s.Wait(func(n ngroktest.Seen) bool { return n.Unbinds == 1 && n.Sessions == 0 })
	if status, _, header := get(t, s, online.URL); status != http.StatusNotFound || header.Get("Ngrok-Error-Code") != "ERR_NGROK_3200" {
		t.Errorf("after the end the edge answers %d, %v", status, header)
	}
}

// TestNgrokDrains: a request that is in flight at the end is answered.
func TestNgrokDrains(t *testing.T) {
	t.Parallel()
	s := service(t)
	arrived, leave := make(chan struct{}), make(chan struct{})
	local := serving(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-leave
		_, _ = io.WriteString(w, "done")
	}))
	r := startNgrok(t, s, ngrokOptions{local: &local})
	url := r.state(t, tunnel.Online).URL
	answer := make(chan string, 1)
	go func() {
		_, body, _ := get(t, s, url)
		answer <- body
	}()
	<-arrived
	r.cancel()
	close(leave)
	if got := <-answer; got != "done" {
		t.Errorf("it was answered %q", got)
	}
	if err := r.result(t); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestNgrokProbe: the probe goes through the edge; one that takes requests and forwards none is found out.
func TestNgrokProbe(t *testing.T) {
	t.Parallel()
	s := service(t)
	prover := tunnel.NewProver()
	local := serving(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		prover.Stamp(w, r)
		_, _ = io.WriteString(w, "{}")
	}))
	r := startNgrok(t, s, ngrokOptions{local: &local})
	url := r.state(t, tunnel.Online).URL
	prober := tunnel.Prober{Prover: prover, Path: health, Roots: s.Roots(), Timeout: patient}
	if _, err := prober.Probe(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s.Silence(true)
	prober.Timeout = 300 * time.Millisecond
	_, err := prober.Probe(t.Context(), url)
	refused(t, err, tunnel.TimedOut, "", url, "never answers")
	s.Silence(false)
	prober.Timeout = patient
	if _, err := prober.Probe(t.Context(), url); err != nil {
		t.Error(err)
	}
	_ = r.stop(t)
	_, err = prober.Probe(t.Context(), url)
	refused(t, err, tunnel.EdgeRefused, "ERR_NGROK_3200", url, "No tunnel is online")
}

// TestNgrokEndsAtAnyMoment ends it at many moments of its start and its reconnecting; no session may live on.
func TestNgrokEndsAtAnyMoment(t *testing.T) {
	if raceDetector {
		t.Skip("a client that is ended between two steps trips over a race inside muxado now and then")
	}
	t.Parallel()
	s := service(t)
	for i := range 40 {
		r := startNgrok(t, s, ngrokOptions{})
		if i%2 == 1 {
			r.state(t, tunnel.Online)
			s.Cut()
		}
		time.Sleep(time.Duration(i*i) * 5 * time.Microsecond) // no matter how far it is
		if err := r.stop(t); err != nil {
			t.Fatalf("Run: %v", err)
		}
	}
	s.Wait(func(n ngroktest.Seen) bool { return n.Sessions == 0 })
}

// TestNgrokLeavesNothing counts goroutines after tunnels that were online have ended; the client's own watch
// over heartbeats may take their interval to go.
func TestNgrokLeavesNothing(t *testing.T) {
	s := service(t)
	before, heartbeat := runtime.NumGoroutine(), 300*time.Millisecond
	if raceDetector {
		heartbeat = 5 * time.Second // as slow as that is, none is to be missed
	}
	for range 3 {
		r := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Heartbeat: heartbeat}})
		r.state(t, tunnel.Online)
		if err := r.stop(t); err != nil {
			t.Fatalf("Run: %v", err)
		}
	}
	s.Wait(func(n ngroktest.Seen) bool { return n.Sessions == 0 })
	for limit := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(limit) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func TestNgrokServeEnds(t *testing.T) {
	s := service(t)
	local := tunnel.Local{Addr: "127.0.0.1:4141", Serve: func(context.Context, net.Listener) error { return errors.New("out of handles") }}
	if e := startNgrok(t, s, ngrokOptions{local: &local}).failed(t); !strings.Contains(e.Why, "out of handles") {
		t.Errorf("%+v", e)
	}
}
