package meter

import (
	"sync/atomic"
	"time"
)

// Window is how many seconds a Rate tells of.
const Window = 60

// slots is a power of two over Window and the second that still runs: a second's slot is used again only
// once nobody asks for it any more.
const slots = 64

// Rate counts events by the second. Its seconds begin with the time that it was made for, not with those
// of the clock. Make one with NewRate; its methods may be called from any goroutine.
type Rate struct {
	began time.Time
	ring  [slots]atomic.Uint64 // the number of the second, from 1, in the upper half, its count in the lower
}

// NewRate makes a Rate whose first second begins now.
func NewRate(began time.Time) *Rate { return &Rate{began: began} }

// second is the number of the second that a time is in, from 1; of times before the first it is 1 too.
func (r *Rate) second(at time.Time) uint64 { return uint64(max(at.Sub(r.began), 0)/time.Second) + 1 }

// Add counts one event.
func (r *Rate) Add(at time.Time) {
	n := r.second(at)
	slot := &r.ring[n%slots]
	for {
		old := slot.Load()
		next := old + 1
		if old>>32 != n {
			next = n<<32 | 1
		}
		if slot.CompareAndSwap(old, next) {
			return
		}
	}
}

// Last gives the counts of the last complete seconds before at, the oldest first. The second that at is
// in is left out: it would always look as if less came.
func (r *Rate) Last(at time.Time) (counts [Window]uint32) {
	now := r.second(at)
	for i := range counts {
		back := uint64(Window - i)
		if back >= now {
			continue // before the first
		}
		if v := r.ring[(now-back)%slots].Load(); v>>32 == now-back {
			counts[i] = uint32(v)
		}
	}
	return counts
}
