package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// maxNext is how many messages FateNext is for at most.
const maxNext = 1_000_000

// law is what becomes of messages that have no fate by number or request, and what goes wrong. It may change at any
// time; a message takes what holds when it is accepted.
type law struct {
	mu    sync.Mutex
	fate  Fate   // of what no rule is for
	next  Fate   // of the next messages
	left  int    // that next is for
	said  uint64 // how often what next is was said
	rules *ruleset
	chaos *scenario.Chaos // nil for none; not changed in place
	asked uint64          // messages that rules were asked of
	calls uint64          // of the API that chaos has looked at
}

// ruleset is the rules with their counts, which the law's mutex guards.
type ruleset struct {
	list   []scenario.Rule
	counts []int // of the messages that fit each
	used   []int // of these: those that each was for
}

func newRuleset(list []scenario.Rule) *ruleset {
	return &ruleset{list: list, counts: make([]int, len(list)), used: make([]int, len(list))}
}

// restoreLaw has fates, rules, chaos and their counts as Options say.
func (s *Simulator) restoreLaw() error {
	fate := Fate{}
	if s.o.Fate != "" {
		var err error
		if fate, err = ParseFate(s.o.Fate); err != nil {
			return err
		}
	}
	if err := s.o.Chaos.Check(); err != nil {
		return err
	}
	s.law.mu.Lock()
	s.law.fate, s.law.left = fate, 0
	s.law.said++
	if s.o.Seed != 0 { // without one nothing may repeat
		s.law.asked, s.law.calls = 0, 0
	}
	s.law.mu.Unlock()
	r := s.o.Rules
	if !s.o.Chaos.None() || r.Chaos == nil {
		r = r.With(s.o.Chaos)
	}
	return s.SetRules(r)
}

// SetRules replaces the rules, whose counts begin anew, and chaos where they say something of it. The messages that are
// accepted from then on take them.
func (s *Simulator) SetRules(r scenario.Rules) error {
	if r.Chaos != nil {
		if err := r.Chaos.Check(); err != nil {
			return err
		}
	}
	s.law.mu.Lock()
	defer s.law.mu.Unlock()
	s.law.rules = newRuleset(r.List)
	if r.Chaos != nil {
		s.law.setChaos(*r.Chaos)
	}
	return nil
}

// Rules are the rules and chaos that hold.
func (s *Simulator) Rules() scenario.Rules {
	s.law.mu.Lock()
	defer s.law.mu.Unlock()
	r := scenario.Rules{List: s.law.rules.list}
	if c := s.law.chaos; c != nil {
		return r.With(clone(*c))
	}
	return r.With(scenario.Chaos{})
}

// SetFate says what becomes of messages with no other fate, as ParseFate reads it; empty for delivered.
func (s *Simulator) SetFate(word string) error {
	f := Fate{}
	if word != "" {
		var err error
		if f, err = ParseFate(word); err != nil {
			return err
		}
	}
	s.law.mu.Lock()
	defer s.law.mu.Unlock()
	s.law.fate = f
	return nil
}

// Fate is what becomes of messages with no other fate, as ParseFate reads it.
func (s *Simulator) Fate() string {
	s.law.mu.Lock()
	defer s.law.mu.Unlock()
	return s.law.fate.String()
}

// FateNext says what becomes of the next n messages that have no fate by number or request, before any rule; with n 0
// of none any more. It takes the place of what was said before.
func (s *Simulator) FateNext(n int, fate string) error {
	if n < 0 || n > maxNext {
		return fmt.Errorf("cannot give the next %d messages a fate: give a number from 1 to %d, or 0 for none any more", n, maxNext)
	}
	f := Fate{}
	if n > 0 {
		var err error
		if f, err = ParseFate(fate); err != nil {
			return err
		}
	}
	s.law.mu.Lock()
	defer s.law.mu.Unlock()
	s.law.next, s.law.left = f, n
	s.law.said++
	return nil
}

// NextFate is what FateNext has said, and of how many messages it holds still; 0 for none.
func (s *Simulator) NextFate() (fate string, left int) {
	s.law.mu.Lock()
	defer s.law.mu.Unlock()
	if s.law.left == 0 {
		return "", 0
	}
	return s.law.next.String(), s.law.left
}

