package tui

import (
	"context"
	"errors"
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
	gen     int  // of the filter: an answer for an earlier one is dropped
	asking  bool // one question at a time
	again   bool // something changed since the question
	failed  bool // the last question failed: it is asked again with the next second

	count   int // rows that match the filter, at most countUpTo
	more    bool
	counted time.Time // when the count was asked for; zero when it has to be
	recount bool
}

func newMessages(e *env) *messages {
	s := &messages{env: e, grid: newMessageGrid(e.th, e.now), filter: newFilterLine(e.th), detail: newDetail(e)}
	return s
}

// arrange gives every part its place.
func (s *messages) arrange(w, h int) {
	s.lay = computeLayout(w, h, s.focused, s.filter.editing)
	s.grid.SetSize(s.lay.list.w, s.lay.list.h)
	s.filter.setSize(s.lay.filter.w, s.lay.filter.h)
	s.detail.setSize(s.lay.detail.w, s.lay.detail.h)
}

// pull asks for the rows that are shown, unless a question is on its way: then once more after it.
func (s *messages) pull() tea.Cmd {
	if s.asking {
		s.again = true
		return nil
	}
	s.asking, s.again = true, false
	msg := pageMsg{query: s.grid.Query(), gen: s.gen}
	filter := s.applied
	if !filter.Empty() && s.recount && (s.counted.IsZero() || s.env.at.Sub(s.counted) >= countEvery) {
		s.recount, s.counted, msg.counted = false, s.env.at, true
	}
	ctx, core := s.env.ctx, s.env.core
	return func() tea.Msg {
		msg.page, msg.err = fetchPage(ctx, core, filter, msg.query)
		if msg.err == nil && msg.counted {
			msg.count, msg.more, msg.err = core.CountMessages(ctx, filter, countUpTo)
		}
		return msg
	}
}

// wake asks again after a change in the core.
func (s *messages) wake() tea.Cmd {
	s.recount = true
	return s.pull()
}

// tick brings up what time changes, and what was left out.
func (s *messages) tick() tea.Cmd {
	s.detail.tick()
	if s.failed || (s.recount && !s.applied.Empty()) {
		return s.pull()
	}
	return nil
}

// answer takes the rows of a question, and asks the next one where that is due.
func (s *messages) answer(msg pageMsg) tea.Cmd {
	s.asking = false
	if msg.gen != s.gen {
		return s.pull()
	}
	if msg.err != nil {
		if !errors.Is(msg.err, context.Canceled) {
			s.failed = true
			s.env.notifyAbout(aboutReading, app.Failure, fmt.Sprintf("Read the messages of the history: %v; trying again each second.", msg.err))
		}
		return nil
	}
	s.failed = false
	s.env.forget(aboutReading)
	if msg.counted {
		s.count, s.more = msg.count, msg.more
	}
	fresh := s.grid.Apply(msg.query, msg.page)
	cmd := s.selected()
	if !fresh || s.again || s.grid.Wants() {
		return tea.Batch(cmd, s.pull())
	}
	return cmd
}

// moved follows up on a move in the list: the detail shows another message, and rows may be wanted.
func (s *messages) moved() tea.Cmd {
	cmd := s.selected()
	if s.grid.Wants() {
		return tea.Batch(cmd, s.pull())
	}
	return cmd
}

// selected shows the selected message in the detail.
func (s *messages) selected() tea.Cmd {
	m, ok := s.grid.Selected()
	return s.detail.show(m, ok)
}

// setFilter shows other rows.
func (s *messages) setFilter(f store.Filter) tea.Cmd {
	s.applied = f
	s.gen++
	s.count, s.more, s.counted, s.recount = 0, false, time.Time{}, true
	s.grid.Reset()
	s.detail.show(plivo.Message{}, false)
	return s.pull()
}

// newest follows the newest row, as after a send.
func (s *messages) newest() tea.Cmd {
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
		_, s.focused = s.grid.Selected()
	case key.Matches(k, km.back):
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
	case key.Matches(k, km.newest):
		s.detail.scroll(-1 << 20)
	case key.Matches(k, km.oldest):
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
	step := 0
	switch {
	case e.Button == tea.MouseButtonWheelUp:
		step = -3
	case e.Button == tea.MouseButtonWheelDown:
		step = 3
	case e.Button != tea.MouseButtonLeft || e.Action != tea.MouseActionPress:
		return nil
	}
	switch {
	case s.lay.list.has(e.X, e.Y) && step == 0:
		s.focused = false
		s.grid.Click(e.Y - s.lay.list.y)
	case s.lay.list.has(e.X, e.Y):
		s.grid.Scroll(step)
	case s.lay.detail.has(e.X, e.Y) && step == 0:
		_, s.focused = s.grid.Selected()
	case s.lay.detail.has(e.X, e.Y):
		s.detail.scroll(step)
	default:
		return nil
	}
	return s.moved()
}

// copyUUID puts the selected message's UUID on the clipboard.
func (s *messages) copyUUID() tea.Cmd {
	m, ok := s.grid.Selected()
	if !ok || m.UUID == "" {
		s.env.notify(app.Warning, "There is no UUID to copy: select a message that Plivo has taken.")
		return nil
	}
	put, uuid := s.env.o.Clipboard, m.UUID
	return func() tea.Msg {
		if err := put(uuid); err != nil {
			return noticeMsg{app.Failure, fmt.Sprintf("Copy the UUID %s: %v; select it with the mouse while holding shift instead.", brief(uuid), err)}
		}
		return noticeMsg{app.Info, "Copied " + brief(uuid)}
	}
}
