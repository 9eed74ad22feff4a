package app

import (
	"context"
	"errors"
	"slices"
	"sync"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// ErrReplaying says that a replay runs already.
var ErrReplaying = errors.New("a replay is running: wait until it is over, or stop it, and begin the next one then")

// shownAttempts is how many of the attempts that ended last a Replaying has.
const shownAttempts = 50

// Replaying is a replay that runs in the background. The App stops it when it ends. Its methods may be called
// from any goroutine.
type Replaying struct {
	run    *replay.Run
	cancel context.CancelFunc
	done   chan struct{}
	sum    replay.Summary // this and err once done is closed
	err    error

	mu   sync.Mutex
	last []webhook.Attempt // oldest first
}

// StartReplay sends what a plan says, in the background, and keeps each attempt in the history. The error
// says why it cannot begin, ErrReplaying that another one runs. ctx bounds the beginning alone.
func (a *App) StartReplay(ctx context.Context, plan ReplayPlan) (*Replaying, error) {
	within, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &Replaying{cancel: cancel, done: make(chan struct{})}
	if err := a.replays.enter(r); err != nil {
		cancel()
		return nil, err
	}
	ctx, ended := context.WithCancel(ctx)
	defer ended()
	defer context.AfterFunc(within, ended)() // the App may end meanwhile
	sender := replay.NewSender(plan.Sender)
	if err := r.prepare(ctx, a, plan, sender); err != nil {
		cancel()
		sender.Close()
		a.replays.leave(r)
		close(r.done)
		return nil, err
	}
	go func() {
		defer cancel()
		r.sum, r.err = r.run.Send(within)
		sender.Close()
		a.replays.leave(r)
		close(r.done)
		a.store.Wake()
	}()
	return r, nil
}

func (r *Replaying) prepare(ctx context.Context, a *App, plan ReplayPlan, sender *replay.Sender) error {
	p, err := a.prepare(ctx, plan)
	if err != nil {
		return err
	}
	p.run.Each = func(ctx context.Context, at *webhook.Attempt) error {
		if err := a.store.KeepAttempt(ctx, at); err != nil {
			return err
		}
		r.ended(*at)
		if plan.Run.Each != nil {
			return plan.Run.Each(ctx, at)
		}
		return nil
	}
	r.run, err = replay.NewRun(sender, p.source, p.build, p.run)
	return err
}

// Progress tells how far it is.
func (r *Replaying) Progress() replay.Progress { return r.run.Progress() }

// Done is closed when everything was sent, or it was stopped and what was on its way has ended.
func (r *Replaying) Done() <-chan struct{} { return r.done }

// Result is what came of it, once Done is closed. The error says why not all was sent; it is context.Canceled
// after Stop, and where the App ended.
func (r *Replaying) Result() (replay.Summary, error) {
	select {
	case <-r.done:
		return r.sum, r.err
	default:
		return replay.Summary{}, nil
	}
}

// Stop ends it at once, what is on its way too. It does not wait; Done tells.
func (r *Replaying) Stop() { r.cancel() }

// Last gives the attempts that ended last, at most 50, the newest first.
func (r *Replaying) Last() []webhook.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := slices.Clone(r.last)
	slices.Reverse(last)
	return last
}

func (r *Replaying) ended(a webhook.Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.last) == shownAttempts {
		r.last = slices.Delete(r.last, 0, 1)
	}
	r.last = append(r.last, a)
}

// replays is the replay that runs, of which there is one at a time.
type replays struct {
	mu      sync.Mutex
	running *Replaying
	over    bool // none begins any more
}

func (rs *replays) enter(r *Replaying) error {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	switch {
	case rs.over:
		return errors.New("no replay can begin, for the program is ending")
	case rs.running != nil:
		return ErrReplaying
	}
	rs.running = r
	return nil
}

func (rs *replays) leave(r *Replaying) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.running == r {
		rs.running = nil
	}
}

// end stops the replay that runs and waits for it; none begins after it.
func (rs *replays) end() {
	rs.mu.Lock()
	rs.over = true
	r := rs.running
	rs.mu.Unlock()
	if r != nil {
		r.Stop()
		<-r.done
	}
}
