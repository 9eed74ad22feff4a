package simulator

import (
	"container/heap"
	"slices"
)

// soonest keeps the first of some tasks, and at no time many more than so many.
type soonest struct {
	most int
	kept []*task
}

func (l *soonest) add(t *task) {
	if l.kept = append(l.kept, t); len(l.kept) >= 2*l.most+16 {
		l.cut()
	}
}

func (l *soonest) cut() {
	slices.SortFunc(l.kept, inOrder)
	if len(l.kept) > l.most {
		clear(l.kept[l.most:])
		l.kept = l.kept[:l.most]
	}
}

// upcoming gives copies of the first tasks that have not begun, or are just running, in their order: of all, or of the
// messages that are wanted. Where nil stands for all it does not look at everything that waits.
func (c *schedule) upcoming(most int, wanted func(*message) bool) []task {
	l := soonest{most: max(most, 0)}
	fits := func(t *task) bool { return !t.m.answers() && (wanted == nil || wanted(t.m)) }
	c.mu.Lock()
	for t := range c.running {
		if fits(t) {
			l.add(t)
		}
	}
	for _, lane := range c.lanes {
		n := 0 // those behind them go later
		for _, t := range lane.ready {
			if n == l.most {
				break
			}
			if fits(t) {
				l.add(t)
				n++
			}
		}
	}
	if wanted == nil {
		for w := newWalk(c.waiting); w.Len() > 0 && w.gone < l.most; {
			l.add(w.next())
		}
	} else {
		for _, t := range c.waiting {
			if fits(t) {
				l.add(t)
			}
		}
	}
	c.mu.Unlock()
	l.cut()
	return copies(l.kept)
}

// walk goes through a heap in its order, and leaves it as it is. It is a heap itself: of the places that come next,
// each of which was behind one that is gone.
type walk struct {
	of   taskHeap
	at   []int
	gone int
}

func newWalk(of taskHeap) *walk {
	w := &walk{of: of}
	if len(of) > 0 {
		w.at = []int{0}
	}
	return w
}

func (w *walk) next() *task {
	i := heap.Pop(w).(int)
	for _, behind := range []int{2*i + 1, 2*i + 2} {
		if behind < len(w.of) {
			heap.Push(w, behind)
		}
	}
	w.gone++
	return w.of[i]
}

func (w *walk) Len() int           { return len(w.at) }
func (w *walk) Less(i, j int) bool { return w.of.Less(w.at[i], w.at[j]) }
func (w *walk) Swap(i, j int)      { w.at[i], w.at[j] = w.at[j], w.at[i] }
func (w *walk) Push(x any)         { w.at = append(w.at, x.(int)) }

func (w *walk) Pop() any {
	last := w.at[len(w.at)-1]
	w.at = w.at[:len(w.at)-1]
	return last
}