// ordinary is the fate of messages with no other one.
func (s *Simulator) ordinary() Fate {
	s.law.mu.Lock()
	defer s.law.mu.Unlock()
	return s.law.fate
}

// fated is a fate and the rule that it is of; empty for none.
type fated struct {
	Fate
	rule string
}

// ruling finds the fates of the messages of one send, by the rules that held when it began.
type ruling struct {
	s     *Simulator
	rules *ruleset
	texts []bool // that fit the text of each rule
	kind  string

	// What it has used up so far.
	nexts  int    // of FateNext
	said   uint64 // which FateNext that was
	counts []int  // of each rule
	used   []int
}

func (s *Simulator) ruling(o *order) *ruling {
	s.law.mu.Lock()
	r := &ruling{s: s, rules: s.law.rules, said: s.law.said, kind: cmp.Or(o.kind, plivo.SMS)}
	s.law.mu.Unlock()
	r.texts, r.counts, r.used = make([]bool, len(r.rules.list)), make([]int, len(r.rules.list)), make([]int, len(r.rules.list))
	for i := range r.rules.list {
		r.texts[i] = r.rules.list[i].FitsText(o.text)
	}
	return r
}

// fate finds that of the message from one number to another: what FateNext says, or the first rule that fits, or the
// default. The error is the answer of a rule that refuses.
func (r *ruling) fate(from, to string) (fated, error) {
	law := &r.s.law
	law.mu.Lock()
	defer law.mu.Unlock()
	if law.left > 0 {
		if law.said != r.said { // meanwhile
			r.said, r.nexts = law.said, 0
		}
		law.left--
		r.nexts++
		return fated{Fate: law.next}, nil
	}
	law.asked++
	var found *scenario.Rule
	for i := range r.rules.list {
		rule := &r.rules.list[i]
		if !r.texts[i] || !rule.Fits(from, to, r.kind) {
			continue
		}
		// What an earlier rule is for counts all the same.
		r.rules.counts[i]++
		r.counts[i]++
		if found == nil && rule.Counts(r.rules.counts[i]) && r.s.dice.happens(rule.Chance, "rule", law.asked, uint64(i)) {
			found = rule
			r.rules.used[i]++
			r.used[i]++
		}
	}
	switch {
	case found == nil:
		return fated{Fate: law.fate}, nil
	case found.Refuse != nil:
		return fated{}, refused(found.Refuse.Status, found.Refuse.Words, causeOf(found))
	}
	return fated{Fate: found.Fate, rule: causeOf(found)}, nil
}

// unused gives back what a send used up that is refused. Where a rule refuses, the rules have counted its messages: else
// the first that it is for would be refused for ever.
func (r *ruling) unused(byRule bool) {
	if r == nil {
		return
	}
	law := &r.s.law
	law.mu.Lock()
	defer law.mu.Unlock()
	if law.said == r.said {
		law.left += r.nexts
	}
	r.nexts = 0
	for i, n := range r.counts {
		if !byRule {
			r.rules.counts[i] -= n
			r.rules.used[i] -= r.used[i]
		}
		r.counts[i], r.used[i] = 0, 0
	}
}

// causeOf is a rule as events name it.
func causeOf(r *scenario.Rule) string { return "rule " + strings.TrimPrefix(r.Name, "rule ") }

// refused is an answer of the API that is the simulator's own doing.
func refused(status int, words, cause string) error {
	switch {
	case words != "":
	case status == http.StatusBadRequest:
		words = "bad request"
	default:
		words = cmp.Or(refusalWords(refusal(status)), "refused")
	}
	return &apiError{status: status, words: words, cause: cause}
}

// refusalWords are Plivo's for a status, as far as they are known.
func refusalWords(status refusal) string {
	switch status {
	case http.StatusUnauthorized:
		return unauthorized
	case http.StatusBadRequest:
		return "dst is a number that the simulator refuses"
	default:
		return strings.ToLower(http.StatusText(int(status)))
	}
}
