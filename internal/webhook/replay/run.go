package replay

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"dev.internal/plivoscope/internal/webhook"
)

// Source is what a run sends. Callbacks are loaded as they are needed, so that not all of them are in
// memory; a callback that cannot be loaded is skipped.
type Source struct {
	Len  int
	Load func(ctx context.Context, i int) (webhook.Callback, error) // i from 0; called from one goroutine
}

// RunOptions say how many requests go, in which order and how fast. The zero value sends the source once,
// one request after the other.
type RunOptions struct {
	Count      int  // how many times the source is sent; 0 for once
	Duplicates int  // how many more times each callback is sent, right after its first time unless shuffled
	Shuffle    bool // in another order each time, which Seed decides
	Seed       uint64
	// Rate is in requests a second, 0 for no bound; the first Burst of them (0 for 1) go at once.
	Rate  float64
	Burst int
	// Concurrency is how many requests are on their way at most; 0 for 1, or for 64 with Original. With 1 they
	// arrive in their order.
	Concurrency int
	// Original sends callbacks as far apart as they were received, divided by Speed (0 for 1). One that an
	// older one precedes in time goes at once. It goes with neither Rate nor Shuffle.
	Original bool
	Speed    float64
	// Began, where not zero, is what ReceivedAt counts from with Original, so that the first has its wait too.
	Began time.Time
	// Each, where not nil, is called with each attempt as soon as it has ended, from up to Concurrency
	// goroutines. Its context outlives the run's, so that what was sent can be kept. An error ends the run.
	Each func(ctx context.Context, a *webhook.Attempt) error
	// Skipped, where not nil, is called with what could not be loaded or built, as Each is.
	Skipped func(callbackID int64, err error)
}

const originalConcurrency = 64

const (
	mostRequests = 1e15       // can be counted
	mostShuffled = 10_000_000 // of a round: their order is held in memory
)

// Run sends many requests through one Sender. Make it with NewRun; it sends once.
type Run struct {
	sender *Sender
	source Source
	build  func(webhook.Callback) (Request, error)
	o      RunOptions
	tally  tally
}

// NewRun makes a run. build is called for each request right before it goes, so that each is signed
// afresh. The error says which options do not go together.
func NewRun(s *Sender, source Source, build func(webhook.Callback) (Request, error), o RunOptions) (*Run, error) {
	if o.Count == 0 {
		o.Count = 1
	}
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.Burst == 0 {
		o.Burst = 1
	}
	if o.Concurrency == 0 {
		o.Concurrency = 1
		if o.Original {
			o.Concurrency = originalConcurrency
		}
	}
	switch {
	case o.Count < 0 || o.Duplicates < 0:
		return nil, errors.New("cannot replay fewer than no times; give a count of at least 1 and no negative number of duplicates")
	case !(o.Rate >= 0) || o.Burst < 0 || o.Concurrency < 0:
		return nil, errors.New("cannot replay at a negative rate, burst or concurrency; give a positive one, or none for no bound")
	case !(o.Speed > 0):
		return nil, errors.New("cannot replay at a speed that is not above 0; 1 is the original one, 2 twice as fast")
	case o.Original && (o.Rate > 0 || o.Shuffle):
		return nil, errors.New("cannot replay at the original spacing with a rate or in another order; choose one of them")
	}
	each := float64(source.Len) * (1 + float64(o.Duplicates))
	switch {
	case each*float64(o.Count) > mostRequests:
		return nil, fmt.Errorf("cannot replay more than %d requests at a time; give a smaller count, or fewer duplicates", int64(mostRequests))
	case o.Shuffle && each > mostShuffled:
		return nil, fmt.Errorf("cannot replay more than %d requests in random order; give fewer callbacks or duplicates, or leave them in their order", mostShuffled)
	}
	r := &Run{sender: s, source: source, build: build, o: o}
	r.tally.total = int64(source.Len) * int64(o.Count) * int64(1+o.Duplicates)
	return r, nil
}

// Send sends everything and sums up what came of it. It ends early when ctx does, which also ends what is
// on its way, or when Each fails; the error is then the reason, and the summary tells what was sent until
// then.
func (r *Run) Send(ctx context.Context) (Summary, error) {
	r.tally.start(time.Now())
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(r.o.Concurrency)
	pace := r.pace()
	var (
		cb        webhook.Callback
		err, late error
	)
	loaded := -1
	for i := range r.order() {
		if i != loaded {
			cb, err = r.source.Load(within, i)
			loaded = i
		}
		if within.Err() != nil {
			break
		}
		if err != nil {
			r.skip(cb.ID, err)
			continue
		}
		if late = pace(within, i, cb.ReceivedAt); late != nil {
			break
		}
		one := cb
		group.Go(func() error { return r.one(within, one) })
	}
	err = group.Wait()
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case err == nil && late != nil: // its turn would come after the context's deadline
		err = context.DeadlineExceeded
	}
	return r.tally.end(time.Now()), err
}

func (r *Run) one(ctx context.Context, cb webhook.Callback) error {
	if ctx.Err() != nil {
		return nil // it waited for its turn when the run ended
	}
	request, err := r.build(cb)
	if err != nil {
		r.skip(cb.ID, err)
		return nil
	}
	r.tally.sent(len(request.Body))
	a := r.sender.Do(ctx, request)
	r.tally.ended(&a)
	if r.o.Each == nil {
		return nil
	}
	return r.o.Each(context.WithoutCancel(ctx), &a)
}

func (r *Run) skip(id int64, err error) {
	r.tally.skipped(err)
	if r.o.Skipped != nil {
		r.o.Skipped(id, err)
	}
}

// order gives the indices of the source in the order in which they go.
func (r *Run) order() iter.Seq[int] {
	return func(yield func(int) bool) {
		times := 1 + r.o.Duplicates
		for round := range r.o.Count {
			at := func(i int) int { return i / times }
			if r.o.Shuffle {
				shuffled := make([]int32, r.source.Len*times)
				for i := range shuffled {
					shuffled[i] = int32(i / times)
				}
				dice := rand.New(rand.NewPCG(r.o.Seed, uint64(round)))
				dice.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
				at = func(i int) int { return int(shuffled[i]) }
			}
			for i := range r.source.Len * times {
				if !yield(at(i)) {
					return
				}
			}
		}
	}
}

// pace gives what waits until the next request may go; its error is that of the context.
func (r *Run) pace() func(ctx context.Context, i int, received time.Time) error {
	switch {
	case r.o.Original:
		var began, first time.Time
		last := -1
		return func(ctx context.Context, i int, received time.Time) error {
			if received.IsZero() { // made without a capture
				return ctx.Err()
			}
			if first.IsZero() || i < last { // another time round
				began, first = time.Now(), received
				if !r.o.Began.IsZero() {
					first = r.o.Began
				}
			}
			last = i
			after := float64(received.Sub(first)) / r.o.Speed
			// A tiny speed makes more of it than a Duration holds.
			return sleepUntil(ctx, began.Add(time.Duration(min(after, float64(math.MaxInt64/2)))))
		}
	case r.o.Rate > 0:
		limiter := rate.NewLimiter(rate.Limit(r.o.Rate), r.o.Burst)
		return func(ctx context.Context, _ int, _ time.Time) error { return limiter.Wait(ctx) }
	}
	return func(ctx context.Context, _ int, _ time.Time) error { return ctx.Err() }
}

func sleepUntil(ctx context.Context, at time.Time) error {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
