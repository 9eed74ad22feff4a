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
		return m.sheetKey(s, k)
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

// sheetKey gives a key to what is open over the screen.
func (m *Model) sheetKey(s sheet, k tea.KeyMsg) tea.Cmd {
	e := m.env
	if p, ok := s.(*simPanel); ok && !k.Paste && !p.typing() {
		if cmd, done := m.panelKey(p, k); done {
			p.wrong = "" // it was read
			return cmd
		}
	}
	e.sheet = nil // before the key: its answer may open another one
	cmd, done := s.key(k)
	switch {
	case !done:
		e.sheet = s
	case e.sheet == nil:
		e.sheet, e.under = e.under, nil
	}
	return cmd
}

// panelKey handles a key of every screen in the simulator panel, which is as good as one, and reports whether it was
// one. What it opens leads back to the panel.
func (m *Model) panelKey(p *simPanel, k tea.KeyMsg) (cmd tea.Cmd, done bool) {
	e, km := m.env, m.env.keys
	e.sheet = nil
	switch {
	case key.Matches(k, km.helpTyped, km.help):
		e.sheet = &helpSheet{env: e, sections: append(p.help(), m.everywhere(true))}
	case key.Matches(k, km.paletteTyped, km.palette):
		m.openPanelPalette(p)
	case key.Matches(k, km.simulator):
		return nil, true // it closes the panel as it opened it
	case !global(km, k) && !key.Matches(k, km.fresh):
		e.sheet = p
		return nil, false
	default:
		cmd = m.globalKey(k)
		for _, b := range []key.Binding{km.messages, km.requests, km.compose, km.replay, km.examine, km.activity, km.fresh} {
			if key.Matches(k, b) {
				return cmd, true
			}
		}
	}
	if e.sheet == nil {
		e.sheet = p
	} else {
		e.under = p
	}
	return cmd, true
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
	case key.Matches(k, km.fresh):
		m.show(onCompose)
	default:
		for _, t := range tabs(km) {
			if key.Matches(k, t.key) {
				m.show(t.screen)
			}
		}
	}
	return nil
}
