package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// key routes one key: first what is open over the screen, then the screen, whose inputs come before
// its bindings, then what holds everywhere.
func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	m.forgetAhead()
	km := m.env.keys
	if cmd, done := m.alwaysKey(k); done {
		return cmd
	}
	switch {
	case m.frame.tooSmall:
		// Nobody sees what any other key would do.
		if key.Matches(k, km.quit) && m.unfinished() == "" {
			return tea.Quit
		}
		return nil
	case key.Matches(k, km.helpTyped) && m.env.sheet == nil:
		m.env.sheet = &helpSheet{env: m.env, sections: m.helpSections()}
		return nil
	case key.Matches(k, km.paletteTyped) && m.env.sheet == nil:
		m.openPalette()
		return nil
	}
	if s := m.env.sheet; s != nil {
		m.env.sheet = nil // before the key: its answer may open another one
		cmd, done := s.key(k)
		if !done {
			m.env.sheet = s
		} else if h, ok := s.(*helpSheet); ok && m.env.sheet == nil {
			m.env.sheet = h.back
		}
		return cmd
	}
	if cmd, done := m.copierKey(k); done {
		return cmd
	}
	if cmd, done := m.screen().key(k); done {
		return cmd
	}
	return m.globalKey(k)
}

// alwaysKey handles a key that acts whatever is on the screen, and reports whether it was one.
func (m *Model) alwaysKey(k tea.KeyMsg) (cmd tea.Cmd, done bool) {
	switch km := m.env.keys; {
	case key.Matches(k, km.forceQuit):
		return tea.Quit, true
	case key.Matches(k, km.redraw):
		return tea.ClearScreen, true
	}
	return nil, false
}

func (m *Model) globalKey(k tea.KeyMsg) tea.Cmd {
	switch km := m.env.keys; {
	case key.Matches(k, km.quit):
		return m.quit()
	case key.Matches(k, km.help):
		m.env.sheet = &helpSheet{env: m.env, sections: m.helpSections()}
	case key.Matches(k, km.palette):
		m.openPalette()
	case key.Matches(k, km.suspend):
		return m.env.suspend()
	case key.Matches(k, km.mask):
		return m.toggleMask()
	case key.Matches(k, km.forwarding):
		return m.toggleForwarding()
	case key.Matches(k, km.doctor):
		return m.env.openDoctor()
	case key.Matches(k, km.attach):
		m.attach()
	case key.Matches(k, km.reply):
		m.env.openReply()
	case key.Matches(k, km.simulator):
		return m.env.openSimulator()
	default:
		for _, t := range tabs(km) {
			if key.Matches(k, t.key) {
				m.show(t.screen)
			}
		}
	}
	return nil
}
