package scenario

import (
	"fmt"
	"slices"
)

// Kind is what a callback is for.
type Kind string

// The kinds, named as the callback server's.
const (
	DeliveryReport Kind = "delivery_report"
	Inbound        Kind = "inbound"
	Other          Kind = "other"
)

// Scenario is callbacks that go one after the other. It is data and does not change; Make makes the
// callbacks. Only Parse and Builtin give one that can be made.
type Scenario struct {
	Name    string
	Summary string // in a sentence
	// Wait is whether the callbacks go at their times. Without it they go at once, and tell of a message that
	// was sent so much earlier.
	Wait      bool
	Variables []Variable // of its own, in the order of the file
	Source    string     // the file

	file     string // for errors
	messages []message
	steps    []step
}

// Variable is a value that can be given to a scenario.
type Variable struct {
	Name  string
	Value string // unless another is given

	at position
}

// message is what the callbacks of one message say of it.
type message struct {
	name                       string
	from, to, text, kind, uuid field
	requester, powerpack       field
	media                      []field
}

// step is a callback of one message, or of each.
type step struct {
	at                    position
	message               int // index; -1 for each message
	kind                  Kind
	status, code          field
	after, late, sequence field
	method, path          field
	set                   []param
	unset                 []string
	signature             Signature
	repeat                field
}

// param is a parameter that a step sets.
type param struct {
	name  string
	value field
}

// Usual are the variables that every scenario has, with their values unless a scenario or its caller says
// otherwise.
func Usual() []Variable {
	return []Variable{
		{Name: "from", Value: "14155550100"},
		{Name: "to", Value: "14155550123"},
		{Name: "text", Value: "Your parcel arrives between nine and noon."},
		{Name: "queued_after", Value: "0s"},
		{Name: "sent_after", Value: "200ms"},
		{Name: "final_after", Value: "1s"},
		{Name: "late_by", Value: "10s"},
		{Name: "uuid", Value: ""},
	}
}

// HasVariable reports whether a value of this name can be given to Make.
func (s *Scenario) HasVariable(name string) bool {
	is := func(v Variable) bool { return v.Name == name }
	return slices.ContainsFunc(s.Variables, is) || slices.ContainsFunc(Usual(), is)
}

// Steps is how many steps the file has; each may be several callbacks.
func (s *Scenario) Steps() int { return len(s.steps) }

// SignatureOf is how step n, from 1, is signed.
func (s *Scenario) SignatureOf(n int) Signature {
	if n < 1 || n > len(s.steps) {
		return Right
	}
	return s.steps[n-1].signature
}

// Refused reports whether an application that checks signatures should refuse some of it.
func (s *Scenario) Refused() bool {
	return slices.ContainsFunc(s.steps, func(st step) bool { return st.signature != Right })
}

// Outbound says why a scenario cannot be what becomes of a message on the simulator; nil where it can: it is
// of one message and has delivery reports alone.
func (s *Scenario) Outbound() error {
	switch {
	case len(s.messages) != 1:
		return fmt.Errorf("the scenario %s is of %d messages", s.Name, len(s.messages))
	case slices.ContainsFunc(s.steps, func(st step) bool { return st.kind != DeliveryReport }):
		return fmt.Errorf("the scenario %s is not of an outbound message", s.Name)
	case len(s.messages[0].media) > 0:
		return fmt.Errorf("the scenario %s is of a message with files", s.Name)
	case slices.ContainsFunc(s.steps, func(st step) bool { return st.path.given }):
		return fmt.Errorf("the scenario %s has a path of its own", s.Name)
	}
	return nil
}
