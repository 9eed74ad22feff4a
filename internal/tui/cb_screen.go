package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// callbacks is the screen of all callbacks: the list with its filter and marks and a preview of the
// selected one. Over it one callback can be open, or two compared.
type callbacks struct {
	*listing[webhook.Callback]
	lay     listLayout
	marks   []int64 // identities, in the order of marking
	preview *doc
	of      webhook.Callback // what the preview shows
	seen    bool             // it shows something

	open      *inspector  // nil for none
	compared  *comparison // nil for none
	comparing int         // of the questions for two callbacks: an answer to an earlier one is dropped
	wanted    bool        // the next callback of the list is to be opened once it was read
	shown     bool        // the screen is: unseen, it reads nothing
	origin    string      // the filter that another screen set; esc goes back to that screen
}

// comparedMsg brings two callbacks to compare.
type comparedMsg struct {
	asked int
	a, b  webhook.Callback
	err   error
}

func newCallbacks(e *env) *callbacks {
	s := &callbacks{preview: newDoc(e.th, 0)}
	marked := func(id int64) bool { return slices.Contains(s.marks, id) }
	s.listing = newListing(e, newCallbackGrid(e.th, e.now, marked), rowSource[webhook.Callback]{
		name: "callbacks",
		read: func(ctx context.Context, c Core, w store.Window) ([]webhook.Callback, error) {
			return c.Callbacks(ctx, w)
		},
		count: func(ctx context.Context, c Core, f store.Filter, limit int) (int, bool, error) {
			return c.CountCallbacks(ctx, f, limit)
		},
		total: func(st app.Status) int64 { return st.Totals.Callbacks },
	})
	return s
}

// arrange gives every part its place. The list keeps its own while something is open over it.
func (s *callbacks) arrange(f frame) {
	s.lay = computeList(f, needs{filter: s.filter.height()})
	s.place(s.lay)
	s.show()
	body := f.body
	if f.tooSmall {
		body = rect{}
	}
	if s.open != nil {
		s.open.resize(body)
	}
	if s.compared != nil {
		s.compared.resize(body)
	}
}

// show renders the preview of the selected callback where that is another one, or has another width.
func (s *callbacks) show() {
	c, ok := s.grid.Selected()
	if ok == s.seen && c.ID == s.of.ID && c.Cause == s.of.Cause && s.preview.w == s.lay.detail.w {
		return
	}
	s.of, s.seen = c, ok
	s.preview = newDoc(s.env.th, s.lay.detail.w)
	if ok && s.lay.detail.h > 0 {
		s.preview.w -= 2
		writePreview(s.preview, c, s.env.at)
		s.preview.w += 2
	}
}

func (s *callbacks) selected() (webhook.Callback, bool) { return s.grid.Selected() }

// moved follows up on a move in the list.
func (s *callbacks) moved() tea.Cmd {
	if s.shown && s.grid.Wants() {
		return s.pull()
	}
	return nil
}

// openSelected opens the selected callback. The list stays where it is.
func (s *callbacks) openSelected() tea.Cmd {
	c, ok := s.selected()
	if !ok {
		return nil
	}
	s.grid.Unfollow()
	s.open = newInspector(s.env)
	return s.open.show(c)
}

// learn takes what can be said of the signature of the open callback.
func (s *callbacks) learn(msg inspectedMsg) {
	if s.open != nil {
		s.open.answer(msg)
	}
}

// close ends the questions that are on their way.
func (s *callbacks) close() {
	s.stop()
	s.closeOpen()
}

func (s *callbacks) closeOpen() {
	if s.open != nil {
		s.open.stop()
	}
	s.open, s.wanted = nil, false
}

// step opens the next callback of the list, older where n is positive, once it is at hand.
func (s *callbacks) step(n int) tea.Cmd {
	before, _ := s.selected()
	if before.ID == s.open.cb.ID {
		s.grid.Move(n)
	}
	now, ok := s.selected()
	switch {
	case ok && now.ID != s.open.cb.ID:
		s.wanted = false
		return tea.Batch(s.open.show(now), s.moved())
	case s.grid.Wants():
		s.wanted = true
		return s.pull()
	case n > 0:
		s.env.notify(app.Info, "This is the oldest callback of the list.")
	default:
		s.env.notify(app.Info, "This is the newest callback of the list.")
	}
	return nil
}

