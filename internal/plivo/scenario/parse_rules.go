package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	"dev.internal/plivoscope/internal/plivo"
)

// The keys of each mapping of a rules file, in the order of the documentation.
var (
	rulesKeys  = []string{"rules", "chaos"}
	ruleKeys   = []string{"name", "to", "from", "text", "type", "nth", "first", "every", "chance", "fate", "refuse"}
	refuseKeys = []string{"status", "error"}
)

// messageTypes are those that a rule can be for.
var messageTypes = []string{plivo.SMS, plivo.MMS, plivo.WhatsApp}

// ParseRules reads a rules file in the format of docs/scenarios.md, YAML or JSON. file is its name, for errors. The
// error is an *Error with the line and the column.
func ParseRules(data []byte, file string) (Rules, error) {
	r := reader{file: file, what: "a rules file", begin: "write rules: with a rule behind each dash, or chaos:"}
	n, err := r.document(data)
	if err != nil {
		return Rules{}, err
	}
	entries, err := r.mapping(n, "a rules file", len(rulesKeys))
	if err != nil {
		return Rules{}, err
	}
	var rules Rules
	for _, e := range entries {
		switch e.key {
		case "rules":
			rules.List, err = r.rules(e.value)
		case "chaos":
			var c Chaos
			c, err = r.chaos(e.value)
			rules.Chaos = &c
		default:
			err = r.unknown(e, "a rules file", rulesKeys)
		}
		if err != nil {
			return Rules{}, err
		}
	}
	return rules, nil
}

