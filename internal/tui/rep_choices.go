package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// listedChoice is one of the things that a field can be.
type listedChoice struct {
	name  string
	words string // what it is, in a line
	more  string // what to know of it
}

// choiceSheet lists what a field can be, to pick one.
type choiceSheet struct {
	env   *env
	title string
	all   []listedChoice
	at    int
	top   int
	h     int // lines for the list
	pick  func(name string) tea.Cmd
}

func faultNames() []string {
	var names []string
	for _, f := range replay.Faults() {
		names = append(names, f.Name)
	}
	return names
}

// openFaults lists the faults with what to expect of each.
func (s *replayScreen) openFaults() {
	sheet := &choiceSheet{env: s.env, title: "Faults, and what a check of V2 alone and one of V3 answer", pick: func(name string) tea.Cmd {
		s.choices[fieldFault] = name
		return s.follow()
	}}
	for i, f := range replay.Faults() {
		sheet.all = append(sheet.all, listedChoice{f.Name, statusList(f.V2[:1]) + " · " + statusList(f.V3[:1]), strings.TrimSpace(f.About + " " + f.Note)})
		if f.Name == s.choices[fieldFault] {
			sheet.at = i
		}
	}
	s.env.sheet = sheet
}

func (s *choiceSheet) heading() string { return s.title }

// choiceMore is the lines that say more of the selected one, where there is room for the list as well.
const choiceMore = 3

func (s *choiceSheet) setSize(h int) {
	s.h = max(min(h, len(s.all)), 0)
	if h >= len(s.all)+choiceMore || h > 2*choiceMore {
		s.h = max(min(h-choiceMore, len(s.all)), 0)
	}
	s.reveal()
}

func (s *choiceSheet) reveal() { s.top = max(min(s.top, s.at, len(s.all)-s.h), s.at-s.h+1, 0) }

func (s *choiceSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	km := s.env.keys
	switch {
	case k.Paste || len(s.all) == 0:
		return nil, key.Matches(k, km.cancel)
	case key.Matches(k, km.cancel):
		return nil, true
	case key.Matches(k, km.fill):
		return s.pick(s.all[s.at].name), true
	case key.Matches(k, km.itemUp):
		s.at = (s.at + len(s.all) - 1) % len(s.all)
	case key.Matches(k, km.itemDown):
		s.at = (s.at + 1) % len(s.all)
	}
	s.reveal()
	return nil, false
}

func (s *choiceSheet) other(tea.Msg) tea.Cmd { return nil }

func (s *choiceSheet) lines(w, h int) []string {
	th := s.env.th
	var out []string
	names := 0
	for _, c := range s.all {
		names = max(names, len(c.name))
	}
	names = min(names, 24)
	for i := s.top; i < min(s.top+s.h, len(s.all)); i++ {
		c := s.all[i]
		mark, text := span{th.text, "   "}, th.text
		if i == s.at {
			mark, text = span{th.accent, " › "}, th.strong
		}
		short := c.more
		if s.h < h {
			short, _, _ = strings.Cut(strings.TrimSuffix(c.more, "."), ". ")
		}
		out = append(out, line(w, mark, span{text, grid.Fit(brief(c.name), names, false)}, span{th.accent, "  " + grid.Fit(c.words, 9, false)}, span{th.muted, "  " + brief(short)}))
	}
	if len(out) < h && s.at < len(s.all) && s.h < len(out)+choiceMore {
		more := wrap(readable(s.all[s.at].more), w-4)
		for _, l := range more[:min(len(more), min(choiceMore, h-len(out)))] {
			out = append(out, line(w, span{th.text, "   " + l}))
		}
		for len(out) < min(s.h+choiceMore, h) {
			out = append(out, line(w))
		}
	}
	return out[:min(h, len(out))]
}

func (s *choiceSheet) footer() []key.Binding {
	km := s.env.keys
	return []key.Binding{km.fill, km.itemDown, km.itemUp, km.cancel}
}
