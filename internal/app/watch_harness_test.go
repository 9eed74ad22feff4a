package app_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// clock is the time, and what it was put forward by.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) forward(d time.Duration) { c.ahead.Add(int64(d)) }

// quick has the statuses at once, and the first retry of a callback after a minute.
var quick = simulator.Pace{Queued: 0, Sent: time.Millisecond, Final: 2 * time.Millisecond, Late: time.Millisecond}

// watched runs an app on a simulator at its real speed, with a clock of its own.
func watched(t *testing.T, c *clock, o app.Options) *app.App {
	t.Helper()
	o.Mode, o.Now = app.Simulator, c.now
	if o.Pace == (simulator.Pace{}) {
		o.Pace = quick
	}
	if o.HistoryPath == "" {
		o.HistoryPath = filepath.Join(t.TempDir(), "a.db")
	}
	return running(t, o)
}

func sendOne(t *testing.T, a *app.App, to, fate string) int64 {
	t.Helper()
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{to}, Text: "hi"}, Fate: fate})
	if err != nil {
		t.Fatal(err)
	}
	return sent.IDs[0]
}

// watchedUntil puts the clock forward, half a minute at a time, until a message is as wanted.
func watchedUntil(t *testing.T, c *clock, a *app.App, id int64, want func(plivo.Message) bool) plivo.Message {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		ms, err := a.MessagesByID(within(t), []int64{id})
		if err != nil || len(ms) != 1 {
			t.Fatalf("%v; %d messages", err, len(ms))
		}
		if want(ms[0]) {
			return ms[0]
		}
		if time.Now().After(deadline) {
			t.Fatalf("the message stays %+v", ms[0])
		}
		c.forward(30 * time.Second)
		time.Sleep(50 * time.Millisecond)
	}
}

func causeAfterAsking(cause plivo.SilenceCause) func(plivo.Message) bool {
	return func(m plivo.Message) bool { return m.Provider.Asked > 0 && m.Silence.Cause == cause }
}

// valve is a public URL on this machine that can be shut and opened: what connects while it is shut is cut
// off.
type valve struct {
	ln net.Listener
	to atomic.Pointer[string]

	mu   sync.Mutex
	shut bool
	open map[net.Conn]bool
}

func newValve(t *testing.T) *valve {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &valve{ln: ln, open: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			go v.pass(in)
		}
	}()
	return v
}

func (v *valve) url() string { return "http://" + v.ln.Addr().String() }

func (v *valve) pass(in net.Conn) {
	defer in.Close()
	to := v.to.Load()
	if to == nil || !v.enter(in) {
		return
	}
	out, err := net.Dial("tcp", *to)
	if err != nil {
		return
	}
	defer out.Close()
	go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
	_, _ = io.Copy(in, out)
}

func (v *valve) enter(in net.Conn) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.open[in] = true
	return !v.shut
}

// turn shuts the valve, which cuts what is open, or opens it.
func (v *valve) turn(shut bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.shut = shut
	for conn := range v.open {
		_ = conn.Close()
	}
	clear(v.open)
}

func (v *valve) leadTo(a *app.App) {
	to := strings.TrimPrefix(a.Status().ListenURL, "http://")
	v.to.Store(&to)
}

// counting passes requests on to an API and counts those for a message.
func counting(t *testing.T, to *atomic.Pointer[string]) (url string, asked *sync.Map) {
	t.Helper()
	asked = &sync.Map{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/Message/") {
			n, _ := asked.LoadOrStore(r.URL.Path, new(atomic.Int64))
			n.(*atomic.Int64).Add(1)
		}
		out, err := http.NewRequestWithContext(r.Context(), r.Method, *to.Load()+r.URL.Path, r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		out.Header = r.Header
		resp, err := http.DefaultClient.Do(out)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

// provider is a simulated Plivo that outlives the apps that use it.
func provider(t *testing.T, o simulator.Options) (sim *simulator.Simulator, url string) {
	t.Helper()
	o.Pace = quick
	sim, err := simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(sim.Handler())
	t.Cleanup(func() { s.Close(); sim.Close() })
	return sim, s.URL
}
