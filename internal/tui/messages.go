package tui

import (
	"context"
	"fmt"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/tui/grid"
)

// messages is the screen of all messages: the list, its filter and the detail of the selected one.
type messages struct {
	env    *env
	lay    layout
	grid   *grid.Grid[plivo.Message]
	filter *filterLine
	detail *detail

	focused bool // the detail has the keys, and more room

	applied store.Filter
	gen     int             // of the filter: an answer for an earlier one is dropped
	reading context.Context // of the questions about this filter
	stop    func()          // ends them
	asking  bool            // one question at a time
	again   bool            // something changed since the question
	failed  bool            // the last question failed: it is asked again with the next second
	day     int             // of which the times in the list are

	count    int // rows that match the filter, at most countUpTo, where known
	more     bool
	known    bool
	counted  time.Time // when the count was asked for; zero when it has to be
	counting bool
	recount  bool
}

func newMessages(e *env) *messages {
	return &messages{
		env: e, grid: newMessageGrid(e.th, e.now), filter: newFilterLine(e.th), detail: newDetail(e),
		stop: func() {}, day: e.at.YearDay(),
	}
}

// arrange gives every part its place.
func (s *messages) arrange(w, h int) {
	s.lay = computeLayout(w, h, needs{detail: s.focused, filter: s.filter.height(), notice: s.env.noticeIsLong(w)})
	s.grid.SetSize(s.lay.list.w, s.lay.list.h)
	s.filter.setSize(s.lay.title.w, s.lay.filter.h)
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
	return s.detail.show(m, ok)
}

// setFilter shows other rows, and ends what is still read for those before.
func (s *messages) setFilter(f store.Filter) tea.Cmd {
	s.stop()
	s.reading, s.stop = nil, func() {}
	s.asking, s.counting, s.failed = false, false, false
	s.applied = f
	s.gen++
	s.known, s.counted, s.recount = false, time.Time{}, true
	s.grid.Refilter()
	return s.pull()
}

// open gives the detail the keys. The list stays where it is: what is read must not be replaced.
func (s *messages) open() {
	if _, ok := s.grid.Selected(); ok {
		s.grid.Unfollow()
		s.focused = true
	}
}

// hidden tells, after a send, that the filter hides the message.
func (s *messages) hidden(id int64, told app.Notice) tea.Cmd {
	if s.applied.Empty() {
		return nil
	}
	ctx, core, filter := s.env.ctx, s.env.core, s.applied
	return func() tea.Msg {
		rows, err := core.Messages(ctx, store.Window{Filter: filter, After: id - 1, Before: id + 1, Limit: 1})
		if err != nil || len(rows) > 0 {
			return nil
		}
		return noticeMsg{told.Severity, told.Text + " The filter hides it; esc shows all."}
	}
}

// newest follows the newest row, as after a send.
func (s *messages) newest() tea.Cmd {
	s.focused = false
	s.grid.Follow()
	return s.moved()
}

func (s *messages) editing() bool { return s.filter.editing }

// key handles a key of this screen and reports whether it was one.
func (s *messages) key(k tea.KeyMsg) (tea.Cmd, bool) {
	if s.filter.editing {
		return s.filterKey(k), true
	}
	if s.focused {
		if cmd, done := s.detailKey(k); done {
			return cmd, true
		}
	} else if cmd, done := s.listKey(k); done {
		return cmd, true
	}
	switch km := s.env.keys; {
	case key.Matches(k, km.filter):
		s.focused = false
		s.filter.edit(s.applied.String())
	case key.Matches(k, km.follow):
		if s.grid.Following() {
			s.grid.Unfollow()
			return nil, true
		}
		return s.newest(), true
	case key.Matches(k, km.copyID):
		return s.copyUUID(), true
	case key.Matches(k, km.signature):
		return s.openSignature(), true
	default:
		return nil, false
	}
	return nil, true
}

func (s *messages) listKey(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := s.env.keys; {
	case key.Matches(k, km.up):
		s.grid.Move(-1)
	case key.Matches(k, km.down):
		s.grid.Move(1)
	case key.Matches(k, km.pageUp):
		s.grid.Page(-1)
	case key.Matches(k, km.pageDown):
		s.grid.Page(1)
	case key.Matches(k, km.newest):
		s.grid.Follow()
	case key.Matches(k, km.oldest):
		s.grid.Oldest()
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

func (s *messages) filterKey(k tea.KeyMsg) tea.Cmd {
	switch km := s.env.keys; {
	case key.Matches(k, km.leaveFilter):
		s.filter.leave()
	case key.Matches(k, km.apply):
		f, err := s.filter.parsed()
		if err != nil {
			return nil // the line says what is wrong
		}
		s.filter.leave()
		if f.String() == s.applied.String() {
			return nil
		}
		return s.setFilter(f)
	default:
		return s.filter.update(k)
	}
	return nil
}

// mouse handles a click or the wheel.
func (s *messages) mouse(e tea.MouseMsg) tea.Cmd {
	step := wheel(e)
	if step == 0 && (e.Button != tea.MouseButtonLeft || e.Action != tea.MouseActionPress) {
		return nil
	}
	switch {
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

// copyUUID puts the selected message's UUID on the clipboard.
func (s *messages) copyUUID() tea.Cmd {
	m, ok := s.grid.Selected()
	if !ok || m.UUID == "" {
		s.env.notify(app.Warning, "There is no UUID to copy: select a message that Plivo has taken.")
		return nil
	}
	if brief(m.UUID) != m.UUID {
		s.env.notify(app.Warning, "The UUID of this message is not one that Plivo gives: it holds what cannot be seen, or is too long. It was not copied.")
		return nil
	}
	put, uuid := s.env.o.Clipboard, m.UUID
	return func() tea.Msg {
		if err := put(uuid); err != nil {
			return noticeMsg{app.Failure, fmt.Sprintf("Copy the UUID %s: %v; select it with the mouse while holding shift instead.", uuid, err)}
		}
		return noticeMsg{app.Info, "Copied " + uuid}
	}
}
