package tui

import (
	"context"
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/webhook"
)

// replayScreen is the screen that sends callbacks to an application: what is sent, how and how often, and
// beside it what goes over the wire, how far that is, and what came of it.
type replayScreen struct {
	fields
	env  *env
	lay  signatureLayout
	back screenID               // where esc goes
	wait func(edit int) tea.Cmd // until nothing was typed for a while
	// followRun looks at a run after a while.
	followRun func(*sending) tea.Cmd
	shown     bool
	more      bool // the fields that matter less are shown

	source   replaySource
	choices  map[field]string  // of the fields that are chosen
	held     map[field]filling // what stands behind a field that cannot show it
	base     editable          // the callback's request, as it is edited; empty where several are sent
	bodyEdit *string           // the whole body as it was edited, nil where only its parameters were
	draft    string            // a text of the editor that could not be read back
	wrong    string            // why not
	target   targetFile
	scene    sceneForm

	entry  map[field]string   // what the fields hold, as it was last looked at
	edit   int                // how often that changed: an answer about an earlier state is dropped
	strict bool               // the user tried to send: what is missing is wrong from now on
	stop   context.CancelFunc // of the question what would be sent
	unread context.CancelFunc // of the reading of a callback
	plan   app.ReplayPlan
	errs   map[field]string // what is wrong with a field

	preview app.ReplayPreview
	known   bool  // there is a preview
	looked  int   // the state that it is about
	failure error // why there is none
	eager   bool  // it is sent once the preview is there

	recent []webhook.Attempt // the last ones of the history, without large bodies
	run    *sending          // the present one, or the last; nil for none
	open   *openedAttempt
	result []string
	top    int
	rows   []int // lines of the result that show an attempt
	cursor int   // which of the attempts is selected
}

func newReplayScreen(e *env) *replayScreen {
	s := &replayScreen{
		env: e, fields: newFields(e.th), stop: func() {}, unread: func() {}, choices: map[field]string{}, held: map[field]filling{}, errs: map[field]string{},
		target: targetFile{path: e.o.TargetFile},
	}
	s.wait = func(edit int) tea.Cmd {
		return tea.Tick(settleAfter, func(time.Time) tea.Msg { return replaySettledMsg{edit} })
	}
	s.followRun = func(r *sending) tea.Cmd { return watchRun(e.ctx, r, followEvery) }
	s.rewinds, s.hide = true, s.hiddenField
	for f, hint := range map[field]string{
		fieldFilter: "all callbacks; as status:failed or kind:inbound", fieldTarget: "http://localhost:3000", fieldCount: "1",
		fieldSignURL: "the one that is asked", fieldRate: "as fast as they are answered", fieldConcurrency: "1 at once",
		fieldDuplicates: "none", fieldSpeed: "1, as it was", fieldMethod: "its own", fieldPath: "its own",
	} {
		s.addInput(f, hint)
	}
	s.addArea(fieldHeaders, "Name: value, a line each; -Name takes one away")
	s.addArea(fieldParams, "Name=value, a line each; -Name takes one away")
	s.choices = map[field]string{
		fieldMode: replayModes[0], fieldFault: "wrong-token", fieldOrder: orderAsIs, fieldTiming: timingAtOnce,
	}
	s.lineUp()
	s.entry = s.entries()
	s.setFocus(fieldTarget)
	s.look()
	return s
}

// lineUp puts the fields that are shown in their order.
func (s *replayScreen) lineUp() {
	order := []field{fieldSource}
	switch s.source.kind {
	case ofFilter:
		order = append(order, fieldFilter)
	case ofScenario:
		order = append(order, fieldScenario)
		order = append(order, s.scene.fields()...)
	}
	order = append(order, fieldTarget, fieldMode)
	if modeOf(s.choices[fieldMode]) == webhook.Faulty {
		order = append(order, fieldFault)
	}
	order = append(order, fieldCount, fieldSend)
	if s.more {
		order = append(order, fieldMethod, fieldPath, fieldParams, fieldHeaders, fieldSignURL, fieldRate, fieldConcurrency, fieldDuplicates, fieldOrder, fieldTiming)
		if s.choices[fieldTiming] == timingOriginal {
			order = append(order, fieldSpeed)
		}
	}
	s.order = append(order, noField)
	if !slices.Contains(s.order, s.focus) {
		s.setFocus(fieldTarget)
	}
}

