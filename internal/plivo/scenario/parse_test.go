package scenario_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/scenario"
)

const steps = "steps:\n  - status: delivered\n"

// TestParseRefuses names the place and the problem of what is wrong with a file.
func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name, file   string
		line, column int
		says         string
	}{
		{"nothing", "", 0, 0, "it is empty"},
		{"a comment alone", "# nothing\n", 0, 0, "it is empty"},
		{"no YAML", "name: [a\n", 1, 7, "it is no YAML"},
		{"a tab", "steps:\n\t- status: sent\n", 2, 1, "it is no YAML"},
		{"two documents", "name: a\n" + steps + "---\nname: b\n", 5, 1, "a second document"},
		{"a list", "- a\n", 1, 1, "a scenario is a mapping, as key: value, and this is a list"},
		{"a word", "delivered\n", 1, 1, "a scenario is a mapping"},
		{"bytes that are no text", "name: a\nsummary: b\xffc\n", 2, 11, "not UTF-8"},
		{"no steps", "name: a\n", 1, 1, "it has no steps"},
		{"empty steps", "name: a\nsteps: []\n", 2, 8, "it has no steps"},
		{"an unknown key", "nmae: a\n" + steps, 1, 1, `a scenario has no "nmae"; it has name, summary, wait, variables, messages, steps`},
		{"an unknown key of a step", "steps:\n  - status: sent\n    delay: 3s\n", 3, 5, `a step has no "delay"; it has message, kind`},
		{"an unknown key of a message", "messages:\n  one: {form: a}\n" + steps, 2, 9, `a message has no "form"`},
		{"a key twice", "name: a\nname: b\n" + steps, 2, 1, "name"},
		{"a name with a space", "name: my scenario\n" + steps, 1, 7, "small letters"},
		{"wait as a word", "wait: maybe\n" + steps, 1, 7, "wait is true or false"},
		{"a list for a name", "name: [a]\n" + steps, 1, 7, "the name is one value, and this is a list"},
		{"an anchor", "variables: &v\n  a: b\n" + steps, 1, 12, "not taken"},
		{"an alias", "summary: *x\n" + steps, 1, 10, "alias"},
		{"a tag", "summary: !!binary aGk=\n" + steps, 1, 10, "not taken"},
		{"a merge", "steps:\n  - <<: {status: sent}\n", 2, 5, ""},
		{"a generated variable", "variables:\n  random: 1\n" + steps, 2, 3, "made anew at each use"},
		{"steps as a mapping", "steps:\n  status: sent\n", 2, 3, "steps is a list"},
		{"no status", "steps:\n  - after: 1s\n", 2, 5, "needs a status"},
		{"a status of an inbound one", "steps:\n  - kind: inbound\n    status: sent\n", 3, 13, "belongs to a delivery report"},
		{"an unknown kind", "steps:\n  - kind: call\n", 2, 11, `the kind is not "call"; it is delivery_report, inbound, other`},
		{"an unknown signature", "steps:\n  - status: sent\n    signature: bad\n", 3, 16, `it is right, wrong-token, none, other-url, trailing-slash`},
		{"an unknown message", "steps:\n  - status: sent\n    message: b\n", 3, 14, `no message "b"`},
		{"no time", "steps:\n  - status: sent\n    after: soon\n", 3, 12, `"soon" is no time; write one as 200ms`},
		{"a time without a unit", "steps:\n  - status: sent\n    after: 5\n", 3, 12, `"5" is no time`},
		{"a time below zero", "steps:\n  - status: sent\n    late: -1s\n", 3, 11, "is no time"},
		{"a long time", "steps:\n  - status: sent\n    after: 25h\n", 3, 12, "longer than the 24h"},
		{"no number", "steps:\n  - status: sent\n    repeat: 0\n", 3, 13, `"0" is not a number of times from 1 to 1000`},
		{"no sequence", "steps:\n  - status: sent\n    sequence: -1\n", 3, 15, "a sequence number"},
		{"another method", "steps:\n  - status: sent\n    method: PUT\n", 3, 13, `not by "PUT"`},
		{"a path without a slash", "steps:\n  - status: sent\n    path: sms\n", 3, 11, "does not begin with /"},
		{"a path with a space", "steps:\n  - status: sent\n    path: /a b\n", 3, 11, "has a space"},
		{"an unknown variable", "steps:\n  - status: \"{{stat}}\"\n", 2, 13, `there is no variable "stat"`},
		{"an open name", "steps:\n  - status: \"{{to\"\n", 2, 13, "does not end it"},
		{"braces without quotes", "steps:\n  - status: {{to}}\n", 2, 14, "put quotes around"},
		{"a mapping for a value", "steps:\n  - status: {a: b}\n", 2, 14, "put quotes around"},
		{"a variable in a variable", "variables:\n  a: \"{{to}}\"\n" + steps, 2, 6, `the variable a: there is no variable "to"`},
		{"a step in a variable", "variables:\n  a: \"{{step}}\"\n" + steps, 2, 6, `the variable a: there is no variable "step"`},
		{"too many callbacks", "messages: {a: {}, b: {}, c: {}, d: {}, e: {}, f: {}, g: {}, h: {}, i: {}, j: {}, k: {}}\nsteps:\n  - status: sent\n    repeat: 1000\n", 3, 5, "more than 10000 callbacks"},
		{"too many steps", "steps:\n" + strings.Repeat("  - status: sent\n", 1001), 1002, 5, "at most 1000"},
		{"too long a value", "steps:\n  - status: sent\n    params:\n      A: " + strings.Repeat("x", 65<<10) + "\n", 4, 10, "at most 65536"},
		{"a value too long filled in", "variables:\n  a: " + strings.Repeat("x", 60<<10) + "\nsteps:\n  - status: sent\n    params: {A: \"{{a}}{{a}}\"}\n", 5, 17, "longer than 65536 bytes"},
		{"too large a file", "# " + strings.Repeat("x", 256<<10), 0, 0, "more than the 262144"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := scenario.Parse([]byte(test.file), "lost.yaml")
			var at *scenario.Error
			if !errors.As(err, &at) {
				t.Fatalf("the error is %v", err)
			}
			if at.File != "lost.yaml" || at.Line != test.line || at.Column != test.column || !strings.Contains(at.Problem, test.says) {
				t.Errorf("the error is %v, want line %d, column %d and %q", err, test.line, test.column, test.says)
			}
			if where := fmt.Sprintf("lost.yaml, line %d, column %d: ", test.line, test.column); test.line > 0 && !strings.Contains(err.Error(), where) {
				t.Errorf("%q does not say where", err)
			}
		})
	}
}

