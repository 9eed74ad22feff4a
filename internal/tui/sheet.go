package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
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

// arrangeSheet gives what is open over the screen its place.
func (m *Model) arrangeSheet() {
	switch s := m.env.sheet.(type) {
	case *helpSheet:
		s.setSize(m.frame.body.w, m.frame.body.h-1)
	case *paletteSheet:
		s.setSize(m.frame.body.w, m.frame.body.h-1)
	case *copySheet:
		s.setSize(m.frame.body.h - 2) // a row of the list stays
	case *recentSheet:
		s.setSize(m.frame.body.w, m.frame.body.h-1)
	case *sendersSheet:
		s.setSize(m.frame.body.w, m.frame.body.h-1)
	case *codeSheet:
		s.setSize(m.frame.body.w, m.frame.body.h-1)
	case *choiceSheet:
		s.setSize(m.frame.body.h - 2)
	case *doctorSheet:
		s.setSize(m.frame.body.w, m.frame.body.h-1)
	case *replySheet:
		s.setSize(m.frame.body.w, m.frame.body.h-1)
	case *inboundSheet:
		s.setWidth(m.frame.body.w)
	}
}
