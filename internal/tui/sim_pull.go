package tui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

const (
	// simMost is how many attempts are read at most, of those that were made and of those to come.
	simMost = 200
	// simEvery is the least time between two questions that changes give rise to: each reads hundreds of attempts.
	simEvery = 250 * time.Millisecond
	// simPatience is how long the simulator has for its answer.
	simPatience = 4 * time.Second
	// simStale is from when on a state says nothing of the present: it is read each second.
	simStale = 3 * time.Second
)

// simPace is how often the simulator is asked, and how long it has to answer.
type simPace struct{ every, patience time.Duration }

// simStateMsg is the state of the simulator.
type simStateMsg struct {
	st  app.SimulatorState
	err error
}

// simDueMsg says that the simulator may be asked again.
type simDueMsg struct{}

// pull asks for the state, unless a question is on its way: then once more after it.
func (s *simPanel) pull() tea.Cmd {
	if s.asking {
		s.again = true
		return nil
	}
	s.asking, s.again, s.asked = true, false, s.env.at
	ctx, core, patience := s.env.ctx, s.env.core, s.env.simPace.patience
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		st, err := core.SimulatorState(ctx, simMost)
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("the simulator has not answered within %s; what is shown is older", patience)
		}
		return simStateMsg{st, err}
	}
}

// wake asks again after a change, or a second, while the panel is seen: not at once where it was asked a moment ago.
func (s *simPanel) wake() tea.Cmd {
	if s == nil || s.env.sheet != sheet(s) || s.due {
		return nil
	}
	if left := s.env.simPace.every - s.env.at.Sub(s.asked); left > 0 && !s.asked.IsZero() {
		s.due = true
		return tea.Tick(left, func(time.Time) tea.Msg { return simDueMsg{} })
	}
	return s.pull()
}

// mayAsk takes that the simulator may be asked again.
func (s *simPanel) mayAsk() tea.Cmd {
	s.due = false
	if s.env.sheet != sheet(s) {
		return nil
	}
	return s.pull()
}

// learn takes the state.
func (s *simPanel) learn(msg simStateMsg) tea.Cmd {
	s.asking = false
	if s.err = msg.err; msg.err == nil {
		s.st, s.known, s.read = msg.st, true, s.env.at
		for _, p := range s.parts {
			p.learn(&s.st)
		}
	}
	if s.again {
		return s.pull()
	}
	return nil
}

// stale tells whether the state says nothing of the present.
func (s *simPanel) stale() bool { return s.err != nil || s.env.at.Sub(s.read) > simStale }
