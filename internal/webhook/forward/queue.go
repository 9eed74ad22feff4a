package forward

import (
	"container/heap"
	"maps"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/webhook"
)

// job is a callback that is to be sent.
type job struct {
	id    int64
	uuid  string // of its message; empty for none
	tries int    // that failed
	due   time.Time
	whole *webhook.Callback // where it was read with others and may go soon; nil otherwise
}

// queue is what a lane holds, in its order: the oldest first, of each message one at a time. Its methods
// are called from one goroutine.
type queue struct {
	open   map[int64]*job    // all that are not done
	chains map[string][]*job // of each message; the first is ready, late or taken
	ready  heaped            // by ID
	late   heaped            // that are tried again, by when
}

func newQueue() *queue {
	return &queue{
		open: map[int64]*job{}, chains: map[string][]*job{},
		ready: heaped{less: func(a, b *job) bool { return a.id < b.id }},
		late:  heaped{less: func(a, b *job) bool { return a.due.Before(b.due) }},
	}
}

func (q *queue) add(j *job) {
	q.open[j.id] = j
	if j.uuid != "" {
		chain := append(q.chains[j.uuid], j)
		q.chains[j.uuid] = chain
		if len(chain) > 1 {
			return
		}
	}
	heap.Push(&q.ready, j)
}

// next takes the oldest that may go now; nil for none.
func (q *queue) next(now time.Time) *job {
	for len(q.late.jobs) > 0 && !q.late.jobs[0].due.After(now) {
		heap.Push(&q.ready, heap.Pop(&q.late))
	}
	if len(q.ready.jobs) == 0 {
		return nil
	}
	return heap.Pop(&q.ready).(*job)
}

// due is when the next may go, the zero time for now; false where none is left.
func (q *queue) due() (time.Time, bool) {
	switch {
	case len(q.ready.jobs) > 0:
		return time.Time{}, true
	case len(q.late.jobs) > 0:
		return q.late.jobs[0].due, true
	}
	return time.Time{}, false
}

// again puts a job back that was taken, to go at a time; the zero time is now.
func (q *queue) again(j *job, at time.Time) {
	j.due = at
	if at.IsZero() {
		heap.Push(&q.ready, j)
		return
	}
	heap.Push(&q.late, j)
}

// hurry lets all that wait to be tried again go now.
func (q *queue) hurry() {
	for _, j := range q.late.jobs {
		heap.Push(&q.ready, j)
	}
	q.late.jobs = q.late.jobs[:0]
}

// done ends a job that was taken, and lets the next of its message go.
func (q *queue) done(j *job) {
	delete(q.open, j.id)
	if j.uuid == "" {
		return
	}
	chain := q.chains[j.uuid][1:]
	if len(chain) == 0 {
		delete(q.chains, j.uuid)
		return
	}
	q.chains[j.uuid] = chain
	heap.Push(&q.ready, chain[0])
}

// ids are those that are not done, ascending.
func (q *queue) ids() []int64 { return slices.Sorted(maps.Keys(q.open)) }

type heaped struct {
	jobs []*job
	less func(a, b *job) bool
}

func (h *heaped) Len() int           { return len(h.jobs) }
func (h *heaped) Less(i, j int) bool { return h.less(h.jobs[i], h.jobs[j]) }
func (h *heaped) Swap(i, j int)      { h.jobs[i], h.jobs[j] = h.jobs[j], h.jobs[i] }
func (h *heaped) Push(x any)         { h.jobs = append(h.jobs, x.(*job)) }
func (h *heaped) Pop() any {
	last := len(h.jobs) - 1
	j := h.jobs[last]
	h.jobs[last], h.jobs = nil, h.jobs[:last]
	return j
}
