package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Chaos is what goes wrong on the way, at random. The zero Chaos is none. Probabilities are from 0 to 1.
type Chaos struct {
	Latency Delay         // of the API's answers, up to MaxLatency
	Errors  []ErrorChance // of the API; their probabilities are 1 at most

	// Of a delivery report.
	Delay          Delay   // how much later than its status it goes, up to MaxTime; those of a message keep their order
	Duplicate      float64 // it goes twice
	Reorder        float64 // it goes after the next one
	Lost           float64 // it never goes
	Late           float64 // it goes as much later as the pace says of a late one, and others go before
	WrongSignature float64 // it is signed with a token that is not the account's
	WrongHost      float64 // it is signed over the same path of another host

	// Of an attempt to post a callback.
	Truncated float64 // its body ends before its time, and the connection with it
	Cut       float64 // the connection ends before the body
}

// ErrorChance is how probable a status is as the API's answer.
type ErrorChance struct {
	Status int // from 400 to 599
	Chance float64
}

// None tells whether nothing goes wrong.
func (c Chaos) None() bool { return c.String() == noChaos }

const noChaos = "none"

// chances are the probabilities by their names, in the order of the documentation.
func (c *Chaos) chances() []namedChance {
	return []namedChance{
		{"duplicate", &c.Duplicate},
		{"reorder", &c.Reorder},
		{"lost", &c.Lost},
		{"late", &c.Late},
		{"wrong-signature", &c.WrongSignature},
		{"wrong-host", &c.WrongHost},
		{"truncated", &c.Truncated},
		{"cut", &c.Cut},
	}
}

type namedChance struct {
	name string
	p    *float64
}

// Check says what is wrong with a Chaos that was put together by hand.
func (c Chaos) Check() error {
	if problem := c.Latency.check(MaxLatency); problem != "" {
		return fmt.Errorf("cannot have that chaos: %s", problem)
	}
	if problem := c.Delay.check(MaxTime); problem != "" {
		return fmt.Errorf("cannot have that chaos: %s", problem)
	}
	for _, one := range c.chances() {
		if !(*one.p >= 0 && *one.p <= 1) {
			return fmt.Errorf("cannot have that chaos: the probability %v of %s is none; give one from 0 to 1", *one.p, one.name)
		}
	}
	sum := 0.0
	for i, e := range c.Errors {
		switch sum += e.Chance; {
		case e.Status < 400 || e.Status > 599 || !(e.Chance >= 0 && e.Chance <= 1):
			return fmt.Errorf("cannot have that chaos: %d with the probability %v is no error of the API; give a status from 400 to 599 and a probability from 0 to 1", e.Status, e.Chance)
		case slices.ContainsFunc(c.Errors[:i], func(o ErrorChance) bool { return o.Status == e.Status }):
			return fmt.Errorf("cannot have that chaos: the status %d is there twice", e.Status)
		}
	}
	if sum > 1+1e-9 || len(c.Errors) > maxErrors {
		return fmt.Errorf("cannot have that chaos: the API's errors %s", tooManyErrors)
	}
	return nil
}

const tooManyErrors = "are more than 20, or more probable than 100% together; make them fewer, or less probable"

// String is the chaos as ParseChaos reads it.
func (c Chaos) String() string {
	var parts []string
	if c.Delay != (Delay{}) {
		parts = append(parts, "delay="+c.Delay.String())
	}
	for _, one := range c.chances() {
		if *one.p != 0 {
			parts = append(parts, one.name+"="+chanceText(*one.p))
		}
	}
	if c.Latency != (Delay{}) {
		parts = append(parts, "api-latency="+c.Latency.String())
	}
	for _, e := range c.Errors {
		parts = append(parts, "api-"+strconv.Itoa(e.Status)+"="+chanceText(e.Chance))
	}
	if len(parts) == 0 {
		return noChaos
	}
	return strings.Join(parts, ",")
}

// written is the chaos as a rules file has it.
func (c Chaos) written() written {
	all, api, callbacks, errors := written{kind: isMapping}, written{kind: isMapping}, written{kind: isMapping}, written{kind: isMapping}
	for _, e := range c.Errors {
		errors = errors.with(strconv.Itoa(e.Status), textOf(chanceText(e.Chance)))
	}
	if c.Latency != (Delay{}) {
		api = api.with("latency", textOf(c.Latency.String()))
	}
	if len(c.Errors) > 0 {
		api = api.with("errors", errors)
	}
	if c.Delay != (Delay{}) {
		callbacks = callbacks.with("delay", textOf(c.Delay.String()))
	}
	for _, one := range c.chances() {
		if *one.p != 0 {
			callbacks = callbacks.with(one.name, textOf(chanceText(*one.p)))
		}
	}
	if len(api.list) > 0 {
		all = all.with("api", api)
	}
	if len(callbacks.list) > 0 {
		all = all.with("callbacks", callbacks)
	}
	return all
}
