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
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/webhook/tunnel"
	"dev.internal/plivoscope/internal/webhook/tunnel/ngroktest"
)

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
	// A heartbeat that comes before the answer to a login is a race inside the client, so none is early.
	o.Connect, o.Refused, o.Heartbeat = cmp.Or(o.Connect, patient), cmp.Or(o.Refused, patient), cmp.Or(o.Heartbeat, 2*time.Second)
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
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{
		Times:    tunnel.Times{Heartbeat: 500 * time.Millisecond},
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
		l.Extra.HeartbeatInterval != int64(500*time.Millisecond) || l.Extra.HeartbeatTolerance != int64(500*time.Millisecond) {
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

func TestNgrokRefusedLogin(t *testing.T) {
	for code, c := range map[string]struct {
		credentials bool
		want        string
	}{
		"105": {true, "does not look like one"}, "106": {true, "first version"}, "107": {true, "reset or removed"},
		"300": {true, "revoked"}, "4018": {true, "no authtoken"}, "108": {false, "as many agents"},
		"120": {false, "newer plivoscope"}, "121": {false, "newer plivoscope"}, "9040": {false, "country"},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			s := service(t)
			s.RefuseLogin("ERR_NGROK_" + code)
			e := startNgrok(t, s, ngrokOptions{}).failed(t)
			if e.Code != "ERR_NGROK_"+code || e.Credentials != c.credentials || !strings.Contains(e.Why, c.want) || strings.Contains(e.Why, token) {
				t.Errorf("%+v", e)
			}
			if seen := s.Wait(func(n ngroktest.Seen) bool { return n.Sessions == 0 }); len(seen.Logins) != 1 {
				t.Errorf("it logged in %d times", len(seen.Logins))
			}
		})
	}
}

func TestNgrokRefusedBind(t *testing.T) {
	for code, want := range map[string]string{
		"313": "paid plan", "319": "not reserved", "320": "another account's", "324": "as many endpoints", "15013": "no dev domain",
		"18019": "no two endpoints", "725": "bandwidth", "727": "requests for this month",
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			s := service(t)
			s.RefuseBind("ERR_NGROK_" + code)
			e := startNgrok(t, s, ngrokOptions{}).failed(t)
			if e.Code != "ERR_NGROK_"+code || e.Credentials || !strings.Contains(e.Why, want) {
				t.Errorf("%+v", e)
			}
		})
	}
}

// TestNgrokRefusedForAWhile: what may pass is tried again, is told, and is given up at last.
func TestNgrokRefusedForAWhile(t *testing.T) {
	t.Run("passes", func(t *testing.T) {
		s := service(t)
		s.RefuseBind("ERR_NGROK_334")
		r := startNgrok(t, s, ngrokOptions{})
		e := r.until(t, "the refusal", func(e tunnel.Event) bool { return e.Code != "" })
		if e.State != tunnel.Connecting || e.Code != "ERR_NGROK_334" || !strings.Contains(e.Why, "already online") || !strings.Contains(e.Why, "tried again in") {
			t.Errorf("%+v", e)
		}
		s.RefuseBind("")
		r.state(t, tunnel.Online)
	})
	t.Run("stays", func(t *testing.T) {
		s := service(t)
		s.RefuseBind("ERR_NGROK_334")
		e := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Refused: 200 * time.Millisecond}}).failed(t)
		if e.Code != "ERR_NGROK_334" || e.Credentials || len(s.Seen().Binds) < 2 {
			t.Errorf("%+v after %d binds", e, len(s.Seen().Binds))
		}
	})
	t.Run("unknown", func(t *testing.T) {
		s := service(t)
		s.RefuseBind("ERR_NGROK_99999")
		e := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Refused: 50 * time.Millisecond}}).failed(t)
		if e.Code != "ERR_NGROK_99999" || !strings.Contains(e.Why, "The service refuses this.") || !strings.Contains(e.Why, "https://ngrok.com/docs/errors/err_ngrok_99999") {
			t.Errorf("%+v", e)
		}
	})
}

