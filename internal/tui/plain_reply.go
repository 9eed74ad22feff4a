package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// askReply says what inbound messages are answered with, and asks for the reply that they shall get.
func (p *plainUI) askReply() {
	e, km := p.m.env, p.m.env.keys
	e.openReply()
	s := e.sheet.(*replySheet)
	e.sheet = nil // its text is asked for
	p.out.say(s.heading() + ". Now they are answered " + e.nowWords() + ".")
	if xml := e.status.InboundAnswer; xml != "" {
		p.out.say("XML: " + e.maskedAnswer(xml, e.status.InboundReply))
	}
	text, label := s.text.Value(), "Reply, nothing for none"
	ownXML := s.before == "" && e.status.InboundAnswer != "" // it goes only for a reply: nothing written is no wish
	if ownXML {
		label = "Reply, nothing leaves the XML"
	}
	p.put(&question{
		label: label, text: []rune(text), offer: text != "", lines: true, hide: e.mask.Text,
		accept: km.newline, leave: km.cancel, done: func(text string) tea.Cmd {
			s.text.SetValue("")
			s.other(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
			if text != "" {
				p.out.say(measure(text).words(longestAnswer) + ".")
			}
			if s.left != "" {
				p.out.say(s.left + ".")
			}
			if text == "" && ownXML {
				p.out.say("Nothing is written: inbound messages are answered with the XML of --inbound-answer as before.")
				s.keep()
				return nil
			}
			if !s.set(s.text.Value()) {
				p.out.say(s.failure)
				s.keep()
				return nil
			}
			if xml := e.status.InboundAnswer; xml != "" {
				p.out.say("XML: " + e.maskedAnswer(xml, e.status.InboundReply))
			}
			return nil
		},
	})
}
