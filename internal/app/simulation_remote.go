package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// controlled is a simulator of another process on this machine, by the URL of its API.
type controlled string

// maxControlAnswer is how much of a simulator's answer is read, in bytes.
const maxControlAnswer = 16 << 20

// toldClock, toldHead and what follows are what the control API tells.
type toldClock struct {
	Now     time.Time  `json:"now"`
	Speed   float64    `json:"speed"`
	Stopped bool       `json:"stopped"`
	Next    *time.Time `json:"next_at"`
	Pending int        `json:"pending"`
}

type toldHead struct {
	UUID      string       `json:"message_uuid"`
	Kind      string       `json:"kind"`
	From      string       `json:"from"`
	To        string       `json:"to"`
	Status    plivo.Status `json:"status"`
	ErrorCode string       `json:"error_code"`
	Sequence  int          `json:"sequence"`
	Copy      int          `json:"copy"`
	Method    string       `json:"method"`
	URL       string       `json:"url"`
	Number    int          `json:"attempt"`
}

func (h toldHead) callback() simulator.Callback {
	return simulator.Callback{
		MessageUUID: h.UUID, Inbound: h.Kind == "inbound", From: h.From, To: h.To, Status: h.Status, ErrorCode: h.ErrorCode,
		Sequence: h.Sequence, Copy: h.Copy, Method: h.Method, URL: h.URL,
	}
}

type toldCallbacks struct {
	Attempts []struct {
		toldHead
		At       time.Time `json:"at"`
		Took     float64   `json:"took_ms"`
		Answered int       `json:"answered"`
		Problem  string    `json:"problem"`
		Answer   string    `json:"answer"`
	} `json:"attempts"`
	Upcoming []struct {
		toldHead
		Due time.Time `json:"due_at"`
	} `json:"upcoming"`
}

type toldState struct {
	Balance string    `json:"balance"`
	Clock   toldClock `json:"clock"`
	Counts  struct {
		Accepted   int64 `json:"accepted"`
		Refused    int64 `json:"refused"`
		Posted     int64 `json:"posted"`
		Unanswered int64 `json:"unanswered"`
		Inbound    int64 `json:"inbound"`
		Retrying   int64 `json:"retrying"`
		Pending    int64 `json:"pending"`
	} `json:"counts"`
	Limits struct {
		Requests   int      `json:"requests_in_5s"`
		Lists      int      `json:"lists_a_minute"`
		MPS        float64  `json:"mps"`
		GeoBlocked []string `json:"geo_blocked"`
	} `json:"limits"`
	Fate struct {
		Fate string `json:"fate"`
		Next *struct {
			Fate     string `json:"fate"`
			Messages int    `json:"messages"`
		} `json:"next"`
	} `json:"fate"`
}

type toldReceipt struct {
	Error    string   `json:"error"`
	UUID     string   `json:"message_uuid"`
	Method   string   `json:"method"`
	URL      string   `json:"url"`
	Answered int      `json:"answered"`
	Answer   string   `json:"answer"`
	Replies  []string `json:"replies"`
	Problem  string   `json:"problem"`
	RetryIn  float64  `json:"retry_in_seconds"`
}

func (c controlled) state(ctx context.Context, most int) (SimulatorState, error) {
	st := SimulatorState{Where: string(c)}
	var told toldState
	if err := c.get(ctx, "state", &told); err != nil {
		return st, err
	}
	var callbacks toldCallbacks
	if err := c.get(ctx, "callbacks?limit="+strconv.Itoa(most), &callbacks); err != nil {
		return st, err
	}
	var file json.RawMessage
	if err := c.get(ctx, "rules", &file); err != nil {
		return st, err
	}
	rules, err := scenario.ParseRules(file, "of the simulator")
	if err != nil {
		return st, fmt.Errorf("the rules of the simulator at %s cannot be read: %w; is it of another version?", c.host(), err)
	}
	for _, r := range rules.List {
		st.Rules = append(st.Rules, simulator.RuleUse{Rule: r, Fitted: -1})
	}
	if rules.Chaos != nil {
		st.Chaos = *rules.Chaos
	}
	n := told.Counts
	st.Clock = simulator.Clock{Now: told.Clock.Now, Speed: told.Clock.Speed, Stopped: told.Clock.Stopped, Pending: told.Clock.Pending}
	if told.Clock.Next != nil {
		st.Clock.Next = *told.Clock.Next
	}
	st.Stats = simulator.Stats{Accepted: n.Accepted, Refused: n.Refused, Posted: n.Posted, Unanswered: n.Unanswered, Inbound: n.Inbound, Retrying: n.Retrying, Pending: n.Pending}
	st.Standing = simulator.Standing{
		Balance: told.Balance, Limit: told.Limits.Requests, ListLimit: told.Limits.Lists, MPS: told.Limits.MPS, GeoBlocked: told.Limits.GeoBlocked,
		Requests: -1, Lists: -1, OptedOut: -1, Queued: -1,
	}
	if st.Fate = told.Fate.Fate; told.Fate.Next != nil {
		st.NextFate, st.NextLeft = told.Fate.Next.Fate, told.Fate.Next.Messages
	}
	for _, t := range callbacks.Attempts {
		st.Tried = append(st.Tried, simulator.Tried{Callback: t.callback(), Attempt: simulator.Attempt{
			Number: t.Number, At: t.At, Took: time.Duration(t.Took * float64(time.Millisecond)), Answered: t.Answered, Problem: t.Problem, Answer: t.Answer,
		}})
	}
	for _, u := range callbacks.Upcoming {
		st.Upcoming = append(st.Upcoming, simulator.Scheduled{Callback: u.callback(), Due: u.Due, Attempt: u.Number})
	}
	return st, nil
}

