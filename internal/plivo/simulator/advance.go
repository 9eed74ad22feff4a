package simulator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// owe makes t one that is waited for, and pay ends that. The caller holds mu.
func (c *schedule) owe(t *task) {
	if !t.owed {
		t.owed = true
		c.owing++
	}
}

// oweAll has all be waited for that is due, and what follows of its messages at this time. The caller holds mu.
func (c *schedule) oweAll() {
	c.bound = c.newest
	for t := range c.running {
		c.owe(t)
	}
	for _, t := range c.due() {
		c.owe(t)
	}
}

// inherit has what came while t runs be waited for as t is: it is of its making.
func (c *schedule) inherit(t *task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.owed {
		c.oweAll()
	}
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

// settle returns when what is due now has come to its end, or with the error of ctx; any tells that something was due.
// It does not wait for messages that come meanwhile, so that one who sends on and on does not hold it up.
func (c *schedule) settle(ctx context.Context) (any bool, err error) {
	c.mu.Lock()
	c.oweAll()
	if c.owing == 0 {
		c.mu.Unlock()
		return false, ctx.Err()
	}
	settled := make(chan struct{})
	c.settled = settled
	c.mu.Unlock()
	select {
	case <-settled:
		return true, nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for t := range c.running {
		t.owed = false
	}
	for _, t := range c.due() {
		t.owed = false
	}
	c.owing, c.settled = 0, nil
	return true, ctx.Err()
}

// maxMore is how often what is due is waited for once more before the clock moves on.
const maxMore = 20

// calm settles until nothing is due, at most more times more than once: what was due may have led the app to send a
// message, whose callbacks are due at this time too. Where that is not enough more falls to 0, for then there is one
// who sends on and on.
func (c *schedule) calm(ctx context.Context, more *int) error {
	for range *more + 1 {
		if due, err := c.settle(ctx); err != nil || !due {
			return err
		}
	}
	*more = 0
	return nil
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

// latest is how far the clock goes: times beyond it cannot be counted in nanoseconds.
var latest = time.Date(2260, 1, 1, 0, 0, 0, 0, time.UTC)

var (
	errLatest = errors.New("it goes up to the year 2260; begin anew by a reset")
	errBusy   = fmt.Errorf("something is always left to post: %d messages came meanwhile; an app that answers each callback with another message never lets it rest", mostMeanwhile)
	errFar    = errors.New("what is left to post is due later than that")
)

// mostMeanwhile bounds the messages that may come until nothing is left to post.
const mostMeanwhile = 10_000

// advance moves the clock on by d, from one due time to the next, and at each lets what is due come to its end; with
// idle no further than to where nothing is left to post, which has to be within d. It stops where ctx ends, or the
// schedule is closed.
func (c *schedule) advance(ctx context.Context, d time.Duration, idle bool) error {
	if err := c.move(ctx); err != nil {
		return err
	}
	defer c.moved()
	c.mu.Lock()
	to := way{begun: c.round, target: c.nowLocked().Add(d), idle: idle, messages: c.newest + mostMeanwhile}
	c.mu.Unlock()
	switch {
	case idle && to.target.After(latest):
		to.target = latest
	case d > 0 && to.target.After(latest):
		return errLatest
	}
	return c.travel(ctx, to)
}

// advanceToNext moves the clock on to when something goes next, once what is due has come to its end: what follows of
// that may be the next. Where nothing is left the clock stays.
func (c *schedule) advanceToNext(ctx context.Context) error {
	if err := c.move(ctx); err != nil {
		return err
	}
	defer c.moved()
	c.mu.Lock()
	to := way{begun: c.round}
	c.mu.Unlock()
	more := maxMore
	if err := c.calm(ctx, &more); err != nil {
		return err
	}
	c.mu.Lock()
	to.target = c.nowLocked()
	if len(c.waiting) > 0 && c.waiting[0].due.After(to.target) {
		to.target = c.waiting[0].due
	}
	c.mu.Unlock()
	return c.travel(ctx, to)
}

// way is what the clock is moved on to.
type way struct {
	begun    *round // which has to be on still
	target   time.Time
	idle     bool   // no further than to where nothing is left to post
	messages uint64 // number of the last one that may come before
}

// travel goes a way. The caller has the right to move the clock.
func (c *schedule) travel(ctx context.Context, to way) error {
	more := maxMore
	for {
		if err := c.calm(ctx, &more); err != nil {
			return err
		}
		there, err := c.leap(to)
		if err != nil {
			return err
		}
		if there {
			return c.calm(ctx, &more)
		}
	}
}

// leap moves the clock to the next due time, or to the target where that comes first, and tells whether it is where it
// was to go.
func (c *schedule) leap(to way) (there bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next, left := to.target, len(c.waiting) > 0
	if left {
		next = c.waiting[0].due
	}
	switch {
	case c.closed:
		return false, errStopping
	case c.round != to.begun:
		return false, errReset
	case !to.idle && !next.Before(to.target):
		next, there = to.target, true
	case !to.idle:
	case c.newest > to.messages:
		return false, errBusy
	case !left:
		return len(c.running) == 0 && len(c.due()) == 0, nil
	case next.After(to.target):
		return false, errFar
	}
	c.moveTo(next)
	c.release()
	return there, nil
}

// moveTo sets a clock on; it never goes back. The caller holds mu.
func (c *schedule) moveTo(t time.Time) {
	by := max(t.Sub(c.nowLocked()), 0)
	c.byHand = min(c.byHand, math.MaxInt64/2) + min(by, math.MaxInt64/2)
	if !c.stands.IsZero() {
		c.stands = c.stands.Add(by)
		return
	}
	c.ahead += by
}

// counted is the time that limits are counted in: this machine's, and what the clock was moved on by hand besides. So
// either frees who is over a limit, also while the clock stands still.
func (c *schedule) counted() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.byHand)
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
