package simulator

import (
	"fmt"
	"sync"
	"time"
)

const (
	// keptEvents is how many events wait for a slow OnEvent; those that come then are dropped.
	keptEvents = 4096
	// drainTime is how long the end waits for OnEvent to take what is left.
	drainTime = time.Second
)

// eventQueue hands events to OnEvent in a goroutine of its own, so that a slow one holds up no request
// and no callback.
type eventQueue struct {
	hand func(Event) // nil for nobody

	mu      sync.Mutex // of those who put
	queue   chan Event // made with the goroutine, at the first event
	dropped int        // since the last event that was queued
	ended   bool

	drained   chan struct{} // closed when the goroutine has ended
	unwatched chan struct{} // closed when nobody waits for it any more
	endsOnce  sync.Once
}

func newEventQueue(hand func(Event)) *eventQueue {
	return &eventQueue{hand: hand, drained: make(chan struct{}), unwatched: make(chan struct{})}
}

// put queues e, after an event that tells how many were dropped before it. It never waits.
func (q *eventQueue) put(e Event) {
	if q.hand == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return
	}
	if q.queue == nil {
		q.queue = make(chan Event, keptEvents)
		go q.run()
	}
	room := cap(q.queue) - len(q.queue) // it can only grow until put returns
	if q.dropped > 0 && room >= 2 {
		q.queue <- droppedEvent(q.dropped, e.At)
		q.dropped = 0
		room--
	}
	if q.dropped > 0 || room == 0 {
		q.dropped++
		return
	}
	q.queue <- e
}

func droppedEvent(n int, at time.Time) Event {
	return Event{Event: EventDropped, At: at, Count: n, Problem: fmt.Sprintf("%d events are left out, because those before them were not read in time", n)}
}

func (q *eventQueue) run() {
	defer close(q.drained)
	for e := range q.queue {
		if q.abandoned() {
			return
		}
		q.hand(e)
	}
	if q.dropped > 0 && !q.abandoned() { // nobody counts any more
		q.hand(droppedEvent(q.dropped, stamp()))
	}
}

func (q *eventQueue) abandoned() bool {
	select {
	case <-q.unwatched:
		return true
	default:
		return false
	}
}

// end takes no more events and waits until OnEvent has got those that are queued, but not for longer
// than drainTime: what is left then is not handed over any more.
func (q *eventQueue) end() {
	q.endsOnce.Do(func() {
		q.mu.Lock()
		q.ended = true
		started := q.queue != nil
		if started {
			close(q.queue)
		}
		q.mu.Unlock()
		if !started {
			return
		}
		timeout := time.NewTimer(drainTime)
		defer timeout.Stop()
		select {
		case <-q.drained:
		case <-timeout.C:
			close(q.unwatched)
		}
	})
}
