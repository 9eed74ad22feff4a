package tui

import (
	"context"
	"errors"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/webhook"
)

// wholeCallback keeps the selected callback as it came, where the list left out its body.
type wholeCallback struct {
	cb      webhook.Callback
	asked   int64 // the one that is being read, or could not be; 0 for none
	reading bool
	open    bool // it is to be opened once it was read
}

// wholeMsg brings a callback as it came.
type wholeMsg struct {
	id  int64
	cb  webhook.Callback
	err error
}

// wholeSelected is the selected callback with its body, once that is at hand.
func (s *callbacks) wholeSelected() (webhook.Callback, bool) {
	c, ok := s.selected()
	if !ok || !c.Omitted {
		return c, ok
	}
	whole := s.whole.cb
	whole.Cause = c.Cause
	return whole, whole.ID == c.ID
}

// previewed is what the preview shows: of a large callback that could not be read, what the list has.
func (s *callbacks) previewed() (webhook.Callback, bool) {
	if whole, ok := s.wholeSelected(); ok {
		return whole, true
	}
	c, ok := s.selected()
	return c, ok && s.whole.asked == c.ID && !s.whole.reading
}

// fetch reads the selected callback where the list has not all of it. A failure is told once: another
// selection, or opening it, asks again.
func (s *callbacks) fetch() tea.Cmd {
	c, ok := s.selected()
	if ok && s.whole.asked != 0 && s.whole.asked != c.ID && !s.whole.reading {
		s.whole.asked = 0
		s.env.forget(aboutSelection)
	}
	if !ok || !c.Omitted || !s.shown || s.whole.reading || s.whole.cb.ID == c.ID || s.whole.asked == c.ID {
		return nil
	}
	s.env.forget(aboutSelection)
	s.whole.asked, s.whole.reading = c.ID, true
	ctx, core, msg := s.env.ctx, s.env.core, wholeMsg{id: c.ID}
	return func() tea.Msg {
		msg.cb, msg.err = readCallback(ctx, core, msg.id)
		return msg
	}
}

// fetchToOpen opens the selected callback once it was read.
func (s *callbacks) fetchToOpen() tea.Cmd {
	if !s.whole.reading {
		s.whole.asked = 0
	}
	s.whole.open = true
	return s.fetch()
}

// answerWhole takes a callback, and goes on where the selection has.
func (s *callbacks) answerWhole(msg wholeMsg) tea.Cmd {
	s.whole.reading = false
	switch {
	case errors.Is(msg.err, context.Canceled):
		return nil
	case msg.err != nil:
		s.env.notifyAbout(aboutSelection, app.Failure, fmt.Sprintf("Read the selected callback: %v; select it again to retry.", msg.err))
	default:
		s.whole.cb, s.whole.asked = msg.cb, 0
	}
	c, ok := s.wholeSelected()
	if !ok || c.ID != msg.id {
		return s.fetch()
	}
	switch {
	case s.open != nil && s.wanted:
		s.wanted = false
		return s.open.show(c)
	case s.open == nil && s.whole.open && s.compared == nil:
		return s.openSelected()
	}
	return nil
}
