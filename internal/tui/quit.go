package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// quit ends the program, after a question where something would be lost.
func (m *Model) quit() tea.Cmd {
	lost := m.unfinished()
	if lost == "" {
		return tea.Quit
	}
	m.env.ask("Quit", lost+" Quit all the same?", "quit", func() tea.Cmd { return tea.Quit })
	return nil
}

// unfinished says what quitting would lose, empty for nothing.
func (m *Model) unfinished() string {
	var what []string
	if n := m.compose.sending; n > 0 {
		what = append(what, "The API has not answered "+plural(n, "send")+" yet.")
	}
	if st := &m.env.status; st.Embedded && st.Clock.Stopped && st.Clock.Pending > 0 {
		what = append(what, "The simulator's clock stands still, and what it has still to post would be lost.")
	}
	if m.env.delivering > 0 {
		what = append(what, "An inbound message is still on its way.")
	}
	if r := m.replay.run; m.replay.running() {
		what = append(what, fmt.Sprintf("A replay is on its way, %s of %s sent; it would stop.", count(r.progress.Sent), plural(int(r.planned), "request")))
	}
	if m.giving {
		what = append(what, "A missed callback is still on its way to your app.")
	}
	if m.compose.unsent() {
		what = append(what, "The draft was not sent and would be lost.")
	}
	if m.env.replyDraft != "" {
		what = append(what, "The reply to inbound messages was not set and would be lost.")
	}
	if d := m.env.inboundDraft; d != nil && d.unsent() {
		what = append(what, "The inbound message was not delivered and would be lost.")
	}
	return strings.Join(what, " ")
}
