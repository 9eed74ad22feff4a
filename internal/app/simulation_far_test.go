package app_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// far is a simulator of another process that may be suspended, and an app whose messages go to it.
type far struct {
	*simulator.Simulator
	app       *app.App
	suspended atomic.Bool
	requests  atomic.Int64
	server    *httptest.Server
}

func newFar(t *testing.T, within time.Duration) *far {
	t.Helper()
	sim, err := simulator.New(simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	f := &far{Simulator: sim}
	over := make(chan struct{})
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.requests.Add(1)
		if f.suspended.Load() {
			select {
			case <-over:
			case <-r.Context().Done():
			}
			return
		}
		sim.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(f.server.Close)
	t.Cleanup(func() { close(over) })
	f.app = runningAfter(t, app.Options{Mode: app.Live, AuthID: sim.AuthID(), AuthToken: config.NewSecret(sim.AuthToken()), APIURL: f.server.URL}, func(a *app.App) {
		app.QuickenSimulator(a, within)
	})
	return f
}

// status waits until the app's is as wanted, which is looked at as the screens do.
func (f *far) status(t *testing.T, want func(app.Status) bool) {
	t.Helper()
	changed, stop := f.app.Subscribe()
	defer stop()
	ctx := within(t)
	for {
		st := f.app.Status()
		if want(st) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the status is %+v at %s (%s), chaos %q", st.Clock, st.SimulatorAt, st.SimulatorProblem, st.Chaos)
		case <-changed:
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// TestFarRulesTellTheirUse as those of this process do.
func TestFarRulesTellTheirUse(t *testing.T) {
	t.Parallel()
	f := newFar(t, 10*time.Second)
	rules, err := scenario.ParseRules([]byte("rules: [{to: +1*, nth: 2, fate: failed}, {to: +1*, fate: sent}]"), "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetRules(rules); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := f.app.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: simulator.DefaultNumber, To: []string{"+14155550123"}, Text: "x"}}); err != nil {
			t.Fatal(err)
		}
	}
	st, err := f.app.SimulatorState(within(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(st.Rules) != 2 || st.Rules[0].Used != 1 || st.Rules[0].Fitted != 3 || st.Rules[1].Used != 2 || st.Rules[1].Fitted != 3 {
		t.Errorf("the rules are %+v", st.Rules)
	}
}

// TestStatusOfAFarSimulator has the status follow what others do to the simulator, without a panel that looks, and
// claim nothing once it is gone.
func TestStatusOfAFarSimulator(t *testing.T) {
	t.Parallel()
	f := newFar(t, 10*time.Second)
	f.status(t, func(st app.Status) bool { return !st.SimulatorAt.IsZero() && st.Clock.Speed == 1 && !st.Embedded })
	chaos, err := scenario.ParseChaos("lost=5%")
	if err != nil {
		t.Fatal(err)
	}
	f.StopClock()
	if err := f.SetChaos(chaos); err != nil {
		t.Fatal(err)
	}
	f.status(t, func(st app.Status) bool { return st.Clock.Stopped && st.Chaos == chaos.String() })
	f.StartClock()
	f.status(t, func(st app.Status) bool { return !st.Clock.Stopped && st.SimulatorProblem == "" })

	if err := f.app.ChangeSimulator(within(t), app.SimulatorChange{Stop: true}); err != nil {
		t.Fatal(err)
	}
	if st := f.app.Status(); !st.Clock.Stopped {
		t.Errorf("right after a change the status has %+v", st.Clock)
	}
	f.server.CloseClientConnections()
	_ = f.server.Listener.Close()
	f.status(t, func(st app.Status) bool {
		return st.SimulatorAt.IsZero() && !st.Clock.Stopped && st.Chaos == "" && strings.Contains(st.SimulatorProblem, "no simulator answers at 127.0.0.1:")
	})
}

// TestNobodyLooks has a simulator of another process left alone where no screen shows it.
func TestNobodyLooks(t *testing.T) {
	t.Parallel()
	f := newFar(t, 10*time.Second)
	f.status(t, func(st app.Status) bool { return !st.SimulatorAt.IsZero() })
	last, changed := f.requests.Load(), time.Now()
	for end := time.Now().Add(time.Minute); time.Since(changed) < 300*time.Millisecond; time.Sleep(10 * time.Millisecond) {
		if now := f.requests.Load(); now != last {
			last, changed = now, time.Now()
		}
		if time.Now().After(end) {
			t.Fatalf("it was asked %d times", last)
		}
	}
}

// TestSuspendedSimulator has no question to a process that gives no answer last for ever, and what takes its time end
// when the user says so.
func TestSuspendedSimulator(t *testing.T) {
	t.Parallel()
	f := newFar(t, 200*time.Millisecond)
	f.status(t, func(st app.Status) bool { return !st.SimulatorAt.IsZero() })
	f.suspended.Store(true)
	const words = "it gave no answer within 200ms; is its process suspended"
	if _, err := f.app.SimulatorState(within(t), 10); err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("the error is %v", err)
	}
	for _, c := range []app.SimulatorChange{{Stop: true}, {Speed: 2}, {Fate: "sent"}, {Next: &app.NextFate{}}, {Chaos: &scenario.Chaos{}}, {NoRules: true}} {
		if err := f.app.ChangeSimulator(within(t), c); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%+v: the error is %v", c, err)
		}
	}
	f.status(t, func(st app.Status) bool {
		return st.SimulatorAt.IsZero() && strings.Contains(st.SimulatorProblem, words)
	})

	for _, c := range []app.SimulatorChange{{ToNext: true}, {Advance: time.Hour}} {
		ctx, cancel := context.WithCancel(within(t))
		before := f.requests.Load()
		ended := make(chan error, 1)
		go func() { ended <- f.app.ChangeSimulator(ctx, c) }()
		for f.requests.Load() == before {
			time.Sleep(time.Millisecond)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%+v: the error is %v", c, err)
		}
	}
	f.suspended.Store(false)
	f.status(t, func(st app.Status) bool { return !st.SimulatorAt.IsZero() && st.SimulatorProblem == "" })
}

// TestAdvanceIsCancelled has the clock of a simulator stay where it has come to, in this process or another one.
func TestAdvanceIsCancelled(t *testing.T) {
	t.Parallel()
	f := newFar(t, 10*time.Second)
	here := running(t, app.Options{})
	for name, a := range map[string]*app.App{"far": f.app, "embedded": here} {
		t.Run(name, func(t *testing.T) {
			came, over := make(chan struct{}, 1), make(chan struct{})
			slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				select {
				case came <- struct{}{}:
				default:
				}
				<-over
			}))
			t.Cleanup(slow.Close)
			t.Cleanup(func() { close(over) })
			if err := a.ChangeSimulator(within(t), app.SimulatorChange{Stop: true}); err != nil {
				t.Fatal(err)
			}
			go func() {
				_, _ = a.ReceiveInbound(context.WithoutCancel(t.Context()), simulator.InboundMessage{From: "+14155550123", Text: "hi", URL: slow.URL})
			}()
			<-came
			ctx, cancel := context.WithCancel(within(t))
			ended := make(chan error, 1)
			go func() { ended <- a.ChangeSimulator(ctx, app.SimulatorChange{Advance: time.Hour}) }()
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
			if st, err := a.SimulatorState(within(t), 1); err != nil || !st.Clock.Stopped {
				t.Errorf("the state is %+v (%v)", st, err)
			}
		})
	}
}

// TestRulesFileIsOfTheRules names the file that was loaded only while its rules hold: another program may set others.
func TestRulesFileIsOfTheRules(t *testing.T) {
	t.Parallel()
	f := newFar(t, 10*time.Second)
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte("rules:\n  - {to: +49*, text: '(?i)code', first: 2, chance: 50%, fate: late}\n  - refuse: 503\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := scenario.ParseRules([]byte("rules: [{fate: sent}]"), "other.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shows := func(want string) {
		t.Helper()
		if st, err := f.app.SimulatorState(within(t), 1); err != nil || st.RulesFile != want {
			t.Errorf("the file is %q (%v), want %q", st.RulesFile, err, want)
		}
	}
	shows("")
	load := func() {
		t.Helper()
		if err := f.app.ChangeSimulator(within(t), app.SimulatorChange{RulesFile: file}); err != nil {
			t.Fatal(err)
		}
	}
	load()
	shows(file)
	loaded := f.Rules()
	if err := f.SetRules(other); err != nil {
		t.Fatal(err)
	}
	shows("")
	if err := f.SetRules(loaded); err != nil {
		t.Fatal(err)
	}
	shows(file)
	if err := f.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	shows("")
}
