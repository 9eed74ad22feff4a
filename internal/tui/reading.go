package tui

import (
	"context"
	"errors"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

// pull asks for the rows that are shown, unless a question is on its way: then once more after it.
func (s *messages) pull() tea.Cmd {
	if s.asking {
		s.again = true
		return s.countRows()
	}
	s.asking, s.again = true, false
	if s.reading == nil {
		s.reading, s.stop = context.WithCancel(s.env.ctx)
	}
	msg := pageMsg{query: s.grid.Query(), gen: s.gen}
	ctx, core, filter := s.reading, s.env.core, s.applied
	return tea.Batch(func() tea.Msg {
		msg.page, msg.err = fetchPage(ctx, core, filter, msg.query)
		return msg
	}, s.countRows())
}

// countRows counts the rows of the filter where that is due: beside the rows, because it may take
// longer than they do.
func (s *messages) countRows() tea.Cmd {
	early := !s.counted.IsZero() && s.env.at.Sub(s.counted) < countEvery
	if s.applied.Empty() || !s.recount || s.counting || s.reading == nil || early {
		return nil
	}
	s.recount, s.counting, s.counted = false, true, s.env.at
	msg := countMsg{gen: s.gen}
	ctx, core, filter := s.reading, s.env.core, s.applied
	return func() tea.Msg {
		msg.n, msg.more, msg.err = core.CountMessages(ctx, filter, countUpTo)
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
	if day := s.env.at.YearDay(); day != s.day {
		s.day = day
		s.grid.Redraw()
	}
	if s.failed {
		return s.pull()
	}
	return s.countRows()
}

// answer takes the rows of a question, and asks the next one where that is due.
func (s *messages) answer(msg pageMsg) tea.Cmd {
	if msg.gen != s.gen {
		return nil
	}
	s.asking = false
	if msg.err != nil {
		s.failed = true
		s.readingFailed("Read the messages of the history", msg.err)
		return nil
	}
	if s.failed {
		s.failed = false
		s.env.forget(aboutReading)
	}
	fresh := s.grid.Apply(msg.query, msg.page)
	cmd := s.selected()
	if !fresh || s.again || s.grid.Wants() {
		return tea.Batch(cmd, s.pull())
	}
	return cmd
}

// answerCount takes the number of rows.
func (s *messages) answerCount(msg countMsg) tea.Cmd {
	if msg.gen != s.gen {
		return nil
	}
	s.counting = false
	if msg.err != nil {
		s.recount = true
		s.readingFailed("Count the messages of the filter", msg.err)
		return nil
	}
	if !s.known && !s.failed {
		s.env.forget(aboutReading)
	}
	s.count, s.more, s.known = msg.n, msg.more, true
	return nil
}

func (s *messages) readingFailed(what string, err error) {
	if !errors.Is(err, context.Canceled) {
		s.env.notifyAbout(aboutReading, app.Failure, fmt.Sprintf("%s: %v; trying again each second.", what, err))
	}
}
