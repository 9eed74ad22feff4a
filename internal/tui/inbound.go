package tui

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
)

// What an inbound message has where nothing else is typed: a number that it may come from, and its text, which is
// proposed beside the cursor so that nothing has to be deleted before typing.
const (
	aPhone       = "+14155550123"
	phoneHint    = "number of the phone"
	inboundText  = "Hello from a phone"
	proposedText = inboundText + ", if nothing is typed"
)

// inboundSheet makes the simulator deliver a message to the account. It stays open until the message
// arrived, so that one that did not can be tried again.
type inboundSheet struct {
	env     *env
	to      string
	offered string             // the sender, as long as nobody has typed another one
	inputs  [2]textinput.Model // from, text
	focus   int
	waiting bool      // for the answer to the message
	posted  [2]string // what the inputs had when it was
}

// inboundMsg is the answer to an inbound message.
type inboundMsg struct {
	sheet *inboundSheet
	err   error
}

// inboundForm is the form as it was left, or a new one. It offers a sender, where it is one that a phone may have and no
// other was typed.
func (e *env) inboundForm(from string) *inboundSheet {
	s := e.inboundDraft
	if s == nil {
		s = &inboundSheet{env: e}
		s.inputs[0], s.inputs[1] = e.th.input(phoneHint), e.th.input(proposedText)
	}
	s.to = e.status.DefaultSender
	if from == "" || len(from) > 20 || escape.Line(from) != from {
		from = aPhone
	}
	if s.inputs[0].Value() == s.offered && !s.waiting {
		s.inputs[0].SetValue(from)
		s.offered = from
	}
	s.setFocus(1)
	return s
}

// values are those of the inputs.
func (s *inboundSheet) values() [2]string { return [2]string{s.inputs[0].Value(), s.inputs[1].Value()} }

// unsent reports whether somebody wrote what was not posted.
func (s *inboundSheet) unsent() bool {
	v := s.values()
	return (v[0] != s.offered || v[1] != "") && !(s.waiting && v == s.posted)
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

// setWidth gives the sheet the width of the body.
func (s *inboundSheet) setWidth(w int) {
	for i := range s.inputs {
		in := &s.inputs[i]
		in.Width = max(w-fieldIndent-3, 4)
		in.SetCursor(in.Position())
	}
}

func (s *inboundSheet) heading() string {
	return "An inbound message to " + brief(s.env.mask.Number(s.to))
}

func (s *inboundSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := s.env.keys; {
	case key.Matches(k, km.cancel):
		s.env.inboundDraft = s
		return nil, true
	case key.Matches(k, km.deliver):
		return s.deliver(), false
	case key.Matches(k, km.nextField, km.prevField) || k.Type == tea.KeyUp || k.Type == tea.KeyDown:
		s.setFocus(1 - s.focus)
		return nil, false
	}
	return s.other(k), false
}

func (s *inboundSheet) deliver() tea.Cmd {
	from, text := strings.TrimSpace(s.inputs[0].Value()), cmp.Or(s.inputs[1].Value(), inboundText)
	switch {
	case s.waiting:
		return nil
	case from == "":
		s.env.notify(app.Warning, "Not delivered: an inbound message needs a number.")
		return nil
	}
	s.waiting, s.posted = true, s.values()
	s.env.delivering++
	ctx, core, to := s.env.ctx, s.env.core, s.to
	return func() tea.Msg { return inboundMsg{s, core.Inbound(ctx, from, to, text)} }
}

// delivered takes the answer to an inbound message.
func (e *env) delivered(msg inboundMsg) {
	e.delivering--
	msg.sheet.waiting = false
	if msg.err != nil {
		if e.sheet != msg.sheet && e.inboundDraft == nil { // it was asked for, or left
			e.inboundDraft = msg.sheet
		}
		e.notify(app.Failure, msg.err.Error())
		return
	}
	if msg.sheet.values() == msg.sheet.posted { // else it is another one that is written
		if e.sheet == msg.sheet {
			e.sheet, e.under = e.under, nil
		}
		if e.inboundDraft == msg.sheet {
			e.inboundDraft = nil
		}
	}
	e.notify(app.Info, "The simulator delivered an inbound message.")
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
		out = append(out, line(fieldIndent, span{mark, sign + fmt.Sprintf("%-10s", name)}, span{edge, "│"})+typed(s.view(i), w-fieldIndent))
	}
	note := ""
	if s.waiting {
		note = strings.Repeat(" ", fieldIndent) + "delivering it …"
	}
	return append(out, line(w, span{th.muted, note}))[:min(h, 4)]
}

// view is an input, or what is shown of it masked while it does not have the focus.
func (s *inboundSheet) view(i int) string {
	shown := []func(string) string{s.env.mask.Number, s.env.mask.Text}[i](s.inputs[i].Value())
	if i == s.focus || shown == s.inputs[i].Value() {
		return s.inputs[i].View()
	}
	return s.env.th.text.Wrap(brief(shown))
}

func (s *inboundSheet) footer() []key.Binding {
	return []key.Binding{s.env.keys.deliver, s.env.keys.nextField, s.env.keys.leaveKept}
}
