package store

import (
	"sync"
	"sync/atomic"
)

// subscribers are the one-slot channels of those who want to know of changes.
type subscribers struct {
	mu    sync.Mutex
	all   map[chan struct{}]interest
	count atomic.Int32
}

// interest is of which changes a reader is told.
type interest int

const (
	everything interest = iota
	callbacks           // where callbacks may have come or gone
)

// Subscribe gives a one-slot channel that is filled after a change, by this process or another, and
// a function that ends the subscription. It is only a hint: read the window you show. The channel is
// never closed.
func (s *Store) Subscribe() (<-chan struct{}, func()) { return s.subscribers.add(everything) }

// SubscribeCallbacks is Subscribe for who reads callbacks alone: it is not told of what came of forwarding them, of
// which there is as much as of callbacks.
func (s *Store) SubscribeCallbacks() (<-chan struct{}, func()) { return s.subscribers.add(callbacks) }

func (subs *subscribers) add(of interest) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	subs.mu.Lock()
	defer subs.mu.Unlock()
	if subs.all == nil {
		subs.all = map[chan struct{}]interest{}
	}
	subs.all[ch] = of
	subs.count.Store(int32(len(subs.all)))
	return ch, func() {
		subs.mu.Lock()
		defer subs.mu.Unlock()
		delete(subs.all, ch)
		subs.count.Store(int32(len(subs.all)))
	}
}

func (subs *subscribers) any() bool { return subs.count.Load() > 0 }

// wake tells of a change; came says whether callbacks may have come or gone with it.
func (subs *subscribers) wake(came bool) {
	if !subs.any() {
		return
	}
	subs.mu.Lock()
	defer subs.mu.Unlock()
	for ch, of := range subs.all {
		if of == callbacks && !came {
			continue
		}
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// Wake fills the channels of this process's readers without a change of the history, for something
// else that they show.
func (s *Store) Wake() { s.subscribers.wake(false) }
