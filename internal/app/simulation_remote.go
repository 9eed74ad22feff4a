package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/plivo/simulator/control"
)

// controlled is a simulator of another process on this machine.
type controlled struct {
	*control.Client
	where  string        // URL of its API
	within time.Duration // that it answers what takes it no time
}

// controlWithin is how long a simulator of another process may take for what takes it no time: it may be suspended.
const controlWithin = 3 * time.Second

// receiveWithin is how long it may take to post an inbound message, for whose answer it waits 5 s.
const receiveWithin = 20 * time.Second

// silentError is that a simulator gave no answer for so long.
type silentError time.Duration

func (e silentError) Error() string {
	return fmt.Sprintf("it gave no answer within %s; is its process suspended, or very busy?", time.Duration(e))
}

func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, silentError(d))
}

// state asks once for all; with most 0 for what is told without attempts and rules.
func (c controlled) state(ctx context.Context, most int) (SimulatorState, error) {
	ctx, cancel := within(ctx, c.within)
	defer cancel()
	path := "state"
	if most > 0 {
		path += "?detail=" + strconv.Itoa(most)
	}
	var told toldState
	if err := c.call(ctx, http.MethodGet, path, nil, &told); err != nil {
		return SimulatorState{Where: c.where}, err
	}
	st := told.state()
	st.Where = c.where
	file := told.RulesFile
	if most == 0 {
		file = json.RawMessage(`{"chaos":` + string(told.Chaos) + `}`)
	}
	rules, err := scenario.ParseRules(file, "of the simulator")
	if err != nil {
		return st, fmt.Errorf("the rules of the simulator at %s cannot be read: %w; is it of another version?", c.Host(), err)
	}
	for i, r := range rules.List {
		use := simulator.RuleUse{Rule: r, Fitted: -1, Used: -1}
		if len(told.RuleUses) == len(rules.List) {
			use.Fitted, use.Used = told.RuleUses[i].Fitted, told.RuleUses[i].Used
		}
		st.Rules = append(st.Rules, use)
	}
	if rules.Chaos != nil {
		st.Chaos = *rules.Chaos
	}
	return st, nil
}

// change makes a call for each thing. Only moving the clock on takes its time: that ends with ctx.
func (c controlled) change(ctx context.Context, ch SimulatorChange) error {
	var errs []error
	call := func(ctx context.Context, method, path string, body any) {
		errs = append(errs, c.call(ctx, method, path, body, nil))
	}
	soon := func(method, path string, body any) {
		ctx, cancel := within(ctx, c.within)
		defer cancel()
		call(ctx, method, path, body)
	}
	clock := map[string]any{}
	if ch.Speed != 0 {
		clock["speed"] = ch.Speed
	}
	if ch.Stop || ch.Start {
		clock[map[bool]string{true: "stop", false: "start"}[ch.Stop]] = true
	}
	if len(clock) > 0 {
		soon(http.MethodPost, "clock", clock)
	}
	if ch.Fate != "" {
		soon(http.MethodPut, "fate", map[string]any{"fate": ch.Fate})
	}
	if ch.Next != nil {
		soon(http.MethodPut, "fate", map[string]any{"fate": ch.Next.Fate, "next": ch.Next.Messages})
	}
	if ch.Chaos != nil {
		all, err := json.Marshal(scenario.Rules{}.With(*ch.Chaos))
		var file struct {
			Chaos json.RawMessage `json:"chaos"`
		}
		if err = errors.Join(err, json.Unmarshal(all, &file)); err != nil {
			return err
		}
		soon(http.MethodPut, "chaos", file.Chaos)
	}
	if ch.NoRules {
		soon(http.MethodDelete, "rules", nil)
	}
	if ch.rules != nil {
		soon(http.MethodPut, "rules", *ch.rules)
	}
	if ch.ToNext {
		call(ctx, http.MethodPost, "clock", map[string]any{"advance": "next"})
	}
	if ch.Advance > 0 {
		call(ctx, http.MethodPost, "clock", map[string]any{"advance": ch.Advance.String()})
	}
	return errors.Join(errs...)
}

func (c controlled) receive(ctx context.Context, in simulator.InboundMessage) (simulator.Receipt, error) {
	ctx, cancel := within(ctx, receiveWithin)
	defer cancel()
	var told control.Receipt
	err := c.call(ctx, http.MethodPost, "inbound", map[string]any{"from": in.From, "to": in.To, "text": in.Text, "media": in.Media, "url": in.URL}, &told)
	return simulator.Receipt{
		UUID: told.UUID, Method: told.Method, URL: told.URL, Answered: told.Answered, Answer: told.Answer, Replies: told.Replies,
		Problem: told.Problem, RetryIn: time.Duration(told.RetryIn * float64(time.Second)),
	}, err
}

// call asks the control API. What it tells goes into out, also where it comes with an error of its own.
func (c controlled) call(ctx context.Context, method, path string, in, out any) error {
	a, err := c.Call(ctx, method, path, in)
	if err != nil {
		return err
	}
	if out != nil {
		if err := json.Unmarshal(a.Body, out); err != nil {
			return fmt.Errorf("the answer of the simulator at %s cannot be read: %w; is it of another version?", c.Host(), err)
		}
	}
	if a.Status != http.StatusOK {
		return errors.New(a.Words)
	}
	return nil
}
