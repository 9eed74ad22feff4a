package tui

import (
	"context"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// messages is the screen of all messages: the list, its filter and the detail of the selected one.
type messages struct {
	*listing[plivo.Message]
	lay    listLayout
	detail *detail

	focused bool // the detail has the keys, and more room
	whole   bool // it has the list's place too
	lent    bool // it took the keys from the list when it took the place
	shown   bool // the screen is the present one

	unread  *unread
	resting resting
}

func newMessages(e *env) *messages {
	s := &messages{detail: newDetail(e), unread: newUnread(e.at), shown: true}
	s.listing = newListing(e, newMessageGrid(e.th, e.now, s.unreadSign), rowSource[plivo.Message]{
		name: "messages",
		read: func(ctx context.Context, c Core, w store.Window) ([]plivo.Message, error) { return c.Messages(ctx, w) },
		steps: func(c Core) searchSource[plivo.Message] {
			return searchSource[plivo.Message]{c.ScanMessages, c.MatchingMessages, func(m plivo.Message) int64 { return m.ID }}
		},
		total: func(st app.Status) int64 { return st.Totals.Messages },
		value: messageValue,
	})
	return s
}

// arrange gives every part its place.
func (s *messages) arrange(f frame) {
	s.whole = s.whole && s.focused
	s.lay = computeList(f, needs{detail: s.focused, whole: s.whole, filter: s.filter.height()})
	s.place(s.lay)
	s.detail.setSize(s.lay.detail.w, s.lay.detail.h)
}

// moved follows up on a move in the list: the detail shows another message, and rows may be wanted.
func (s *messages) moved() tea.Cmd {
	cmd := s.selected()
	if s.grid.Wants() {
		return tea.Batch(cmd, s.pull())
	}
	return cmd
}

// selected shows the selected message in the detail, which stays as it is until there are rows.
func (s *messages) selected() tea.Cmd {
	if !s.grid.Loaded() {
		return nil
	}
	m, ok := s.grid.Selected()
	s.focused = s.focused && ok
	s.rest()
	return s.detail.show(m, ok)
}

// chosen is the selected message, without which there is nothing to do; that is said.
func (s *messages) chosen() (m plivo.Message, ok bool) {
	if m, ok = s.grid.Selected(); !ok {
		why := "There is no message yet."
		switch {
		case !s.grid.Loaded():
			why = "The messages are still being read; try again in a moment."
		case !s.applied.Empty():
			why = "No message is selected: the filter finds none. " + s.env.keys.unfilter.Help().Key + " shows all."
		}
		s.env.notifyAbout(aboutSelection, app.Warning, why)
	}
	return m, ok
}

// open gives the detail the keys. The list stays where it is: what is read must not be replaced.
func (s *messages) open() {
	if _, ok := s.grid.Selected(); ok {
		s.grid.Unfollow()
		s.focused = true
		s.rest()
	}
}

// toggleWhole gives the detail the list's place, or gives the place back, and the keys where it took them.
func (s *messages) toggleWhole() {
	if s.whole && s.focused {
		s.whole, s.focused = false, !s.lent
		return
	}
	s.lent = !s.focused
	s.open()
	s.whole = s.focused
}

// hidden tells, after a send, that the filter hides the message.
func (s *messages) hidden(id int64, told app.Notice) tea.Cmd {
	if s.applied.Empty() {
		return nil
	}
	ctx, core, filter, all := s.env.ctx, s.env.core, s.applied, s.env.keys.unfilter.Help().Key
	return func() tea.Msg {
		rows, err := core.Messages(ctx, store.Window{Filter: filter, After: id - 1, Before: id + 1, Limit: 1})
		if err != nil || len(rows) > 0 {
			return nil
		}
		return noticeMsg{told.Severity, told.Text + " The filter hides it; " + all + " shows all."}
	}
}

// newest follows the newest row, as after a send.
func (s *messages) newest() tea.Cmd {
	s.focused = false
	s.grid.Follow()
	return s.moved()
}

func (s *messages) typing() bool { return s.filter.editing }

// update gives a message to the filter while it is edited.
func (s *messages) update(msg tea.Msg) tea.Cmd {
	if s.filter.editing {
		return s.filter.update(msg)
	}
	return nil
}

// wake asks again after a change in the core.
func (s *messages) wake() tea.Cmd { return tea.Batch(s.listing.wake(), s.detail.pullTried()) }

// tick brings up what time changes, and what was left out.
func (s *messages) tick() tea.Cmd {
	s.rest()
	return tea.Batch(s.detail.tick(), s.listing.tick())
}

func (s *messages) entered() tea.Cmd {
	s.shown = true
	s.rest()
	return nil
}

func (s *messages) left() {
	s.shown = false
	s.rest()
	s.env.forget(aboutSelection)
}

// answerPage takes rows.
func (s *messages) answerPage(msg pageMsg[plivo.Message]) tea.Cmd {
	cmd, mine := s.answer(msg)
	if !mine {
		return cmd
	}
	s.unread.take(msg.page.Rows, s.applied.Empty(), msg.page.AtTop, msg.page.AtEnd, s.env.status.Totals.Messages)
	cmd = tea.Batch(s.selected(), cmd)
	if k, ok := s.caughtUp(); ok {
		open, _ := s.key(k)
		return tea.Batch(cmd, open)
	}
	return cmd
}

// key handles a key of this screen and reports whether it was one.
func (s *messages) key(k tea.KeyMsg) (tea.Cmd, bool) {
	switch {
	case s.filter.editing:
		return s.filterKey(k), true
	case k.Paste:
		return nil, true // text, not keys
	}
	km := s.env.keys
	if s.early(k, km.open, km.focus, km.zoom, km.signature, km.callbacks, km.again) {
		return nil, true
	}
	if s.focused {
		if cmd, done := s.detailKey(k); done {
			return cmd, true
		}
	} else if cmd, done := s.listKey(k); done {
		return cmd, true
	}
	switch {
	case key.Matches(k, km.filter):
		s.focused = false
		s.editFilter()
	case key.Matches(k, km.follow):
		if s.grid.Following() {
			s.grid.Unfollow()
			return nil, true
		}
		return s.newest(), true
	case key.Matches(k, km.signature):
		return s.openSignature(), true
	case key.Matches(k, km.callbacks):
		return s.openCallbacks(), true
	case key.Matches(k, km.again):
		return s.openReplay(), true
	case key.Matches(k, km.zoom):
		s.toggleWhole()
	case key.Matches(k, km.destinations):
		return s.openDestinations(), true
	case key.Matches(k, km.markRead):
		return s.lookAll(), true
	case key.Matches(k, km.giveMissed):
		return s.giveMissed(), true
	case key.Matches(k, km.answer):
		return s.answerInbound(), true
	case key.Matches(k, km.fresh):
		s.env.show(onCompose)
	case key.Matches(k, km.inbound) && s.env.simulated():
		s.env.sheet = s.inboundForm()
	default:
		return nil, false
	}
	return nil, true
}

// inboundForm offers the other end of the selected message as the sender, as it is where it is shown masked.
func (s *messages) inboundForm() *inboundSheet {
	from := ""
	if sel, ok := s.grid.Selected(); ok {
		from, _ = s.env.mask.Real(counterpart(sel))
	}
	return s.env.inboundForm(from)
}

func (s *messages) listKey(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := s.env.keys; {
	case s.move(k):
	case key.Matches(k, km.open, km.focus):
		s.open()
	case key.Matches(k, km.unfilter):
		if !s.applied.Empty() {
			return s.setFilter(store.Filter{}), true
		}
	default:
		return nil, false
	}
	return s.moved(), true
}

func (s *messages) detailKey(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := s.env.keys; {
	case key.Matches(k, km.back, km.focus):
		s.focused = false
	case key.Matches(k, km.up):
		s.detail.scroll(-1)
	case key.Matches(k, km.down):
		s.detail.scroll(1)
	case key.Matches(k, km.pageUp):
		s.detail.scroll(-max(s.lay.detail.h-1, 1))
	case key.Matches(k, km.pageDown):
		s.detail.scroll(max(s.lay.detail.h-1, 1))
	case key.Matches(k, km.detailTop):
		s.detail.scroll(-1 << 20)
	case key.Matches(k, km.detailEnd):
		s.detail.scroll(1 << 20)
	default:
		return nil, false
	}
	return nil, true
}

// mouse handles a click or the wheel.
func (s *messages) mouse(e tea.MouseMsg) tea.Cmd {
	step := wheel(e)
	if step == 0 && (e.Button != tea.MouseButtonLeft || e.Action != tea.MouseActionPress) {
		return nil
	}
	switch {
	case s.lay.filter.has(e.X, e.Y):
		if step == 0 {
			s.clickFilter(e, s.lay.filter)
		}
		return nil
	case s.lay.list.has(e.X, e.Y) && step == 0:
		s.focused = false
		s.grid.Click(e.Y - s.lay.list.y)
	case s.lay.list.has(e.X, e.Y):
		s.grid.Scroll(step)
	case s.lay.detail.has(e.X, e.Y) && step == 0:
		s.open()
	case s.lay.detail.has(e.X, e.Y):
		s.detail.scroll(step)
	default:
		return nil
	}
	return s.moved()
}

// wheel is how many lines the wheel scrolls, 0 for another event.
func wheel(e tea.MouseMsg) int {
	switch e.Button {
	case tea.MouseButtonWheelUp:
		return -3
	case tea.MouseButtonWheelDown:
		return 3
	default:
		return 0
	}
}
