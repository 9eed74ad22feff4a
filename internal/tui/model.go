package tui

import (
	"context"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"dev.internal/plivoscope/internal/app"
)

// env is what the parts of the UI share. It belongs to the tea loop; a Cmd takes ctx and core out of
// it and nothing else.
type env struct {
	ctx        context.Context
	core       Core
	o          Options
	th         *theme
	keys       keyMap
	now        func() time.Time
	at         time.Time  // the time of the present update: View has no clock of its own
	status     app.Status // as of the last wake or tick
	own        app.Notice // the UI's own last notice
	ownTopic   topic
	delivering int   // inbound messages that the simulator has not reported on
	sheet      sheet // what is open over the screen, nil for nothing
}

// screenID is one of the screens.
type screenID int

const (
	onMessages screenID = iota
	onCompose
	onSignature
)

// Model is the UI's one tea.Model.
type Model struct {
	env      *env
	w, h     int
	screen   screenID
	messages *messages
	compose  *compose
	sig      *sigScreen
	wake     <-chan struct{}
	release  func()
	tick     func() tea.Cmd // the next second
}

// noticeMsg is a sentence that a Cmd has to tell.
type noticeMsg struct {
	severity app.Severity
	text     string
}

// New makes the model. It subscribes to the core at once, so that no change is missed before the
// first question.
func New(core Core, o Options) *Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Renderer == nil {
		o.Renderer = lipgloss.DefaultRenderer()
	}
	if o.Clipboard == nil {
		o.Clipboard = func(string) error { return nil }
	}
	e := &env{
		ctx: context.Background(), core: core, o: o, th: newTheme(o.Renderer, o.mono), keys: newKeyMap(),
		now: o.Now, at: o.Now(), status: core.Status(),
	}
	m := &Model{env: e, messages: newMessages(e), compose: newCompose(e), sig: newSigScreen(e), tick: tick}
	m.wake, m.release = core.Subscribe()
	return m
}

func (m *Model) close() {
	m.messages.stop()
	m.messages.detail.forgetCause()
	m.sig.stop()
	m.release()
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.messages.pull(), waitWake(m.env.ctx, m.wake, 0), m.tick())
}

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.env.at = m.env.now()
	cmd := m.update(msg)
	m.arrange()
	return m, cmd
}

func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		m.arrange()
		return m.messages.moved()
	case tea.KeyMsg:
		return m.typed(msg)
	case tea.MouseMsg:
		return m.mouse(msg)
	case wakeMsg:
		m.env.status = m.env.core.Status()
		return tea.Batch(m.messages.wake(), waitWake(m.env.ctx, m.wake, pullEvery))
	case tickMsg:
		m.env.status = m.env.core.Status()
		m.compose.refresh()
		return tea.Batch(m.messages.tick(), m.tick())
	case pageMsg:
		return m.messages.answer(msg)
	case countMsg:
		return m.messages.answerCount(msg)
	case callbacksMsg:
		return m.messages.detail.answer(msg)
	case causeMsg:
		m.messages.detail.learn(msg)
		return nil
	case signatureMsg:
		return m.openSignature(msg)
	case settledMsg:
		return m.sig.settled(msg)
	case examinedMsg:
		m.sig.answer(msg)
		return nil
	case openedMsg:
		m.sig.read(msg)
		return nil
	case sentMsg:
		return m.sent(msg)
	case inboundMsg:
		m.env.delivered(msg)
		return nil
	case noticeMsg:
		m.env.notify(msg.severity, msg.text)
		return nil
	default:
		return m.forward(msg)
	}
}

// sent takes the answer to a send. A user who waits for it on the compose screen sees the new row.
func (m *Model) sent(msg sentMsg) tea.Cmd {
	if !m.compose.done(msg) || m.screen != onCompose {
		return nil
	}
	m.show(onMessages)
	m.env.status = m.env.core.Status()
	return tea.Batch(m.messages.newest(), m.messages.wake(), m.messages.hidden(msg.sent.IDs[0], m.env.own))
}

