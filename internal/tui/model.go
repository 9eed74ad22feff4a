package tui

import (
	"context"
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// env is what the parts of the UI share. It belongs to the tea loop; a Cmd takes ctx and core out of
// it and nothing else.
type env struct {
	ctx          context.Context
	core         Core
	o            Options
	th           *theme
	keys         keyMap
	now          func() time.Time
	at           time.Time  // the time of the present update: View has no clock of its own
	status       app.Status // as of the last wake or tick
	own          app.Notice // the UI's own last notice
	ownTopic     topic
	told         []told        // the UI's own notices so far
	replyDraft   string        // a reply to inbound messages that was typed and not set
	inboundDraft *inboundSheet // an inbound message that was left before it was delivered; nil for none
	delivering   int           // inbound messages that the simulator has not reported on
	filters      *filterHistory
	sheet        sheet     // what is open over the screen, nil for nothing
	under        sheet     // what is open again once that is left, nil for nothing
	sim          *simPanel // nil until it was opened
	simPace      simPace
	// show goes to a screen; what follows from it is done with the present update.
	show func(screenID)
	// heard is told of each notice of the UI's own; nil for nobody.
	heard func(app.Notice)
	// replay begins a run of requests.
	replay func(context.Context, app.ReplayPlan) (replaying, error)
	// exec gives the terminal to another program.
	exec    func(tea.ExecCommand, tea.ExecCallback) tea.Cmd
	blurred bool // the terminal has lost the focus
	// busy reports whether the user is asked something already; nil for never.
	busy func() bool

	mask   *mask.Masker                   // of what is shown; nil for nothing
	masked map[maskedKey]webhook.Callback // while masked
}

// simulated tells whether messages go to a simulator.
func (e *env) simulated() bool { return e.status.Mode == app.Simulator }

// Model is the UI's one tea.Model.
type Model struct {
	env      *env
	frame    frame
	w, h     int
	at       screenID
	screens  map[screenID]screen
	messages *messages
	requests *callbacks
	compose  *compose
	replay   *replayScreen
	sig      *sigScreen
	entered  tea.Cmd          // what follows from the screens that were shown in this update
	giving   bool             // a missed callback is on its way to the application
	foreign  app.ForeignError // that was asked about last
	release  func()
	pace     pace
	wait     func(pause time.Duration) tea.Cmd // for the next change, after a pause
	tick     func() tea.Cmd                    // the next second
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
	keys, own := newKeyMap(), map[string]lipgloss.TerminalColor{}
	if o.Check() == nil {
		_ = keys.remap(o.Keys)
		own, _ = ownColors(o.Colors)
	}
	e := &env{
		ctx: context.Background(), core: core, o: o, th: newTheme(o.Renderer, o.mono, own), keys: keys,
		now: o.Now, at: o.Now(), status: core.Status(), exec: tea.Exec,
		filters: newFilterHistory(o.FilterFile), simPace: simPace{simEvery, simPatience},
	}
	if o.Masker == nil {
		e.o.Masker = ownMasker()
	}
	if o.Mask {
		e.mask = e.o.Masker
	}
	e.masked = map[maskedKey]webhook.Callback{}
	e.replay = func(ctx context.Context, p app.ReplayPlan) (replaying, error) {
		r, err := core.StartReplay(ctx, p)
		if err != nil {
			return nil, err
		}
		return r, nil
	}
	m := &Model{env: e, messages: newMessages(e), requests: newCallbacks(e), compose: newCompose(e), replay: newReplayScreen(e), sig: newSigScreen(e), tick: tick}
	m.pace = pace{at: e.at, seen: e.status.Totals.Callbacks}
	m.screens = map[screenID]screen{
		onMessages: m.messages, onCallbacks: m.requests, onCompose: m.compose, onReplay: m.replay, onSignature: m.sig,
		onActivity: newActivity(e),
	}
	e.show = m.show
	wake, release := core.Subscribe()
	m.release = release
	m.wait = func(pause time.Duration) tea.Cmd { return waitWake(e.ctx, wake, pause) }
	return m
}

func (m *Model) close() {
	m.messages.stop()
	m.messages.detail.forgetCause()
	m.requests.close()
	m.replay.close()
	m.sig.stop()
	m.release()
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.env.filters.load(), m.messages.pull(), m.wait(0), m.tick())
}

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.env.at = m.env.now()
	cmd := m.update(msg)
	m.arrange()
	if m.entered != nil {
		cmd, m.entered = tea.Batch(cmd, m.entered), nil
	}
	return m, cmd
}

