package tui

import (
	"context"
	"errors"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

// simDoing is a change of the simulator that is on its way.
type simDoing struct {
	words  string // what is being done
	moves  bool   // the clock, which may take long: the clock can be stopped and started beside it
	cancel context.CancelFunc
	gaveUp bool
}

// simDoneMsg is the end of a change.
type simDoneMsg struct {
	of   *simDoing
	told string // what was done; empty where that is seen
	err  error
}

// change has the simulator changed. words say what is being done, told what was. The problem is why it is not.
func (s *simPanel) change(words, told string, c app.SimulatorChange) (cmd tea.Cmd, problem string) {
	beside := c.Stop || c.Start
	for _, d := range s.doing {
		if !beside || !d.moves {
			return nil, "Not done: still " + d.words + "; " + firstKey(s.env.keys.cancel) + " gives that up."
		}
	}
	s.wrong = ""
	ctx, cancel := context.WithCancel(s.env.ctx)
	d := &simDoing{words: words, moves: c.Advance > 0 || c.ToNext, cancel: cancel}
	s.doing = append(s.doing, d)
	core := s.env.core
	return func() tea.Msg {
		defer cancel()
		return simDoneMsg{d, told, core.ChangeSimulator(ctx, c)}
	}, ""
}

// do is a change that a key asks for: why it is not done is said.
func (s *simPanel) do(words, told string, c app.SimulatorChange) tea.Cmd {
	cmd, problem := s.change(words, told, c)
	s.wrong = problem
	return cmd
}

// giveUp ends the changes that are on their way, and reports whether there was one that had not been given up.
func (s *simPanel) giveUp() bool {
	some := false
	for _, d := range s.doing {
		some = some || !d.gaveUp
		d.gaveUp = true
		d.cancel()
	}
	return some
}

// changed takes the end of a change. A value that was typed for it is there again where it failed.
func (s *simPanel) changed(msg simDoneMsg) tea.Cmd {
	s.doing = slices.DeleteFunc(s.doing, func(d *simDoing) bool { return d == msg.of })
	if t := s.typed; t != nil && t.of == msg.of {
		if t.of = nil; msg.err == nil {
			s.typed = nil
		}
	}
	switch {
	case msg.err != nil && msg.of.gaveUp:
		s.env.notify(app.Info, "Given up: "+msg.of.words+". What was done of it by then stays.")
	case errors.Is(msg.err, context.Canceled):
	case msg.err != nil && s.env.sheet != sheet(s):
		s.env.notify(app.Warning, s.shownError(msg.err))
	case msg.err != nil:
		s.wrong = s.shownError(msg.err)
	case msg.told != "":
		s.env.notify(app.Info, msg.told)
	}
	return s.pull()
}

// doingWords say what is being done; empty for nothing.
func (s *simPanel) doingWords() string {
	if len(s.doing) == 0 {
		return ""
	}
	return s.doing[len(s.doing)-1].words
}
