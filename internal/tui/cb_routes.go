package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
)

// ofMessage shows the callbacks of one message; esc goes back to where it was asked for.
func (s *callbacks) ofMessage(uuid string) (tea.Cmd, error) {
	f, err := store.ParseFilter(`uuid:"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(uuid) + `"`)
	if err != nil {
		return nil, err
	}
	s.closeOpen()
	s.compared = nil
	s.origin = f.String()
	s.grid.Follow()
	return s.setFilter(f), nil
}

// fromElsewhere reports whether the filter is still the one that another screen set.
func (s *callbacks) fromElsewhere() bool { return s.origin != "" && s.applied.String() == s.origin }

// openSignature takes the callback to the signature screen.
func (s *callbacks) openSignature() tea.Cmd {
	c, ok := s.selected()
	if s.open != nil {
		c, ok = s.open.cb, true
	}
	if !ok {
		return nil
	}
	return func() tea.Msg { return examineMsg{c.ID} }
}

// examineMsg asks for the signature screen with a callback.
type examineMsg struct{ id int64 }

// examineCallback shows a callback on the signature screen, from where esc goes back.
func (m *Model) examineCallback(msg examineMsg) tea.Cmd {
	from := m.at
	m.show(onSignature)
	m.sig.back = from
	return m.sig.open(msg.id, nil)
}

// openCallbacks shows the callbacks of the selected message.
func (s *messages) openCallbacks() tea.Cmd {
	m, ok := s.chosen()
	if !ok {
		return nil
	}
	if m.UUID == "" {
		s.env.notify(app.Warning, "There are no callbacks to show: select a message that Plivo has taken.")
		return nil
	}
	return func() tea.Msg { return callbacksOfMsg{m.UUID} }
}

// callbacksOfMsg asks for the screen of callbacks with those of a message.
type callbacksOfMsg struct{ uuid string }

func (m *Model) openCallbacks(msg callbacksOfMsg) tea.Cmd {
	cmd, err := m.requests.ofMessage(msg.uuid)
	if err != nil {
		m.env.notify(app.Warning, fmt.Sprintf("The callbacks of this message cannot be looked for by its UUID: %v.", err))
		return nil
	}
	m.show(onCallbacks)
	return cmd
}
