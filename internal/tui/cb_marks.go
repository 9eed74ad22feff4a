package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// comparedMsg brings two callbacks to compare.
type comparedMsg struct {
	asked int
	a, b  webhook.Callback
	err   error
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