func input(vars map[string]string) scenario.Input {
	return scenario.Input{Now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Random: rand.Reader, Vars: vars}
}

// values writes callbacks as the values of some parameters, * before one that is not there.
func values(steps []scenario.Step, names ...string) []string {
	var list []string
	for _, st := range steps {
		var words []string
		for _, name := range names {
			word := "*"
			for _, p := range st.Params {
				if p.Name == name {
					word = p.Value
				}
			}
			words = append(words, word)
		}
		list = append(list, strings.Join(words, " "))
	}
	return list
}

func TestMake(t *testing.T) {
	s, err := scenario.Parse([]byte(`
variables:
  order: "A-{{unix}}"
  number: "+4915123456789"
messages:
  one:
    to: "{{number}}"
    requester_ip: 192.0.2.7
  two: {to: "447700900123", text: "two"}
steps:
  - status: queued
  - message: one
    status: failed
    code: 050
    after: 2s
    sequence: 7
    params:
      Order: "{{order}} of {{message}} to {{to}} as {{sequence}} at {{now}}, {{unix}}, {{{{braces}}"
      Text: "{{text}}"
      Units: 0012
      PartInfo:
    unset: [MCC, MNC]
    repeat: 2
  - kind: other
    message: two
    path: /other?a=b
    method: get
    params: {Id: "{{uuid}}"}
`), "dir/my-own.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "my-own" || !s.Wait {
		t.Errorf("the scenario is %q, waits %t", s.Name, s.Wait)
	}
	made, err := scenario.Make(s, input(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"queued 4915123456789 192.0.2.7 1 * * 262 1", "queued 447700900123 127.0.0.1 1 * * 234 1",
		"failed 4915123456789 192.0.2.7 7 A-1772600767 of one to 4915123456789 as 7 at 2026-03-04 05:06:09.000000, 1772600769, {{braces}} Your parcel arrives between nine and noon. * 0012",
		"failed 4915123456789 192.0.2.7 7 A-1772600767 of one to 4915123456789 as 7 at 2026-03-04 05:06:09.000000, 1772600769, {{braces}} Your parcel arrives between nine and noon. * 0012",
		"* * * * * * * *",
	}
	if diff := cmp.Diff(want, values(made, "Status", "To", "requester_ip", "Sequence", "Order", "Text", "MCC", "Units")); diff != "" {
		t.Errorf("callbacks (-want +got):\n%s", diff)
	}
	last := made[4]
	if last.Method != "GET" || last.Path != "/other?a=b" || last.Kind != scenario.Other || len(last.Params) != 1 || last.Params[0].Value != values(made[1:2], "MessageUUID")[0] {
		t.Errorf("the last callback is %+v", last)
	}
	if made[2].After != 2*time.Second || made[2].Copy != 0 || made[3].Copy != 1 || made[2].ErrorCode != "050" {
		t.Errorf("the callbacks of step 2 are %+v and %+v", made[2], made[3])
	}
}

// TestPacing: without a wait a scenario tells of a message that was sent earlier, so no time of it is to come.
func TestPacing(t *testing.T) {
	s, _ := scenario.Find("late")
	for _, test := range []struct {
		pacing scenario.Pacing
		speed  float64
		after  time.Duration // of the last
		tells  string
	}{
		{scenario.AsWritten, 0, 11 * time.Second, "2026-03-04 05:06:07.000000 2026-03-04 05:06:08.000000"},
		{scenario.Paced, 10, 1100 * time.Millisecond, "2026-03-04 05:06:07.000000 2026-03-04 05:06:07.100000"},
		{scenario.AtOnce, 1, 0, "2026-03-04 05:06:06.000000 2026-03-04 05:06:07.000000"},
	} {
		in := input(nil)
		in.Pacing, in.Speed = test.pacing, test.speed
		made, err := scenario.Make(s, in)
		if err != nil {
			t.Fatal(err)
		}
		last := made[len(made)-1:]
		if got := values(last, "MessageTime", "DeliveryReportTime")[0]; last[0].After != test.after || got != test.tells {
			t.Errorf("%v at %v: the last goes after %v and tells %s", test.pacing, test.speed, last[0].After, got)
		}
	}
}

func TestMakeRefuses(t *testing.T) {
	s, _ := scenario.Find("lifecycle")
	several, _ := scenario.Find("several-destinations")
	for _, test := range []struct {
		s    scenario.Scenario
		vars map[string]string
		says string
	}{
		{s, map[string]string{"colour": "red"}, `it has no variable "colour"; its variables are from, to`},
		{s, map[string]string{"sent_after": "x"}, `lifecycle.yaml, line 7, column 12: "x" is no time`},
		{s, map[string]string{"to": strings.Repeat("1", 65<<10+1)}, "longer than 65536"},
		{several, map[string]string{"uuid": "a"}, "a uuid names one message, and the scenario is of 3"},
		{scenario.Scenario{}, nil, "it has no steps"},
	} {
		if _, err := scenario.Make(test.s, input(test.vars)); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("the error is %v, want %q", err, test.says)
		}
	}
	// What a variable is given is taken as it stands.
	made, err := scenario.Make(s, input(map[string]string{"to": "+{{from}}", "uuid": "5b40a428"}))
	if got := values(made, "To", "MessageUUID"); err != nil || got[0] != "{{from}} 5b40a428" {
		t.Errorf("%v (%v)", got, err)
	}
}

