package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
)

const (
	watchBeat    = time.Second
	watchAtOnce  = 500              // messages that are looked at in one beat
	watchThere   = 10 * time.Second // how often it is written down that the watch is there
	watchGap     = 30 * time.Second // without that it was not
	watchCount   = 5 * time.Second  // how often what is missed is counted while nothing is done here
	sendingFor   = 10 * time.Minute // after that nobody waits for the answer to a send
	asksASecond  = 2                // of Plivo, which allows 60 of all requests
	asksOfOurs   = 200              // of a simulator
	holdLeast    = 5 * time.Second
	lookAgain    = time.Minute      // for a cause that is not known
	lookSeldom   = time.Hour        // at what the simulator does not know
	lookFor      = 15 * time.Minute // after the API's answer
	holdMost     = 5 * time.Minute
	holdRefused  = 10 * time.Minute // where the credentials are refused
	holdTooMany  = 30 * time.Second
	watchFailing = "messages without callbacks could not be looked after, trying again"
)

// WatchStatus is what the watch over messages without callbacks has found.
type WatchStatus struct {
	Silent    int       // messages of which a callback is missed
	Lost      int       // of these: the API knows an end
	HeldUntil time.Time // the API is not asked before; zero where it may be
	Problem   string    // why not, in a sentence
}

// watcher looks after messages that were accepted and of which no callback comes: it notes the likely cause,
// and asks the API, seldom, what it knows. All that it knows is in the history, so that a restart repeats no
// request. One process of a history watches: the one that has the lease.
type watcher struct {
	a       *App
	tempo   tempo
	refused *refusals
	asks    *rate.Limiter
	seen    int64 // messages up to this ID were looked over
	begun   bool
	noted   time.Time // when the history was told that the watch is there

	held    time.Time     // the API is not asked before
	hold    time.Duration // the last pause
	problem string
	status  WatchStatus
	counted time.Time
	before  int  // messages that were silent when it began: an earlier run told of them
	known   bool // status was counted once
}

func newWatcher(a *App) *watcher {
	w := &watcher{a: a, asks: a.askLimit()}
	if a.server != nil {
		w.refused = &refusals{answered: a.server.Stats}
	}
	return w
}

// askLimit is how fast the API is asked for messages.
func (a *App) askLimit() *rate.Limiter {
	if a.simulated() {
		return rate.NewLimiter(asksOfOurs, asksOfOurs)
	}
	return rate.NewLimiter(asksASecond, asksASecond)
}

