package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// simulated is the simulator of a fake core: it does what it is told with its state, and posts nothing.
type simulated struct {
	sim     app.SimulatorState
	simErr  error // of reading it
	simFail error // of changing it
	simHang bool  // it answers nothing
	changes []app.SimulatorChange
	states  int // how often the state was
	posts   []simulator.InboundMessage
	receipt simulator.Receipt
}

func (c *fakeCore) SimulatorState(ctx context.Context, _ int) (app.SimulatorState, error) {
	c.calls.Add(1)
	if c.simHang {
		<-ctx.Done()
		return app.SimulatorState{}, ctx.Err()
	}
	c.states++
	c.mu.Lock()
	defer c.mu.Unlock()
	st := c.sim
	st.Upcoming, st.Tried = slices.Clone(st.Upcoming), slices.Clone(st.Tried)
	return st, c.simErr
}

func (c *fakeCore) ChangeSimulator(ctx context.Context, ch app.SimulatorChange) error {
	c.calls.Add(1)
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.simFail != nil {
		return c.simFail
	}
	c.changes = append(c.changes, ch)
	st := &c.sim
	switch {
	case ch.Stop:
		st.Clock.Stopped = true
	case ch.Start:
		st.Clock.Stopped = false
	case ch.Speed != 0:
		st.Clock.Speed = ch.Speed
	case ch.Fate != "":
		st.Fate = ch.Fate
	case ch.Next != nil:
		st.NextFate, st.NextLeft = ch.Next.Fate, ch.Next.Messages
	case ch.Chaos != nil:
		st.Chaos = *ch.Chaos
	case ch.NoRules:
		st.Rules, st.RulesFile = nil, ""
	case ch.RulesFile != "":
		st.Rules, st.RulesFile = someRules(), ch.RulesFile
	case ch.ToNext:
		c.post()
	case ch.Advance > 0:
		st.Clock.Now = st.Clock.Now.Add(ch.Advance)
	}
	c.status.Clock, c.status.Chaos = st.Clock, ""
	if !st.Chaos.None() {
		c.status.Chaos = st.Chaos.String()
	}
	return nil
}

// post makes the next attempt.
func (c *fakeCore) post() {
	st := &c.sim
	if len(st.Upcoming) == 0 {
		return
	}
	u := st.Upcoming[0]
	st.Upcoming = st.Upcoming[1:]
	st.Clock.Now = u.Due
	if st.Clock.Next, st.Clock.Pending = (time.Time{}), len(st.Upcoming); len(st.Upcoming) > 0 {
		st.Clock.Next = st.Upcoming[0].Due
	}
	st.Tried = append([]simulator.Tried{{Callback: u.Callback, Attempt: simulator.Attempt{Number: u.Attempt, At: u.Due, Took: 12 * time.Millisecond, Answered: 200}}}, st.Tried...)
}

func (c *fakeCore) ReceiveInbound(_ context.Context, in simulator.InboundMessage) (simulator.Receipt, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.posts = append(c.posts, in)
	return c.receipt, c.inboundErr
}

func (c *fakeCore) MessagesByUUID(_ context.Context, uuids []string) ([]plivo.Message, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []plivo.Message
	for _, m := range c.messages {
		if slices.Contains(uuids, m.UUID) {
			out = append(out, m)
		}
	}
	return out, nil
}

func someRules() []simulator.RuleUse {
	rules, err := scenario.ParseRules([]byte(`rules:
  - {name: first-three, to: "+49151*", first: 3, refuse: {status: 429, error: "too \x1b[2Jmany \u202e"}}
  - {from: ACME, text: "(?i)^win 赢 فوز", fate: "undelivered:30", chance: 12.5%}
  - {to: "+14155550123", every: 5, fate: late}
  - {fate: delivered}
`), "rules.yaml")
	if err != nil {
		panic(err)
	}
	var out []simulator.RuleUse
	for i, r := range rules.List {
		n := 12345 / (i*i*100 + 1)
		out = append(out, simulator.RuleUse{Rule: r, Fitted: n, Used: n / (i + 1)})
	}
	return out
}

// simulate fills the simulator: with n attempts that were made, and half as many to come.
func (c *fakeCore) simulate(n int) {
	c.sim = app.SimulatorState{Clock: simulator.Clock{Now: testNow, Speed: 1}, Fate: "delivered", Standing: simulator.Standing{Balance: "999999.99210", ListLimit: 20, Lists: 3}}
	callback := func(i int) simulator.Callback {
		cb := simulator.Callback{
			MessageUUID: fmt.Sprintf("5b40a428-0000-4000-8000-%012d", i%9), From: "14155550100", To: "14155550123", Status: plivo.Delivered, Sequence: i,
			Method: "POST", URL: "http://127.0.0.1:4141/sms/delivery-report",
		}
		switch i % 5 {
		case 1:
			cb.Status, cb.ErrorCode = plivo.Undelivered, "30"
		case 2:
			cb.Status, cb.Cause = plivo.Sent, "chaos: late, duplicate"
			cb.Copy = 1
		case 3:
			cb.Inbound, cb.Status, cb.From, cb.To = true, plivo.Received, "AC\x1b[2JME شكرا 谢谢", "14155550100"
		}
		return cb
	}
	for i := range n {
		at := simulator.Attempt{Number: 1 + i%4/3, At: testNow.Add(-time.Duration(i) * 700 * time.Millisecond), Took: time.Duration(12+i) * time.Millisecond, Answered: 200}
		switch i % 4 {
		case 1:
			at.Answered = 503
		case 2:
			at.Answered, at.Problem = 0, "the connection was \x1b]0;x\a refused by 127.0.0.1:3000 "+strings.Repeat("very ", 40)
		}
		c.sim.Tried = append(c.sim.Tried, simulator.Tried{Callback: callback(i), Attempt: at})
	}
	for i := range (n + 1) / 2 {
		c.sim.Upcoming = append(c.sim.Upcoming, simulator.Scheduled{Callback: callback(i + 100), Due: testNow.Add(time.Duration(i*i+1) * 1200 * time.Millisecond), Attempt: 1 + i%3})
	}
	if len(c.sim.Upcoming) > 0 {
		c.sim.Clock.Next, c.sim.Clock.Pending = c.sim.Upcoming[0].Due, len(c.sim.Upcoming)
	}
	c.sim.Stats = simulator.Stats{Accepted: 48, Refused: 2, Posted: 131, Unanswered: int64(n / 4), Inbound: 3, Pending: int64(len(c.sim.Upcoming))}
	c.status.Embedded, c.status.Clock = true, c.sim.Clock
}

func (c storeCore) MessagesByUUID(ctx context.Context, uuids []string) ([]plivo.Message, error) {
	return c.Store.MessagesByUUID(ctx, uuids)
}