// answerPage takes rows. What is open stays as it is, unless the next callback was asked for.
func (s *callbacks) answerPage(msg pageMsg[webhook.Callback]) tea.Cmd {
	cmd, mine := s.answer(msg)
	if !mine || s.open == nil {
		return cmd
	}
	c, ok := s.selected()
	switch {
	case !ok:
	case c.ID == s.open.cb.ID:
		s.open.refreshed(c)
		s.wanted = s.wanted && s.grid.Wants()
	case s.wanted:
		s.wanted = false
		return tea.Batch(s.open.show(c), cmd)
	}
	return cmd
}

// toggle marks the selected callback, or takes its mark away, and goes on to the next one.
func (s *callbacks) toggle() {
	c, ok := s.selected()
	if !ok {
		return
	}
	if i := slices.Index(s.marks, c.ID); i >= 0 {
		s.marks = slices.Delete(s.marks, i, i+1)
	} else {
		s.marks = append(s.marks, c.ID)
	}
	s.grid.Unfollow()
	s.grid.Move(1)
	s.grid.Redraw()
}

func (s *callbacks) unmark() {
	s.marks = nil
	s.grid.Redraw()
}

// compare compares the two marked callbacks, or the marked one with the selected.
func (s *callbacks) compare() tea.Cmd {
	ids := slices.Clone(s.marks)
	here, ok := s.selected()
	if s.open != nil {
		here = s.open.cb
	}
	if len(ids) == 1 && ok && here.ID != ids[0] {
		ids = append(ids, here.ID)
	}
	if len(ids) != 2 {
		words := fmt.Sprintf("Two callbacks can be compared, %d are marked: space takes a mark away, u all of them.", len(ids))
		if len(ids) < 2 {
			words = "Mark a callback with space and select another one to compare them."
		}
		s.env.notify(app.Warning, words)
		return nil
	}
	slices.Sort(ids)
	s.comparing++
	msg := comparedMsg{asked: s.comparing}
	ctx, core := s.env.ctx, s.env.core
	return func() tea.Msg {
		msg.a, msg.err = readCallback(ctx, core, ids[0])
		if msg.err == nil {
			msg.b, msg.err = readCallback(ctx, core, ids[1])
		}
		return msg
	}
}

// readCallback reads one callback of the history.
func readCallback(ctx context.Context, core Core, id int64) (webhook.Callback, error) {
	rows, err := core.Callbacks(ctx, store.Window{After: id - 1, Before: id + 1, Limit: 1})
	if err != nil {
		return webhook.Callback{}, err
	}
	if len(rows) == 0 {
		return webhook.Callback{}, fmt.Errorf("callback %d is not in the history any more", id)
	}
	return rows[0], nil
}

// answerCompare opens the comparison, unless the user went elsewhere.
func (s *callbacks) answerCompare(msg comparedMsg) {
	switch {
	case msg.asked != s.comparing || !s.shown || errors.Is(msg.err, context.Canceled):
	case msg.err != nil:
		s.env.notify(app.Failure, fmt.Sprintf("Compare the marked callbacks: %v; u takes the marks away.", msg.err))
	default:
		s.compared = newComparison(s.env, msg.a, msg.b)
	}
}