// arrange gives every part the place it has now.
func (m *Model) arrange() {
	m.messages.arrange(m.w, m.h)
	if body := m.messages.lay.body; body.w != m.compose.w || body.h-1 != m.compose.h {
		m.compose.setSize(body.w, body.h-1)
	}
	m.sig.arrange(m.messages.lay.body)
	switch s := m.env.sheet.(type) {
	case *helpSheet:
		s.setSize(m.messages.lay.body.w, m.messages.lay.body.h-1)
	case *inboundSheet:
		s.setWidth(m.messages.lay.body.w)
	}
}

// key routes one key: first what is open over the screen, then the screen, whose inputs come before
// its bindings, then what holds everywhere.
func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	km := m.env.keys
	switch {
	case key.Matches(k, km.forceQuit):
		return tea.Quit
	case key.Matches(k, km.redraw):
		return tea.ClearScreen
	case m.messages.lay.tooSmall:
		// Nobody sees what any other key would do.
		if key.Matches(k, km.quit) && m.unfinished() == "" {
			return tea.Quit
		}
		return nil
	case key.Matches(k, km.helpTyped) && m.env.sheet == nil:
		m.env.sheet = &helpSheet{env: m.env, sections: m.helpSections()}
		return nil
	}
	if s := m.env.sheet; s != nil {
		m.env.sheet = nil // before the key: its answer may open another one
		cmd, done := s.key(k)
		if !done {
			m.env.sheet = s
		}
		return cmd
	}
	if k.Paste && m.screen == onMessages && !m.messages.editing() {
		return nil // text, not keys
	}
	switch m.screen {
	case onCompose:
		if cmd, done := m.compose.key(k); done {
			return cmd
		}
		m.show(onMessages)
		return nil
	case onSignature:
		cmd, done := m.sig.key(k)
		switch {
		case done:
			return cmd
		case key.Matches(k, km.leave):
			m.show(onMessages)
			return nil
		}
	case onMessages:
		if cmd, done := m.messages.key(k); done {
			return cmd
		}
	}
	return m.globalKey(k)
}

func (m *Model) globalKey(k tea.KeyMsg) tea.Cmd {
	switch km := m.env.keys; {
	case key.Matches(k, km.quit):
		return m.quit()
	case key.Matches(k, km.help):
		m.env.sheet = &helpSheet{env: m.env, sections: m.helpSections()}
	case key.Matches(k, km.messages):
		m.show(onMessages)
	case key.Matches(k, km.compose):
		m.show(onCompose)
	case key.Matches(k, km.examine):
		m.show(onSignature)
	case m.screen != onMessages:
	case key.Matches(k, km.fresh):
		m.show(onCompose)
	case key.Matches(k, km.inbound) && m.compose.simulated():
		from := ""
		if sel, ok := m.messages.grid.Selected(); ok {
			from = counterpart(sel)
		}
		m.env.sheet = newInboundSheet(m.env, from)
	}
	return nil
}

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
	if m.env.delivering > 0 {
		what = append(what, "An inbound message is still on its way.")
	}
	if m.compose.unsent() {
		what = append(what, "The draft was not sent and would be lost.")
	}
	return strings.Join(what, " ")
}

// mouse routes a click or the wheel by its place. While a sheet is open only its keys can be clicked.
func (m *Model) mouse(e tea.MouseMsg) tea.Cmd {
	l := m.messages.lay
	if l.tooSmall {
		return nil
	}
	press := e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionPress
	if press {
		if k, ok := m.clickedKey(e.X, e.Y); ok {
			return m.key(k)
		}
	}
	switch {
	case m.env.sheet != nil:
		return nil
	case l.tabs.has(e.X, e.Y):
		for _, t := range tabs(m.env.keys) {
			if press && e.X >= t.from && e.X < t.to {
				m.show(t.screen)
			}
		}
		return nil
	case m.screen == onCompose:
		return m.compose.mouse(e, l.body)
	case m.screen == onSignature:
		return m.sig.mouse(e)
	}
	return m.messages.mouse(e)
}

// show goes to a screen.
func (m *Model) show(s screenID) {
	if m.screen == onCompose && s != onCompose {
		m.env.forget(aboutDraft)
	}
	m.screen = s
	m.compose.refresh()
}
