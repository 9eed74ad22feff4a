package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook/capture"
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

	source source
	entry  [5]string // what the fields hold, as it was last looked at
	edit   int       // how often that changed: an answer about an earlier request is dropped
	stop   context.CancelFunc

	exam    app.Examination
	known   bool            // exam is about the fields
	asking  bool            // an answer is awaited
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
	s.rewinds = true
	s.order = []field{fieldMethod, fieldSigned, fieldHeaders, fieldBody, fieldToken, noField}
	s.addInput(fieldMethod, "POST")
	s.addArea(fieldSigned, "https://… as given to Plivo")
	s.addArea(fieldHeaders, "X-Plivo-Signature-V3: …\nX-Plivo-Signature-V3-Nonce: …")
	s.addArea(fieldBody, "From=…&To=…&Status=…")
	s.addInput(fieldToken, "the configured ones")
	s.inputs[fieldToken].EchoMode = textinput.EchoPassword
	s.inputs[fieldToken].EchoCharacter = '•'
	s.setValue(fieldMethod, "POST")
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

// open reads a callback into the fields.
func (s *sigScreen) open(id int64) tea.Cmd {
	s.setFocus(noField)
	s.opened = id
	ctx := s.ask()
	core := s.env.core
	s.explain()
	return func() tea.Msg {
		e, err := core.ExamineCallback(ctx, id)
		return openedMsg{id, e, err}
	}
}

// read takes the callback, unless another one was opened or something was typed since.
func (s *sigScreen) read(msg openedMsg) {
	if msg.id != s.opened {
		return
	}
	s.opened = 0
	s.top = 0
	if msg.err == nil {
		s.fill(fmt.Sprintf("callback %d", msg.id), msg.exam.Case)
		s.entry = s.entries()
		s.edit++
		s.whole = msg.exam
	}
	s.learn(msg.exam, msg.err)
	s.refresh()
	s.reveal()
}

// ask ends the question before and gives the context of the next one.
func (s *sigScreen) ask() context.Context {
	s.stop()
	s.known, s.asking, s.failure = false, true, nil
	ctx, stop := context.WithCancel(s.env.ctx)
	s.stop = stop
	return ctx
}

// learn takes the answer about the fields.
func (s *sigScreen) learn(e app.Examination, err error) {
	s.asking = false
	s.known = err == nil
	if s.failure = err; s.known {
		s.exam = e
	}
	s.explain()
}

// changed follows up on an edit: the request is looked at once nothing was typed for a while.
func (s *sigScreen) changed() tea.Cmd {
	now := s.entries()
	if now == s.entry {
		return nil
	}
	s.entry = now
	s.edit++
	s.opened = 0
	if s.nothing() {
		s.stop()
		s.known, s.asking, s.failure = false, false, nil
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
	had := s.known
	ctx := s.ask()
	s.known = had // until the answer, what was known stays
	core, c, edit := s.env.core, s.request(), s.edit
	return func() tea.Msg {
		e, err := core.Examine(ctx, c)
		return examinedMsg{edit, e, err}
	}
}

func (s *sigScreen) answer(msg examinedMsg) {
	if msg.edit == s.edit && !errors.Is(msg.err, context.Canceled) {
		s.learn(msg.exam, msg.err)
	}
}

// key handles a key and reports whether it was one of this screen.
func (s *sigScreen) key(k tea.KeyMsg) (tea.Cmd, bool) {
	km := s.env.keys
	switch {
	case k.Paste:
		return s.paste(k), true
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
	case !s.ofLines() && key.Matches(k, km.newline), k.Type == tea.KeyDown && s.atEdge(1):
		s.step(1)
	case k.Type == tea.KeyUp && s.atEdge(-1):
		s.step(-1)
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
	return tea.Batch(s.input(msg), s.follow())
}

// paste fills the fields with a captured request. Any other text goes into the field with the focus.
func (s *sigScreen) paste(k tea.KeyMsg) tea.Cmd {
	text := string(k.Runes)
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // as terminals send it
	}
	all, err := capture.Parse([]byte(text))
	if err == nil && len(all) > 0 {
		return s.take(all)
	}
	if s.reading() {
		s.env.notify(app.Warning, "Not filled in: "+escape.Line(err.Error())+".")
		return nil
	}
	if !s.ofLines() {
		text = strings.Trim(text, "\n")
	}
	k.Runes = []rune(text)
	return s.update(k)
}

// take fills the fields with the first request of a capture.
func (s *sigScreen) take(all []capture.Request) tea.Cmd {
	r := all[0]
	s.opened = 0
	s.fillCapture(r)
	s.whole = app.Examination{}
	s.top = 0
	s.setFocus(noField)
	words := "Filled in the pasted request"
	if len(all) > 1 {
		words = fmt.Sprintf("Filled in the first of %d pasted requests", len(all))
	}
	if r.Problem != "" {
		s.env.notify(app.Warning, words+"; "+r.Problem)
	} else {
		s.env.notify(app.Info, words+".")
	}
	return s.follow()
}

// restore fills the fields anew with what they were filled with, or empties them.
func (s *sigScreen) restore() tea.Cmd {
	if s.source.name == "" {
		s.fill("", signature.Case{Request: signature.Request{Method: "POST"}})
		s.source = source{}
		return s.follow()
	}
	s.fill(s.source.name, s.source.exact)
	s.opened = 0
	cmd := s.follow()
	if len(s.whole.Verdict.Outcome) > 0 {
		s.stop()
		s.edit++
		s.learn(s.whole, nil)
		return nil
	}
	return cmd
}