// of shows the callbacks of one message; esc goes back to where it was asked for.
func (s *callbacks) ofMessage(uuid string) (tea.Cmd, error) {
	f, err := store.ParseFilter(`uuid:"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(uuid) + `"`)
	if err != nil {
		return nil, err
	}
	s.closeOpen()
	s.compared = nil
	s.origin = f.String()
	s.grid.Follow()
	return s.setFilter(f), nil
}

// fromElsewhere reports whether the filter is still the one that another screen set.
func (s *callbacks) fromElsewhere() bool { return s.origin != "" && s.applied.String() == s.origin }

func (s *callbacks) typing() bool {
	p := s.pager()
	return s.filter.editing || p != nil && p.searching
}

// pager is that of what is open over the list, nil for none.
func (s *callbacks) pager() *pager {
	switch {
	case s.compared != nil:
		return &s.compared.pager
	case s.open != nil:
		return &s.open.pager
	default:
		return nil
	}
}

// update gives a message to the input that has the focus.
func (s *callbacks) update(msg tea.Msg) tea.Cmd {
	if p := s.pager(); p != nil && p.searching {
		return p.edit(msg)
	}
	if s.filter.editing {
		return s.filter.update(msg)
	}
	return nil
}

func (s *callbacks) wake() tea.Cmd {
	if !s.shown {
		return nil
	}
	return s.listing.wake()
}

func (s *callbacks) tick() tea.Cmd {
	if !s.shown {
		return nil
	}
	return s.listing.tick()
}

func (s *callbacks) entered() tea.Cmd {
	s.shown = true
	return tea.Batch(s.tick(), s.listing.wake())
}

func (s *callbacks) left() { s.shown = false }

// key handles a key of this screen and reports whether it was one.
func (s *callbacks) key(k tea.KeyMsg) (tea.Cmd, bool) {
	p := s.pager()
	switch {
	case p != nil && p.searching:
		return p.searchKey(k), true
	case s.filter.editing:
		return s.filterKey(k), true
	case k.Paste:
		return nil, true // text, not keys
	case s.compared != nil:
		return s.compareKey(k)
	case s.open != nil:
		return s.openKey(k)
	default:
		return s.listKey(k)
	}
}

func (s *callbacks) listKey(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := s.env.keys; {
	case key.Matches(k, km.mark):
		s.toggle()
	case key.Matches(k, km.unmark):
		s.unmark()
	case s.move(k):
	case key.Matches(k, km.open):
		return s.openSelected(), true
	case key.Matches(k, km.compare):
		return s.compare(), true
	case key.Matches(k, km.filter):
		s.editFilter()
	case key.Matches(k, km.follow):
		if s.grid.Following() {
			s.grid.Unfollow()
		} else {
			s.grid.Follow()
		}
	case key.Matches(k, km.unfilter):
		return s.unfilter(), true
	case key.Matches(k, km.signature):
		return s.openSignature(), true
	default:
		return nil, false
	}
	return s.moved(), true
}

// unfilter shows all callbacks again, or goes back to where the filter came from.
func (s *callbacks) unfilter() tea.Cmd {
	if s.applied.Empty() {
		return nil
	}
	if s.fromElsewhere() {
		s.env.show(onMessages)
	}
	s.origin = ""
	return s.setFilter(store.Filter{})
}

// openSignature takes the callback to the signature screen.
func (s *callbacks) openSignature() tea.Cmd {
	c, ok := s.selected()
	if s.open != nil {
		c, ok = s.open.cb, true
	}
	if !ok {
		return nil
	}
	return func() tea.Msg { return examineMsg{c.ID} }
}

// examineMsg asks for the signature screen with a callback.
type examineMsg struct{ id int64 }

// examineCallback shows a callback on the signature screen, from where esc goes back.
func (m *Model) examineCallback(msg examineMsg) tea.Cmd {
	from := m.at
	m.show(onSignature)
	m.sig.back = from
	return m.sig.open(msg.id, nil)
}

// openCallbacks shows the callbacks of the selected message.
func (s *messages) openCallbacks() tea.Cmd {
	m, ok := s.grid.Selected()
	if !ok || m.UUID == "" {
		s.env.notify(app.Warning, "There are no callbacks to show: select a message that Plivo has taken.")
		return nil
	}
	return func() tea.Msg { return callbacksOfMsg{m.UUID} }
}

// callbacksOfMsg asks for the screen of callbacks with those of a message.
type callbacksOfMsg struct{ uuid string }

func (m *Model) openCallbacks(msg callbacksOfMsg) tea.Cmd {
	cmd, err := m.requests.ofMessage(msg.uuid)
	if err != nil {
		m.env.notify(app.Warning, fmt.Sprintf("The callbacks of this message cannot be looked for by its UUID: %v.", err))
		return nil
	}
	m.show(onCallbacks)
	return cmd
}
