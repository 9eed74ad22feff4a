package tui

import (
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

// replayed gives the Replay screen what it asked for, and reports whether the message was for it.
func (m *Model) replayed(msg tea.Msg) (cmd tea.Cmd, mine bool) {
	switch msg := msg.(type) {
	case replayMsg:
		return m.openReplay(msg), true
	case newestOfMsg:
		return m.replayNewestOf(msg), true
	case sourceMsg:
		return m.replay.learnSource(msg), true
	case replaySettledMsg:
		return m.replay.settled(msg), true
	case previewedMsg:
		return m.replay.learnPreview(msg), true
	case begunMsg:
		return m.replay.begun(msg), true
	case progressMsg:
		return m.replay.progressed(msg), true
	case readAttemptsMsg:
		m.replay.learnAttempts(msg)
	case readAttemptMsg:
		m.replay.learnAttempt(msg)
	case targetMsg:
		return m.replay.learnTarget(msg), true
	case editedMsg:
		return tea.Batch(m.replay.learnEdited(msg), m.back(backMsg{})), true
	default:
		return nil, false
	}
	return nil, true
}

type (
	// replayMsg asks for the Replay screen with callbacks of the history.
	replayMsg struct{ ids []int64 }
	// newestOfMsg says which callback of a message to send again.
	newestOfMsg struct {
		message int64
		id      int64 // 0 where the history keeps none
		err     error
	}
)

// openReplay asks for the Replay screen with the newest callback of the selected message.
func (s *messages) openReplay() tea.Cmd {
	m, ok := s.chosen()
	if !ok {
		return nil
	}
	if !hasCallbacks(m) {
		s.env.notifyAbout(aboutSelection, app.Warning, "There is nothing to send again: the message has no callback yet.")
		return nil
	}
	ctx, core := s.env.ctx, s.env.core
	return func() tea.Msg {
		all, err := core.CallbacksOf(ctx, m.UUID, 1)
		msg := newestOfMsg{message: m.ID, err: err}
		if len(all) > 0 {
			msg.id = all[len(all)-1].ID
		}
		return msg
	}
}

// replayNewestOf goes to the Replay screen, unless the user went elsewhere while the callback was looked for.
func (m *Model) replayNewestOf(msg newestOfMsg) tea.Cmd {
	sel, ok := m.messages.grid.Selected()
	switch {
	case m.at != onMessages || !ok || sel.ID != msg.message:
		return nil
	case msg.err != nil:
		m.env.notifyAbout(aboutSelection, app.Failure, fmt.Sprintf("Read the callbacks of the message: %v; press %s again to retry.", msg.err, m.env.keys.again.Help().Key))
		return nil
	case msg.id == 0:
		m.env.notifyAbout(aboutSelection, app.Warning, "There is nothing to send again: the history keeps no callback of the message any more.")
		return nil
	}
	return m.openReplay(replayMsg{[]int64{msg.id}})
}

// openReplay asks for the Replay screen with what is marked, or else with what is open or selected.
func (s *callbacks) openReplay() tea.Cmd {
	var ids []int64
	switch c, ok := s.selected(); {
	case s.compared != nil:
		ids = []int64{s.compared.a.ID, s.compared.b.ID}
	case s.open != nil:
		ids = []int64{s.open.cb.ID}
	case len(s.marks) > 0:
		ids = slices.Sorted(slices.Values(s.marks)) // as they came
	case ok:
		ids = []int64{c.ID}
	default:
		return nil
	}
	return func() tea.Msg { return replayMsg{ids} }
}

// openReplay shows the Replay screen with callbacks, from where esc goes back.
func (m *Model) openReplay(msg replayMsg) tea.Cmd {
	from := m.at
	if m.replay.running() {
		m.env.notifyAbout(aboutReplay, app.Warning, "A replay is on its way; it ends or is stopped before the next one begins.")
		m.show(onReplay)
		m.replay.back = from
		return nil
	}
	if from == onCallbacks && !m.requests.applied.Empty() {
		m.replay.setValue(fieldFilter, m.requests.applied.String())
	}
	m.replay.leaveScenario()
	m.replay.source = replaySource{kind: ofCallbacks, ids: msg.ids}
	m.show(onReplay)
	m.replay.back = from
	return m.replay.take()
}
