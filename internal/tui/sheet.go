package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
)

// sheet is something that is asked or told over the screen: it stands at the foot of the body, set
// apart by a rule, and has all the keys while it is open.
type sheet interface {
	heading() string
	// key handles a key and reports whether the sheet is done.
	key(k tea.KeyMsg) (cmd tea.Cmd, done bool)
	// other gives it a message that is no key, as a paste read from the clipboard.
	other(msg tea.Msg) tea.Cmd
	// lines are at most h lines of w cells, without the rule.
	lines(w, h int) []string
	footer() []key.Binding
}

// inboundSheet makes the simulator deliver a message to the account.
type inboundSheet struct {
	env    *env
	to     string
	inputs [2]textinput.Model // from, text
	focus  int
}

// inboundMsg is the answer to an inbound message.
type inboundMsg struct{ err error }

func newInboundSheet(e *env, from string) *inboundSheet {
	s := &inboundSheet{env: e, to: e.status.DefaultSender}
	s.inputs[0], s.inputs[1] = e.th.input("+14155550123"), e.th.input("its text")
	if from == "" {
		from = "+14155550123"
	}
	s.inputs[0].SetValue(from)
	s.inputs[1].SetValue("Hello from a phone")
	s.setFocus(1)
	return s
}

func (s *inboundSheet) setFocus(i int) {
	s.focus = i
	for j := range s.inputs {
		if j == i {
			s.inputs[j].Focus()
			s.inputs[j].CursorEnd()
		} else {
			s.inputs[j].Blur()
		}
	}
}

func (s *inboundSheet) heading() string { return "An inbound message to " + escape.Line(s.to) }

func (s *inboundSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := s.env.keys; {
	case key.Matches(k, km.cancel):
		return nil, true
	case key.Matches(k, km.deliver):
		from, text := strings.TrimSpace(s.inputs[0].Value()), s.inputs[1].Value()
		if from == "" || text == "" {
			s.env.notify(app.Warning, "Not delivered: an inbound message needs a number and a text.")
			return nil, false
		}
		ctx, core, to := s.env.ctx, s.env.core, s.to
		return func() tea.Msg { return inboundMsg{core.Inbound(ctx, from, to, text)} }, true
	case key.Matches(k, km.nextField, km.prevField) || k.Type == tea.KeyUp || k.Type == tea.KeyDown:
		s.setFocus(1 - s.focus)
		return nil, false
	}
	return s.other(k), false
}

func (s *inboundSheet) other(msg tea.Msg) (cmd tea.Cmd) {
	s.inputs[s.focus], cmd = s.inputs[s.focus].Update(msg)
	return cmd
}

func (s *inboundSheet) lines(w, h int) []string {
	th := s.env.th
	out := []string{line(w)}
	for i, name := range []string{"From", "Text"} {
		mark, edge := th.muted, th.faint
		sign := "   "
		if i == s.focus {
			mark, edge, sign = th.accent, th.accent, " › "
		}
		in := s.inputs[i]
		in.Width = max(w-fieldIndent-3, 4)
		out = append(out, line(fieldIndent, span{mark, sign + fmt.Sprintf("%-10s", name)}, span{edge, "│"})+typed(in.View(), w-fieldIndent))
	}
	return append(out, line(w))[:min(h, 4)]
}

func (s *inboundSheet) footer() []key.Binding {
	return []key.Binding{s.env.keys.deliver, s.env.keys.nextField, s.env.keys.cancel}
}
