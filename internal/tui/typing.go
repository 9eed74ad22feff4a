package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// forward gives a message that is not the model's own to the input that has the focus, as the answer
// of its own question for the clipboard.
func (m *Model) forward(msg tea.Msg) tea.Cmd {
	if m.env.sheet != nil {
		return m.env.sheet.other(msg)
	}
	return m.screen().update(msg)
}

// typing reports whether an input has the focus.
func (m *Model) typing() bool {
	if m.env.sheet == nil {
		return m.screen().typing()
	}
	switch s := m.env.sheet.(type) {
	case *simPanel:
		return s.typing()
	case *inboundSheet, *replySheet, *paletteSheet, *recentSheet, *sendersSheet:
		return true
	}
	return false
}

// screenKeys reports whether the keys of every screen act.
func (m *Model) screenKeys() bool {
	_, panel := m.env.sheet.(*simPanel)
	return (m.env.sheet == nil || panel) && !m.typing()
}

// typed takes a key message. Runes that were typed in one go arrive as one message: each is a key of
// its own, but where an input has the focus the rest is text, even if it is the name of a key, and is
// taken whole, as a paste into a terminal that does not tell pastes. Two escs that were read in one go, as of a
// slow connection, look like one with alt.
func (m *Model) typed(k tea.KeyMsg) tea.Cmd {
	if k.Type == tea.KeyEscape && k.Alt {
		first := m.key(tea.KeyMsg{Type: tea.KeyEscape})
		m.arrange()
		return tea.Batch(first, m.key(tea.KeyMsg{Type: tea.KeyEscape}))
	}
	if k.Type != tea.KeyRunes || k.Paste || len(k.Runes) < 2 {
		return m.key(k)
	}
	var cmds []tea.Cmd
	for i, r := range k.Runes {
		one := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt && i == 0}
		if rest := k.Runes[i:]; len(rest) > 1 && !one.Alt && m.typing() && !m.frame.tooSmall {
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