func TestNgrokCut(t *testing.T) {
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{})
	url := r.state(t, tunnel.Online).URL
	for range 3 {
		s.Cut()
		if e := r.state(t, tunnel.Reconnecting); e.URL != url || e.Why == "" || e.Code != "" {
			t.Fatalf("%+v", e)
		}
		if e := r.state(t, tunnel.Online); e.URL != url {
			t.Fatalf("%+v", e)
		}
		if status, _, _ := get(t, s, url); status != http.StatusOK {
			t.Fatalf("the edge answers %d", status)
		}
	}
	seen := s.Seen()
	if l := seen.Logins[1]; l.ClientID == "" || l.Extra.Cookie == "" {
		t.Errorf("the second login is not told as ours: %+v", l)
	}
	if b := seen.Binds[1]; b.ID == "" || b.Extra.Token == "" {
		t.Errorf("the second bind is not told as ours: %+v", b)
	}
}

// TestNgrokMoves: the client does not look at the URL of a second bind.
func TestNgrokMoves(t *testing.T) {
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{})
	first := r.state(t, tunnel.Online).URL
	s.Move()
	s.Cut()
	second := r.until(t, "another URL", func(e tunnel.Event) bool { return e.State == tunnel.Online && e.URL != first }).URL
	if status, body, _ := get(t, s, second); status != http.StatusOK || !strings.Contains(body, strings.TrimPrefix(second, "https://")) {
		t.Errorf("the new URL answers %d %q", status, body)
	}
	if status, _, header := get(t, s, first); status != http.StatusNotFound || header.Get("Ngrok-Error-Code") != "ERR_NGROK_3200" {
		t.Errorf("the old URL answers %d", status)
	}
}

// TestNgrokRebindRefused: the client would try for ever; it is replaced by another.
func TestNgrokRebindRefused(t *testing.T) {
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Connect: 300 * time.Millisecond}})
	r.state(t, tunnel.Online)
	s.RefuseBind("ERR_NGROK_334")
	s.Cut()
	e := r.until(t, "the refusal", func(e tunnel.Event) bool { return e.Code == "ERR_NGROK_334" })
	if e.State != tunnel.Reconnecting || !strings.Contains(e.Why, "already online") {
		t.Errorf("%+v", e)
	}
	s.Wait(func(n ngroktest.Seen) bool { // a bind that is not a renewal
		return len(n.Binds) > 1 && slices.ContainsFunc(n.Binds[1:], func(b ngroktest.Bind) bool { return b.ID == "" })
	})
	s.RefuseBind("")
	e = r.state(t, tunnel.Online)
	if status, _, _ := get(t, s, e.URL); status != http.StatusOK {
		t.Errorf("the edge answers %d", status)
	}
}

// TestNgrokRevoked: a token that is revoked while the tunnel runs ends it at the next login.
func TestNgrokRevoked(t *testing.T) {
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{})
	r.state(t, tunnel.Online)
	s.RefuseLogin("ERR_NGROK_300")
	s.Cut()
	if e := r.failed(t); e.Code != "ERR_NGROK_300" || !e.Credentials || strings.Contains(e.Why, token) {
		t.Errorf("%+v", e)
	}
}

// TestNgrokFrozen: a network that has gone without a word is noticed by the heartbeats, and the tunnel can be
// ended on it at once.
func TestNgrokFrozen(t *testing.T) {
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Heartbeat: 300 * time.Millisecond}})
	r.state(t, tunnel.Online)
	s.Freeze(true)
	r.state(t, tunnel.Reconnecting)
	s.Outage(true) // what was begun on the frozen network is lost
	s.Freeze(false)
	s.Outage(false)
	r.state(t, tunnel.Online)
	s.Freeze(true)
	if err := r.stop(t); err != nil {
		t.Errorf("Run: %v", err)
	}
	s.Freeze(false)
	s.Wait(func(n ngroktest.Seen) bool { return n.Sessions == 0 })
}

func TestNgrokOutage(t *testing.T) {
	s := service(t)
	s.Outage(true)
	r := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Connect: 200 * time.Millisecond}})
	e := r.until(t, "the reason", func(e tunnel.Event) bool { return strings.Contains(e.Why, "tried again in") })
	if e.State != tunnel.Connecting || e.Code != "" {
		t.Errorf("%+v", e)
	}
	s.Outage(false)
	r.state(t, tunnel.Online)
}

// TestNgrokFlaps cuts the connection as soon as it is there, many times.
func TestNgrokFlaps(t *testing.T) {
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{})
	for range 30 {
		r.state(t, tunnel.Online)
		s.Cut()
		r.state(t, tunnel.Reconnecting)
	}
	if status, _, _ := get(t, s, r.state(t, tunnel.Online).URL); status != http.StatusOK {
		t.Errorf("the edge answers %d", status)
	}
}

