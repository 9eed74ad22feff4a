package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

// settleAfter is how long nothing may have been typed before a request is looked at.
const settleAfter = 150 * time.Millisecond

// sigScreen is the screen that examines the signature of one request: fields that hold the request,
// and what can be said of it.
type sigScreen struct {
	fields
	env  *env
	lay  signatureLayout
	back screenID               // where esc goes
	wait func(edit int) tea.Cmd // until nothing was typed for a while

	source   source
	pasted   map[field]filling // what was pasted into a field that cannot show it
	cleared  map[field]bool    // was empty since: nothing of what it held is missed
	callback int64             // that the fields were filled with, 0 for none
	siblings []int64           // the callbacks of its message, oldest first

	entry [5]string // what the fields hold, as it was last looked at
	dirty bool      // a paste changed what they stand for, perhaps without showing
	edit  int       // how often that changed: an answer about an earlier request is dropped
	stop  context.CancelFunc

	exam    app.Examination
	known   bool            // exam is about the fields
	failure error           // why there is none
	whole   app.Examination // of the callback that the fields were filled with
	opened  int64           // the callback that is being read, 0 for none

	result []string
	top    int
}

// settledMsg says that nothing was typed since an edit; the others answer questions.
type (
	settledMsg  struct{ edit int }
	examinedMsg struct {
		edit int
		exam app.Examination
		err  error
	}
	openedMsg struct {
		edit int
		id   int64
		exam app.Examination
		err  error
	}
)

func newSigScreen(e *env) *sigScreen {
	s := &sigScreen{env: e, fields: newFields(e.th), stop: func() {}}
	s.wait = func(edit int) tea.Cmd {
		return tea.Tick(settleAfter, func(time.Time) tea.Msg { return settledMsg{edit} })
	}
	s.rewinds, s.hide = true, s.hiddenField
	s.order = []field{fieldMethod, fieldSigned, fieldHeaders, fieldBody, fieldToken, noField}
	s.addInput(fieldMethod, "POST")
	s.addArea(fieldSigned, "https://… as given to Plivo")
	s.addArea(fieldHeaders, "X-Plivo-Signature-V3: …\nX-Plivo-Signature-V3-Nonce: …")
	s.addArea(fieldBody, "From=…&To=…&Status=…")
	s.addInput(fieldToken, "the configured ones")
	s.inputs[fieldToken].EchoMode = textinput.EchoPassword
	s.inputs[fieldToken].EchoCharacter = '•'
	s.empty()
	s.entry = s.entries()
	s.setFocus(fieldSigned)
	return s
}

func (s *sigScreen) entries() (all [5]string) {
	for i, f := range s.order[:len(all)] {
		all[i] = s.value(f)
	}
	return all
}

// arrange gives the parts their place in the body.
func (s *sigScreen) arrange(f frame) {
	if f.tooSmall {
		return
	}
	lay := computeSignature(f.body, s.reading())
	if lay == s.lay {
		return
	}
	s.lay = lay
	if form := lay.form; form.h > 0 {
		s.setSize(form.w, form.h)
		rows, urlRows := max(form.h-6, 4), 1 // beside the other fields and a remark
		if s.airy() {
			rows, urlRows = rows-5, 2
		}
		s.areas[fieldSigned].SetHeight(urlRows)
		s.areas[fieldHeaders].SetHeight(min((rows+1)/2, 12))
		s.areas[fieldBody].SetHeight(min(rows/2, 10))
	}
	s.refresh()
	s.explain()
}

// airy reports whether there is room for blank lines between the fields.
func (s *sigScreen) airy() bool { return s.h >= 18 }

// reading reports whether the result has the focus.
func (s *sigScreen) reading() bool { return s.focus == noField }

func (s *sigScreen) typing() bool { return !s.reading() }

// open reads a callback into the fields. Its siblings are the callbacks of the same message.
func (s *sigScreen) open(id int64, siblings []int64) tea.Cmd {
	s.setFocus(noField)
	s.siblings = siblings
	s.setValue(fieldToken, "")
	return s.load(id)
}

func (s *sigScreen) load(id int64) tea.Cmd {
	s.env.forget(aboutSignature)
	s.opened = id
	s.edit++
	ctx, core, edit := s.ask(), s.env.core, s.edit
	s.explain()
	return func() tea.Msg {
		e, err := core.ExamineCallback(ctx, id)
		return openedMsg{edit, id, e, err}
	}
}

// beside goes to the callback of the message that comes n after the present one, round its ends.
func (s *sigScreen) beside(n int) tea.Cmd {
	at := s.callback
	if s.opened != 0 {
		at = s.opened
	}
	i := slices.Index(s.siblings, at)
	switch {
	case i < 0:
		s.env.notifyAbout(aboutSignature, app.Info, "There is no other callback to go to: what stands here is none of a message's.")
		return nil
	case len(s.siblings) == 1:
		s.env.notifyAbout(aboutSignature, app.Info, "There is no other callback to go to: its message has this one alone.")
		return nil
	}
	return s.load(s.siblings[(i+n+len(s.siblings))%len(s.siblings)])
}

