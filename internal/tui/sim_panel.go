package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
)

// simPanel shows what the simulator does next, did and is told to do, and changes it. One is kept while the UI runs:
// it is as it was left.
type simPanel struct {
	env   *env
	parts []simPart
	on    int // of parts

	st     app.SimulatorState
	known  bool
	read   time.Time // when st was
	err    error     // why it could not be
	asking bool      // one question at a time
	again  bool      // something changed since the question
	asked  time.Time // when it was asked last
	due    bool      // it is asked again before long

	doing  []*simDoing
	wrong  string // with the last change
	typed  *simInput
	w, h   int
	placed []span // the parts of the second line, for the mouse
}

// simPart is a part of the panel. It is drawn into h lines of w cells.
type simPart interface {
	name() string
	// learn takes another state of the simulator.
	learn(st *app.SimulatorState)
	// key handles a key, and reports whether it was one of the part's.
	key(k tea.KeyMsg) (cmd tea.Cmd, done bool)
	// move selects another row, click the one in a line; where there are none nothing happens.
	move(n int)
	click(y int)
	lines(w, h int) []string
	// keys are those that act on what is selected.
	keys() []key.Binding
}

// simInput is a value that is typed in the panel's last lines.
type simInput struct {
	label string
	in    textinput.Model
	of    *simDoing // what is done with what was typed: until that ends no key changes it
	// done takes what was typed; a problem keeps the input open.
	done func(text string) (cmd tea.Cmd, problem string)
}

// openSimulator shows the panel as it was left.
func (e *env) openSimulator() tea.Cmd {
	if !e.controllable() {
		e.notify(app.Info, "There is no simulator: messages go to a live account. plivoscope --simulator has one.")
		return nil
	}
	if e.sim == nil {
		e.sim = newSimPanel(e)
	}
	e.sim.wrong = ""
	e.sheet = e.sim
	return e.sim.pull()
}

// controllable tells whether messages go to a simulator: one of ours, or whatever has Plivo's API on this machine.
func (e *env) controllable() bool { return e.simulated() || !e.status.Spends }

func newSimPanel(e *env) *simPanel {
	s := &simPanel{env: e}
	s.parts = []simPart{newSimSchedule(s), newSimFates(s), newSimChaos(s), newSimRules(s), newSimInbound(s), &simAccount{panel: s}}
	return s
}

func (s *simPanel) shownError(err error) string {
	return escape.Line(head(s.env.mask.Sentence(err.Error()), noticeBytes))
}

// simulated takes what the simulator answered, also to a panel that was left.
func (m *Model) simulated(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case simStateMsg:
		return m.env.sim.learn(msg), true
	case simDueMsg:
		return m.env.sim.mayAsk(), true
	case simDoneMsg:
		m.env.status = m.env.core.Status()
		return m.env.sim.changed(msg), true
	case simReceiptMsg:
		return m.env.sim.received(msg), true
	case simOpenMsg:
		return m.openSimulated(msg), true
	}
	return nil, false
}

func (s *simPanel) part() simPart { return s.parts[s.on] }

// turn goes on to another part.
func (s *simPanel) turn(n int) {
	s.on = (s.on + n + len(s.parts)) % len(s.parts)
	s.wrong = ""
}

func (s *simPanel) heading() string {
	words := "Simulator"
	if s.st.Where != "" {
		words += " at " + brief(hostOf(s.st.Where)) + ", of another process"
	}
	return words
}

// typing reports whether text is typed in the panel.
func (s *simPanel) typing() bool {
	form, inForm := s.part().(*simInbound)
	return s.typed != nil || inForm && form.writing
}

func (s *simPanel) key(k tea.KeyMsg) (tea.Cmd, bool) {
	km := s.env.keys
	s.wrong = "" // it was read
	switch {
	case key.Matches(k, km.cancel) && !k.Paste && s.giveUp():
		return nil, false
	case s.typed != nil:
		return s.typedKey(k), false
	case s.typing():
		cmd, _ := s.part().key(k)
		return cmd, false
	case k.Paste:
		return nil, false
	case key.Matches(k, km.cancel):
		return nil, true
	case key.Matches(k, km.nextPane):
		s.turn(1)
		return nil, false
	case key.Matches(k, km.prevPane):
		s.turn(-1)
		return nil, false
	}
	if !s.known {
		return nil, false // nothing is changed that was not seen
	}
	if cmd, done := s.clockKey(k); done {
		return cmd, false
	}
	if cmd, done := s.part().key(k); done {
		return cmd, s.env.sheet != nil // it went elsewhere
	}
	page := max(s.room()-1, 1)
	switch {
	case key.Matches(k, km.up):
		s.part().move(-1)
	case key.Matches(k, km.down):
		s.part().move(1)
	case key.Matches(k, km.pageUp):
		s.part().move(-page)
	case key.Matches(k, km.pageDown):
		s.part().move(page)
	case key.Matches(k, km.detailTop):
		s.part().move(-1 << 20)
	case key.Matches(k, km.detailEnd):
		s.part().move(1 << 20)
	}
	return nil, false
}

// ask opens an input for a value.
func (s *simPanel) ask(label, hint, value string, done func(string) (tea.Cmd, string)) {
	in := s.env.th.input(hint)
	in.SetValue(value)
	in.CursorEnd()
	in.Focus()
	s.typed, s.wrong = &simInput{label: label, in: in, done: done}, ""
	s.setSize(s.w, s.h)
}

func (s *simPanel) typedKey(k tea.KeyMsg) tea.Cmd {
	t := s.typed
	switch km := s.env.keys; {
	case k.Paste:
	case key.Matches(k, km.cancel):
		s.typed = nil
		return nil
	case t.of != nil:
		return nil
	case key.Matches(k, km.setValue):
		return s.enter(t, t.in.Value())
	}
	return s.other(k)
}

