package scenario

import (
	"regexp"
	"slices"
	"strings"
)

// Rules are what a rules file says. It does not change; only ParseRules gives one that has something.
type Rules struct {
	List  []Rule // the first that fits a message holds
	Chaos *Chaos // nil where the file says nothing of it
}

// Rule says what becomes of messages of some kind.
type Rule struct {
	Name string // "rule 3" where it has none

	To, From Pattern
	Text     *regexp.Regexp // that it has; nil for any
	Type     string         // sms, mms or whatsapp; empty for any
	// Of the messages that fit what is above, only the one with this number, the first so many, or each so-manieth; 0
	// for all.
	Nth, First, Every int
	Chance            float64 // that it holds for one that fits all this, from 0 to 1

	Fate   Fate
	Refuse *Refusal // in place of a fate

	written written
}

// Refusal is an answer of the API.
type Refusal struct {
	Status int    // from 400 to 599
	Words  string // empty for those of the status
}

// Pattern is a number or sender without a plus, or with an asterisk behind it what it begins with. The empty one fits
// everything.
type Pattern string

// Fits tells whether a number, which has no plus, fits.
func (p Pattern) Fits(number string) bool {
	if prefix, begins := strings.CutSuffix(string(p), "*"); begins {
		return strings.HasPrefix(number, prefix)
	}
	return p == "" || string(p) == number
}

// Fits tells whether a message fits the rule, whatever its text, its place in the order of arrival and chance say. The
// numbers have no plus; kind is sms, mms or whatsapp.
func (r *Rule) Fits(from, to, kind string) bool {
	return r.To.Fits(to) && r.From.Fits(from) && (r.Type == "" || r.Type == kind)
}

// FitsText tells whether a message with this text may fit.
func (r *Rule) FitsText(text string) bool { return r.Text == nil || r.Text.MatchString(text) }

// Counts tells whether the rule is for the n-th message, from 1, of those that fit it.
func (r *Rule) Counts(n int) bool {
	switch {
	case r.Nth > 0:
		return n == r.Nth
	case r.First > 0:
		return n <= r.First
	case r.Every > 0:
		return n%r.Every == 0
	}
	return true
}

// With are the same rules with other chaos.
func (r Rules) With(c Chaos) Rules {
	r.List = slices.Clip(r.List)
	r.Chaos = &c
	return r
}

// String is a rules file that says the same.
func (r Rules) String() string {
	var b strings.Builder
	if w := r.all(); len(w.list) > 0 {
		w.yamlKeys(&b, "", "")
	} else {
		b.WriteString("rules: []\n")
	}
	return b.String()
}

// MarshalJSON gives the rules file as JSON, which ParseRules reads too.
func (r Rules) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	r.all().json(&b)
	return []byte(b.String()), nil
}

func (r Rules) all() written {
	w := written{kind: isMapping}
	if len(r.List) > 0 {
		list := written{kind: isList}
		for i := range r.List {
			list.list = append(list.list, r.List[i].written)
		}
		w = w.with("rules", list)
	}
	if r.Chaos != nil {
		w = w.with("chaos", r.Chaos.written())
	}
	return w
}

// String is the rule as a file has it.
func (r *Rule) String() string {
	var b strings.Builder
	r.written.yamlKeys(&b, "", "")
	return b.String()
}