// screen is the one that is shown.
func (m *Model) screen() screen { return m.screens[m.at] }

// every asks all screens, in the order of their tabs.
func (m *Model) every(ask func(screen) tea.Cmd) tea.Cmd {
	var cmds []tea.Cmd
	for _, t := range tabs(m.env.keys) {
		cmds = append(cmds, ask(m.screens[t.screen]))
	}
	return tea.Batch(cmds...)
}

func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := m.env.hidden(msg).(type) {
	case reopenedMsg:
		m.reopened(msg)
		return nil
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		m.arrange()
		return tea.Batch(m.messages.moved(), m.requests.moved())
	case tea.KeyMsg:
		return m.typed(msg)
	case tea.MouseMsg:
		return m.mouse(msg)
	case wakeMsg:
		m.learn()
		return tea.Batch(m.every(screen.wake), m.env.sim.wake(), m.wait(m.pace.next(m.env.at, m.env.status.Totals.Callbacks)))
	case tickMsg:
		m.learn()
		return tea.Batch(m.every(screen.tick), m.env.sim.wake(), m.tick())
	case pageMsg[plivo.Message]:
		m.env.status = m.env.core.Status() // the totals came with the rows
		return m.messages.answerPage(msg)
	case pageMsg[webhook.Callback]:
		m.env.status = m.env.core.Status()
		return m.requests.answerPage(msg)
	case inspectedMsg:
		m.requests.learn(msg)
		return nil
	case wholeMsg:
		return m.requests.answerWhole(msg)
	case comparedMsg:
		m.requests.answerCompare(msg)
		return nil
	case attemptsMsg:
		if o := m.requests.open; o != nil {
			return o.answerAttempts(msg)
		}
		return nil
	case attemptMsg:
		if o := m.requests.open; o != nil {
			o.answerAttempt(msg)
		}
		return nil
	case comparedAttemptsMsg:
		m.requests.answerCompareAttempts(msg)
		return nil
	case filtersMsg:
		m.env.learnFilters(msg)
		return nil
	case examineMsg:
		return m.examineCallback(msg)
	case callbacksOfMsg:
		return m.openCallbacks(msg)
	case callbacksMsg:
		return m.messages.detail.answer(msg)
	case togetherMsg:
		return m.messages.detail.answerTogether(msg)
	case triedMsg:
		return m.messages.detail.answerTried(msg)
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
		return m.sig.read(msg)
	case sentMsg:
		return m.sent(msg)
	case answerMsg:
		m.answerInbound(msg)
		return nil
	case contentMsg:
		m.compose.takeContent(msg)
		return m.back(backMsg{})
	case sendersMsg:
		msg.sheet.learn(msg)
		return nil
	case inboundMsg:
		m.env.delivered(msg)
		return nil
	case tea.FocusMsg:
		m.env.blurred = false
		return nil
	case tea.BlurMsg:
		m.env.blurred = true
		return nil
	case doctorFound:
		m.diagnosed(msg.doctorMsg)
		return msg.next
	case doctorMsg:
		m.diagnosed(msg)
		return nil
	case backMsg:
		return m.back(msg)
	case noticeMsg:
		m.env.notify(msg.severity, msg.text)
		return nil
	default:
		if cmd, mine := m.replayed(msg); mine {
			return cmd
		}
		if cmd, mine := m.simulated(msg); mine {
			return cmd
		}
		if cmd, mine := m.missed(msg); mine {
			return cmd
		}
		return m.forward(msg)
	}
}

