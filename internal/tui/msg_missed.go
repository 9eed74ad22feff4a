package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
)

type (
	// missedMsg asks for the application to be given the callback of a message that it missed.
	missedMsg struct{ message plivo.Message }
	// missedTargetMsg is the same once the target of an earlier run was read.
	missedTargetMsg struct {
		missedMsg
		target tea.Msg // as the Replay screen takes it
	}
	// givenMsg says what came of it.
	givenMsg struct {
		of     missedMsg
		target string
		one    app.Reconciled
		err    error
	}
)

// giveMissed asks for the application to be given the callback of the selected message that it missed.
func (s *messages) giveMissed() tea.Cmd {
	m, ok := s.chosen()
	if !ok {
		return nil
	}
	if !m.Ahead() {
		s.env.notifyAbout(aboutSelection, app.Warning, "There is nothing to give your app: Plivo is not known to know more of this message than its callbacks told.")
		return nil
	}
	return func() tea.Msg { return missedMsg{m} }
}

// missed takes what concerns missed callbacks, and reports whether the message was of these.
func (m *Model) missed(msg tea.Msg) (cmd tea.Cmd, mine bool) {
	switch msg := msg.(type) {
	case missedMsg:
		return m.askMissed(msg), true
	case missedTargetMsg:
		cmd, _ := m.replayed(msg.target)
		return tea.Batch(cmd, m.askMissed(msg.missedMsg)), true
	case givenMsg:
		m.given(msg)
		return nil, true
	}
	return nil, false
}

// askMissed asks whether the callback is to be sent to where replays go.
func (m *Model) askMissed(msg missedMsg) tea.Cmd {
	e := m.env
	target := m.replay.word(fieldTarget)
	if load := m.replay.target.load(); target == "" && load != nil {
		return func() tea.Msg { return missedTargetMsg{msg, load()} }
	}
	sel, ok := m.messages.grid.Selected()
	switch {
	case m.at != onMessages || !ok || sel.ID != msg.message.ID || e.sheet != nil:
		return nil // the user went elsewhere meanwhile
	case m.giving:
		e.notifyAbout(aboutSelection, app.Warning, "A missed callback is on its way to your app already.")
		return nil
	case target == "":
		e.notifyAbout(aboutSelection, app.Warning, fmt.Sprintf("Where your app listens is not known: give the target on Replay (%s), then press %s here again.",
			e.keys.replay.Help().Key, e.keys.giveMissed.Help().Key))
		return nil
	}
	again := ""
	if at := msg.message.Provider.GivenAt; !at.IsZero() {
		again = " It took one at " + clock(at, e.at) + " already."
	}
	question := fmt.Sprintf("Send %s the callback that it missed? Plivo is asked once more, and the callback is made of what it says (%s so far), signed as Plivo would, and marked as synthetic.%s",
		brief(e.mask.URL(target)), brief(string(msg.message.Provider.Status)), again)
	e.ask("A missed callback", question, "send it", func() tea.Cmd { return m.give(msg, target) })
	return nil
}

func (m *Model) give(msg missedMsg, target string) tea.Cmd {
	m.giving = true
	ctx, core := m.env.ctx, m.env.core
	return func() tea.Msg {
		one, err := core.GiveMissed(ctx, msg.message.ID, target)
		return givenMsg{msg, target, one, err}
	}
}

// given says what the application answered.
func (m *Model) given(msg givenMsg) {
	m.giving = false
	e, one := m.env, msg.one
	again := e.keys.giveMissed.Help().Key + " tries again."
	status := cmp.Or(one.Message.Provider.Status, "no status")
	switch a := one.Attempt; {
	case errors.Is(msg.err, context.Canceled):
	case msg.err != nil:
		e.notify(app.Failure, fmt.Sprintf("Give your app the missed callback: %v; %s", msg.err, again))
	case one.Request == nil:
		e.notify(app.Info, fmt.Sprintf("Nothing was sent: Plivo says %s, and callbacks have told that by now.", status))
	case a == nil || a.Err != "":
		why := "nothing was sent"
		if a != nil {
			why = a.Err
		}
		e.notify(app.Warning, fmt.Sprintf("Your app did not take the missed callback: %s; %s", why, again))
	case one.Taken():
		e.notify(app.Info, fmt.Sprintf("Your app took the missed callback, %s, and answered %d. It was marked as synthetic.", status, a.Answer.Status))
	default:
		e.notify(app.Warning, fmt.Sprintf("Your app answered the missed callback with %d, where only 2xx counts; %s", a.Answer.Status, again))
	}
}
