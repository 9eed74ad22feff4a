package tui

import (
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/snippet"
)

// copies are what can be copied of the selected message. The code is of the send, so only of one that
// went out.
func (s *messages) copies() []copyItem {
	m, ok := s.grid.Selected()
	if !ok {
		return nil
	}
	var out []copyItem
	add := func(name, text string) {
		if text != "" {
			out = append(out, copyItem{name, text})
		}
	}
	add("UUID", m.UUID)
	add("from", m.From)
	add("to", m.To)
	add("text", m.Text)
	add("callback URL", m.CallbackURL)
	if of := s.env.o.MessageJSON; of != nil {
		if data, err := of(m); err == nil {
			add(jsonLine, string(data))
		}
	}
	if m.Direction != plivo.Outbound {
		return out
	}
	r := snippet.Request{Draft: m.Draft(), APIURL: s.env.status.APIURL}
	for _, code := range snippet.All(r) {
		add(code.Name, code.Code)
	}
	return out
}
