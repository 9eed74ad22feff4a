package app

import (
	"encoding/json"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/plivo/simulator/control"
)

// toldHead and what follows are what the control API tells, beside what package control has.
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
	Cause     string       `json:"cause"`
	Number    int          `json:"attempt"`
}

func (h toldHead) callback() simulator.Callback {
	return simulator.Callback{
		MessageUUID: h.UUID, Inbound: h.Kind == "inbound", From: h.From, To: h.To, Status: h.Status, ErrorCode: h.ErrorCode,
		Sequence: h.Sequence, Copy: h.Copy, Method: h.Method, URL: h.URL, Cause: h.Cause,
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
	Balance string        `json:"balance"`
	Clock   control.Clock `json:"clock"`
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
	Chaos json.RawMessage `json:"chaos"`

	// With detail alone.
	RulesFile json.RawMessage `json:"rules_file"`
	Callbacks toldCallbacks   `json:"callbacks"`
	RuleUses  []struct {
		Fitted int `json:"fitted"`
		Used   int `json:"used"`
	} `json:"rule_uses"`
}

func clockOf(c control.Clock) simulator.Clock {
	clock := simulator.Clock{Now: c.Now, Speed: c.Speed, Stopped: c.Stopped, Pending: c.Pending}
	if c.Next != nil {
		clock.Next = *c.Next
	}
	return clock
}

// state is what was told, without what comes with detail.
func (t toldState) state() SimulatorState {
	n := t.Counts
	st := SimulatorState{
		Clock: clockOf(t.Clock), Fate: t.Fate.Fate,
		Stats: simulator.Stats{Accepted: n.Accepted, Refused: n.Refused, Posted: n.Posted, Unanswered: n.Unanswered, Inbound: n.Inbound, Retrying: n.Retrying, Pending: n.Pending},
		Standing: simulator.Standing{
			Balance: t.Balance, Limit: t.Limits.Requests, ListLimit: t.Limits.Lists, MPS: t.Limits.MPS, GeoBlocked: t.Limits.GeoBlocked,
			Requests: -1, Lists: -1, OptedOut: -1, Queued: -1,
		},
	}
	if t.Fate.Next != nil {
		st.NextFate, st.NextLeft = t.Fate.Next.Fate, t.Fate.Next.Messages
	}
	for _, a := range t.Callbacks.Attempts {
		st.Tried = append(st.Tried, simulator.Tried{Callback: a.callback(), Attempt: simulator.Attempt{
			Number: a.Number, At: a.At, Took: time.Duration(a.Took * float64(time.Millisecond)), Answered: a.Answered, Problem: a.Problem, Answer: a.Answer,
		}})
	}
	for _, u := range t.Callbacks.Upcoming {
		st.Upcoming = append(st.Upcoming, simulator.Scheduled{Callback: u.callback(), Due: u.Due, Attempt: u.Number})
	}
	return st
}