// watch looks after messages until ctx ends.
func (a *App) watch(ctx context.Context) error {
	w := newWatcher(a)
	tick := time.NewTicker(a.beat)
	defer tick.Stop()
	failing := false
	for ctx.Err() == nil {
		err := w.step(ctx)
		if ctx.Err() != nil {
			break
		}
		if err != nil && !failing {
			a.log.Warn(watchFailing, "err", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	if w.begun || a.leased.Load() { // from now on nobody is there
		if err := w.end(context.WithoutCancel(ctx), a.now()); err != nil {
			a.log.Warn("the end of the watch over messages was not noted", "err", err)
		}
	}
	return nil
}

func (w *watcher) step(ctx context.Context) error {
	now := w.a.now()
	if w.refused != nil {
		if r, some := w.refused.sample(now); some {
			// Where it cannot be written, this process knows it all the same.
			if err := w.a.store.NoteRefusal(ctx, r); err != nil && ctx.Err() == nil {
				w.a.log.Warn("refused requests were not noted", "err", err)
			}
		}
	}
	if !w.a.leased.Load() {
		w.begun = false // another process watches, and is further by now
		return nil
	}
	if !w.begun {
		if err := w.begin(ctx, now); err != nil {
			return err
		}
	}
	if err := w.lookOver(ctx, now); err != nil {
		return err
	}
	due, err := w.a.store.Due(ctx, now, watchAtOnce)
	if err != nil {
		return err
	}
	if len(due) > 0 {
		if err := w.attend(ctx, now, due); err != nil {
			return err
		}
	}
	return w.count(ctx, now, len(due) > 0)
}

// begin goes on where the watch of an earlier run ended, but for what is too old. That nobody was there
// meanwhile is why callbacks did not come then.
func (w *watcher) begin(ctx context.Context, now time.Time) error {
	s := w.a.store
	state, err := s.WatchState(ctx)
	if err != nil {
		return err
	}
	first, err := s.FirstSince(ctx, now.Add(-watchedFor))
	if err != nil {
		return err
	}
	if gap := now.Sub(state.There); !state.There.IsZero() && gap > watchGap {
		if err := s.NoteOutage(ctx, state.There, now, plivo.NotRunning); err != nil {
			return err
		}
	}
	missed, err := s.Missed(ctx, now.Add(-watchedFor))
	if err != nil {
		return err
	}
	w.before = missed.Silent
	w.seen, w.begun = max(state.Seen, first-1), true
	return w.note(ctx, now, nil)
}

// end notes when the watch was there last, also where its run was over before it had begun.
func (w *watcher) end(ctx context.Context, now time.Time) error {
	if !w.begun {
		return w.begin(ctx, now)
	}
	return w.note(ctx, now, nil)
}

func (w *watcher) note(ctx context.Context, now time.Time, found []store.Watched) error {
	if err := w.a.store.NoteWatch(ctx, store.WatchState{Seen: w.seen, There: now}, found); err != nil {
		return err
	}
	w.noted = now
	return nil
}

// lookOver finds messages that are old enough to be final and are not.
func (w *watcher) lookOver(ctx context.Context, now time.Time) error {
	for {
		ms, upTo, err := w.a.store.Unfinished(ctx, w.seen, now.Add(-leastPatience))
		if err != nil {
			return err
		}
		if upTo == w.seen {
			break
		}
		w.seen = upTo
		if len(ms) == 0 {
			continue
		}
		if err := w.tempo.refresh(ctx, w.a.store, now); err != nil {
			return err
		}
		found := make([]store.Watched, len(ms))
		for i, m := range ms {
			found[i] = store.Watched{MessageID: m.ID, Due: heard(m).Add(w.tempo.patience(m))}
		}
		if err := w.note(ctx, now, found); err != nil {
			return err
		}
	}
	if now.Sub(w.noted) >= watchThere {
		return w.note(ctx, now, nil)
	}
	return nil
}

// attend looks at messages that are due: first whether a callback is missed of each, then the API is asked
// about as many as may be now. The others stay due.
func (w *watcher) attend(ctx context.Context, now time.Time, due []store.Watched) error {
	ids := make([]int64, len(due))
	for i, d := range due {
		ids[i] = d.MessageID
	}
	ms, err := w.a.store.MessagesByID(ctx, ids)
	if err != nil {
		return err
	}
	byID := make(map[int64]plivo.Message, len(ms))
	for _, m := range ms {
		byID[m.ID] = m
	}
	if err := w.tempo.refresh(ctx, w.a.store, now); err != nil {
		return err
	}
	j, err := newJudge(ctx, w.a.store, now, w.a.servedURL(), w.a.listenURL, w.a.life(), w.refused)
	if err != nil {
		return err
	}
	var changed, missed []store.Watched
	for _, d := range due {
		m, there := byID[d.MessageID]
		was := d
		if d.Due = w.missedAt(m, there, now); d.Due.Equal(now) {
			d.Due = was.Due
			if m.Silence.Cause == "" || m.UpdatedAt.After(m.Silence.At) {
				if d.Silence, err = j.silence(ctx, m); err != nil {
					return err
				}
			}
			missed = append(missed, d)
		}
		if d != was {
			changed = append(changed, d)
		}
	}
	if err := w.a.store.NoteWatched(ctx, changed...); err != nil {
		return err
	}
	for _, d := range missed {
		if err := w.ask(ctx, now, j, byID[d.MessageID], d); err != nil {
			return err
		}
	}
	return nil
}

// missedAt is when a callback of a message is missed: now, later, or never.
func (w *watcher) missedAt(m plivo.Message, there bool, now time.Time) time.Time {
	switch {
	case !there || m.Done() || m.Refusal != "" && !m.Unclear:
		return time.Time{}
	case m.UUID == "" && m.Unclear && now.Sub(m.CreatedAt) < watchedFor:
		return now.Add(usualPatience) // it may yet be found at Plivo
	case m.UUID == "":
		if now.Sub(m.CreatedAt) > sendingFor {
			return time.Time{}
		}
		return now.Add(leastPatience)
	}
	if at := heard(m).Add(w.tempo.patience(m)); at.After(now) {
		return at
	}
	return now
}

// ask asks the API about a message, where that may be now, and judges anew with what it said.
func (w *watcher) ask(ctx context.Context, now time.Time, j *judge, m plivo.Message, d store.Watched) error {
	known := d
	outlived := j.life.outlived(m)
	if outlived || m.Provider.Asked > 0 && j.life.nextAsk(m, now).IsZero() {
		var err error
		if outlived {
			d.Provider.Problem = "" // the silence says it
		}
		if d.Silence, err = j.again(ctx, m, known); err != nil {
			return err
		}
		d.Due = j.life.nextLook(m, d, now)
		return w.a.store.NoteWatched(ctx, d)
	}
	if now.Before(w.held) || !w.asks.Allow() {
		return nil // it stays due
	}
	r, err := lookUp(ctx, w.a.api, j.life, m)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		w.reached()
		asked(&d.Provider, now, r)
	case notTold(&d.Provider, now, err):
		w.unreached(now, err)
		d.Due = w.held
		return w.a.store.NoteWatched(ctx, d)
	default:
		w.reached()
	}
	m.Provider = d.Provider
	if errors.Is(err, errForgotten) {
		m.Silence = forgottenAt(now)
	}
	if d.Silence, err = j.again(ctx, m, known); err != nil {
		return err
	}
	d.Due = j.life.nextLook(m, d, now)
	return w.a.store.NoteWatched(ctx, d)
}

func (w *watcher) reached() { w.held, w.hold, w.problem = time.Time{}, 0, "" }

// unreached holds the questions back for a while: longer each time, and for minutes where the account is
// refused. The user is told of what lasts until he does something.
func (w *watcher) unreached(now time.Time, err error) {
	w.hold = min(max(2*w.hold, holdLeast), holdMost)
	wait := w.hold
	var e *api.Error
	if errors.As(err, &e) {
		switch e.Kind {
		case api.Credentials:
			wait = holdRefused
		case api.RateLimited:
			wait = max(wait, holdTooMany)
		}
		if e.Kind == api.Credentials && w.problem == "" {
			w.a.Notify(Warning, "What became of messages without callbacks cannot be told: "+err.Error())
		}
	}
	w.held, w.problem = now.Add(wait), err.Error()
	w.a.log.Info("API not asked for a while", "until", w.held, "err", err)
}

// count brings Status.Watch up to date.
func (w *watcher) count(ctx context.Context, now time.Time, changed bool) error {
	was := w.status
	is := was
	if changed || now.Sub(w.counted) >= watchCount {
		missed, err := w.a.store.Missed(ctx, now.Add(-watchedFor))
		if err != nil {
			return err
		}
		is.Silent, is.Lost, w.counted = missed.Silent, missed.Lost, now
	}
	is.HeldUntil, is.Problem = w.held, w.problem
	if is == was {
		return nil
	}
	w.status = is
	told := was.Silent
	if !w.known {
		told, w.known = w.before, true
	}
	// The embedded simulator keeps silent where its fates ask for it: the sign in the list is enough.
	if is.Silent > told && !w.a.simulated() {
		w.a.Notify(Warning, fmt.Sprintf("Callbacks are missed now of %s: what is likely the matter stands with each, and plivoscope reconcile asks what became of them.", messagesOf(is.Silent)))
	}
	w.a.watched.Store(&is)
	w.a.store.Wake()
	return nil
}

func messagesOf(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}
