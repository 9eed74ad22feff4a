package simulator

import (
	"context"
	"time"
)

// owe makes t one that is waited for, and pay ends that. The caller holds mu.
func (c *schedule) owe(t *task) {
	t.owed = true
	c.owing++
}

func (c *schedule) pay(t *task) {
	if !t.owed {
		return
	}
	t.owed = false
	if c.owing--; c.owing == 0 && c.settled != nil {
		close(c.settled)
		c.settled = nil
	}
}

// settle returns when what is due now has come to its end, or with the error of ctx. It does not wait for messages
// that come meanwhile, so that one who sends on and on does not hold it up.
func (c *schedule) settle(ctx context.Context) error {
	c.mu.Lock()
	c.bound = c.newest
	for t := range c.running {
		c.owe(t)
	}
	for _, t := range c.ready {
		c.owe(t)
	}
	if c.owing == 0 {
		c.mu.Unlock()
		return ctx.Err()
	}
	settled := make(chan struct{})
	c.settled = settled
	c.mu.Unlock()
	select {
	case <-settled:
		return nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for t := range c.running {
		t.owed = false
	}
	for _, t := range c.ready {
		t.owed = false
	}
	c.owing, c.settled = 0, nil
	return ctx.Err()
}

// move takes the right to move the clock, which one has at a time, and moved gives it back.
func (c *schedule) move(ctx context.Context) error {
	select {
	case c.moving <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *schedule) moved() { <-c.moving }

// advance moves the clock on by d, from one due time to the next, and at each lets what is due come to its end. It
// stops where ctx ends, or the schedule is closed.
func (c *schedule) advance(ctx context.Context, d time.Duration) error {
	if err := c.move(ctx); err != nil {
		return err
	}
	defer c.moved()
	c.mu.Lock()
	begun, target := c.round, c.nowLocked().Add(d)
	c.mu.Unlock()
	for {
		if err := c.settle(ctx); err != nil {
			return err
		}
		c.mu.Lock()
		if c.closed || c.round != begun {
			defer c.mu.Unlock()
			if c.closed {
				return errStopping
			}
			return errReset
		}
		next := target
		if len(c.waiting) > 0 && c.waiting[0].due.Before(target) {
			next = c.waiting[0].due
		}
		c.moveTo(next)
		c.release()
		c.mu.Unlock()
		if next.Equal(target) {
			break
		}
	}
	// What is due may have sent a reply, which is due too.
	for range 2 {
		if err := c.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// moveTo sets a clock on; it never goes back. The caller holds mu.
func (c *schedule) moveTo(t time.Time) {
	if !c.stands.IsZero() {
		if t.After(c.stands) {
			c.stands = t
		}
		return
	}
	c.ahead += max(t.Sub(c.nowLocked()), 0)
}

// stop lets the clock stand still, or run on from where it stands.
func (c *schedule) stop(still bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch running := c.stands.IsZero(); {
	case still && running:
		c.stands = c.nowLocked()
	case !still && !running:
		c.ahead, c.stands = time.Until(c.stands), time.Time{}
	}
	if !c.closed {
		c.release()
	}
}
