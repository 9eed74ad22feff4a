package app

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// What the search for causes may take. It runs beside the acknowledgements, on the same processor.
const (
	diagnosesPerSecond = 20
	diagnosisShare     = 0.05        // of a core
	diagnosisBurst     = time.Second // of work that may come at once: a handful is explained without a pause
	looksPerSecond     = 10
	diagnosisBatch     = 20  // what is diagnosed before newer ones are looked for
	unexplainedMost    = 200 // read at a time; and of those that earlier runs left, the newest so many are looked at
	diagnosisRetry     = time.Second
	diagnosisRetryMost = 10 * time.Second
	explainedWithin    = 5 * time.Second
)

// diagnoser finds out why callbacks do not verify, the newest first. What it has looked at are the
// callbacks up to after, and those from low to high.
type diagnoser struct {
	a                *App
	after, low, high int64         // IDs
	looks            *rate.Limiter // at the history
	count            *rate.Limiter
	work             Share
	failing          bool // the last step was
}

func newDiagnoser(a *App) *diagnoser {
	return &diagnoser{
		a: a, low: 1, looks: rate.NewLimiter(looksPerSecond, looksPerSecond), count: rate.NewLimiter(diagnosesPerSecond, diagnosesPerSecond),
		work: NewShare(diagnosisShare, cmp.Or(a.o.diagnosisBurst, diagnosisBurst)),
	}
}

// diagnose writes the causes of callbacks into the history until ctx ends.
func (a *App) diagnose(ctx context.Context) error {
	d := newDiagnoser(a)
	wake, stop := a.store.Subscribe()
	defer stop()
	d.try(ctx, d.begin)
	for ctx.Err() == nil {
		more := false
		d.try(ctx, func(ctx context.Context) (err error) {
			more, err = d.look(ctx)
			return err
		})
		if more {
			continue
		}
		select {
		case <-ctx.Done():
		case <-wake:
		}
	}
	return nil
}

// try runs a step until it succeeds or ctx ends, less and less often. It says once that it fails, and
// that it does no more.
func (d *diagnoser) try(ctx context.Context, step func(context.Context) error) {
	for wait := diagnosisRetry; ctx.Err() == nil; wait = min(2*wait, diagnosisRetryMost) {
		err := step(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			if d.failing {
				d.failing = false
				d.a.log.Info("causes of callbacks that do not verify are noted again")
			}
			return
		case !d.failing:
			d.failing = true
			d.a.log.Warn("causes of callbacks that do not verify could not be noted, trying again until it works", "err", err)
		}
		pause(ctx, wait)
	}
}

// begin notes what is served, and passes over all but the newest of what earlier runs left.
func (d *diagnoser) begin(ctx context.Context) error {
	if err := d.a.noteURL(ctx, d.a.publicURL()); err != nil {
		return err
	}
	left, err := d.a.store.Unexplained(ctx, 0, 0, unexplainedMost)
	if err == nil && len(left) == unexplainedMost {
		d.after = left[0].ID - 1
		d.low, d.high = d.after+1, d.after
	}
	return err
}

// look diagnoses a batch: of what came since it looked last, or else of what is older. more says that
// there may be others.
func (d *diagnoser) look(ctx context.Context) (more bool, err error) {
	if err := d.looks.Wait(ctx); err != nil {
		return false, err
	}
	newest, err := d.a.store.NewestCallback(ctx) // before the others are read: none up to it can come later
	if err != nil {
		return false, err
	}
	all, err := d.a.store.Unexplained(ctx, d.high, 0, unexplainedMost)
	if err != nil {
		return false, err
	}
	fresh := len(all) > 0
	if !fresh && d.low > d.after+1 {
		if all, err = d.a.store.Unexplained(ctx, d.after, d.low, unexplainedMost); err != nil {
			return false, err
		}
	}
	own := slices.DeleteFunc(slices.Clone(all), d.a.strange)
	batch := own[max(0, len(own)-diagnosisBatch):]
	if len(batch) > 0 {
		if err := d.explain(ctx, batch); err != nil {
			return false, err
		}
	}
	d.high = max(d.high, newest)
	switch {
	case len(own) > len(batch):
		d.low = batch[0].ID
	case len(all) == unexplainedMost:
		d.low = all[0].ID
	case !fresh:
		d.low = d.after + 1
	}
	if d.low <= d.after+1 {
		d.after, d.low = d.high, d.high+1
		return false, nil
	}
	return true, nil
}

// strange tells whether a callback came to the server of another process that runs on this history, and
// is explained there: it was checked with that server's tokens.
func (a *App) strange(c webhook.Callback) bool {
	return c.ID > a.newest && !a.ours(c.URL)
}

// sameHost compares the host and the port of two URLs, which need not be ones that can be parsed. All
// names of this machine are one.
func sameHost(a, b string) bool {
	a, b = hostOf(a), hostOf(b)
	if a == b {
		return true
	}
	nameA, portA := splitHost(a)
	nameB, portB := splitHost(b)
	return portA == portB && plivo.IsLoopback(nameA) && plivo.IsLoopback(nameB)
}

func splitHost(host string) (name, port string) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return strings.Trim(host, "[]"), ""
	}
	return name, port
}

func hostOf(rawURL string) string {
	_, rest, _ := strings.Cut(rawURL, "://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return strings.ToLower(rest)
}

// explain diagnoses the callbacks of a batch from the last to the first. What was found is written before
// it waits.
func (d *diagnoser) explain(ctx context.Context, batch []webhook.Callback) error {
	known, err := d.a.surroundings(ctx)
	if err != nil {
		return err
	}
	causes := map[int64]string{}
	write := func() error {
		err := d.a.store.SetCauses(ctx, causes)
		clear(causes)
		return err
	}
	for i := len(batch) - 1; i >= 0; i-- {
		if wait := max(d.work.Owed(time.Now()), d.count.Reserve().Delay()); wait > 0 {
			if err := write(); err != nil {
				return err
			}
			if pause(ctx, wait); ctx.Err() != nil {
				return ctx.Err()
			}
		}
		began := time.Now()
		causes[batch[i].ID] = d.cause(batch[i], known)
		ended := time.Now()
		d.work.Spend(ended, ended.Sub(began))
	}
	return write()
}

// cause looks for the cause of one callback. One that verifies now, over the URL that it was judged by,
// came when the token that signed it was not configured: that is its cause. A callback was sent by
// anybody: should the search fail on it, that ends nothing else and is not tried again.
func (d *diagnoser) cause(c webhook.Callback, known surroundings) (cause string) {
	defer func() {
		if r := recover(); r != nil {
			d.a.log.Error("a callback could not be diagnosed", "id", c.ID, "err", fmt.Sprint(r))
			cause = signature.UnknownCause
		}
	}()
	k := known.complete(known.judged(c))
	if signature.Verify(k.Request, k.Tokens).Outcome == signature.Valid {
		return string(signature.CauseToken)
	}
	return signature.Diagnose(k).Cause()
}

// Explained waits until the causes of what came since the history was opened are known; in a flood not
// for all of them.
func (a *App) Explained(ctx context.Context) error {
	wake, stop := a.store.Subscribe()
	defer stop()
	late := time.NewTimer(explainedWithin)
	defer late.Stop()
	for {
		left, err := a.store.Unexplained(ctx, a.newest, 0, unexplainedMost)
		if err != nil || !slices.ContainsFunc(left, func(c webhook.Callback) bool { return !a.strange(c) }) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-late.C:
			return nil
		case <-wake:
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
