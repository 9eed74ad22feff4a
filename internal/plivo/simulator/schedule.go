package simulator

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"sync"
	"sync/atomic"
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
	weight  int64  // bytes that its callbacks hold, those before steps too
	owed    bool   // one who moves the clock on waits for it
}

// schedule is the simulator's clock and what it waits for. Its time is this machine's, moved on by hand, or it
// stands still. Due tasks run in the order of their times, those to one target in a lane.
type schedule struct {
	mu      sync.Mutex
	round   *round        // whose tasks are taken
	ahead   time.Duration // of this machine's clock
	stands  time.Time     // where a stopped clock stands; zero while it runs
	byHand  time.Duration // so far that it was moved on, standing or not
	waiting taskHeap
	lanes   map[string]*lane // by target: those with something due or running
	running map[*task]struct{}
	weight  atomic.Int64 // bytes that the callbacks hold of these, and of orders that are being taken
	workers int
	atOnce  int // in a lane
	serial  uint64
	timer   *time.Timer
	closed  bool

	moving  chan struct{} // full while one moves the clock on
	newest  uint64        // number of a message with a task
	bound   uint64        // the newest when the waiting for what is due began
	owing   int           // tasks that are waited for: those that were due then, and what follows of their messages
	settled chan struct{} // closed when there are none; nil while nobody waits

	ended chan struct{} // closed at the end of a task; nil while nobody waits
}

func newSchedule(r *round, start time.Time, stopped bool, atOnce int) *schedule {
	c := &schedule{lanes: make(map[string]*lane), running: make(map[*task]struct{}), moving: make(chan struct{}, 1), round: r, atOnce: atOnce}
	c.set(start, stopped)
	return c
}

// set puts the clock to where it begins. The caller holds mu, or nobody else has c yet.
func (c *schedule) set(start time.Time, stopped bool) {
	c.ahead, c.stands = 0, time.Time{}
	switch {
	case stopped && start.IsZero():
		c.stands = stamp()
	case stopped:
		c.stands = start
	case !start.IsZero():
		c.ahead = time.Until(start)
	}
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

// at has a task run when the clock is at its due time; false when the schedule is closed, or the task's message is
// of an earlier round.
func (c *schedule) at(t *task) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || t.m.round != c.round {
		return false
	}
	c.newest = max(c.newest, t.m.number)
	c.serial++
	t.serial = c.serial
	c.weight.Add(t.weight)
	heap.Push(&c.waiting, t)
	c.release()
	return true
}

// release lets everything run that is due, and sets the timer for what comes next. The caller holds mu.
func (c *schedule) release() {
	now := c.nowLocked()
	for len(c.waiting) > 0 && !c.waiting[0].due.After(now) {
		t := heap.Pop(&c.waiting).(*task)
		if c.settled != nil && !t.m.answers() && t.m.number <= c.bound {
			c.owe(t)
		}
		c.line(t)
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

// drop forgets what has not begun, and gives it. It goes on with the tasks of next, or with none for nil.
func (c *schedule) drop(next *round) []*task {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.round, c.newest, c.closed = next, 0, c.closed || next == nil
	if c.timer != nil {
		c.timer.Stop()
	}
	dropped := append(c.due(), c.waiting...)
	c.waiting = nil
	for _, l := range c.lanes {
		l.ready = nil
	}
	for _, t := range dropped {
		c.weight.Add(-t.weight)
		c.pay(t)
	}
	return dropped
}

// rid returns when nothing of a round that is over is running any more, or with the error of ctx.
func (c *schedule) rid(ctx context.Context, of *round) error {
	for {
		c.mu.Lock()
		left := false
		for t := range c.running {
			left = left || t.m.round == of
		}
		if !left {
			c.mu.Unlock()
			return nil
		}
		if c.ended == nil {
			c.ended = make(chan struct{})
		}
		ended := c.ended
		c.mu.Unlock()
		select {
		case <-ended:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// reset puts the clock to where it begins.
func (c *schedule) reset(start time.Time, stopped bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(start, stopped)
	c.release()
}

// of gives copies of the tasks of a message, in their order.
func (c *schedule) of(m *message) []task {
	var all []*task
	c.mu.Lock()
	for t := range c.running {
		if t.m.is(m) {
			all = append(all, t)
		}
	}
	for _, some := range [][]*task{c.due(), c.waiting} {
		for _, t := range some {
			if t.m.is(m) {
				all = append(all, t)
			}
		}
	}
	c.mu.Unlock()
	slices.SortFunc(all, inOrder)
	return copies(all)
}

// copies gives what of tasks does not change once they are scheduled.
func copies(all []*task) []task {
	out := make([]task, len(all))
	for i, t := range all {
		out[i] = task{due: t.due, m: t.m, steps: t.steps, attempt: t.attempt}
	}
	return out
}

func inOrder(a, b *task) int {
	return cmp.Or(a.due.Compare(b.due), cmp.Compare(a.serial, b.serial))
}

type taskHeap []*task

func (h taskHeap) Len() int { return len(h) }

func (h taskHeap) Less(i, j int) bool {
	return inOrder(h[i], h[j]) < 0
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