// choosing reports whether a field is chosen, not typed.
func choosing(f field) bool {
	return slices.Contains([]field{fieldSource, fieldScenario, fieldMode, fieldFault, fieldOrder, fieldTiming}, f)
}

// word is what a field holds.
func (s *replayScreen) word(f field) string {
	switch {
	case choosing(f):
		return s.choices[f]
	case f == fieldSend || f == noField:
		return ""
	}
	if h, ok := s.held[f]; ok && h.shown == s.value(f) {
		return h.exact
	}
	return s.value(f)
}

// put fills a field; one that cannot show the text stands for it until it is edited.
func (s *replayScreen) put(f field, text string) {
	s.setValue(f, shownPart(text))
	delete(s.held, f)
	if shown := s.value(f); shown != text {
		s.held[f] = filling{text, shown}
	}
}

// arrange gives the parts their place in the body.
func (s *replayScreen) arrange(f frame) {
	if f.tooSmall {
		return
	}
	lay := computeSignature(f.body, s.reading())
	if s.open != nil {
		s.open.resize(f.body)
	}
	if lay == s.lay {
		return
	}
	s.lay = lay
	if form := lay.form; form.h > 0 {
		s.setSize(form.w, form.h)
		for _, a := range s.areas {
			a.SetHeight(min(max(form.h/4, 3), 10))
		}
	}
	s.refresh()
	s.tell()
}

// reading reports whether the result has the focus.
func (s *replayScreen) reading() bool { return s.focus == noField }

func (s *replayScreen) typing() bool {
	if s.open != nil {
		return s.open.searching
	}
	return !s.reading() && s.focus != fieldSend
}

// key handles a key and reports whether it was one of this screen.
func (s *replayScreen) key(k tea.KeyMsg) (tea.Cmd, bool) {
	km := s.env.keys
	if s.open != nil {
		return s.openKey(k)
	}
	switch {
	case k.Paste:
		return s.update(k), true
	case k.Type == tea.KeyCtrlV && s.typing():
		return s.readClipboard(), true
	case key.Matches(k, km.sendReplay):
		return s.send(), true
	case key.Matches(k, km.leaveReplay):
		return s.leave(), true
	case key.Matches(k, km.moreFields):
		s.more = !s.more
		s.lineUp()
		s.setFocus(s.focus)
	case key.Matches(k, km.editRequest):
		return s.editRequest(), true
	case key.Matches(k, km.asCaught):
		return s.restore(), true
	case key.Matches(k, km.nextField), s.reading() && key.Matches(k, km.toFields):
		s.step(1)
	case key.Matches(k, km.prevField):
		s.step(-1)
	case s.reading():
		return s.resultKey(k)
	case k.Type == tea.KeyPgUp, k.Type == tea.KeyPgDown:
		s.resultKey(k)
	case choosing(s.focus) && key.Matches(k, km.turn):
		s.turn(k)
	case key.Matches(k, km.newline) && s.lists():
	case s.focus == fieldSend && (k.Type == tea.KeyEnter || k.Type == tea.KeySpace):
		return s.send(), true
	case s.areas[s.focus] == nil && key.Matches(k, km.newline), k.Type == tea.KeyDown && s.atEdge(1):
		s.step(1)
	case k.Type == tea.KeyUp && s.atEdge(-1):
		if s.focus != s.order[0] {
			s.step(-1)
		}
	case s.focus == fieldSend:
		return nil, false
	case choosing(s.focus):
		return nil, true // nothing is typed there
	default:
		return s.update(k), true
	}
	return s.follow(), true
}

// turn chooses the next or the previous value of a field.
func (s *replayScreen) turn(k tea.KeyMsg) {
	step := 1
	if k.Type == tea.KeyLeft {
		step = -1
	}
	s.choose(s.focus, step)
}

