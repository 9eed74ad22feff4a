package scenario_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/scenario"
)

// TestParseRulesRefuses names the place and the problem of what is wrong with a rules file.
func TestParseRulesRefuses(t *testing.T) {
	const rule = "rules:\n  - fate: sent\n    "
	for _, test := range []struct {
		name, file   string
		line, column int
		says         string
	}{
		{"nothing", "", 0, 0, "it is empty; write rules:"},
		{"a list", "- a\n", 1, 1, "a rules file is a mapping"},
		{"a scenario", "steps: []\n", 1, 1, `a rules file has no "steps"; it has rules, chaos`},
		{"rules as a mapping", "rules:\n  a: b\n", 2, 3, "rules is a list"},
		{"no outcome", "rules:\n  - to: +49*\n", 2, 5, "give it a fate, as fate: undelivered:30, or refuse: 429"},
		{"two outcomes", rule + "refuse: 429\n", 3, 13, "this one does both"},
		{"an unknown key", rule + "when: now\n", 3, 5, `a rule has no "when"; it has name, to, from`},
		{"an unknown fate", "rules:\n  - fate: lost\n", 2, 11, `the fate "lost": it is not known; use delivered`},
		{"a fate with a wrong code", "rules:\n  - fate: failed:30\n", 2, 11, "write undelivered:30"},
		{"a fate of an inbound one", "rules:\n  - fate: inbound\n", 2, 11, "is not of an outbound message"},
		{"a list for a fate", "rules:\n  - fate: [sent]\n", 2, 11, "the fate is one value, and this is a list"},
		{"a scenario of two", "rules:\n  - fate:\n      messages: {a: {}, b: {}}\n      steps: [{status: sent}]\n", 3, 7, "no scenario of one outbound message"},
		{"a scenario without steps", "rules:\n  - fate: {summary: a}\n", 2, 12, "it has no steps"},
		{"a step without a time", "rules:\n  - fate:\n      steps:\n        - status: sent\n          after: soon\n", 5, 18, `"soon" is no time`},
		{"an unknown variable", "rules:\n  - fate:\n      steps:\n        - status: \"{{stat}}\"\n", 4, 19, `no variable "stat"`},
		{"two rules of one name", "rules:\n  - {name: a, fate: sent}\n  - {name: b, fate: sent}\n  - {name: a, fate: failed}\n", 4, 12, "two rules have the name a"},
		{"a fate that leaves nothing", "rules:\n  - fate:\n      messages: {m: {type: whatsapp}}\n      steps: [{status: read}]\n", 3, 7, "of type sms"},
		{"a name with a space", rule + "name: my rule\n", 3, 11, "small letters"},
		{"an asterisk within", rule + "to: +4*9\n", 3, 9, "write it as +4915123456789, or as +49*"},
		{"a number with blanks", rule + "to: +49 151\n", 3, 9, "is no number or sender"},
		{"no number", rule + "from: \"\"\n", 3, 11, "from is no number or sender"},
		{"an open bracket", rule + "text: \"(a\"\n", 3, 11, "missing closing )"},
		{"a back reference", rule + "text: (a)\\1\n", 3, 11, "invalid escape sequence"},
		{"an expression that is large", rule + "text: ((((a{100}){100}){100}){100})\n", 3, 11, "is no regular expression"},
		{"a long expression", rule + "text: " + strings.Repeat("a", 1001) + "\n", 3, 11, "at most 1000"},
		{"an empty expression", rule + "text:\n", 3, 11, "leave it out"},
		{"an unknown type", rule + "type: fax\n", 3, 11, "it is sms, mms, whatsapp"},
		{"no count", rule + "nth: 0\n", 3, 10, `nth is no number of messages, "0"`},
		{"a count below zero", rule + "first: -1\n", 3, 12, "write one from 1"},
		{"a count in words", rule + "every: few\n", 3, 12, `"few"`},
		{"two counts", rule + "first: 3\n    every: 2\n", 4, 5, "both first and every"},
		{"a chance over one", rule + "chance: 5\n", 3, 13, `"5" is no probability; write one from 0% to 100%, as 5% or 0.05`},
		{"a chance of nothing", rule + "chance: NaN\n", 3, 13, "is no probability"},
		{"a refusal that is none", "rules:\n  - refuse: 200\n", 2, 13, `"200" is no status of an error; write one from 400 to 599`},
		{"a refusal without a status", "rules:\n  - refuse: {error: no}\n", 2, 14, "refuse needs a status"},
		{"an unknown key of a refusal", "rules:\n  - refuse: {status: 429, words: no}\n", 2, 27, `refuse has no "words"; it has status, error`},
		{"too many rules", "rules:\n" + strings.Repeat("  - fate: sent\n", 201), 202, 5, "at most 200"},
		{"an unknown chaos", "chaos:\n  web: {}\n", 2, 3, `chaos has no "web"; it has api, callbacks`},
		{"an unknown chaos of the API", "chaos:\n  api:\n    error: 1\n", 3, 5, "it has latency, errors"},
		{"an unknown chaos of callbacks", "chaos:\n  callbacks:\n    losst: 1%\n", 3, 5, `chaos of callbacks has no "losst"; it has delay, duplicate`},
		{"a wrong probability", "chaos:\n  callbacks:\n    lost: 101%\n", 3, 11, `lost: "101%" is no probability`},
		{"a wrong delay", "chaos:\n  callbacks:\n    delay: 5\n", 3, 12, `"5" is no delay; write a time as 200ms, a span as 20ms..2s, or a mean as exp 300ms`},
		{"a delay that ends before", "chaos:\n  callbacks:\n    delay: 2s..1s\n", 3, 12, "ends before it begins"},
		{"a delay below zero", "chaos:\n  callbacks:\n    delay: -2s\n", 3, 12, "is below zero"},
		{"a long delay", "chaos:\n  callbacks:\n    delay: 1s..25h\n", 3, 12, "longer than the 24h0m0s"},
		{"a long latency", "chaos:\n  api:\n    latency: exp 21s\n", 3, 14, "longer than the 20s"},
		{"an error that is none", "chaos:\n  api:\n    errors: {200: 1%}\n", 3, 14, `"200" is no status of an error`},
		{"errors over one", "chaos:\n  api:\n    errors: {500: 60%, 429: 60%}\n", 3, 14, "more probable than 100%"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := scenario.ParseRules([]byte(test.file), "lost.yaml")
			var at *scenario.Error
			if !errors.As(err, &at) {
				t.Fatalf("the error is %v", err)
			}
			if at.Line != test.line || at.Column != test.column || !strings.Contains(err.Error(), test.says) {
				t.Errorf("line %d, column %d: %v; want line %d, column %d and %q", at.Line, at.Column, err, test.line, test.column, test.says)
			}
			if !strings.HasPrefix(err.Error(), "cannot use the rules file lost.yaml") && !strings.HasPrefix(err.Error(), "cannot use the scenario lost.yaml") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestParseChaosRefuses(t *testing.T) {
	for text, says := range map[string]string{
		"duplicate":                 `column 1: "duplicate" has no value; write each as name=value`,
		"lost=1%,":                  `column 9: "" has no value`,
		"lost=1%, dupe=5%":          "column 10: dupe: there is no such chaos; of callbacks there are delay, duplicate",
		"lost=1%,lost=2%":           `column 9: "lost" is there twice`,
		"lost=2":                    `"2" is no probability`,
		"lost=-1%":                  "is no probability",
		"delay=soon":                "is no delay",
		"api-latency=1m":            "longer than the 20s",
		"api-200=1%":                `"200" is no status of an error`,
		"api-429=1%,api-0429=1%":    "the status is there twice",
		"api-429=60%,api-500=60%":   "more probable than 100%",
		"none,lost=1%":              `"none" has no value`,
		"lost=1%\x1b[2J,\x1b[2J=1%": `\x1b`,
	} {
		_, err := scenario.ParseChaos(text)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "cannot use the chaos ") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q: the error is %v, want %q in it", text, err, says)
		}
	}
}

const everyRule = `# the whole format
rules:
  - name: first-three
    to: +49151*
    first: 3
    refuse: {status: 429, error: "too many requests, \"really\""}
  - {from: ACME, text: "(?i)^win", fate: "undelivered:30"}
  - to: "4915123456789"
    type: whatsapp
    nth: 2
    chance: 12.5%
    fate: read
  - every: 5
    chance: 0.07
    fate:
      summary: "Sent, and \"\u00e9\" after a line break:\n # no comment"
      wait: true
      variables: {code: "030", empty: , nothing: "null"}
      messages: {mine: {}}
      steps:
        - status: sent
          params: {X-Order: "-", Y: "", "Z: z": 'it''s'}
          unset: [MCC, MNC]
        - {status: undelivered, code: "{{code}}", after: 2s, signature: wrong-token, repeat: 2}
  - refuse: 500
chaos:
  api:
    latency: 20ms..80ms
    errors: {503: 0.5%, 429: 2%}
  callbacks: {delay: exp 300ms, duplicate: 5%, reorder: 0.1, lost: 1%, late: 0, wrong-signature: 7%, wrong-host: 100%, truncated: 1, cut: 0.0123}
`

// TestRulesRoundTrip: what is written says the same, as YAML and as JSON.
func TestRulesRoundTrip(t *testing.T) {
	for _, file := range []string{everyRule, "rules:\n", "rules: []\n", "chaos: {}\n", "chaos: {callbacks: {lost: 0}}", "rules: [{refuse: 400}]", "{\"rules\":[{\"fate\":\"late\",\"text\":\"\\u0041\\/\\\"\\ud83d\\ude00\",\"nth\":3,\"chance\":0.5}],\"chaos\":{\"api\":{\"errors\":{\"500\":0.25}}}}"} {
		rules, err := scenario.ParseRules([]byte(file), "a.yaml")
		if err != nil {
			t.Fatal(err)
		}
		text := rules.String()
		data, err := json.Marshal(rules)
		if err != nil {
			t.Fatal(err)
		}
		for _, again := range []string{text, string(data)} {
			back, err := scenario.ParseRules([]byte(again), "b.yaml")
			if err != nil {
				t.Fatalf("%v of\n%s", err, again)
			}
			if diff := cmp.Diff(text, back.String()); diff != "" {
				t.Errorf("it comes back different (-was +is):\n%s", diff)
			}
		}
	}
}

// TestRules reads the whole format.
func TestRules(t *testing.T) {
	rules, err := scenario.ParseRules([]byte(everyRule), "a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range rules.List {
		r := &rules.List[i]
		refuse := ""
		if r.Refuse != nil {
			refuse = fmt.Sprint(r.Refuse.Status, " ", r.Refuse.Words)
		}
		got = append(got, fmt.Sprintf("%s|%s|%s|%v|%s|%d %d %d|%g|%s|%s", r.Name, r.To, r.From, r.Text, r.Type, r.Nth, r.First, r.Every, r.Chance, r.Fate, refuse))
	}
	want := []string{
		`first-three|49151*||<nil>||0 3 0|1|delivered|429 too many requests, "really"`,
		`rule 2||ACME|(?i)^win||0 0 0|1|undelivered:30|`,
		`rule 3|4915123456789||<nil>|whatsapp|2 0 0|0.125|read|`,
		`rule 4|||<nil>||0 0 5|0.07|rule 4|`,
		`rule 5|||<nil>||0 0 0|1|delivered|500 `,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	const chaos = "delay=exp 300ms,duplicate=5%,reorder=10%,lost=1%,wrong-signature=7%,wrong-host=100%,truncated=100%,cut=1.23%,api-latency=20ms..80ms,api-429=2%,api-503=0.5%"
	if rules.Chaos == nil || rules.Chaos.String() != chaos {
		t.Errorf("the chaos is %v", rules.Chaos)
	}
	c, err := scenario.ParseChaos(" " + strings.ReplaceAll(chaos, ",", " , "))
	if err != nil || c.String() != chaos || c.Check() != nil || c.None() {
		t.Errorf("the chaos is %v (%v)", c, err)
	}
	for _, none := range []string{"", "none", " ", "lost=0", "api-500=0%"} {
		if c, err := scenario.ParseChaos(none); err != nil || !c.None() {
			t.Errorf("%q is %v (%v)", none, c, err)
		}
	}
}

func TestRuleFits(t *testing.T) {
	rules, err := scenario.ParseRules([]byte(`rules:
  - {to: +49*, from: ACME, text: "^win", type: sms, every: 3, fate: sent}
`), "a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rule := &rules.List[0]
	for _, test := range []struct {
		from, to, text, kind string
		fits                 bool
	}{
		{"ACME", "4915123456789", "win now", "sms", true},
		{"ACME", "14155550123", "win now", "sms", false},
		{"ACME2", "4915123456789", "win now", "sms", false},
		{"ACME", "4915123456789", "now win", "sms", false},
		{"ACME", "4915123456789", "win now", "mms", false},
	} {
		if fits := rule.Fits(test.from, test.to, test.kind) && rule.FitsText(test.text); fits != test.fits {
			t.Errorf("%+v: %v", test, fits)
		}
	}
	for n := 1; n < 10; n++ {
		if rule.Counts(n) != (n%3 == 0) {
			t.Errorf("%d", n)
		}
	}
}

// TestDelay has what is drawn within its span, and a mean where it should be.
func TestDelay(t *testing.T) {
	var sum time.Duration
	for i := range 1000 {
		u := (float64(i) + 0.5) / 1000
		span := scenario.Delay{Least: 20 * time.Millisecond, Most: 2 * time.Second}.At(u)
		if span < 20*time.Millisecond || span > 2*time.Second {
			t.Errorf("%v at %v", span, u)
		}
		sum += scenario.Delay{Mean: time.Second}.At(u)
	}
	if mean := sum / 1000; mean < 990*time.Millisecond || mean > 1010*time.Millisecond {
		t.Errorf("the mean is %v", mean)
	}
	if d := (scenario.Delay{}).At(0.99); d != 0 {
		t.Errorf("none is %v", d)
	}
}

func TestChaosCheck(t *testing.T) {
	for _, c := range []scenario.Chaos{
		{Lost: -0.1},
		{Cut: 1.1},
		{Latency: scenario.Delay{Mean: time.Hour}},
		{Delay: scenario.Delay{Least: 2, Most: 1}},
		{Delay: scenario.Delay{Least: 1, Most: 1, Mean: 1}},
		{Errors: []scenario.ErrorChance{{200, 0.1}}},
		{Errors: []scenario.ErrorChance{{500, 0.1}, {500, 0.1}}},
		{Errors: []scenario.ErrorChance{{500, 0.6}, {501, 0.6}}},
	} {
		if err := c.Check(); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}

func FuzzParseRules(f *testing.F) {
	f.Add([]byte(everyRule))
	for _, s := range []string{"", "rules: [{fate: {steps: [{status: sent}]}}]", "rules:\n - refuse: {status: 400, error: |\n    a\n   }", "chaos: {api: {errors: {429: .5}}}", "rules: [{to: '*', fate: sent}]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rules, err := scenario.ParseRules(data, "f.yaml")
		if err != nil {
			var at *scenario.Error
			if !errors.As(err, &at) || at.Problem == "" || at.Line < 0 || at.Column < 0 {
				t.Errorf("the error is %#v", err)
			}
			return
		}
		text := rules.String()
		data, err = json.Marshal(rules)
		if err != nil {
			t.Fatal(err)
		}
		for _, again := range []string{text, string(data)} {
			back, err := scenario.ParseRules([]byte(again), "g.yaml")
			if err != nil {
				t.Fatalf("%v of\n%q", err, again)
			}
			if back.String() != text {
				t.Errorf("%q comes back as\n%q", text, back.String())
			}
		}
	})
}

func FuzzParseChaos(f *testing.F) {
	for _, s := range []string{"", "none", "lost=1%,delay=exp 3s", "api-429=.5,api-latency=1s..2s", "duplicate=1e-3", "lost=0.1%%", "=,=", "delay=1ns..2h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := scenario.ParseChaos(s)
		if err != nil {
			return
		}
		if err := c.Check(); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		again, err := scenario.ParseChaos(c.String())
		if err != nil || again.String() != c.String() {
			t.Errorf("%q is %q, and then %q (%v)", s, c, again, err)
		}
	})
}
