package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// signalPause is how soon a second signal is taken for the first.
const signalPause = 500 * time.Millisecond

// lineWait is how long a terminal is waited for that takes no output.
const lineWait = 50 * time.Millisecond

// signals are what of those came that ask the program to end. The first one ends ctx; from signalPause after it on
// Ctrl-C ends the process at once, whatever hangs. What ends a group of processes, as timeout does, sends the same
// one twice in a row: that is one. SIGTERM and SIGHUP never cut an end short: who closes a terminal is not there to
// mend what is left, and a shell tells its jobs of it once more.
type signals struct {
	state  atomic.Int32
	screen atomic.Bool // the UI has the terminal, which shows nothing of what is typed
}

// The states, in their order.
const (
	signalNone   int32 = iota
	signalTaken        // another one counts as the same
	signalDeadly       // Ctrl-C ends the process
)

// take begins to wait for signals, and ends ctx by the first. While away is above zero Ctrl-C is for the editor or
// the pager that has the terminal. What is said after a Ctrl-C in said, and the shell's prompt, begin a line of their
// own: the terminal has shown ^C.
func (g *signals) take(end context.CancelCauseFunc, away *atomic.Int32, said io.Writer) {
	came := make(chan os.Signal, 1)
	signal.Notify(came, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		sig := <-came
		for sig == os.Interrupt && away.Load() > 0 {
			sig = <-came
		}
		g.state.Store(signalTaken)
		time.AfterFunc(signalPause, func() {
			signal.Reset(os.Interrupt)
			g.state.Store(signalDeadly)
		})
		if sig == os.Interrupt && !g.screen.Load() && isTerminal(said) {
			beginLine(said)
		}
		end(&signalError{signal: sig})
	}()
}

// beginLine ends a line in a terminal, which may take nothing for now: it is not waited for then.
func beginLine(terminal io.Writer) {
	done := make(chan struct{})
	go func() {
		_, _ = io.WriteString(terminal, "\n")
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(lineWait):
	}
}

// cutsShort says how Ctrl-C ends the process now; empty in the moment in which it does nothing.
func (g *signals) cutsShort() string {
	if g == nil {
		return "Ctrl-C ends at once, without that" // nobody takes signals
	}
	switch g.state.Load() {
	case signalNone:
		return "Ctrl-C twice ends at once, without that"
	case signalTaken:
		return ""
	}
	return "Ctrl-C now ends at once, without that"
}

// screen runs the UI.
func (s Streams) screen(run func() error) error {
	if s.signals != nil {
		s.signals.screen.Store(true)
		defer s.signals.screen.Store(false)
	}
	return run()
}
