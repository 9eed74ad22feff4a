package forward

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"dev.internal/plivoscope/internal/webhook"
)

const (
	workers  = 8    // requests of a route on their way at once
	heldMost = 1024 // callbacks that a lane holds: the IDs alone of those that do not go soon
	pageSize = 256  // of the heads that are read at a time
)

// pace is how often things are done.
type pace struct {
	look        time.Duration // the least time from a look at the history that finds much to the next
	save        time.Duration // the least time between two savings of the progress
	beat        time.Duration // and the most
	retry       time.Duration // after a failure of the history, or while another process has the route
	grace       time.Duration // for what is in flight at the end
	first, most time.Duration // until a callback is tried again, and while no connection can be made the most is probe
	probe       time.Duration
}

var usualPace = pace{
	look: 20 * time.Millisecond, save: 200 * time.Millisecond, beat: 2 * time.Second, retry: time.Second,
	grace: 5 * time.Second, first: 500 * time.Millisecond, most: 30 * time.Second, probe: 5 * time.Second,
}

// much is how many callbacks are enough for a look at the history.
const much = 16

// rest is the least time to the next look after one that found so many callbacks: what comes singly goes at once, and
// in a flood a look reads what came in many commits.
func (p pace) rest(found int) time.Duration {
	return p.look * time.Duration(min(found, much)) / much
}

// claim makes the route this process's.
func (l *lane) claim(ctx context.Context) error {
	c, err := l.f.o.Store.ClaimRoute(ctx, l.route.Name)
	l.lost = err != nil
	l.count(func(s *Stats) { s.Elsewhere = l.lost })
	if err != nil {
		return err
	}
	l.q, l.claimed, l.read, l.ahead = newQueue(), c, c.Read, 0
	l.counted.Store(c.Read)
	l.unread, l.resumed, l.dirty = true, !c.Known, true
	return nil
}

// run serves the route until ctx ends; while another process has it, it waits for it.
func (l *lane) run(ctx context.Context) {
	for ctx.Err() == nil {
		if l.lost {
			if l.once("taken") {
				l.tell(slog.LevelWarn, "is done by another process on this history; this one goes on when that one ends.")
			}
			if err := l.claim(ctx); err != nil {
				pause(ctx, l.f.pace.retry)
				l.noteLast(ctx) // this server's callbacks are answered all the same
				continue
			}
			l.tell(slog.LevelInfo, "is done by this process from now on.")
		}
		l.serve(ctx)
	}
	l.noteLast(ctx) // what was given while the ones before were written
}

// noteLast writes the answers that were given, also when ctx has ended.
func (l *lane) noteLast(ctx context.Context) {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer cancel()
	if err := l.noteAnswers(within); err != nil {
		l.f.o.Logger.Warn("what callbacks were answered could not be noted", "route", l.route.Name, "err", err)
	}
}

func (l *lane) serve(ctx context.Context) {
	wake, stop := l.f.o.Store.SubscribeCallbacks()
	defer stop()
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	ended, saved := make(chan ended), make(chan error, 1)
	timer := time.NewTimer(0)
	defer timer.Stop()
	var lookAt, saveAt time.Time
	saving := false
	l.begin(ctx)
	for ctx.Err() == nil && !l.lost {
		now := time.Now()
		if l.unread && !now.Before(lookAt) {
			found, more := l.look(ctx)
			if lookAt = now.Add(l.f.pace.rest(found)); more {
				lookAt = now
			}
			if l.failing {
				lookAt = now.Add(l.f.pace.retry)
			}
		}
		l.start(work, now, ended)
		if !saving && !now.Before(saveAt) {
			saving = true
			save := l.saving(context.WithoutCancel(ctx), l.f.o.Store.KeepProgress)
			go func() { saved <- save() }()
			saveAt = now.Add(l.f.pace.beat)
		}
		timer.Reset(time.Until(l.next(now, lookAt, saveAt, saving)))
		select {
		case <-ctx.Done():
		case <-wake:
			l.unread = true
		case e := <-ended:
			l.take(e)
		case err := <-saved:
			saving = false
			l.saved(err)
		case <-l.changed:
		case <-timer.C:
		}
		if l.toSave() {
			saveAt = earlier(saveAt, time.Now().Add(l.f.pace.save))
		}
	}
	if saving {
		l.saved(<-saved)
	}
	l.end(ctx, cut, ended)
}

