package simulator

import (
	"context"
	"fmt"
	"time"
)

// maxAdvance is how far the clock is moved at once.
const maxAdvance = 30 * 24 * time.Hour

// Clock is what the simulator's clock shows.
type Clock struct {
	Now     time.Time
	Speed   float64   // how many times faster than Plivo what is scheduled from now on comes
	Stopped bool      // it stands still, until it is moved on or started
	Next    time.Time // when something goes next; zero where nothing is left
	Pending int       // messages and retries that still have something to post
}

func (s *Simulator) now() time.Time { return s.clock.now() }

// Clock tells the time of the simulator.
func (s *Simulator) Clock() Clock {
	s.mu.Lock()
	c := Clock{Speed: s.speed, Pending: s.pending}
	s.mu.Unlock()
	c.Now, c.Next, c.Stopped = s.clock.shown()
	return c
}

// StopClock lets the clock stand still: nothing is posted any more but what is due. It goes on with StartClock, from
// where it stands.
func (s *Simulator) StopClock() { s.clock.stop(true) }

// StartClock lets a stopped clock run on.
func (s *Simulator) StartClock() { s.clock.stop(false) }

// Advance moves the clock on by d of Plivo's time, which the speed divides as it does every pause, and returns when
// everything that is due by then was posted and answered, retries and replies included, also of what the app sends before
// it answers. It ends early with the error of ctx.
func (s *Simulator) Advance(ctx context.Context, d time.Duration) error {
	if d < 0 || d > maxAdvance {
		return fmt.Errorf("cannot move the simulator's clock by %s: it goes on by up to %s at once, and never back", d, maxAdvance)
	}
	if err := s.clock.advance(ctx, s.hurried(d), false); err != nil {
		return fmt.Errorf("the simulator's clock was not moved on by the whole %s, it shows %s: %w", d, s.now().Format(time.RFC3339), err)
	}
	return nil
}

// AdvanceToNext moves the clock on to when something goes next, however far that is, as Advance does; it does nothing
// where nothing is left. Where others move the clock on too, next is what is so when they have.
func (s *Simulator) AdvanceToNext(ctx context.Context) error {
	if err := s.clock.advanceToNext(ctx); err != nil {
		return fmt.Errorf("the simulator's clock was not moved on to what is posted next, it shows %s: %w", s.now().Format(time.RFC3339), err)
	}
	return nil
}

// AdvanceUntilIdle moves the clock on until nothing is left to post, retries and what the app sends meanwhile included,
// and no further. It ends early with the error of ctx, where that is not within 720 h of Plivo's time, or when more
// than 10,000 messages came meanwhile.
func (s *Simulator) AdvanceUntilIdle(ctx context.Context) error {
	if err := s.clock.advance(ctx, s.hurried(maxAdvance), true); err != nil {
		return fmt.Errorf("the simulator's clock was not moved on until nothing was left to post, it shows %s: %w", s.now().Format(time.RFC3339), err)
	}
	return nil
}

// SetSpeed hurries what is scheduled from now on so many times.
func (s *Simulator) SetSpeed(speed float64) error {
	if !(speed >= minSpeed && speed <= maxSpeed) {
		return fmt.Errorf("cannot set the simulator's speed to %v: give a number from %v to %v, as 20 for twenty times the real pace", speed, minSpeed, float64(maxSpeed))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.speed = speed
	return nil
}

// Speed is how many times faster than Plivo the simulator is.
func (s *Simulator) Speed() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.speed
}

// hurried is how long d takes at the set speed.
func (s *Simulator) hurried(d time.Duration) time.Duration {
	return time.Duration(float64(d) / s.Speed())
}
