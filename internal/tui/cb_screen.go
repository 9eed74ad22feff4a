package tui

import (
	"context"
	"slices"

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
	whole   wholeCallback

	open      *inspector  // nil for none
	compared  *comparison // nil for none
	comparing int         // of the questions for two callbacks: an answer to an earlier one is dropped
	wanted    bool        // the next callback of the list is to be opened once it was read
	shown     bool        // the screen is: unseen, it reads nothing
	origin    string      // the filter that another screen set; esc goes back to that screen
}

func newCallbacks(e *env) *callbacks {
	s := &callbacks{preview: newDoc(e.th, 0)}
	marked := func(id int64) bool { return slices.Contains(s.marks, id) }
	s.listing = newListing(e, newCallbackGrid(e.th, e.now, marked), rowSource[webhook.Callback]{
		name: "callbacks",
		read: func(ctx context.Context, c Core, w store.Window) ([]webhook.Callback, error) {
			return c.ListCallbacks(ctx, w)
		},
		steps: func(c Core) searchSource[webhook.Callback] {
			return searchSource[webhook.Callback]{c.ScanCallbacks, c.MatchingCallbacks, func(cb webhook.Callback) int64 { return cb.ID }}
		},
		total: func(st app.Status) int64 { return st.Totals.Callbacks },
		value: callbackValue,
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

// show renders the preview of the selected callback where that is another one, or has another width. Until
// a large one was read, the preview stays as it is.
func (s *callbacks) show() {
	c, ok := s.previewed()
	if !ok && s.grid.Len() > 0 {
		return
	}
	if ok == s.seen && c.ID == s.of.ID && c.Cause == s.of.Cause && c.Omitted == s.of.Omitted && s.preview.w == s.lay.detail.w {
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
	s.whole.open = false
	if s.shown && s.grid.Wants() {
		return tea.Batch(s.fetch(), s.pull())
	}
	return s.fetch()
}

// openSelected opens the selected callback. The list stays where it is.
func (s *callbacks) openSelected() tea.Cmd {
	if _, ok := s.selected(); !ok {
		return nil
	}
	s.grid.Unfollow()
	c, ok := s.wholeSelected()
	if !ok {
		return s.fetchToOpen()
	}
	s.whole.open = false
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
		c, ready := s.wholeSelected()
		if s.wanted = !ready; s.wanted {
			return s.moved()
		}
		return tea.Batch(s.open.show(c), s.moved())
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
	if !mine {
		return cmd
	}
	cmd = tea.Batch(cmd, s.fetch())
	if k, ok := s.caughtUp(); ok {
		open, _ := s.key(k)
		return tea.Batch(cmd, open)
	}
	c, ok := s.selected()
	switch {
	case s.open == nil || !ok:
	case c.ID == s.open.cb.ID:
		s.open.refreshed(c)
		s.wanted = s.wanted && s.grid.Wants()
	case s.wanted:
		if whole, ready := s.wholeSelected(); ready {
			s.wanted = false
			return tea.Batch(s.open.show(whole), cmd)
		}
	}
	return cmd
}

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
	if s.open != nil {
		return tea.Batch(s.listing.wake(), s.open.pullAttempts())
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
	return tea.Batch(s.tick(), s.wake())
}

func (s *callbacks) left() { s.shown = false }

// key handles a key of this screen and reports whether it was one.
func (s *callbacks) key(k tea.KeyMsg) (tea.Cmd, bool) {
	p := s.pager()
	switch {
	case p != nil && p.searching:
		cmd := p.searchKey(k)
		if s.open != nil && !p.searching {
			s.open.elsewhere()
		}
		return cmd, true
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
	case s.early(k, km.open, km.signature, when(len(s.marks) == 0, km.again)):
		return nil, true
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
	case key.Matches(k, km.again):
		return s.openReplay(), true
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
