package tui

import (
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// quietTime is how long no key may have been pressed before a question takes an answer: one comes up
// while the user may still be typing, and "really" ends in its yes.
const quietTime = 500 * time.Millisecond

// confirmSheet asks a question that only a deliberate key answers: y, or enter on the choice that is
// highlighted, which begins as the one that does nothing.
type confirmSheet struct {
	env      *env
	title    string
	question string
	word     string // what yes does
	yes      func() tea.Cmd
	onYes    bool      // which choice is highlighted
	touched  time.Time // when a key came last
}

// ask opens a question over the screen.
func (e *env) ask(title, question, word string, yes func() tea.Cmd) {
	e.sheet = &confirmSheet{env: e, title: title, question: question, word: word, yes: yes, touched: e.now()}
}

func (s *confirmSheet) heading() string { return s.title }

func (s *confirmSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	km := s.env.keys
	quiet := s.env.at.Sub(s.touched) >= quietTime
	s.touched = s.env.at
	switch {
	case key.Matches(k, km.cancel):
		return nil, true
	case !quiet:
	case key.Matches(k, km.yes):
		return s.yes(), true
	case key.Matches(k, km.no):
		return nil, true
	case key.Matches(k, km.choice):
		s.onYes = !s.onYes
		s.touched = time.Time{} // nobody types with it
	case key.Matches(k, km.take):
		if s.onYes {
			return s.yes(), true
		}
		return nil, true
	}
	return nil, false
}

func (s *confirmSheet) other(tea.Msg) tea.Cmd { return nil }

func (s *confirmSheet) lines(w, h int) []string {
	th, km := s.env.th, s.env.keys
	out := []string{line(w)}
	for _, l := range wrap(s.question, w-4) {
		out = append(out, line(w, span{th.strong, "  " + l}))
	}
	choice := func(key, word string, on bool) []span {
		if on {
			return []span{{th.accent, " ›"}, {th.badge, " " + key + " " + word + " "}}
		}
		return []span{{th.text, "   "}, {th.key, key}, {th.muted, " " + word + " "}}
	}
	answers := append(choice(km.yes.Help().Key, s.word, s.onYes), choice(strings.Fields(km.no.Help().Key)[0], "go back", !s.onYes)...)
	if len(out)+3 > h { // the question and its answers matter
		asked := out[1:min(len(out), max(h, 1))]
		return append(asked, line(w, answers...))[:min(h, len(asked)+1)]
	}
	return append(out, line(w), line(w, answers...), line(w))
}

func (s *confirmSheet) footer() []key.Binding {
	km := s.env.keys
	return []key.Binding{km.yes, km.no, km.choice, km.take}
}
