package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/plivo/simulator/control"
)

// farBeat is how often the clock of another process's simulator is asked for at most, and farStale how old what it
// told may be: a clock that may run on, or chaos that may have ended, is better not shown.
const (
	farBeat  = 1500 * time.Millisecond
	farStale = 6 * time.Second
)

// farClock is what a simulator of another process told of its clock and chaos last.
type farClock struct {
	wanted chan struct{} // filled by who reads it
	wake   func()        // after a change that is seen
	beat   time.Duration

	mu      sync.Mutex
	begun   time.Time // of the question
	at      time.Time // of the answer; zero for none
	clock   simulator.Clock
	chaos   string
	problem string // why there was none the last time
}

// tell takes an answer, or why there is none, unless a later question was answered before.
func (f *farClock) tell(begun time.Time, st SimulatorState, err error) {
	if st.Where == "" || errors.Is(err, context.Canceled) { // of this process, which needs nothing kept, or nobody waited
		return
	}
	f.mu.Lock()
	if begun.Before(f.begun) {
		f.mu.Unlock()
		return
	}
	before, chaos, problem := f.clock, f.chaos, f.problem
	f.begun, f.problem = begun, ""
	if err != nil {
		f.at, f.clock, f.chaos, f.problem = time.Time{}, simulator.Clock{}, "", err.Error()
	} else {
		f.at, f.clock, f.chaos = time.Now(), st.Clock, ""
		if !st.Chaos.None() {
			f.chaos = st.Chaos.String()
		}
	}
	changed := before.Stopped != f.clock.Stopped || before.Speed != f.clock.Speed || chaos != f.chaos || problem != f.problem
	f.mu.Unlock()
	if changed {
		f.wake()
	}
}

// into writes what was told into a status, and has it asked for again.
func (f *farClock) into(s *Status) {
	select {
	case f.wanted <- struct{}{}:
	default:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.SimulatorProblem = f.problem; time.Since(f.at) <= farStale {
		s.Clock, s.Chaos, s.SimulatorAt = f.clock, f.chaos, f.at
	}
}

// askClock asks a simulator of another process for its clock and chaos.
func (a *App) askClock(ctx context.Context) error {
	begun := time.Now()
	st, err := a.far.state(ctx, 0)
	a.farClock.tell(begun, st, err)
	return err
}

// keepClock asks a simulator of another process, where messages go to one, for its clock and chaos as long as somebody
// looks at Status. It ends with ctx, and where it turns out that what answers there is no simulator.
func (a *App) keepClock(ctx context.Context) error {
	if a.far.Client == nil {
		return nil
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.farClock.wanted:
		}
		if errors.Is(a.askClock(ctx), control.ErrNoSimulator) {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(a.farClock.beat):
		}
	}
}
