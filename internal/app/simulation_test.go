package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestSimulatorIsControlled does the same with the simulator of this process and with that of another one: fates,
// rules, chaos, the clock and an inbound message.
func TestSimulatorIsControlled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "history.db")
	embedded := running(t, app.Options{HistoryPath: path})
	beside := running(t, app.Options{HistoryPath: path, Join: true})
	if !beside.Joined() {
		t.Fatal("the other one has not joined")
	}
	for name, a := range map[string]*app.App{"embedded": embedded, "in another process": beside} {
		t.Run(name, func(t *testing.T) {
			change := func(c app.SimulatorChange) {
				t.Helper()
				if err := a.ChangeSimulator(within(t), c); err != nil {
					t.Fatal(err)
				}
			}
			state := func() app.SimulatorState {
				t.Helper()
				st, err := a.SimulatorState(within(t), 100)
				if err != nil {
					t.Fatal(err)
				}
				return st
			}
			// Nothing is left of what was before.
			change(app.SimulatorChange{Start: true, Fate: "delivered", Chaos: &scenario.Chaos{}, NoRules: true, Next: &app.NextFate{}})
			before := len(state().Tried)

			change(app.SimulatorChange{Stop: true, Next: &app.NextFate{Fate: "failed:50", Messages: 2}})
			if st := state(); !st.Clock.Stopped || st.NextFate != "failed:50" || st.NextLeft != 2 || (st.Where == "") != (a == embedded) {
				t.Errorf("the state is %+v", st)
			}
			if _, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550123"}, Text: "hi"}}); err != nil {
				t.Fatal(err)
			}
			change(app.SimulatorChange{Advance: time.Minute})
			st := state()
			if n := len(st.Tried) - before; n == 0 || st.NextLeft != 1 || len(st.Upcoming) != 0 || st.Tried[0].ErrorCode != "50" || st.Tried[0].Answered != 200 || st.Tried[0].Number != 1 {
				t.Errorf("%d attempts; the state is %+v", n, st)
			}
			change(app.SimulatorChange{Next: &app.NextFate{}})
			if _, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550123"}, Text: "hi"}}); err != nil {
				t.Fatal(err)
			}
			change(app.SimulatorChange{Advance: time.Nanosecond}) // what is due at once was posted
			due := state().Upcoming
			if len(due) != 1 {
				t.Fatalf("%+v is to come", due)
			}
			before = len(state().Tried)
			change(app.SimulatorChange{ToNext: true})
			if st := state(); len(st.Tried) != before+1 || !st.Clock.Stopped || st.Clock.Now.Before(due[0].Due) {
				t.Errorf("the next due at %v left %+v", due[0].Due, st)
			}

			chaos, err := scenario.ParseChaos("lost=100%,api-latency=1ms")
			if err != nil {
				t.Fatal(err)
			}
			change(app.SimulatorChange{Chaos: &chaos, Speed: 20, Fate: "sent", Start: true})
			if st := state(); st.Chaos.String() != chaos.String() || st.Clock.Speed != 20 || st.Fate != "sent" || st.Clock.Stopped {
				t.Errorf("the state is %+v", st)
			}
			if st := a.Status(); st.Chaos != chaos.String() || st.Clock.Speed != 20 || st.SimulatorAt.IsZero() {
				t.Errorf("the status has %q, %+v", st.Chaos, st.Clock)
			}
			sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550123"}, Text: "hi"}})
			if err != nil {
				t.Fatal(err)
			}
			change(app.SimulatorChange{Advance: time.Minute})
			if tried := state().Tried; !slices.ContainsFunc(tried, func(tr simulator.Tried) bool { return tr.MessageUUID == sent.UUIDs[0] && tr.Cause == "chaos: lost" }) {
				t.Errorf("the attempts are %+v", tried)
			}
			change(app.SimulatorChange{Chaos: &scenario.Chaos{}})

			file := filepath.Join(t.TempDir(), "rules.yaml")
			write := func(text string) {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("rules:\n  - fate: lost\n")
			if err := a.ChangeSimulator(within(t), app.SimulatorChange{RulesFile: file}); err == nil || !strings.Contains(err.Error(), "line 2, column 11") || !strings.Contains(err.Error(), file) {
				t.Errorf("the error is %v", err)
			}
			if err := a.ChangeSimulator(within(t), app.SimulatorChange{RulesFile: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "no regular file") {
				t.Errorf("the error is %v", err)
			}
			write("rules:\n  - {name: germans, to: +49*, fate: late}\n")
			change(app.SimulatorChange{RulesFile: file})
			if st := state(); len(st.Rules) != 1 || st.Rules[0].Name != "germans" || st.RulesFile != file {
				t.Errorf("the rules are %+v of %q", st.Rules, st.RulesFile)
			}
			change(app.SimulatorChange{NoRules: true})
			if st := state(); len(st.Rules) != 0 || st.RulesFile != "" {
				t.Errorf("the rules are %+v of %q", st.Rules, st.RulesFile)
			}

			got, err := a.ReceiveInbound(within(t), simulator.InboundMessage{From: "+14155550123", Text: "hi"})
			if err != nil || got.UUID == "" || got.Answered != 200 || got.Answer != plivo.NoReply || got.Method != "POST" {
				t.Errorf("the answer is %+v (%v)", got, err)
			}
			if _, err := a.ReceiveInbound(within(t), simulator.InboundMessage{From: "", Text: "hi"}); err == nil || !strings.Contains(err.Error(), "from is required") {
				t.Errorf("the error is %v", err)
			}
			change(app.SimulatorChange{Speed: 1})
		})
	}
}

// TestNoSimulatorToControl says that a live account has none, and what it is that answers in place of one.
func TestNoSimulatorToControl(t *testing.T) {
	t.Parallel()
	// An address that is no loopback one by name, and that this machine alone answers for.
	a := running(t, app.Options{Mode: app.Live, AuthID: "MAXXXXXXXXXXXXXXXXXX", AuthToken: config.NewSecret("secret"), APIURL: "https://0.0.0.0:9", Addr: "127.0.0.1:0", AddrGiven: true})
	if _, err := a.SimulatorState(within(t), 1); !errors.Is(err, app.ErrNotSimulated) {
		t.Errorf("the error is %v", err)
	}
	if err := a.ChangeSimulator(within(t), app.SimulatorChange{Stop: true}); !errors.Is(err, app.ErrNotSimulated) {
		t.Errorf("the error is %v", err)
	}
	a = running(t, app.Options{Mode: app.Live, AuthID: "MAXXXXXXXXXXXXXXXXXX", AuthToken: config.NewSecret("secret"), APIURL: checking(t, "token")})
	if _, err := a.SimulatorState(within(t), 1); err == nil || !strings.Contains(err.Error(), "is no simulator that can be controlled") {
		t.Errorf("the error is %v", err)
	}
}
