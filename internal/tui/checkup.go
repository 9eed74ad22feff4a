package tui

import (
	"context"
	"errors"
	"slices"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

// checkUp is a run of the doctor. The core tells it findings from a goroutine of a Cmd; another Cmd waits for
// the next ones.
type checkUp struct {
	cancel context.CancelFunc
	wake   chan struct{} // one slot

	mu    sync.Mutex
	found []app.Finding
	over  bool
	err   error
}

// checkedMsg is what a run has found so far.
type checkedMsg struct {
	of    *checkUp
	found []app.Finding
	over  bool
	err   error
}

// begin starts a run, and waits for what it finds.
func (c *checkUp) begin(e *env) tea.Cmd {
	ctx, cancel := context.WithCancel(e.ctx)
	c.cancel, c.wake = cancel, make(chan struct{}, 1)
	core := e.core
	run := func() tea.Msg {
		err := core.Doctor(ctx, func(f app.Finding) {
			c.change(func() { c.found = append(c.found, f) })
		})
		c.change(func() { c.over, c.err = true, err })
		return nil
	}
	return tea.Batch(run, c.next)
}

func (c *checkUp) change(what func()) {
	c.mu.Lock()
	what()
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default: // somebody is about to look already
	}
}

// next waits for something new. It ends with the run, which ends with its context.
func (c *checkUp) next() tea.Msg {
	<-c.wake
	c.mu.Lock()
	defer c.mu.Unlock()
	return checkedMsg{c, slices.Clip(c.found), c.over, c.err}
}

// openDoctor looks at everything that has to be right, in a sheet over the screen.
func (m *Model) openDoctor() tea.Cmd {
	s := &doctorSheet{env: m.env, of: &checkUp{}}
	m.env.sheet = s
	return s.of.begin(m.env)
}

// checked shows what a run has found by now. Of one that nobody sees any more the rest is let come.
func (m *Model) checked(msg checkedMsg) tea.Cmd {
	if s, ok := m.env.sheet.(*doctorSheet); ok && s.of == msg.of {
		s.learn(msg)
	}
	if msg.over {
		msg.of.cancel()
		return nil
	}
	return msg.of.next
}

// failure is why a run ended before its end, in a sentence; empty where it did not, or the user ended it.
func failure(err error) string {
	if err == nil || errors.Is(err, context.Canceled) {
		return ""
	}
	return err.Error()
}
