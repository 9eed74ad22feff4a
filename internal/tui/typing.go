package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// forward gives a message that is not the model's own to the input that has the focus, as the answer
// of its own question for the clipboard.
func (m *Model) forward(msg tea.Msg) tea.Cmd {
	switch {
	case m.env.sheet != nil:
		return m.env.sheet.other(msg)
	case m.screen == onCompose:
		return m.compose.update(msg)
	case m.screen == onSignature:
		return m.sig.update(msg)
	case m.messages.editing():
		return m.messages.filter.update(msg)
	}
	return nil
}

// typing reports whether an input has the focus.
func (m *Model) typing() bool {
	switch s := m.env.sheet.(type) {
	case nil:
		switch m.screen {
		case onCompose:
			return m.compose.typing()
		case onSignature:
			return m.sig.typing()
		default:
			return m.messages.editing()
		}
	default:
		_, input := s.(*inboundSheet)
		return input
	}
}

// typed takes a key message. Runes that were typed in one go arrive as one message: each is a key of
// its own, but where an input has the focus the rest is text, even if it is the name of a key, and is
// taken whole, as a paste into a terminal that does not tell pastes.
func (m *Model) typed(k tea.KeyMsg) tea.Cmd {
	if k.Type != tea.KeyRunes || k.Paste || len(k.Runes) < 2 {
		return m.key(k)
	}
	var cmds []tea.Cmd
	for i, r := range k.Runes {
		one := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt && i == 0}
		if rest := k.Runes[i:]; len(rest) > 1 && !one.Alt && m.typing() && !m.messages.lay.tooSmall {
			cmds = append(cmds, m.forward(tea.KeyMsg{Type: tea.KeyRunes, Runes: rest, Paste: true}))
			break
		}
		if r == ' ' {
			one.Type = tea.KeySpace
		}
		cmds = append(cmds, m.key(one))
		m.arrange()
	}
	return tea.Batch(cmds...)
}