func (r reader) rules(n ast.Node) ([]Rule, error) {
	if _, none := n.(*ast.NullNode); none {
		return nil, nil
	}
	nodes, err := r.list(n, "rules", maxRules)
	if err != nil {
		return nil, err
	}
	list := make([]Rule, len(nodes))
	named := make(map[string]bool, len(nodes))
	for i, one := range nodes {
		list[i] = Rule{Name: "rule " + strconv.Itoa(i+1), Chance: 1}
		if err := r.rule(one, &list[i], named); err != nil {
			return nil, err
		}
		if list[i].written, err = r.written(one); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// rule reads one. named are the names of those before it.
func (r reader) rule(n ast.Node, rule *Rule, named map[string]bool) error {
	entries, err := r.mapping(n, "a rule", len(ruleKeys))
	if err != nil {
		return err
	}
	var counted []entry
	var fate, refuse ast.Node
	for _, e := range entries {
		switch e.key {
		case "name":
			var f field
			if f, err = r.scalar(e.value, "the name"); err == nil {
				err = r.name(entry{key: f.text, at: f.at}, "a rule")
			}
			if err == nil && named[f.text] {
				err = r.fail(f.at, "two rules have the name %s, by which events tell them apart; give each its own", f.text)
			}
			rule.Name, named[f.text] = f.text, true
		case "to":
			rule.To, err = r.pattern(e)
		case "from":
			rule.From, err = r.pattern(e)
		case "text":
			rule.Text, err = r.expression(e.value)
		case "type":
			rule.Type, err = oneOf(r, e.value, "the type", messageTypes)
		case "nth":
			rule.Nth, err = r.count(e)
			counted = append(counted, e)
		case "first":
			rule.First, err = r.count(e)
			counted = append(counted, e)
		case "every":
			rule.Every, err = r.count(e)
			counted = append(counted, e)
		case "chance":
			rule.Chance, err = r.chance(e)
		case "fate":
			fate = e.value
		case "refuse":
			refuse = e.value
		default:
			err = r.unknown(e, "a rule", ruleKeys)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case len(counted) > 1:
		return r.fail(counted[1].at, "a rule counts in one way, and this one has both %s and %s; make it two rules", counted[0].key, counted[1].key)
	case fate != nil && refuse != nil:
		return r.fail(where(refuse), "a rule has a fate or refuses, and this one does both; make it two rules")
	case refuse != nil:
		rule.Refuse, err = r.refusal(refuse)
	case fate != nil:
		rule.Fate, err = r.fate(fate, rule)
	default:
		err = r.fail(where(n), "the rule does not say what becomes of its messages; give it a fate, as fate: undelivered:30, or refuse: 429")
	}
	return err
}

// pattern reads a number or sender, with an asterisk for what it begins with.
func (r reader) pattern(e entry) (Pattern, error) {
	f, err := r.scalar(e.value, e.key)
	if err != nil {
		return "", err
	}
	p := strings.TrimPrefix(f.text, "+")
	strange := func(c rune) bool {
		return !(c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)))
	}
	if p == "" || len(p) > 20 || strings.ContainsFunc(strings.TrimSuffix(p, "*"), strange) {
		return "", r.fail(f.at, "%s is no number or sender, %q; write it as +4915123456789, or as +49* for all that begin so", e.key, cut(f.text))
	}
	return Pattern(p), nil
}

// expression reads a regular expression of RE2, which takes a time that grows with the text alone.
func (r reader) expression(n ast.Node) (*regexp.Regexp, error) {
	f, err := r.scalar(n, "the text")
	switch {
	case err != nil:
		return nil, err
	case f.text == "":
		return nil, r.fail(f.at, "the text is an empty expression, which fits every text; leave it out")
	case len(f.text) > maxPattern:
		return nil, r.fail(f.at, "the text is an expression of %d bytes, at most %d are taken", len(f.text), maxPattern)
	}
	re, err := regexp.Compile(f.text)
	if err != nil {
		return nil, r.fail(f.at, "the text is no regular expression: %s; write a point, bracket or the like that stands for itself behind a backslash", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return re, nil
}

func (r reader) count(e entry) (int, error) {
	f, err := r.scalar(e.value, e.key)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(f.text)
	if err != nil || n < 1 || n > maxCount {
		return 0, r.fail(f.at, "%s is no number of messages, %q; write one from 1 to %d", e.key, cut(f.text), maxCount)
	}
	return n, nil
}

func (r reader) chance(e entry) (float64, error) {
	f, err := r.scalar(e.value, e.key)
	if err != nil {
		return 0, err
	}
	p, problem := parseChance(f.text)
	if problem != "" {
		return 0, r.fail(f.at, "%s: %s", e.key, problem)
	}
	return p, nil
}

func (r reader) delay(e entry, most time.Duration) (Delay, error) {
	f, err := r.scalar(e.value, e.key)
	if err != nil {
		return Delay{}, err
	}
	d, problem := parseDelay(f.text, most)
	if problem != "" {
		return Delay{}, r.fail(f.at, "%s: %s", e.key, problem)
	}
	return d, nil
}

// fate reads the word for one, or a scenario of one outbound message.
func (r reader) fate(n ast.Node, of *Rule) (Fate, error) {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
	default:
		f, err := r.scalar(n, "the fate")
		if err != nil {
			return Fate{}, err
		}
		fate, err := ParseFate(f.text)
		if err != nil {
			return Fate{}, r.fail(f.at, "%s", strings.TrimPrefix(err.Error(), "cannot use "))
		}
		return fate, nil
	}
	s := Scenario{Name: of.Name, file: r.file, Wait: true}
	if err := r.scenario(n, &s); err != nil {
		return Fate{}, err
	}
	if err := s.Outbound(); err != nil {
		return Fate{}, r.fail(where(n), "the fate is no scenario of one outbound message: %v", err)
	}
	if _, err := Make(s, Input{Now: time.Unix(0, 0).UTC(), Random: zeros{}}); err != nil {
		return Fate{}, err
	}
	fate := Fate{scenario: &s, word: s.Name}
	for _, kind := range messageTypes {
		if of.Type != "" && of.Type != kind {
			continue
		}
		in := Input{Now: time.Unix(0, 0).UTC(), Random: zeros{}, Message: &Message{From: "14155550100", To: "14155550123", Type: kind, Units: 1}}
		if _, err := fate.Make(in); err != nil {
			return Fate{}, r.fail(where(n), "%v", err)
		}
	}
	return fate, nil
}

// refusal reads a status, or a mapping with one.
func (r reader) refusal(n ast.Node) (*Refusal, error) {
	entries := []entry{{key: "status", value: n}}
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		var err error
		if entries, err = r.mapping(n, "refuse", len(refuseKeys)); err != nil {
			return nil, err
		}
	}
	var no Refusal
	for _, e := range entries {
		f, err := r.scalar(e.value, e.key)
		if err != nil {
			return nil, err
		}
		switch problem := ""; e.key {
		case "status":
			if no.Status, problem = parseErrorStatus(f.text); problem != "" {
				return nil, r.fail(f.at, "%s", problem)
			}
		case "error":
			if no.Words = f.text; len(f.text) > maxErrorWords {
				return nil, r.fail(f.at, "the error has %d bytes, at most %d are taken", len(f.text), maxErrorWords)
			}
		default:
			return nil, r.unknown(e, "refuse", refuseKeys)
		}
	}
	if no.Status == 0 {
		return nil, r.fail(where(n), "refuse needs a status, as refuse: {status: 429, error: too many requests}")
	}
	return &no, nil
}

// parseErrorStatus reads an HTTP status that refuses.
func parseErrorStatus(s string) (status int, problem string) {
	status, err := strconv.Atoi(s)
	if err != nil || status < 400 || status > 599 {
		return 0, fmt.Sprintf("%q is no status of an error; write one from 400 to 599", cut(s))
	}
	return status, ""
}