// choose goes n values on in a field that is chosen.
func (s *replayScreen) choose(f field, n int) {
	next := func(all []string, now string) string {
		i := slices.Index(all, now)
		if i < 0 && n < 0 {
			i = 0
		}
		return all[(i+n+len(all))%len(all)]
	}
	switch f {
	case fieldSource:
		s.turnSource(n)
	case fieldScenario:
		s.turnScenario(n)
	case fieldMode:
		s.choices[f] = next(replayModes, s.choices[f])
	case fieldFault:
		s.choices[f] = next(faultNames(), s.choices[f])
	case fieldOrder:
		s.choices[f] = next(replayOrders, s.choices[f])
	case fieldTiming:
		s.choices[f] = next(replayTimings, s.choices[f])
	}
	s.lineUp()
}

// lists opens the list of what a field can be, and reports whether it has one.
func (s *replayScreen) lists() bool {
	switch s.focus {
	case fieldFault:
		s.openFaults()
	case fieldScenario:
		s.openScenarios()
	default:
		return false
	}
	return true
}

// follow draws the form after a key and looks at what changed.
func (s *replayScreen) follow() tea.Cmd {
	cmd := s.changed()
	s.refresh()
	s.reveal()
	if len(s.rows) > 0 {
		s.tell() // the cursor of the attempts is there while the result has the focus
	}
	return cmd
}

// update gives a message to the input that has the focus.
func (s *replayScreen) update(msg tea.Msg) tea.Cmd {
	if s.open != nil {
		if s.open.searching {
			return s.open.pager.edit(msg)
		}
		return nil
	}
	switch msg := msg.(type) {
	case clipboardMsg:
		return s.takeClipboard(msg)
	case tea.KeyMsg:
		if msg.Paste {
			return s.paste(string(msg.Runes))
		}
	}
	if s.inputs[s.focus] == nil && s.areas[s.focus] == nil {
		return nil
	}
	return tea.Batch(s.input(msg), s.follow())
}

// paste puts a text into the field with the focus; where there is no room for all of it, nothing is taken.
func (s *replayScreen) paste(text string) tea.Cmd {
	if s.inputs[s.focus] == nil && s.areas[s.focus] == nil {
		return nil
	}
	text = lineEnds(text)
	if s.areas[s.focus] == nil {
		text = oneLine(text)
	}
	if len(text)+len(s.value(s.focus)) > fieldBytes {
		s.env.notifyAbout(aboutReplay, app.Warning, "Not pasted: there is no room for all of it in this field; "+s.env.keys.editRequest.Help().Key+" opens the request in the editor.")
		return nil
	}
	return tea.Batch(s.input(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true}), s.follow())
}

func (s *replayScreen) readClipboard() tea.Cmd {
	read := s.env.o.ReadClipboard
	if read == nil {
		s.env.notifyAbout(aboutReplay, app.Warning, "No clipboard can be read here: "+pasteByTerminal)
		return nil
	}
	return func() tea.Msg {
		text, err := read()
		return clipboardMsg{text, err}
	}
}

func (s *replayScreen) takeClipboard(msg clipboardMsg) tea.Cmd {
	if msg.err != nil {
		s.env.notifyAbout(aboutReplay, app.Failure, "Read the clipboard: "+msg.err.Error()+"; "+pasteByTerminal)
		return nil
	}
	return s.paste(msg.text)
}

// leave stops a run; with none it goes back to where the user came from.
func (s *replayScreen) leave() tea.Cmd {
	if s.running() {
		return s.halt()
	}
	s.env.show(s.back)
	return nil
}

func (s *replayScreen) wake() tea.Cmd { return nil }
func (s *replayScreen) tick() tea.Cmd { return nil }

// entered asks for the newest callback where nothing was chosen yet, and for the last target.
func (s *replayScreen) entered() tea.Cmd {
	s.shown = true
	var cmds []tea.Cmd
	if s.source.kind == ofCallbacks && len(s.source.ids) == 0 {
		cmds = append(cmds, s.newest())
	}
	s.refresh()
	s.tell()
	return tea.Batch(append(cmds, s.target.load(), s.pullAttempts())...)
}

func (s *replayScreen) left() {
	s.shown = false
	s.eager = false // who goes elsewhere sends nothing from there
	s.back = onMessages
	s.env.forget(aboutReplay)
}

// close ends the questions that are on their way, and the run.
func (s *replayScreen) close() {
	s.stop()
	s.unread()
	if s.run != nil {
		s.run.stop()
	}
}
