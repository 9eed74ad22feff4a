package simulator

import (
	"encoding/json"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/plivo/scenario"
)

type shownState struct {
	AuthID      string          `json:"auth_id"`
	AuthToken   string          `json:"auth_token,omitempty"` // one that was made up
	Subaccounts []shownAccount  `json:"subaccounts"`
	Numbers     []string        `json:"numbers"`
	InboundURL  string          `json:"inbound_url"` // message_url of the first application
	Balance     string          `json:"balance"`     // dollars
	Clock       shownClock      `json:"clock"`
	Counts      shownCounts     `json:"counts"`
	Limits      shownLimits     `json:"limits"`
	Fate        shownFate       `json:"fate"`
	Rules       int             `json:"rules"` // how many
	Chaos       json.RawMessage `json:"chaos"`
	Sign        []string        `json:"sign"` // families of signatures
	Seed        uint64          `json:"seed"` // 0 for none

	// With detail alone.
	RulesFile *scenario.Rules `json:"rules_file,omitempty"`
	RuleUses  []shownRuleUse  `json:"rule_uses,omitzero"` // in the order of the rules
	Callbacks *shownCallbacks `json:"callbacks,omitempty"`
}

type shownAccount struct {
	Name      string `json:"name"`
	AuthID    string `json:"auth_id"`
	AuthToken string `json:"auth_token,omitempty"` // one that was made up
}

type shownRuleUse struct {
	Name   string `json:"name"`
	Fitted int    `json:"fitted"` // messages that the rule fits, also those that an earlier one was for
	Used   int    `json:"used"`   // of these: those that it was for
}

// shownLimits are 0 where there is none.
type shownLimits struct {
	Requests   int      `json:"requests_in_5s"`
	Concurrent int      `json:"concurrent"`
	Lists      int      `json:"lists_a_minute"`
	MPS        float64  `json:"mps"` // of a number; -1 for what Plivo gives each type
	GeoBlocked []string `json:"geo_blocked"`
	Messages   int      `json:"messages_kept"`
	Pending    int      `json:"pending"`
}

type shownCounts struct {
	Accepted   int64 `json:"accepted"`   // messages taken
	Refused    int64 `json:"refused"`    // requests answered with an error
	Posted     int64 `json:"posted"`     // delivery reports, retries included
	Unanswered int64 `json:"unanswered"` // of these: not answered 200
	Inbound    int64 `json:"inbound"`    // inbound messages posted
	Retrying   int64 `json:"retrying"`   // attempts that are to be made again
	Pending    int64 `json:"pending"`    // messages and retries that have something to post
	Remembered int   `json:"remembered"` // messages
}

// controlState is GET state; with detail=200 it has what rules and callbacks?limit=200 answer, and what each rule came to, besides, for one who looks
// again and again.
func (s *Simulator) controlState(_ http.ResponseWriter, r *http.Request) (any, error) {
	query, err := readQuery(r, "detail")
	if err != nil {
		return nil, err
	}
	most, err := queryNumber(query, "detail", 0, 1, controlMaxPage)
	if err != nil {
		return nil, err
	}
	shown := s.showState()
	if most > 0 {
		shown.RulesFile, shown.RuleUses = s.showRuleUses()
		shown.Callbacks = showCallbacks(s.Tried(most), s.Upcoming(most))
	}
	return shown, nil
}

// showRuleUses are the rules that hold and what each came to, of one moment.
func (s *Simulator) showRuleUses() (*scenario.Rules, []shownRuleUse) {
	uses := s.RuleUses()
	list, shown := make([]scenario.Rule, len(uses)), make([]shownRuleUse, len(uses))
	for i, u := range uses {
		list[i], shown[i] = u.Rule, shownRuleUse{u.Name, u.Fitted, u.Used}
	}
	rules := scenario.Rules{List: list}.With(s.Chaos())
	return &rules, shown
}

func (s *Simulator) showState() shownState {
	st := s.Stats()
	limits := s.o.Limits
	state := shownState{
		AuthID: s.AuthID(), Subaccounts: []shownAccount{}, Numbers: []string{}, Balance: s.purse.shown(), Clock: s.showClock(),
		Counts: shownCounts{st.Accepted, st.Refused, st.Posted, st.Unanswered, st.Inbound, st.Retrying, st.Pending, 0},
		Limits: shownLimits{limits.Requests, limits.Concurrent, max(limits.Lists, 0), s.o.MPS, append([]string{}, s.o.GeoBlocked...), s.o.Keep, s.most},
		Fate:   s.showFate(), Rules: len(s.Rules().List), Chaos: s.showChaos(), Sign: strings.Split(s.o.Sign.String(), ","), Seed: s.o.Seed,
	}
	if s.o.AuthToken == "" {
		state.AuthToken = s.AuthToken()
	}
	for i, sub := range s.Subaccounts() {
		shown := shownAccount{Name: sub.Name, AuthID: sub.AuthID}
		if i < len(s.o.Subaccounts) && s.o.Subaccounts[i].AuthToken == "" {
			shown.AuthToken = sub.AuthToken
		}
		state.Subaccounts = append(state.Subaccounts, shown)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	state.Counts.Remembered = len(s.ledger.ring)
	if len(s.owned.apps) > 0 {
		state.InboundURL = s.owned.apps[0].MessageURL
	}
	for _, n := range s.owned.numbers {
		state.Numbers = append(state.Numbers, "+"+n.Number)
	}
	return state
}