func (c controlled) change(ctx context.Context, ch SimulatorChange) error {
	var errs []error
	call := func(method, path string, body any) {
		errs = append(errs, c.call(ctx, method, path, body, nil))
	}
	clock := map[string]any{}
	if ch.Speed != 0 {
		clock["speed"] = ch.Speed
	}
	if ch.Stop || ch.Start {
		clock[map[bool]string{true: "stop", false: "start"}[ch.Stop]] = true
	}
	switch {
	case ch.Advance > 0:
		clock["advance"] = ch.Advance.String()
	case ch.ToNext:
		var told toldClock
		if err := c.get(ctx, "clock", &told); err != nil {
			return err
		}
		if told.Next != nil {
			// The speed divides what the clock is moved on by, and the times are told in microseconds.
			d := max(told.Next.Sub(told.Now), 0) + time.Microsecond
			clock["advance"] = (time.Duration(float64(d)*told.Speed) + time.Microsecond).String()
		}
	}
	if len(clock) > 0 {
		call(http.MethodPost, "clock", clock)
	}
	if ch.Fate != "" {
		call(http.MethodPut, "fate", map[string]any{"fate": ch.Fate})
	}
	if ch.Next != nil {
		call(http.MethodPut, "fate", map[string]any{"fate": ch.Next.Fate, "next": ch.Next.Messages})
	}
	if ch.Chaos != nil {
		all, err := json.Marshal(scenario.Rules{}.With(*ch.Chaos))
		var file struct {
			Chaos json.RawMessage `json:"chaos"`
		}
		if err = errors.Join(err, json.Unmarshal(all, &file)); err != nil {
			return err
		}
		call(http.MethodPut, "chaos", file.Chaos)
	}
	if ch.NoRules {
		call(http.MethodDelete, "rules", nil)
	}
	if ch.RulesFile != "" {
		_, rules, err := readRules(ch.RulesFile) // here, so that an error names the file
		if err != nil {
			return err
		}
		call(http.MethodPut, "rules", rules)
	}
	return errors.Join(errs...)
}

func (c controlled) receive(ctx context.Context, in simulator.InboundMessage) (simulator.Receipt, error) {
	var told toldReceipt
	err := c.call(ctx, http.MethodPost, "inbound", map[string]any{"from": in.From, "to": in.To, "text": in.Text, "media": in.Media, "url": in.URL}, &told)
	return simulator.Receipt{
		UUID: told.UUID, Method: told.Method, URL: told.URL, Answered: told.Answered, Answer: told.Answer, Replies: told.Replies,
		Problem: told.Problem, RetryIn: time.Duration(told.RetryIn * float64(time.Second)),
	}, err
}

func (c controlled) get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, nil, out)
}

// host is where the simulator is, for sentences.
func (c controlled) host() string {
	if u, err := url.Parse(string(c)); err == nil {
		return u.Host
	}
	return string(c)
}

// controlClient calls this machine: no proxy, no redirects, and no time but the caller's.
var controlClient = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// call asks the control API. What it tells goes into out, also where it comes with an error of its own.
func (c controlled) call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	root, err := url.Parse(string(c))
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, root.Scheme+"://"+root.Host+simulator.ControlPath+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := controlClient.Do(r)
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if err != nil {
		return fmt.Errorf("no simulator answers at %s: %w", c.host(), err)
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(io.LimitReader(answer.Body, maxControlAnswer))
	if err != nil {
		return fmt.Errorf("the answer of the simulator at %s broke off: %w", c.host(), err)
	}
	var said struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(got, &said)
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") || answer.StatusCode != http.StatusOK && said.Error == "" {
		return fmt.Errorf("what answers at %s is no simulator that can be controlled (%d); only plivoscope's own can", c.host(), answer.StatusCode)
	}
	if out != nil {
		if err := json.Unmarshal(got, out); err != nil {
			return fmt.Errorf("the answer of the simulator at %s cannot be read: %w; is it of another version?", c.host(), err)
		}
	}
	if answer.StatusCode != http.StatusOK {
		return errors.New(said.Error)
	}
	return nil
}
