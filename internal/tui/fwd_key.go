package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

// toggleForwarding pauses the forwarding, or lets it go on.
func (m *Model) toggleForwarding() tea.Cmd {
	e := m.env
	if len(e.status.Routes) == 0 {
		e.notify(app.Info, "Nothing is forwarded: start with --forward-to and the URL of your app.")
		return nil
	}
	pause := !e.status.Routes[0].Paused
	e.core.PauseForwarding(pause)
	e.status = e.core.Status()
	if pause {
		e.notify(app.Info, "Forwarding is paused: callbacks are taken and kept, and go to your app when "+e.keys.forwarding.Help().Key+" lets it go on.")
	} else {
		e.notify(app.Info, "Forwarding goes on."+waitingWords(e.toForward()))
	}
	return m.screen().wake()
}
