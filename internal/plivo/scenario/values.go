package scenario

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// variables finds the value of each name. A variable's value may have generated names, no other ones.
func (m *maker) variables() error {
	usual := Usual()
	m.vars = make(map[string]string, len(usual)+len(m.s.Variables))
	for _, v := range usual {
		m.vars[v.Name] = v.Value
	}
	for _, v := range m.s.Variables {
		value, problem := expand(v.Value, m.generated(plain{}))
		if problem != "" {
			return failAt(m.s.file, v.at, "the variable %s: %s", v.Name, problem)
		}
		m.vars[v.Name] = value
	}
	for name, value := range m.in.Vars {
		switch _, known := m.vars[name]; {
		case !known:
			return failAt(m.s.file, position{}, "it has no variable %q; its variables are %s", cut(name), strings.Join(m.s.names(), ", "))
		case len(value) > maxValue:
			return failAt(m.s.file, position{}, "the value for %s is longer than %d bytes", name, maxValue)
		}
		m.vars[name] = value
	}
	if m.vars["uuid"] != "" && len(m.s.messages) > 1 {
		return failAt(m.s.file, position{}, "a uuid names one message, and the scenario is of %d", len(m.s.messages))
	}
	return nil
}

func (s *Scenario) names() []string {
	var names []string
	for _, v := range s.Variables {
		names = append(names, v.Name)
	}
	for _, v := range Usual() {
		if !slices.Contains(names, v.Name) {
			names = append(names, v.Name)
		}
	}
	return names
}

// plain is what values are of.
type plain struct {
	of       *Message // whose numbers and text stand for the variables of these names; nil before they are known
	uuid     string
	at       time.Time
	step     int
	sequence int
	message  string
}

// generatedNames cannot be declared, for each use has its own value.
var generatedNames = []string{"now", "unix", "random", "step", "sequence", "message"}

// generated gives the values that are made at each use. Not all of them mean something everywhere.
func (m *maker) generated(p plain) values {
	return func(name string) (string, bool) {
		switch name {
		case "random":
			return m.random(), true
		case "now":
			return callbackTime(p.atOr(m.in.Now)), true
		case "unix":
			return strconv.FormatInt(p.atOr(m.in.Now).Unix(), 10), true
		case "step":
			return strconv.Itoa(p.step), p.step > 0
		case "sequence":
			return strconv.Itoa(p.sequence), p.step > 0
		case "message":
			return p.message, p.message != ""
		}
		return "", false
	}
}

func (p plain) atOr(now time.Time) time.Time {
	if p.at.IsZero() {
		return now
	}
	return p.at
}

// random is 20 digits.
func (m *maker) random() string {
	var b [8]byte
	_, _ = io.ReadFull(m.in.Random, b[:])
	return fmt.Sprintf("%020d", binary.BigEndian.Uint64(b[:]))
}

// value fills a field in; a field that was not given has the value otherwise.
func (m *maker) value(f field, otherwise string, p plain) (string, error) {
	if !f.given {
		return otherwise, nil
	}
	made := m.generated(p)
	filled, problem := expand(f.text, func(name string) (string, bool) {
		switch {
		case name == "uuid" && p.uuid != "":
			return p.uuid, true
		case p.of == nil:
		case name == "from":
			return p.of.From, true
		case name == "to":
			return p.of.To, true
		case name == "text":
			return p.of.Text, true
		}
		if v, known := m.vars[name]; known {
			return v, true
		}
		return made(name)
	})
	if problem != "" {
		return "", failAt(m.s.file, f.at, "%s", problem)
	}
	if m.size += len(filled) + fieldCost; m.size > maxBytes {
		return "", failAt(m.s.file, f.at, "the scenario makes more than %d bytes; make its values or repeats fewer", maxBytes)
	}
	return filled, nil
}

func (m *maker) number(f field, otherwise, least, most int, what string) (int, error) {
	text, err := m.value(f, strconv.Itoa(otherwise), plain{})
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, failAt(m.s.file, f.at, "%q is not %s from %d to %d", cut(text), what, least, most)
	}
	return n, nil
}

func (m *maker) duration(f field) (time.Duration, error) {
	text, err := m.value(f, "0s", plain{})
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil || d < 0:
		return 0, failAt(m.s.file, f.at, "%q is no time; write one as 200ms or 1.5s", cut(text))
	case d > MaxTime:
		return 0, failAt(m.s.file, f.at, "%s is longer than the %s that a scenario may take", text, MaxTime)
	}
	return time.Duration(float64(d) / m.in.Speed), nil
}
