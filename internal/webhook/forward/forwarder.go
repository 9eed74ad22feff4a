package forward

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// Store is the history: what is to be sent, what came of it, and how far each route is.
type Store interface {
	// SubscribeCallbacks wakes a reader where callbacks may have come, through a channel of one slot.
	SubscribeCallbacks() (wake <-chan struct{}, stop func())
	// CallbackHeads gives the callbacks with a larger ID than after, oldest first, without headers and body.
	CallbackHeads(ctx context.Context, after int64, limit int) ([]webhook.Callback, error)
	// CallbacksAfter does so with headers and body; a large one has Omitted set and is without.
	CallbacksAfter(ctx context.Context, after int64, limit int) ([]webhook.Callback, error)
	// Callback gives a whole one; false where it is not there any more.
	Callback(ctx context.Context, id int64) (webhook.Callback, bool, error)
	KeepAttempt(ctx context.Context, a *webhook.Attempt) error
	// SetAnswers notes what callbacks were answered that were stored before their answer was known.
	SetAnswers(ctx context.Context, answers map[int64]webhook.Answer) error

	// ClaimRoute and KeepProgress fail with webhook.ErrRouteTaken where another process has the route. It
	// stays this process's as long as its progress is kept every few seconds, or until it is released.
	ClaimRoute(ctx context.Context, name string) (webhook.Claim, error)
	KeepProgress(ctx context.Context, p webhook.Progress) error
	ReleaseRoute(ctx context.Context, p webhook.Progress) error
}

// Options say what is forwarded, and how.
type Options struct {
	Routes []Route
	Store  Store
	// Keys give what a valid callback is signed with anew.
	Keys func(c *webhook.Callback) replay.Keys
	// Prefix is the path of the public URL, which a route's path may leave out; without a slash at its end.
	Prefix string
	// Notify shows the user a sentence, from any goroutine.
	Notify func(level slog.Level, text string)
	Logger *slog.Logger
	Now    func() time.Time // by which callbacks are too old
}

// Forwarder passes callbacks on. Its methods may be called from any goroutine.
type Forwarder struct {
	o      Options
	lanes  []*lane
	sender *replay.Sender
	quick  *replay.Sender // for answers that somebody waits for
	guard  string
	paused atomic.Bool
	asks   chan struct{} // a slot for each application's answer that is waited for
	pace   pace
}

// tooOld is the age from which on a callback that was left is not sent after a start.
const tooOld = time.Hour

// Plivo waits 5 s for an answer.
const answerWithin = 5 * time.Second

// New makes a Forwarder and finds out how far each route is. It has to be called before callbacks come
// that a route is to have from its first use on.
func New(ctx context.Context, o Options) (*Forwarder, error) {
	f := &Forwarder{o: o, guard: newGuard(), asks: make(chan struct{}, asksMost), pace: usualPace}
	seen := map[string]bool{}
	for _, r := range o.Routes {
		if seen[r.Name] {
			return nil, fmt.Errorf("cannot forward to %s twice; leave one of the two out", r.Name)
		}
		seen[r.Name] = true
		f.lanes = append(f.lanes, &lane{f: f, route: r, changed: make(chan struct{}, 1), turns: turns{last: map[string]chan struct{}{}}})
	}
	for _, l := range f.lanes {
		if err := l.claim(ctx); err != nil && !errors.Is(err, webhook.ErrRouteTaken) {
			return nil, err
		}
	}
	f.sender = replay.NewSender(replay.SenderOptions{})
	f.quick = replay.NewSender(replay.SenderOptions{Timeout: answerWithin})
	return f, nil
}

// Run forwards until ctx ends, and then lets what is in flight end, for some seconds.
func (f *Forwarder) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, l := range f.lanes {
		all.Go(func() { l.run(ctx) })
	}
	all.Wait()
	f.sender.Close()
	f.quick.Close()
	return nil
}

// Pause stops, or goes on with, sending. What is in flight ends; what comes is kept.
func (f *Forwarder) Pause(paused bool) {
	if f.paused.Swap(paused) == paused {
		return
	}
	for _, l := range f.lanes {
		l.poke()
	}
}

// downLong is after how long a failing application is not waited for any more.
const downLong = 2 * time.Second

// Settled tells whether nothing up to a callback's ID waits any more. Where the application has failed for a
// while, forwarding is paused or another process has the route, there is nothing to be waited for.
func (f *Forwarder) Settled(id int64) bool {
	for _, l := range f.lanes {
		s := l.stats()
		if s.Paused || s.Elsewhere || s.Health.State == Down && f.o.Now().Sub(s.Health.Since) > downLong {
			continue
		}
		if l.counted.Load() < id || s.InFlight > 0 || s.Waiting > 0 {
			return false
		}
	}
	return true
}

// tell shows the user a sentence about the route.
func (l *lane) tell(level slog.Level, format string, args ...any) {
	l.f.o.Notify(level, fmt.Sprintf("Forwarding to %s ", l.route.Name)+fmt.Sprintf(format, args...))
}

// lane is what a route does. What stands before mu belongs to the goroutine of run.
type lane struct {
	f       *Forwarder
	route   Route
	changed chan struct{} // one slot: something is to be looked at

	q       *queue
	claimed webhook.Claim
	read    int64 // what is up to this ID is done or held
	unread  bool  // there may be more to read
	ahead   int64 // of those that are counted, how many were not read yet
	resumed bool  // the user was told what earlier runs left
	flying  int
	dirty   bool // the progress is not kept
	lost    bool // another process has the route
	failing bool // the history is

	downs int       // attempts in a row that got no connection
	hold  time.Time // when the next may be made

	counted atomic.Int64 // what is up to this ID is counted; only run changes it
	latency meter.Histogram
	turns   turns

	mu      sync.Mutex
	s       Stats
	trouble bool                     // was told, and not that it is over
	said    map[string]bool          // what is told once
	answers map[int64]webhook.Answer // that are to be noted
}

// poke makes the lane look what has changed.
func (l *lane) poke() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// once tells whether something was not told so far.
func (l *lane) once(what string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.said[what] {
		return false
	}
	if l.said == nil {
		l.said = map[string]bool{}
	}
	l.said[what] = true
	return true
}