// learn takes the state of the core, and what follows from it whatever is shown.
func (m *Model) learn() {
	m.env.status = m.env.core.Status()
	m.messages.detail.strand()
	m.askForeign()
}

// arrange gives every part the place it has now.
func (m *Model) arrange() {
	notice := m.env.noticeHeight(m.w)
	if m.env.sheet != nil || m.at == onSignature && m.typing() { // what is asked, or typed there, has to be seen
		notice = min(notice, max(m.h-3-openBody, 2))
	}
	m.frame = computeFrame(m.w, m.h, notice)
	if m.frame.tooSmall {
		return // everything keeps its place until there is room again
	}
	for id, s := range m.screens {
		// What is not seen needs no place, but the lists, which are read on, do.
		if id == m.at || id == onMessages || id == onCallbacks {
			s.arrange(m.frame)
		}
	}
	m.arrangeSheet()
}

// helpSections are all keys of the present context.
func (m *Model) helpSections() []section {
	km := m.env.keys
	if m.screen().typing() {
		return append(m.screen().help(), section{"Everywhere", []key.Binding{km.helpTyped, km.paletteTyped, km.redraw, km.forceQuit}})
	}
	return append(m.screen().help(), m.everywhere(m.writes()))
}

// writes tells whether the key that writes a message acts on the present screen as on all: no key of the screen's own
// stands before it.
func (m *Model) writes() bool {
	if m.screen().typing() {
		return false
	}
	for _, sec := range m.screen().help() {
		for _, b := range sec.keys {
			if slices.ContainsFunc(b.Keys(), func(k string) bool { return slices.Contains(m.env.keys.fresh.Keys(), k) }) {
				return false
			}
		}
	}
	return true
}

// everywhere are the keys of every screen, with the one that writes a message where it does.
func (m *Model) everywhere(writes bool) section {
	km, all := m.env.keys, section{title: "Everywhere"}
	for _, t := range tabs(km) {
		all.keys = append(all.keys, t.key)
	}
	if writes {
		all.keys = append(all.keys, km.fresh)
	}
	all.keys = append(all.keys, km.help, km.palette, km.mask, km.forwarding, km.doctor, when(m.env.status.Attachment.State != "", km.attach), m.replyKey(), when(m.env.controllable(), km.simulator), km.redraw, km.suspend, km.quit, km.forceQuit)
	return all
}

// footerKeys are the keys of the present context that can act now.
func (m *Model) footerKeys() []key.Binding {
	keys := m.screen().footer
	if m.env.sheet != nil {
		keys = m.env.sheet.footer
	}
	return slices.DeleteFunc(keys(), func(b key.Binding) bool { return !b.Enabled() })
}

// mouse routes a click or the wheel by its place. While a sheet is open only its keys can be clicked.
func (m *Model) mouse(e tea.MouseMsg) tea.Cmd {
	if m.frame.tooSmall {
		return nil
	}
	press := e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionPress
	if press {
		m.forgetAhead()
		if k, ok := m.clickedKey(e.X, e.Y); ok {
			return m.key(k)
		}
	}
	panel, inPanel := m.env.sheet.(*simPanel)
	switch {
	case inPanel && !m.frame.tabs.has(e.X, e.Y):
		panel.mouse(e, e.Y-m.frame.body.y-1)
		return nil
	case m.env.sheet != nil && (!inPanel || panel.typing()):
		return nil
	case m.frame.tabs.has(e.X, e.Y):
		for _, t := range m.placedTabs() {
			if press && e.X >= t.from && e.X < t.to {
				m.env.sheet, m.env.under = nil, nil
				m.show(t.screen)
			}
		}
		return nil
	}
	return m.screen().mouse(e)
}

// show goes to a screen.
func (m *Model) show(to screenID) {
	if m.at != to {
		m.forgetAhead()
		m.screen().left()
	}
	m.at = to
	m.entered = tea.Batch(m.entered, m.screen().entered())
}
