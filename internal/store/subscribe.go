package store

import (
	"sync"
	"sync/atomic"
)

// subscribers are the one-slot channels of those who want to know of changes.
type subscribers struct {
	mu    sync.Mutex
	all   map[chan struct{}]struct{}
	count atomic.Int32
}

// Subscribe gives a one-slot channel that is filled after a change, by this process or another, and
// a function that ends the subscription. It is only a hint: read the window you show. The channel is
// never closed.
func (s *Store) Subscribe() (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	subs := &s.subscribers
	subs.mu.Lock()
	defer subs.mu.Unlock()
	if subs.all == nil {
		subs.all = map[chan struct{}]struct{}{}
	}
	subs.all[ch] = struct{}{}
	subs.count.Store(int32(len(subs.all)))
	return ch, func() {
		subs.mu.Lock()
		defer subs.mu.Unlock()
		delete(subs.all, ch)
		subs.count.Store(int32(len(subs.all)))
	}
}

func (subs *subscribers) any() bool { return subs.count.Load() > 0 }

func (subs *subscribers) wake() {
	if !subs.any() {
		return
	}
	subs.mu.Lock()
	defer subs.mu.Unlock()
	for ch := range subs.all {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// Wake fills the channels of this process's readers without a change of the history, for something
// else that they show.
func (s *Store) Wake() { s.subscribers.wake() }
