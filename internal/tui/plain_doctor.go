package tui

import (
	"strings"

	"dev.internal/plivoscope/internal/app"
)

// sayFinding says what a check of the doctor found, while its sheet is open.
func (p *plainUI) sayFinding(msg doctorMsg) {
	s := msg.sheet
	switch {
	case p.m.env.sheet != s:
	case msg.ended:
		p.out.say("The doctor is done: " + s.summary() + ".")
	default:
		p.out.say(s.spoken(msg.found))
	}
}

// spoken is a finding in sentences.
func (s *doctorSheet) spoken(f app.Finding) string {
	words := strings.ReplaceAll(f.Check, "_", " ") + ", " + string(f.Result) + ": " + s.shown(f.What, f) + "."
	if f.Advice != "" {
		words += " To do: " + s.shown(f.Advice, f) + "."
	}
	return words
}
