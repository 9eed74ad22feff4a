package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
)

// answerMsg asks for a draft that answers an inbound message.
type answerMsg struct {
	to, from string // of the answer
	kind     string // of the message; empty for an SMS
}

// answerInbound asks for a draft that answers the selected message.
func (s *messages) answerInbound() tea.Cmd {
	if _, any := s.chosen(); !any {
		return nil
	}
	m, ok := s.toAnswer()
	warn := func(words string) tea.Cmd {
		s.env.notifyAbout(aboutSelection, app.Warning, words)
		return nil
	}
	if !ok {
		return warn("Only an inbound message can be answered; " + s.env.keys.fresh.Help().Key + " writes a new one.")
	}
	msg := answerMsg{}
	var err error
	if msg.to, err = s.env.mask.Real(m.From); err == nil {
		msg.from, err = s.env.mask.Real(m.To)
	}
	switch {
	case err != nil:
		return warn("Not answered: " + err.Error())
	case !answerable(msg.to):
		return warn("Not answered: it came from " + brief(m.From) + ", which is no number.")
	}
	if m.Type == plivo.WhatsApp {
		msg.kind = m.Type
	}
	return func() tea.Msg { return msg }
}

// toAnswer is the selected message, or where that went out the newest one before it, of the rows at hand, to which it
// may have been the reply: with a reply to each inbound message that is what the cursor follows.
func (s *messages) toAnswer() (m plivo.Message, ok bool) {
	m, ok = s.grid.Selected()
	if !ok || m.Direction == plivo.Inbound {
		return m, ok
	}
	above, _ := s.grid.Place()
	for _, older := range s.grid.Rows()[above:] {
		if older.Direction == plivo.Inbound && sameNumber(older.From, m.To) && sameNumber(older.To, m.From) {
			return older, true
		}
	}
	return m, false
}

// sameNumber compares numbers, which are written with and without a plus.
func sameNumber(x, y string) bool { return strings.TrimPrefix(x, "+") == strings.TrimPrefix(y, "+") }

// answerable reports whether the sender of an inbound message is one number: anybody can send a callback.
func answerable(from string) bool {
	_, problems := plivo.Draft{To: []string{from}}.Check()
	wrong := only(problems, "to")
	for _, p := range wrong {
		if !p.Warning {
			return false
		}
	}
	return escape.Line(from) == from && len(destinations(from)) == 1
}

// answer fills the form with the numbers of an answer. A draft that stood there is kept.
func (c *compose) answer(msg answerMsg) {
	kept := c.form
	c.keep(kept)
	c.text.Reset()
	c.inputs[fieldFate].Reset()
	for f, v := range map[field]string{fieldTo: msg.to, fieldFrom: msg.from} {
		c.setValue(f, v)
	}
	var more optionForm
	*more.at(fieldKind), *more.at(fieldReports) = msg.kind, *kept.more.at(fieldReports)
	c.fillOptions(more)
	c.form.untaken = untaken{}
	c.begin()
	words := "Answering " + brief(c.env.mask.Number(msg.to)) + " from the number it wrote to"
	if !kept.blank() {
		words += "; the draft that stood here is kept under " + c.env.keys.earlier.Help().Key
	}
	c.env.notifyAbout(aboutDraft, app.Info, words+".")
}

// answerInbound shows the draft of an answer.
func (m *Model) answerInbound(msg answerMsg) {
	m.show(onCompose)
	m.compose.answer(msg)
}
