package simulator

import (
	"context"
	"errors"
	"fmt"
)

// round is the time from one reset to the next. What is of an earlier one is not posted any more.
type round struct {
	ctx    context.Context // ends with the round, or the Simulator
	cancel context.CancelFunc
}

func newRound(ctx context.Context) *round {
	r := &round{}
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r
}

func (r *round) over() bool { return r.ctx.Err() != nil }

// current is the round that runs.
func (s *Simulator) current() *round {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.round
}

var (
	errStopping = errors.New("the simulator is stopping")
	errReset    = errors.New("the simulator was reset meanwhile")
)

// during calls f where a round is still on, and tells whether it is: no reset comes while f runs. nil stands for the
// round that is on. f may not wait for the network, nor call during or tell.
func (s *Simulator) during(of *round, f func()) bool {
	s.turning.RLock()
	defer s.turning.RUnlock()
	if of != nil && of != s.round {
		return false
	}
	f()
	return true
}

// tell emits what became of a callback, unless its round is over: then nobody wants to know.
func (s *Simulator) tell(m *message, e Event) {
	s.during(m.round, func() { s.emit(e) })
}

// begins brings everything that changes in a round to where it begins. The caller holds mu, or nobody else has s yet.
func (s *Simulator) begins() error {
	if err := s.restoreLaw(); err != nil {
		return err
	}
	if s.o.Seed != 0 { // without one nothing may repeat, what was before a reset neither
		s.messages, s.requests = 0, 0
	}
	s.speed, s.ledger, s.owned = s.o.Speed, ledger{most: s.o.Keep}, property{}
	s.forgive()
	return s.furnish()
}

// Reset brings the simulator back to where it began: it forgets all messages, drops what is still to be posted, cuts
// off what is on its way, and has the account, the fates, the clock and the counts as Options say. With a seed, all
// that is random repeats from the start. It returns when nothing of before is on its way any more, or with the error
// of ctx: then that is still ending.
func (s *Simulator) Reset(ctx context.Context) error {
	s.turning.Lock()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s.turning.Unlock()
		return fmt.Errorf("cannot reset the simulator: %w", errStopping)
	}
	before := s.round
	s.round = newRound(s.ctx)
	dropped := s.clock.drop(s.round)
	err := s.begins()
	s.clock.reset(s.o.Start, s.o.Stopped)
	s.stats.reset()
	if s.o.OnReset != nil {
		s.o.OnReset()
	}
	s.mu.Unlock()
	s.turning.Unlock()
	before.cancel()
	for _, t := range dropped {
		s.end(t)
	}
	if err == nil {
		err = s.clock.rid(ctx, before)
	}
	if err != nil {
		return fmt.Errorf("the simulator was reset, but not to its end: %w", err)
	}
	return nil
}
