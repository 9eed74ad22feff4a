package tui

import (
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// plainUI is the UI for screen readers: the same Model, which does what its keys do, and beside it somebody
// who says in lines what a screen would show. Nothing that was said is ever written again. What is typed is
// asked for by questions instead of forms.
type plainUI struct {
	m   *Model
	out *plainOut

	ask      *question // nil for none
	answered string    // the label of the question that is being answered; empty for none
	sheet    sheet     // the one that was said
	at       screenID  // that was said
	told     toldPart
	due      due
	held     []string // lines of the log that wait for the end of a question
	more     int      // of them that were too many to keep
	feed     feed
	panel    panelSaid

	toldRun time.Time // when it was said last how far a replay is

	unread string // why the history cannot be read, as it was said last
}

// due is what has to be said as soon as it is known.
type due struct {
	screen, row bool
	message     int64 // the message to tell at length, 0 for none
	together    int64 // the message with the destinations of its send to tell, 0 for none
	result      bool  // of the signature screen
	replay      bool  // what would be sent
}

// toldPart is the callback that was told last, and which part of it, 0 for all.
type toldPart struct {
	id   int64
	part int
}

// The size that the Model works at: nobody sees it, but its lists read some screens of rows ahead.
const plainWidth, plainHeight = 120, 60

// plainPage is how many rows a page up or down is.
const plainPage = 10

func newPlainUI(m *Model, out *plainOut) *plainUI {
	p := &plainUI{m: m, out: out, feed: feed{left: feedLines}}
	m.env.heard = p.hear
	m.env.busy = func() bool { return p.ask != nil }
	return p
}

// hear says a notice of the UI's own. That the history cannot be read it says again and again.
func (p *plainUI) hear(n app.Notice) {
	if p.m.env.ownTopic == aboutReading {
		if n.Text == p.unread {
			return
		}
		p.unread = n.Text
	}
	p.log(p.m.env.noticeSpoken(n))
}

// Init implements tea.Model.
func (p *plainUI) Init() tea.Cmd {
	_, sized := p.m.Update(tea.WindowSizeMsg{Width: plainWidth, Height: plainHeight})
	p.greet()
	p.hearCore()
	p.due.screen = true
	return tea.Batch(sized, p.m.Init(), p.readFeed(), p.out.flushed())
}

// View implements tea.Model. There is nothing to see.
func (p *plainUI) View() string { return "" }

// Update implements tea.Model.
func (p *plainUI) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	p.m.env.at = p.m.env.now()
	cmd := p.update(msg)
	p.m.arrange()
	if p.m.entered != nil {
		cmd, p.m.entered = tea.Batch(cmd, p.m.entered), nil
	}
	p.follow()
	return p, tea.Batch(cmd, p.out.flushed())
}

func (p *plainUI) update(msg tea.Msg) tea.Cmd {
	m := p.m
	switch msg := msg.(type) {
	case tea.WindowSizeMsg, tea.MouseMsg, tea.FocusMsg, tea.BlurMsg:
		return nil
	case tea.KeyMsg:
		return p.typed(msg)
	case wakeMsg:
		cmd := m.update(msg)
		p.hearCore()
		return tea.Batch(cmd, p.readFeed())
	case tickMsg:
		cmd := m.update(msg)
		p.hearCore()
		p.second()
		return tea.Batch(cmd, p.readFeed())
	case fedMsg:
		return p.fed(msg)
	case spokenMsg:
		if mask := m.env.mask; mask != nil {
			msg.exam = msg.exam.Masked(mask)
			msg.callback, msg.err = mask.Callback(msg.callback), m.env.hiddenError(msg.err)
			msg.list, msg.last = each(msg.list, mask.Attempt), mask.Attempt(msg.last)
		}
		p.out.say(join(m.env.speakCallback(msg)))
		return nil
	case recentMsg:
		return p.offerRecent(msg)
	case sendersMsg:
		p.offerSenders(msg)
		return nil
	case answerMsg:
		m.compose.answer(msg)
		p.askField("Text", fieldText, "text", nil, false, p.askSend)
		return nil
	case examinedMsg:
		p.due.result = msg.edit == m.sig.edit
		return m.update(msg)
	case openedMsg:
		p.due.result = msg.edit == m.sig.edit
		return m.update(msg)
	case doctorFound:
		p.sayFinding(msg.doctorMsg)
		return m.update(msg)
	case doctorMsg:
		cmd := m.update(msg)
		p.sayFinding(msg)
		return cmd
	case simStateMsg, simDoneMsg, simReceiptMsg:
		return p.heardPanel(msg)
	case progressMsg:
		return p.progressed(msg)
	case comparedMsg:
		cmd := m.update(msg)
		if c := m.requests.compared; c != nil {
			m.requests.compared = nil
			p.out.say(join(speakComparison(c.both())))
		}
		return cmd
	default:
		return m.update(msg)
	}
}

// typed takes a key message as Model.typed does: runes that were typed in one go are keys of their own, but
// the rest is text once a question is open.
func (p *plainUI) typed(k tea.KeyMsg) tea.Cmd {
	if k.Type != tea.KeyRunes || k.Paste || len(k.Runes) < 2 || p.ask != nil {
		return p.key(k)
	}
	var cmds []tea.Cmd
	for i, r := range k.Runes {
		if p.ask != nil {
			return tea.Batch(append(cmds, p.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: k.Runes[i:]}))...)
		}
		one := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt && i == 0}
		if r == ' ' {
			one.Type = tea.KeySpace
		}
		cmds = append(cmds, p.key(one))
		p.follow()
	}
	return tea.Batch(cmds...)
}

