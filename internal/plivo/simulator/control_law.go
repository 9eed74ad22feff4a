package simulator

import (
	"encoding/json"
	"errors"
	"net/http"

	"dev.internal/plivoscope/internal/plivo/scenario"
)

// rulesTypes are what a rules file may be sent as. A page in a browser has to ask before it PUTs.
var rulesTypes = []string{jsonType, "application/yaml", "application/x-yaml", "text/yaml"}

// controlRules is GET rules: those that hold, and chaos, as a rules file.
func (s *Simulator) controlRules(_ http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	return s.Rules(), nil
}

// controlSetRules is PUT rules: the body is a rules file, as YAML or JSON. Rules that it lacks are none; chaos that it
// lacks stays.
func (s *Simulator) controlSetRules(w http.ResponseWriter, r *http.Request) (any, error) {
	body, err := readBody(w, r, rulesTypes...)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return nil, badControl("the body is empty; send a rules file, or DELETE the rules")
	}
	rules, err := scenario.ParseRules(body, "of the request")
	if err != nil {
		return nil, err
	}
	if err := s.SetRules(rules); err != nil {
		return nil, err
	}
	return s.Rules(), nil
}

// controlDropRules is DELETE rules: there are none any more; chaos stays.
func (s *Simulator) controlDropRules(_ http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	if err := s.SetRules(scenario.Rules{}); err != nil {
		return nil, err
	}
	return s.Rules(), nil
}

// controlChaos is GET chaos, as a rules file has it under that name.
func (s *Simulator) controlChaos(_ http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	return s.showChaos(), nil
}

func (s *Simulator) showChaos() json.RawMessage {
	var file struct {
		Chaos json.RawMessage `json:"chaos"`
	}
	all, err := json.Marshal(scenario.Rules{}.With(s.Chaos()))
	if err != nil || json.Unmarshal(all, &file) != nil || file.Chaos == nil {
		return json.RawMessage("{}")
	}
	return file.Chaos
}

// controlSetChaos is PUT chaos: the body is what a rules file has under that name.
func (s *Simulator) controlSetChaos(w http.ResponseWriter, r *http.Request) (any, error) {
	body, err := readBody(w, r, jsonType)
	if err != nil {
		return nil, err
	}
	if !json.Valid(body) {
		return nil, badControl(`the body is not valid JSON; give it as {"callbacks": {"lost": "5%%"}}, or {} for none`)
	}
	const before = `{"chaos":`
	rules, err := scenario.ParseRules([]byte(before+string(body)+`}`), "of the request")
	var wrong *scenario.Error
	if errors.As(err, &wrong) && wrong.Line == 1 {
		wrong.Column -= len(before)
	}
	if err != nil {
		return nil, err
	}
	chaos := scenario.Chaos{}
	if rules.Chaos != nil {
		chaos = *rules.Chaos
	}
	if err := s.SetChaos(chaos); err != nil {
		return nil, err
	}
	return s.showChaos(), nil
}

// controlDropChaos is DELETE chaos: nothing goes wrong any more.
func (s *Simulator) controlDropChaos(_ http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	if err := s.SetChaos(scenario.Chaos{}); err != nil {
		return nil, err
	}
	return s.showChaos(), nil
}

// shownFate is what becomes of messages with no fate by number, request or rule.
type shownFate struct {
	Fate string    `json:"fate"`
	Next *nextFate `json:"next"` // null for none
}

// nextFate is what becomes of the next messages, before any rule.
type nextFate struct {
	Fate     string `json:"fate"`
	Messages int    `json:"messages"` // of how many still
}

func (s *Simulator) showFate() shownFate {
	shown := shownFate{Fate: s.Fate()}
	if fate, left := s.NextFate(); left > 0 {
		shown.Next = &nextFate{fate, left}
	}
	return shown
}

// controlFate is GET fate.
func (s *Simulator) controlFate(_ http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	return s.showFate(), nil
}

// controlSetFate is PUT fate: of all messages to come, or with next of so many.
func (s *Simulator) controlSetFate(w http.ResponseWriter, r *http.Request) (any, error) {
	var set struct {
		Fate *string `json:"fate"`
		Next *int    `json:"next"`
	}
	if err := readJSON(w, r, &set); err != nil {
		return nil, err
	}
	var err error
	switch {
	case set.Next != nil && *set.Next <= 0: // below zero it says what may be given
		err = s.FateNext(*set.Next, "")
	case set.Fate == nil:
		err = badControl(`the fate is missing; give {"fate": "failed:300"}, with "next": 3 for the next three messages alone`)
	case set.Next != nil:
		err = s.FateNext(*set.Next, *set.Fate)
	default:
		err = s.SetFate(*set.Fate)
	}
	if err != nil {
		return nil, err
	}
	return s.showFate(), nil
}