// next is when there is something to do, if nothing happens before.
func (l *lane) next(now, lookAt, saveAt time.Time, saving bool) time.Time {
	at := now.Add(l.f.pace.beat)
	if !saving {
		at = earlier(at, saveAt)
	}
	if l.unread {
		at = earlier(at, lookAt)
	}
	due, some := l.q.due()
	switch {
	case !some || l.f.paused.Load() || l.flying >= workers:
	case l.downs == 0:
		at = earlier(at, due)
	case l.flying == 0:
		if due.Before(l.hold) {
			due = l.hold
		}
		at = earlier(at, due)
	}
	return at
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// start lets callbacks go whose turn it is.
func (l *lane) start(ctx context.Context, now time.Time, to chan<- ended) {
	if l.f.paused.Load() {
		return
	}
	for l.flying < workers {
		if l.downs > 0 && (l.flying > 0 || now.Before(l.hold)) {
			return
		}
		j := l.q.next(now)
		if j == nil {
			return
		}
		l.flying++
		l.count(func(s *Stats) {
			s.InFlight++
			if j.tries > 0 {
				s.Retries++
			}
		})
		go func() { to <- l.try(ctx, j) }()
	}
}

// ended is what came of a job.
type ended struct {
	job     *job
	attempt *webhook.Attempt // nil where none was made
	err     error            // why it cannot be sent; with failed why it could not be read
	failed  bool             // the history did
}

// try sends a callback once.
func (l *lane) try(ctx context.Context, j *job) ended {
	c := j.whole
	j.whole = nil
	if c == nil {
		read, found, err := l.f.o.Store.Callback(ctx, j.id)
		switch {
		case err != nil:
			return ended{job: j, err: err, failed: true}
		case !found:
			return ended{job: j, err: errGone}
		}
		c = &read
	}
	r, err := l.build(c)
	if err != nil {
		return ended{job: j, err: err}
	}
	a := l.send(ctx, l.f.sender, r, keepWithin)
	a.Body, a.Answer.Body = nil, nil
	return ended{job: j, attempt: &a}
}

var (
	errGone = errors.New("removed from the history meanwhile; --keep keeps more of those that verify")
	errCut  = errors.New("its body was longer than what is kept of one, and Plivo was told so")
)

// take notes what came of a job.
func (l *lane) take(e ended) {
	l.flying--
	l.count(func(s *Stats) { s.InFlight-- })
	j, now := e.job, time.Now()
	switch {
	case e.failed:
		l.q.again(j, now.Add(l.f.pace.retry))
		return
	case e.err != nil:
		l.finish(j)
		l.unsent(j.id, e.err)
		return
	}
	switch f := fateOf(e.attempt); f {
	case stopped:
		l.q.again(j, time.Time{})
	case unconnected:
		if !now.Before(l.hold) { // the others that were in flight with it tell nothing new
			l.downs++
			l.hold = now.Add(backOff(l.downs, l.f.pace.first/2, l.f.pace.probe))
		}
		l.failedOnce(j)
		l.q.again(j, time.Time{})
		l.fell(e.attempt, true)
	case unanswered:
		if e.attempt.Answer.Status != 0 {
			l.downs, l.hold = 0, time.Time{}
		}
		l.failedOnce(j)
		l.q.again(j, now.Add(waitAsked(e.attempt, backOff(j.tries, l.f.pace.first, l.f.pace.most))))
		l.fell(e.attempt, true)
	default:
		l.downs, l.hold = 0, time.Time{}
		if j.tries > 0 {
			l.q.hurry() // what made it fail may be over for the others too
		}
		l.finish(j)
		l.rose(e.attempt, f == refused)
	}
}

func (l *lane) failedOnce(j *job) {
	if j.tries++; j.tries == 1 {
		l.count(func(s *Stats) { s.Retrying++ })
	}
}

// finish ends a job.
func (l *lane) finish(j *job) {
	l.q.done(j)
	l.dirty = true
	if j.tries > 0 {
		l.count(func(s *Stats) { s.Retrying-- })
	}
	if len(l.q.open) <= heldMost/2 && l.read < l.counted.Load() {
		l.unread = true
	}
}

// end waits for what is in flight, cuts it off when it takes too long, and lets the route go.
func (l *lane) end(ctx context.Context, cut context.CancelFunc, from <-chan ended) {
	grace := time.NewTimer(l.f.pace.grace)
	defer grace.Stop()
	if l.lost {
		cut()
	}
	for l.flying > 0 {
		select {
		case e := <-from:
			l.take(e)
		case <-grace.C:
			cut()
		}
	}
	if l.lost {
		// What is held is the other process's.
		l.count(func(s *Stats) { s.Retrying, s.Came = 0, s.ended() })
		return
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer cancel()
	l.saved(l.saving(within, l.f.o.Store.ReleaseRoute)())
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
