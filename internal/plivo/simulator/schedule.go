package simulator

import (
	"container/heap"
	"context"
	"slices"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/plivo/scenario"
)

// task is a callback that is to be posted, and those of its message that follow it.
type task struct {
	due     time.Time
	m       *message
	steps   []scenario.Step // the first one goes; never empty
	attempt int             // of the first one, from 1
	do      func(*task)
	serial  uint64 // of equal due times the smaller goes first
}

// schedule is the simulator's clock and what it waits for. Its time is this machine's, moved on by hand, or it
// stands still. Due tasks run at most maxPosting at once, in the order of their times.
type schedule struct {
	mu      sync.Mutex
	ahead   time.Duration // of this machine's clock
	stands  time.Time     // where a stopped clock stands; zero while it runs
	waiting taskHeap
	ready   []*task // due, in order
	running map[*task]struct{}
	retries int64 // of waiting, ready and running
	workers int
	serial  uint64
	timer   *time.Timer
	settled chan struct{} // closed when nothing is ready or running; nil while nobody waits
	closed  bool

	moving sync.Mutex // held by one who moves the clock on
}

func newSchedule(start time.Time, stopped bool) *schedule {
	c := &schedule{running: make(map[*task]struct{})}
	switch {
	case stopped && start.IsZero():
		c.stands = stamp()
	case stopped:
		c.stands = start
	case !start.IsZero():
		c.ahead = time.Until(start)
	}
	return c
}

// shown is the clock's time, when something goes next, and whether the clock stands still.
func (c *schedule) shown() (now, next time.Time, still bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) > 0 {
		next = c.waiting[0].due
	}
	return c.nowLocked(), next, !c.stands.IsZero()
}

// now is the clock's time.
func (c *schedule) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nowLocked()
}

func (c *schedule) nowLocked() time.Time {
	if !c.stands.IsZero() {
		return c.stands
	}
	return time.Now().UTC().Add(c.ahead)
}

// at has a task run when the clock is at its due time; false when the schedule is closed.
func (c *schedule) at(t *task) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.serial++
	t.serial = c.serial
	c.count(t, 1)
	heap.Push(&c.waiting, t)
	c.release()
	return true
}

// release lets everything run that is due, and sets the timer for what comes next. The caller holds mu.
func (c *schedule) release() {
	now := c.nowLocked()
	for len(c.waiting) > 0 && !c.waiting[0].due.After(now) {
		c.ready = append(c.ready, heap.Pop(&c.waiting).(*task))
	}
	for range min(maxPosting-c.workers, len(c.ready)) {
		c.workers++
		go c.work()
	}
	if len(c.waiting) == 0 || !c.stands.IsZero() {
		if c.timer != nil {
			c.timer.Stop()
		}
		return
	}
	// A nanosecond more: a timer may not be early.
	pause := max(c.waiting[0].due.Sub(now), 0) + 1
	if c.timer == nil {
		c.timer = time.AfterFunc(pause, c.tick)
	} else {
		c.timer.Reset(pause)
	}
}

func (c *schedule) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.release()
	}
}

// work runs what is ready until nothing is.
func (c *schedule) work() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.ready) > 0 {
		t := c.ready[0]
		c.ready[0] = nil
		if c.ready = c.ready[1:]; len(c.ready) == 0 {
			c.ready = nil // what was used is let go
		}
		c.running[t] = struct{}{}
		c.mu.Unlock()
		t.do(t)
		c.mu.Lock()
		delete(c.running, t)
		c.count(t, -1)
	}
	c.workers--
	if len(c.running) == 0 && len(c.ready) == 0 && c.settled != nil {
		close(c.settled)
		c.settled = nil
	}
}

// settle returns when nothing is ready or running, or with the error of ctx.
func (c *schedule) settle(ctx context.Context) error {
	for {
		c.mu.Lock()
		if len(c.running) == 0 && len(c.ready) == 0 {
			c.mu.Unlock()
			return ctx.Err()
		}
		if c.settled == nil {
			c.settled = make(chan struct{})
		}
		settled := c.settled
		c.mu.Unlock()
		select {
		case <-settled:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// advance moves the clock on by d, from one due time to the next, and at each lets what is due come to its end. It
// stops where ctx ends.
func (c *schedule) advance(ctx context.Context, d time.Duration) error {
	c.moving.Lock()
	defer c.moving.Unlock()
	target := c.now().Add(d)
	for {
		if err := c.settle(ctx); err != nil {
			return err
		}
		c.mu.Lock()
		next := target
		if len(c.waiting) > 0 && c.waiting[0].due.Before(target) {
			next = c.waiting[0].due
		}
		c.moveTo(next)
		c.release()
		c.mu.Unlock()
		if next.Equal(target) {
			return c.settle(ctx)
		}
	}
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

func (c *schedule) count(t *task, by int64) {
	if t.attempt > 1 {
		c.retries += by
	}
}

// retrying is how many attempts after the first are still to be made, or are just being made.
func (c *schedule) retrying() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.retries
}

// drop forgets what has not begun, and gives it. For good takes no more from then on.
func (c *schedule) drop(forGood bool) []*task {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = c.closed || forGood
	if c.timer != nil {
		c.timer.Stop()
	}
	dropped := append(c.ready, c.waiting...)
	c.ready, c.waiting = nil, nil
	for _, t := range dropped {
		c.count(t, -1)
	}
	return dropped
}

// upcoming gives copies of the first tasks that have not begun, or are just running, in their order.
func (c *schedule) upcoming(most int) []task {
	c.mu.Lock()
	all := make([]*task, 0, len(c.running)+len(c.ready)+len(c.waiting))
	for t := range c.running {
		all = append(all, t)
	}
	all = append(append(all, c.ready...), c.waiting...)
	out := make([]task, 0, min(most, len(all)))
	c.mu.Unlock()
	slices.SortFunc(all, func(a, b *task) int {
		if d := a.due.Compare(b.due); d != 0 {
			return d
		}
		return int(a.serial) - int(b.serial)
	})
	for _, t := range all[:min(most, len(all))] {
		out = append(out, *t) // a task does not change once it is scheduled
	}
	return out
}

type taskHeap []*task

func (h taskHeap) Len() int { return len(h) }

func (h taskHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].serial < h[j].serial
	}
	return h[i].due.Before(h[j].due)
}

func (h taskHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *taskHeap) Push(x any) { *h = append(*h, x.(*task)) }

func (h *taskHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