// read takes the callback, unless another one was opened or something was typed since.
func (s *sigScreen) read(msg openedMsg) tea.Cmd {
	if msg.edit != s.edit || errors.Is(msg.err, context.Canceled) {
		return nil
	}
	s.opened, s.top = 0, 0
	if msg.err != nil {
		s.empty()
		msg.err = fmt.Errorf("callback %d could not be read: %w", msg.id, msg.err)
	} else {
		s.fill(fmt.Sprintf("callback %d", msg.id), msg.exam.Case)
	}
	s.callback, s.whole = msg.id, msg.exam
	s.entry = s.entries()
	s.edit++
	s.learn(msg.exam, msg.err)
	if s.known && s.value(fieldToken) != "" {
		return s.examine() // it is the one to check with
	}
	return nil
}

// ask ends the question before and gives the context of the next one.
func (s *sigScreen) ask() context.Context {
	s.rest()
	ctx, stop := context.WithCancel(s.env.ctx)
	s.stop = stop
	return ctx
}

// rest ends the question and forgets its answer.
func (s *sigScreen) rest() {
	s.stop()
	s.known, s.failure = false, nil
}

// learn takes the answer about the fields.
func (s *sigScreen) learn(e app.Examination, err error) {
	s.known = err == nil
	if s.failure = err; s.known {
		s.exam = e
	}
	s.explain()
	s.refresh() // some remarks depend on the answer
	s.reveal()
}

// changed follows up on an edit: the request is looked at once nothing was typed for a while.
func (s *sigScreen) changed() tea.Cmd {
	now := s.entries()
	if now == s.entry && !s.dirty {
		return nil
	}
	s.entry, s.dirty = now, false
	s.edit++
	s.opened = 0
	if s.source.name == "" {
		s.callback = 0 // it could not be read: this is another request
	}
	for i, text := range now {
		if text == "" {
			s.cleared[s.order[i]] = true
			delete(s.pasted, s.order[i])
		}
	}
	if s.nothing() {
		s.rest()
		s.explain()
		return nil
	}
	return s.wait(s.edit)
}

// settled examines the request as it is now.
func (s *sigScreen) settled(msg settledMsg) tea.Cmd {
	if msg.edit != s.edit || s.nothing() {
		return nil
	}
	return s.examine()
}

// examine asks about the request as it is now; until the answer, what was known stays.
func (s *sigScreen) examine() tea.Cmd {
	had := s.known
	ctx := s.ask()
	s.known = had
	core, c, edit, other := s.env.core, s.request(), s.edit, ""
	if s.assumed() {
		other = s.source.other
	}
	return func() tea.Msg {
		e, err := core.Examine(ctx, c)
		if err == nil && other != "" {
			e, err = likelier(e, func() (app.Examination, error) {
				c.URL = other
				return core.Examine(ctx, c)
			})
		}
		return examinedMsg{edit, e, err}
	}
}

func (s *sigScreen) answer(msg examinedMsg) {
	if msg.edit != s.edit || errors.Is(msg.err, context.Canceled) {
		return
	}
	if msg.err == nil && s.assumed() && msg.exam.Case.URL == s.source.other {
		s.assumeOther()
	}
	s.top = 0
	s.learn(msg.exam, msg.err)
}

// key handles a key and reports whether it was one of this screen.
func (s *sigScreen) key(k tea.KeyMsg) (tea.Cmd, bool) {
	km := s.env.keys
	switch {
	case k.Paste:
		return s.paste(string(k.Runes)), true
	case k.Type == tea.KeyCtrlV:
		return s.readClipboard(), true
	case key.Matches(k, km.nextField):
		s.step(1)
	case key.Matches(k, km.prevField):
		s.step(-1)
	case key.Matches(k, km.restore):
		return s.restore(), true
	case key.Matches(k, km.leave):
		s.env.show(s.back)
		return nil, true
	case s.reading():
		return s.resultKey(k)
	case s.focus == fieldMethod && key.Matches(k, km.method):
		other := map[bool]string{true: "GET", false: "POST"}[s.value(fieldMethod) == "POST"]
		s.setValue(fieldMethod, other)
	case k.Type == tea.KeyPgUp, k.Type == tea.KeyPgDown:
		s.resultKey(k)
	case !s.ofLines() && key.Matches(k, km.newline), k.Type == tea.KeyDown && s.atEdge(1):
		s.step(1)
	case k.Type == tea.KeyUp && s.atEdge(-1):
		if s.focus != s.order[0] {
			s.step(-1)
		}
	default:
		return s.update(k), true
	}
	return s.follow(), true
}

// ofLines reports whether the field with the focus holds lines. That of the URL only draws it as such.
func (s *sigScreen) ofLines() bool { return s.focus == fieldHeaders || s.focus == fieldBody }

// follow draws the form after a key and looks at what changed.
func (s *sigScreen) follow() tea.Cmd {
	cmd := s.changed()
	s.refresh()
	s.reveal()
	return cmd
}

// update gives a message to the input that has the focus.
func (s *sigScreen) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case clipboardMsg:
		return s.takeClipboard(msg)
	case copiedMsg:
		s.env.notifyAbout(aboutSignature, msg.severity, msg.text)
		return nil
	case tea.KeyMsg:
		if msg.Paste && s.typing() {
			return s.insert(string(msg.Runes))
		}
	}
	return tea.Batch(s.input(msg), s.follow())
}
