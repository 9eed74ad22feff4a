package webhook

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// rateAddresses is how many addresses are remembered. The one that was quiet for longest is forgotten
// first, so that a flood from many addresses cannot fill the memory.
const rateAddresses = 10_000

// rateLimiter gives each customer's address a bucket.
type rateLimiter struct {
	limit rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[netip.Addr]*list.Element
	recent  *list.List // of *bucket, the latest at the front
}

type bucket struct {
	addr    netip.Addr
	limiter *rate.Limiter
}

func newRateLimiter(perSecond float64, burst int) *rateLimiter {
	return &rateLimiter{
		limit: rate.Limit(perSecond), burst: burst,
		buckets: make(map[netip.Addr]*list.Element), recent: list.New(),
	}
}

func (l *rateLimiter) allow(addr netip.Addr, now time.Time) bool {
	addr = customer(addr)
	l.mu.Lock()
	defer l.mu.Unlock()
	element, ok := l.buckets[addr]
	if ok {
		l.recent.MoveToFront(element)
	} else {
		if l.recent.Len() >= rateAddresses {
			oldest := l.recent.Remove(l.recent.Back()).(*bucket)
			delete(l.buckets, oldest.addr)
		}
		element = l.recent.PushFront(&bucket{addr: addr, limiter: rate.NewLimiter(l.limit, l.burst)})
		l.buckets[addr] = element
	}
	return element.Value.(*bucket).limiter.AllowN(now, 1)
}
