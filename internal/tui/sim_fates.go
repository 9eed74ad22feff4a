package tui

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/tui/grid"
)

// simFates gives the next messages a fate, or all that nothing else is said for.
type simFates struct {
	panel *simPanel
	simList
	all  []listedChoice
	many int // of simCounts
	st   *app.SimulatorState
}

// simCounts are how many of the next messages a fate may be for.
var simCounts = []int{1, 2, 3, 5, 10, 20, 50, 100}

func newSimFates(s *simPanel) *simFates { return &simFates{panel: s, all: fateChoices(), st: &s.st} }

// fateChoices are the fates with what they are: the plain ones, the built-in scenarios of an outbound message, and
// an end with each error code.
func fateChoices() []listedChoice {
	out := []listedChoice{
		{name: "delivered", more: "queued, sent and delivered, each with its callback"},
		{name: "sent", more: "queued and sent, and never more"},
		{name: "undelivered", more: "undelivered with the error code 30"},
		{name: "failed", more: "failed with the error code 300"},
		{name: "none", more: "delivered, as the API tells when asked, without any callback"},
	}
	for _, sc := range scenario.Builtin() {
		named := slices.ContainsFunc(out, func(c listedChoice) bool { return c.name == sc.Name })
		if !named && sc.Outbound() == nil {
			out = append(out, listedChoice{name: sc.Name, more: sc.Summary})
		}
	}
	for _, c := range plivo.Codes() {
		if c.Status == plivo.Undelivered || c.Status == plivo.Failed {
			if f, err := scenario.CodedFate(c.Code); err == nil && f.String() != "" {
				out = append(out, listedChoice{name: f.String(), words: c.Short, more: c.Meaning + ". " + c.Advice})
			}
		}
	}
	return out
}

func (s *simFates) name() string              { return "Fates" }
func (s *simFates) learn(*app.SimulatorState) {}
func (s *simFates) place() (at, n int)        { return s.at, len(s.all) }
func (s *simFates) move(n int)                { s.simList.move(n, len(s.all)) }

func (s *simFates) click(y int) {
	if y -= 2; y >= 0 && y < s.h && s.top+y < len(s.all) {
		s.at = s.top + y
	}
}

func (s *simFates) key(k tea.KeyMsg) (tea.Cmd, bool) {
	p, km := s.panel, s.panel.env.keys
	fate := s.all[s.at].name
	switch {
	case key.Matches(k, km.more):
		s.many = min(s.many+1, len(simCounts)-1)
	case key.Matches(k, km.less):
		s.many = max(s.many-1, 0)
	case key.Matches(k, km.fateNext):
		n := simCounts[s.many]
		return p.do("setting the fate", "The next "+messagesWords(n)+": "+fate+".", app.SimulatorChange{Next: &app.NextFate{Fate: fate, Messages: n}}), true
	case key.Matches(k, km.fateDefault):
		return p.do("setting the fate", "All messages that nothing else is said for: "+fate+".", app.SimulatorChange{Fate: fate}), true
	case key.Matches(k, km.dropFate):
		if s.st.NextLeft == 0 {
			p.wrong = "The next messages have no fate of their own."
			return nil, true
		}
		return p.do("dropping the fate", "The next messages have no fate of their own any more.", app.SimulatorChange{Next: &app.NextFate{}}), true
	case key.Matches(k, km.typeFate):
		p.ask("Fate", "delivered, failed:50, none, a scenario …", "", func(text string) (tea.Cmd, string) {
			if _, err := scenario.ParseFate(text); err != nil {
				return nil, p.shownError(err)
			}
			n := simCounts[s.many]
			return p.change("setting the fate", "The next "+messagesWords(n)+": "+text+".", app.SimulatorChange{Next: &app.NextFate{Fate: text, Messages: n}})
		})
	default:
		return nil, false
	}
	return nil, true
}

func messagesWords(n int) string {
	if n == 1 {
		return "message"
	}
	return plural(n, "message")
}

func (s *simFates) keys() []key.Binding {
	km := s.panel.env.keys
	return []key.Binding{km.fateNext, s.panel.env.sliding(), when(s.st.NextLeft > 0, km.dropFate), km.fateDefault, km.typeFate}
}

func (s *simFates) lines(w, h int) []string {
	th := s.panel.env.th
	next := []span{{th.muted, "no fate of their own"}}
	if s.st.NextLeft > 0 {
		next = []span{{th.warn, fmt.Sprintf("%s for %s more", brief(s.st.NextFate), plural(s.st.NextLeft, "message"))}}
	}
	out := []string{
		line(w, append([]span{{th.title, " Next  "}}, append(next, span{th.muted, "  others "}, span{th.strong, brief(s.st.Fate)})...)...),
		line(w, span{th.muted, " Give the next "}, span{th.accent, "‹ "}, span{th.strong, strconv.Itoa(simCounts[s.many])}, span{th.accent, " ›"}, span{th.muted, " " + map[bool]string{true: "message", false: "messages"}[simCounts[s.many] == 1] + " this fate:"}, span{th.muted, fmt.Sprintf("  %d of %d", s.at+1, len(s.all))}),
	}
	room := h - len(out)
	row := func(i int) []span {
		c := s.all[i]
		sign, words := th.marked(i == s.at)
		spans := []span{sign, {words, grid.Fit(c.name, 19, false)}}
		if c.words != "" {
			spans = append(spans, span{th.text, " " + c.words + ":"})
		}
		return append(spans, span{th.muted, " " + c.more})
	}
	var more []string // of the selected one, where its row has no room for it
	if s.at = min(s.at, len(s.all)-1); room > 3*choiceMore && spansWidth(row(s.at)) > w {
		more = wrap(s.all[s.at].more, w-4)
		more = more[:min(len(more), choiceMore)]
	}
	from, to := s.seen(room-len(more), len(s.all))
	for i := from; i < to; i++ {
		out = append(out, line(w, row(i)...))
	}
	if len(more) > 0 {
		out = fill(out, w, h-len(more))
	}
	for _, l := range more {
		out = append(out, line(w, span{th.text, "   " + l}))
	}
	return out
}