func TestNamed(t *testing.T) {
	for word, says := range map[string]string{
		"lost": `no scenario "lost"; there are delivered`, "delivered:30": "takes no error code", "failed:": "is no error code", "failed:x": "is no error code",
	} {
		if _, _, err := scenario.Named(word); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: the error is %v", word, err)
		}
	}
	if s, vars, err := scenario.Named("undelivered:80"); err != nil || s.Name != "undelivered" || vars["code"] != "80" {
		t.Errorf("%s %v %v", s.Name, vars, err)
	}
}

// TestBuiltinFilesAreThemselves: the file that is printed is the scenario.
func TestBuiltinFilesAreThemselves(t *testing.T) {
	for _, s := range scenario.Builtin() {
		again, err := scenario.Parse([]byte(s.Source), s.Name+".yaml")
		if err != nil || again.Name != s.Name || again.Summary == "" || !strings.HasSuffix(s.Summary, ".") {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range scenario.Builtin() {
		f.Add([]byte(s.Source))
	}
	for _, s := range []string{
		"", "{", "a: b: c", "- - - -", "steps: [{status: sent, params: {a: |\n  b}}]", "? a\n: b", "<<: *a", "&a *a", "!!str", "steps:\n- {}\n- ",
		"a: 'b\n", "\ufeffname: a", "%YAML 1.2\n---\n", "steps:\n  - status: >-\n      a\n    after: .inf", "{{{{}}", "\x00", "a: \"\\", "|", "'", "? ", "key: [a, b",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := scenario.Parse(data, "f.yaml")
		if err != nil {
			var at *scenario.Error
			if !errors.As(err, &at) || at.Problem == "" || at.Line < 0 || at.Column < 0 {
				t.Errorf("the error is %#v", err)
			}
			if lines := bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) + 1; at.Line > lines {
				t.Errorf("line %d of %d: %v", at.Line, lines, err)
			}
			return
		}
		in := input(nil)
		made, err := scenario.Make(s, in)
		if err != nil || len(made) == 0 {
			t.Errorf("what was parsed makes %d callbacks: %v", len(made), err)
		}
	})
}

// TestParseRefusesDepth holds that a file of nothing but brackets is refused before it takes all memory.
func TestParseRefusesDepth(t *testing.T) {
	for _, level := range []string{"[", "{a: ", "- "} {
		data := []byte(strings.Repeat(level, 2000)) // the square of more is too much where it is not refused
		_, err := scenario.Parse(data, "deep.yaml")
		if err == nil || !strings.Contains(err.Error(), "line 1, column ") || !strings.Contains(err.Error(), "nested deeper than") {
			t.Errorf("%q: %v", level, err)
		}
	}
}