// key routes one key: to the question, to what is open, to the screen, and then to what holds everywhere.
func (p *plainUI) key(k tea.KeyMsg) tea.Cmd {
	m, km := p.m, p.m.env.keys
	switch {
	case key.Matches(k, km.forceQuit):
		p.out.close()
		return tea.Quit
	case p.ask != nil:
		return p.askKey(k)
	case key.Matches(k, km.redraw) && m.env.sheet == nil:
		p.due.screen = true
		return nil
	case m.env.sheet != nil:
		return p.sheetKey(k)
	case k.Paste:
		if m.at == onSignature {
			cmd, _ := m.sig.key(k)
			return cmd
		}
		p.out.say("A paste goes into a question, or as a captured request to the signature screen, " + spokenKeys(km.examine.Help().Key) + ".")
		return nil
	case key.Matches(k, km.help, km.helpTyped):
		p.sayKeys()
		return nil
	case key.Matches(k, km.palette, km.paletteTyped):
		p.askAction()
		return nil
	case key.Matches(k, km.reply):
		p.askReply()
		return nil
	}
	if cmd, done := m.copierKey(k); done && m.at != onSignature {
		return cmd
	}
	if cmd, done := p.screenKey(k); done {
		return cmd
	}
	if global(km, k) {
		at := m.at
		cmd := m.globalKey(k)
		if at == m.at && key.Matches(k, km.messages, km.requests, km.compose, km.replay, km.examine, km.activity) {
			p.due.screen = true // it is asked for again
		}
		return cmd
	}
	if key.Matches(k, km.fresh) {
		return p.askDraft()
	}
	p.out.say("No key here. " + spokenKeys(km.help.Help().Key) + " lists the keys.")
	return nil
}

func (p *plainUI) screenKey(k tea.KeyMsg) (tea.Cmd, bool) {
	switch p.m.at {
	case onMessages:
		return p.messagesKey(k)
	case onCallbacks:
		return p.callbacksKey(k)
	case onCompose:
		return p.composeKey(k)
	case onReplay:
		return p.replayKey(k)
	case onSignature:
		return p.signatureKey(k)
	default:
		return p.activityKey(k)
	}
}

// global reports whether a key acts on every screen.
func global(km keyMap, k tea.KeyMsg) bool {
	return slices.ContainsFunc(km.actions(), func(a action) bool {
		return a.group == gScreens && key.Matches(k, *a.bindings[0])
	})
}

// follow says what is to be said by now.
func (p *plainUI) follow() {
	m := p.m
	if m.at != p.at {
		p.at = m.at
		p.due = due{screen: true, result: m.at == onSignature && p.due.result, replay: m.at == onReplay}
		// Nothing is typed into the forms, which nobody sees.
		m.sig.setFocus(noField)
		m.compose.setFocus(fieldSend)
		m.replay.setFocus(noField)
	}
	if s := m.env.sheet; s != p.sheet {
		if p.sheet = s; s != nil {
			p.saySheet(s)
		}
	}
	if p.ask == nil && m.env.sheet == nil {
		p.sayDue()
	}
	p.release()
}

func (p *plainUI) sayDue() {
	m := p.m
	switch loaded := p.loaded(); {
	case p.due.screen && loaded:
		p.due.screen, p.due.row = false, false
		p.out.say(join(p.summary()))
	case p.due.row && loaded:
		p.due.row = false
		p.out.say(p.row())
	}
	if id := p.due.message; id != 0 {
		switch d := m.messages.detail; {
		case m.at != onMessages || d.message.ID != id:
			p.due.message = 0
		case d.ready():
			p.due.message = 0
			p.out.say(join(d.speak()))
		}
	}
	if id := p.due.together; id != 0 {
		switch d := m.messages.detail; {
		case m.at != onMessages || d.message.ID != id:
			p.due.together = 0
		case d.togetherKnown():
			p.due.together = 0
			p.sayTogether(d)
		}
	}
	if r := m.replay; p.due.replay && m.at == onReplay && r.run == nil && (r.known || r.failure != nil) {
		p.due.replay = false
		p.out.say(join(p.speakReplay()))
	}
	if p.due.result && m.at == onSignature && (m.sig.known || m.sig.failure != nil) {
		p.due.result = false
		p.out.say(join(p.speakResult()))
	}
}

// busy reports whether the user is about to answer, so that the log waits.
func (p *plainUI) busy() bool { return p.ask != nil || p.m.env.sheet != nil }

// heldLines bounds the lines of the log that wait.
const heldLines = 50

// log says a line that nobody asked for, once no question is open.
func (p *plainUI) log(line string) {
	switch {
	case !p.busy() && len(p.held) == 0 && !p.out.full():
		p.out.say(line)
	case len(p.held) < heldLines:
		p.held = append(p.held, line)
	default:
		p.more++
	}
}

func (p *plainUI) release() {
	if p.busy() || p.out.full() || len(p.held) == 0 {
		return
	}
	p.out.say(join(p.held))
	if p.more > 0 {
		p.out.say("And " + plural(p.more, "more line") + " meanwhile.")
	}
	p.held, p.more = nil, 0
}

// spokenMsg brings a callback with what can be said of its signature, to tell at length.
type spokenMsg struct {
	callback webhook.Callback
	part     int // of callbackParts, 0 for all
	exam     app.Examination
	err      error

	tried  store.Tried
	list   []webhook.Attempt // newest first
	last   webhook.Attempt   // whole
	unread error             // why the attempts could not be read
}