// enter does what was typed. It stays until that is done.
func (s *simPanel) enter(t *simInput, text string) tea.Cmd {
	cmd, problem := t.done(strings.TrimSpace(text))
	if s.wrong = problem; problem == "" {
		t.of = s.doing[len(s.doing)-1]
	}
	return cmd
}

func (s *simPanel) other(msg tea.Msg) (cmd tea.Cmd) {
	if s.typed != nil && s.typed.of != nil {
		return nil
	}
	if s.typed != nil {
		s.typed.in, cmd = s.typed.in.Update(msg)
		return cmd
	}
	if form, ok := s.part().(*simInbound); ok {
		return form.other(msg)
	}
	return nil
}

// mouse selects parts and rows, and scrolls. y is the line of the sheet.
func (s *simPanel) mouse(e tea.MouseMsg, y int) {
	press := e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionPress
	switch {
	case wheel(e) != 0 && s.known:
		s.part().move(wheel(e))
	case !press || s.typing():
	case y == simTabs:
		x := 0
		for i, p := range s.placed {
			x += len([]rune(p.text))
			if e.X < x {
				if i%2 == 1 {
					s.on = i / 2
				}
				return
			}
		}
	case y >= simTop && s.known:
		s.part().click(y - simTop)
	}
}

func (s *simPanel) setSize(w, h int) {
	s.w, s.h = w, h
	if s.typed != nil {
		s.typed.in.Width = max(w-fieldIndent-3, 4)
		s.typed.in.SetCursor(s.typed.in.Position())
	}
	if form, ok := s.parts[simInboundAt].(*simInbound); ok {
		form.setWidth(w)
	}
}

func (s *simPanel) footer() []key.Binding {
	km := s.env.keys
	cancel, closes := km.cancel, km.closeCode
	words := "give up"
	if s.typed != nil && s.typed.of != nil {
		words += " " + s.doingWords()
	}
	if slices.ContainsFunc(s.doing, func(d *simDoing) bool { return !d.gaveUp }) { // then that is what the key does first
		cancel.SetHelp(cancel.Help().Key, words)
		closes = cancel
	}
	switch {
	case s.typed != nil && s.typed.of != nil:
		return []key.Binding{cancel}
	case s.typed != nil:
		return []key.Binding{km.setValue, cancel}
	case !s.known:
		return []key.Binding{km.nextPane, closes, km.help}
	case s.typing():
		if closes.Help() == km.closeCode.Help() { // nothing is to be given up first
			cancel = km.leaveKept
		}
		return []key.Binding{km.deliver, km.nextField, cancel}
	}
	own := s.part().keys()
	first := min(len(own), 2)
	keys := append(slices.Clone(own[:first]), closes)
	if s.w < simRoomy { // the line of the clock has no room for them
		clock := km.stopClock
		var names []string
		for _, b := range []key.Binding{km.stopClock, km.nextDue, km.oneMinute, km.advanceBy, km.faster, km.slower} {
			names = append(names, b.Help().Key)
		}
		if s.w < 70 {
			names = names[1:]
		}
		clock.SetHelp(strings.Join(names, " "), "clock")
		keys = append(keys, clock)
	}
	return append(append(keys, own[first:]...), km.nextPane, km.help)
}

// spokenKeys are the keys of the panel as they are named to who hears it: none of them in a group.
func (s *simPanel) spokenKeys() []key.Binding {
	km := s.env.keys
	keys := append(s.part().keys(), km.nextPane, km.closeCode)
	keys = append(keys, km.stopClock, when(s.st.Clock.Pending > 0, km.nextDue), km.oneMinute, km.advanceBy, km.faster, km.slower, km.help)
	return slices.DeleteFunc(keys, func(b key.Binding) bool { return !b.Enabled() })
}

// sliding names both keys that change a value.
func (e *env) sliding() key.Binding {
	b := e.keys.more
	b.SetHelp(e.keys.less.Help().Key+" "+b.Help().Key, "change")
	return b
}

// placeOfSelected is the place of the selected row among the others, for who hears it.
func (s *simPanel) placeOfSelected() string {
	p, ok := s.part().(interface{ place() (at, n int) })
	if !ok {
		return ""
	}
	at, n := p.place()
	return fmt.Sprintf(", %d of %d", at+1, n)
}

// simClockTitle is over the keys of the clock, which act in every part.
const simClockTitle = "The clock"

// help are all keys of the panel.
func (s *simPanel) help() []section {
	km := s.env.keys
	post := s.env.deliverUnwritten()
	post.SetHelp(post.Help().Key, post.Help().Desc+"; "+firstKey(km.deliver)+" too while it is written")
	return []section{
		{simClockTitle, []key.Binding{km.stopClock, km.nextDue, km.oneMinute, km.advanceBy, km.faster, km.slower}},
		{"Schedule", []key.Binding{km.openTried}},
		{"Fates", []key.Binding{km.fateNext, km.more, km.less, km.fateDefault, km.typeFate, km.dropFate}},
		{"Chaos", []key.Binding{km.less, km.more, km.typeValue, km.calm, km.badDay}},
		{"Rules", []key.Binding{km.loadRules, km.dropRules}},
		{"Inbound", []key.Binding{km.writeInbound, post}},
		{"Everywhere in it", []key.Binding{km.nextPane, km.prevPane, km.up, km.down, km.pageUp, km.pageDown, km.detailTop, km.detailEnd, km.closeCode}},
	}
}

// placeWords is a part's place among the others, for who hears it.
func (s *simPanel) placeWords() string {
	return fmt.Sprintf("%s, part %d of %d", s.part().name(), s.on+1, len(s.parts))
}
