package tui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/tui/grid"
)

// simRules are the rules that hold, with how many messages each was for, of those that it fits.
type simRules struct {
	panel *simPanel
	simList
	path string // that was typed last
}

func newSimRules(s *simPanel) *simRules { return &simRules{panel: s} }

func (s *simRules) name() string                 { return "Rules" }
func (s *simRules) learn(st *app.SimulatorState) { s.at = max(min(s.at, len(st.Rules)-1), 0) }
func (s *simRules) place() (at, n int)           { return s.at, len(s.panel.st.Rules) }
func (s *simRules) move(n int)                   { s.simList.move(n, len(s.panel.st.Rules)) }

func (s *simRules) click(y int) {
	if y--; y >= 0 && y < s.h && s.top+y < len(s.panel.st.Rules) {
		s.at = s.top + y
	}
}

func (s *simRules) key(k tea.KeyMsg) (tea.Cmd, bool) {
	p, km := s.panel, s.panel.env.keys
	switch {
	case key.Matches(k, km.loadRules):
		path := s.path
		if path == "" {
			path = p.st.RulesFile
		}
		p.ask("File", "path of a rules file, as rules.yaml", path, func(text string) (tea.Cmd, string) {
			if s.path = text; text == "" {
				return nil, "Nothing is written: give the path of a rules file."
			}
			return p.change("loading the rules", "The rules of "+brief(p.env.mask.Sentence(text))+" hold for what is sent from now on.", app.SimulatorChange{RulesFile: text})
		})
	case key.Matches(k, km.dropRules):
		if len(p.st.Rules) == 0 {
			p.wrong = "There are no rules."
			return nil, true
		}
		return p.do("dropping the rules", "There are no rules any more; chaos stays.", app.SimulatorChange{NoRules: true}), true
	default:
		return nil, false
	}
	return nil, true
}

func (s *simRules) keys() []key.Binding {
	km := s.panel.env.keys
	return []key.Binding{km.loadRules, when(len(s.panel.st.Rules) > 0, km.dropRules)}
}

func (s *simRules) lines(w, h int) []string {
	th, st := s.panel.env.th, &s.panel.st
	title := []span{{th.muted, " There are no rules: "}, {th.key, s.panel.env.keys.loadRules.Help().Key}, {th.muted, " loads a file of them; docs/scenarios.md has the format."}}
	if spansWidth(title) > w {
		title[0].text, title[2].text = " No rules: ", " loads a file; see docs/scenarios.md"
	}
	if n := len(st.Rules); n > 0 {
		from := ""
		if st.RulesFile != "" {
			from = " of " + brief(s.panel.env.mask.Sentence(st.RulesFile))
		}
		title = []span{{th.strong, " " + plural(n, "rule") + from}, {th.muted, "; the first that fits a message holds"}}
		if st.Rules[0].Fitted >= 0 {
			title[1].text = "; the first that fits holds; numbers: used for/fits"
		}
	}
	out := []string{line(w, title...)}
	names := ruleName // of what a wide screen has to spare they have most
	if w > 2*simWide {
		names *= 2
	} else if w > simWide {
		names += (w - simWide) / 3
	}
	from, to := s.seen(s.listed(h-1), len(st.Rules))
	for i := from; i < to; i++ {
		r := &st.Rules[i]
		sign, words := th.marked(i == s.at)
		uses := ""
		if r.Fitted >= 0 {
			uses = fmt.Sprintf("%s/%s", briefCount(r.Used), briefCount(r.Fitted))
		}
		out = append(out, line(w, sign, span{th.accent, grid.Fit(uses, ruleUses, true) + " "}, span{words, grid.Fit(brief(s.panel.env.mask.Sentence(r.Name)), names, false)}, span{th.text, " " + s.outcome(r)}, span{th.muted, "  " + s.conditions(r)}))
	}
	if room := h - len(out) - 1; s.listed(h-1) < h-1 && len(st.Rules) > 0 {
		whole := "The text of the rule is masked."
		if s.panel.env.mask == nil {
			whole = readableBlock(st.Rules[s.at].String())
		}
		out = append(out, line(w))
		for i, l := range strings.Split(strings.TrimRight(whole, "\n"), "\n") {
			if i < room {
				out = append(out, line(w, span{th.muted, "   " + l}))
			}
		}
	}
	return out
}

// ruleUses is how many cells have how often a rule was used.
const ruleUses = 9

// briefCount is a count that never has more than 4 cells.
func briefCount(n int) string {
	switch {
	case n < 10_000:
		return strconv.Itoa(n)
	case n < 1_000_000:
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n/1_000_000) + "M"
}

// ruleName is how many cells the name of a rule has at least.
const ruleName = 18

// listed is how many of h lines the rules have: the selected one is shown whole below where there is room.
func (s *simRules) listed(h int) int {
	if h < 3*choiceMore {
		return h
	}
	return h / 2
}

// outcome is what a rule makes of a message.
func (s *simRules) outcome(r *simulator.RuleUse) string {
	if r.Refuse != nil {
		words := fmt.Sprintf("refused %d", r.Refuse.Status)
		if r.Refuse.Words != "" {
			words += " “" + brief(s.panel.env.mask.Text(r.Refuse.Words)) + "”"
		}
		return words
	}
	return brief(r.Fate.String())
}

// conditions say which messages a rule is for.
func (s *simRules) conditions(r *simulator.RuleUse) string {
	m := s.panel.env.mask
	var words []string
	for _, p := range []struct{ name, pattern string }{{"to", string(r.To)}, {"from", string(r.From)}} {
		if number, begins := strings.CutSuffix(p.pattern, "*"); p.pattern != "" {
			if begins && number != "" && strings.Trim(number, "0123456789") == "" {
				number = "+" + number // also where few digits are given
			}
			shown := brief(m.Number(plused(number)))
			if begins {
				shown += "*"
			}
			words = append(words, p.name+" "+shown)
		}
	}
	if r.Text != nil {
		words = append(words, "text /"+brief(m.Text(r.Text.String()))+"/")
	}
	if r.Type != "" {
		words = append(words, brief(r.Type))
	}
	switch {
	case r.Nth > 0:
		words = append(words, fmt.Sprintf("message %d of them", r.Nth))
	case r.First > 0:
		words = append(words, fmt.Sprintf("the first %d", r.First))
	case r.Every > 0:
		words = append(words, fmt.Sprintf("one in %d", r.Every))
	}
	if r.Chance < 1 {
		words = append(words, fmt.Sprintf("in %g%%", r.Chance*100))
	}
	if len(words) == 0 {
		return "every message"
	}
	return strings.Join(words, ", ")
}