func TestNgrokCommands(t *testing.T) {
	t.Run("stop", func(t *testing.T) {
		s := service(t)
		r := startNgrok(t, s, ngrokOptions{})
		r.state(t, tunnel.Online)
		s.Stop()
		if e := r.failed(t); !strings.Contains(e.Why, "dashboard has stopped") {
			t.Errorf("%+v", e)
		}
	})
	t.Run("take", func(t *testing.T) {
		s := service(t)
		r := startNgrok(t, s, ngrokOptions{})
		r.state(t, tunnel.Online)
		s.Take("ERR_NGROK_4242", "Somebody has closed it.")
		e := r.state(t, tunnel.Reconnecting)
		if e.Code != "ERR_NGROK_4242" || !strings.Contains(e.Why, "taken the endpoint away") || !strings.Contains(e.Why, "Somebody has closed it.") {
			t.Errorf("%+v", e)
		}
		if status, _, _ := get(t, s, r.state(t, tunnel.Online).URL); status != http.StatusOK {
			t.Errorf("the edge answers %d", status)
		}
	})
	t.Run("take for good", func(t *testing.T) {
		s := service(t)
		r := startNgrok(t, s, ngrokOptions{})
		r.state(t, tunnel.Online)
		s.Take("ERR_NGROK_3208", "The account is closed.")
		if e := r.failed(t); e.Code != "ERR_NGROK_3208" {
			t.Errorf("%+v", e)
		}
	})
}

// TestNgrokCertificate: a server that ngrok's authority does not vouch for is told of, not trusted.
func TestNgrokCertificate(t *testing.T) {
	s, other := service(t), service(t)
	tun := parse(t, "ngrok", tunnel.Settings{NgrokToken: config.NewSecret(token), NgrokServer: s.Addr(), NgrokCA: other.CAFile()})
	tunnel.Haste(tun, tunnel.Times{Connect: patient, Refused: patient, Heartbeat: patient})
	r := start(t, tun, hello)
	if e := r.until(t, "the reason", func(e tunnel.Event) bool { return e.Why != "" }); !strings.Contains(e.Why, "does not verify") || !strings.Contains(e.Why, "proxy") {
		t.Errorf("%+v", e)
	}
	if err := r.stop(t); err != nil {
		t.Errorf("Run: %v", err)
	}
	if n := len(s.Seen().Logins); n != 0 {
		t.Errorf("it logged in %d times", n)
	}
}

// TestNgrokProbe: the probe goes through the edge; one that takes requests and forwards none is found out.
func TestNgrokProbe(t *testing.T) {
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
	if testing.Short() {
		t.Skip("a client that is ended between two steps trips over a race inside muxado now and then")
	}
	s := service(t)
	for i := range 60 {
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
	before := runtime.NumGoroutine()
	for range 3 {
		r := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Heartbeat: 300 * time.Millisecond}})
		r.state(t, tunnel.Online)
		if err := r.stop(t); err != nil {
			t.Fatalf("Run: %v", err)
		}
	}
	s.Wait(func(n ngroktest.Seen) bool { return n.Sessions == 0 })
	for limit := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
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

func TestParseNgrok(t *testing.T) {
	secret := config.NewSecret(token)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		settings tunnel.Settings
		want     string
	}{
		{tunnel.Settings{}, "needs an authtoken: copy it from https://dashboard.ngrok.com"},
		{tunnel.Settings{NgrokToken: secret, NgrokDomain: "http://me.ngrok.app"}, "is no name"},
		{tunnel.Settings{NgrokToken: secret, NgrokDomain: "me.ngrok.app/path"}, "is no name"},
		{tunnel.Settings{NgrokToken: secret, NgrokServer: "localhost"}, "HOST:PORT"},
		{tunnel.Settings{NgrokToken: secret, NgrokCA: "/no/such/file"}, "cannot be read"},
		{tunnel.Settings{NgrokToken: secret, NgrokCA: empty}, "holds no certificate"},
	} {
		if _, err := tunnel.Parse("ngrok", c.settings); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse: %v, want %q", err, c.want)
		}
	}
	for _, domain := range []string{"me.ngrok-free.app", "https://me.ngrok-free.app/"} {
		if _, err := tunnel.Parse("ngrok", tunnel.Settings{NgrokToken: secret, NgrokDomain: domain}); err != nil {
			t.Error(err)
		}
	}
}
