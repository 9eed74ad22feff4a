package api

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dev.internal/plivoscope/internal/plivo"
)

// DefaultMPS is how many SMS a second Plivo sends from one number unless it was told otherwise.
const DefaultMPS = 5

// Limits say how much of the API is used at most; the zero value is no limit at all.
type Limits struct {
	// Account keeps the limits on requests that Plivo has for an account: 300 in 5 s, and 20 lists of messages
	// a minute.
	Account bool
	// MPS is how many SMS a second go to each source (a number or Powerpack), 0 for no limit. Of MMS it is a
	// twentieth, as with Plivo's own defaults. Every destination of a request counts: Plivo queues what is
	// over its limit, so the next request of that source waits for as long as it would have stood in the queue.
	MPS float64
}

// In any window no more goes out than burst + rate × window, however the calls come; see golang.org/x/time/rate.
const (
	requestBurst = 50
	requestRate  = 50 // a second: 50 + 50 × 5 s = 300 in any 5 s
	listBurst    = 5
	listRate     = 15. / 60 // a second: 5 + 15 = 20 in any minute
	mmsShare     = 1. / 20
	mostSources  = 1000 // that are remembered
)

// Pace spreads calls over time: of all Clients that have it, so that what one of them uses of an account's limits
// the others have not. What it gives out is reserved: who does not use it gives it back.
type Pace struct {
	requests, lists *rate.Limiter
	mps             float64

	mu      sync.Mutex
	sources map[string]*rate.Limiter
}

// NewPace keeps limits from now on.
func NewPace(l Limits) *Pace {
	p := &Pace{mps: l.MPS, requests: rate.NewLimiter(rate.Inf, 0), lists: rate.NewLimiter(rate.Inf, 0)}
	if l.Account {
		p.requests = rate.NewLimiter(requestRate, requestBurst)
		p.lists = rate.NewLimiter(listRate, listBurst)
	}
	return p
}

// turn is a place in time; giveBack frees it.
type turn struct {
	wait     time.Duration
	giveBack func(now time.Time)
}

func (p *Pace) request(now time.Time) turn { return reserve(p.requests, now, 1) }

func (p *Pace) list(now time.Time) turn { return reserve(p.lists, now, 1) }

// messages is the turn of a request for n messages from a source. It comes when all that went before from
// there may have left Plivo's queue, and stands for the whole of the n.
func (p *Pace) messages(now time.Time, source, kind string, n int) turn {
	if p.mps <= 0 || n < 1 {
		return turn{giveBack: func(time.Time) {}}
	}
	return reserve(p.source(source, kind), now, n)
}

func (p *Pace) source(source, kind string) *rate.Limiter {
	each := p.mps
	if kind == plivo.MMS {
		each *= mmsShare
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := kind + " " + source
	if l, known := p.sources[key]; known {
		return l
	}
	if p.sources == nil || len(p.sources) >= mostSources {
		p.sources = map[string]*rate.Limiter{}
	}
	l := rate.NewLimiter(rate.Limit(each), max(1, int(math.Floor(each))))
	p.sources[key] = l
	return l
}

// reserve takes n events, of which the first decides when.
func reserve(l *rate.Limiter, now time.Time, n int) turn {
	first := l.ReserveN(now, 1)
	all := []*rate.Reservation{first}
	for left := n - 1; left > 0; {
		step := min(left, max(l.Burst(), 1)) // a limiter gives no more than its burst at once
		all = append(all, l.ReserveN(now, step))
		left -= step
	}
	return turn{wait: first.DelayFrom(now), giveBack: func(now time.Time) {
		for i := len(all) - 1; i >= 0; i-- {
			all[i].CancelAt(now)
		}
	}}
}

// toldFrom is the wait from which the user hears of it.
const toldFrom = time.Second

// await waits for a turn; the error is the context's, and then the turn is free for others.
func (c *Client) await(ctx context.Context, t turn, why string) error {
	if t.wait <= 0 {
		return nil
	}
	c.stats.held.Add(1)
	if t.wait >= toldFrom {
		c.tell(ctx, fmt.Sprintf("Waiting %s before the next request, to keep %s.", rounded(t.wait), why))
	}
	timer := time.NewTimer(t.wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		t.giveBack(time.Now())
		return ctx.Err()
	}
}

// quietly is the key of a context whose calls nobody is told of.
type quietly struct{}

// Quietly makes a context for calls that nobody waits for: their waits and tries are counted, and not told.
func Quietly(ctx context.Context) context.Context { return context.WithValue(ctx, quietly{}, true) }

func (c *Client) tell(ctx context.Context, text string) {
	if c.told != nil && ctx.Value(quietly{}) == nil {
		c.told(text)
	}
}

// rounded writes a wait as people say it.
func rounded(d time.Duration) string {
	if d < time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}
