package cli

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/junit"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// replayJob builds requests and prints what comes of them.
type replayJob struct {
	s       Streams
	options replay.Options
	expect  expectations
	made    *app.Scenario                                 // of trigger; nil for callbacks of a history
	keep    func(context.Context, *webhook.Attempt) error // in the history; nil where none is at hand

	report *junit.Report // of --junit; nil for none

	mu       sync.Mutex // of what follows: attempts end on several goroutines
	p        *printer
	forged   warned // signed, though nobody knows who sent them
	altered  warned // with signatures that cannot match any more
	unmet    unmet
	reported int // attempts
}

// build makes one request, and says before it goes what the signatures of the original cannot cover.
func (j *replayJob) build(cb webhook.Callback) (replay.Request, error) {
	o := j.options
	if j.made != nil {
		o = j.made.Options(cb, o)
	}
	r, err := replay.Build(cb, o)
	if err != nil && j.made != nil {
		err = &stepError{cb.Scenario, cb.Step, err}
	}
	forged := j.made == nil && o.Mode == webhook.Resigned && (cb.Verdict.Outcome == signature.Invalid || cb.Verdict.Outcome == signature.Missing)
	if err != nil || !r.Unverified && !forged {
		return r, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case forged:
		if j.forged.first(cb.ID) {
			j.s.say("warning: callback %d had no signature that matches when it came, and is signed all the same: anybody could have sent it; --as-captured sends it as it came, --filter sig:valid only what verified", cb.ID)
		}
	default:
		if j.altered.first(cb.ID) {
			j.s.say("warning: callback %d goes as captured to another path or query, or edited, so its signatures cannot match any more; send it re-signed, or to the same path", cb.ID)
		}
	}
	return r, nil
}

// stepError is why a step of a scenario could not be sent.
type stepError struct {
	scenario string
	step     int
	err      error
}

func (e *stepError) Error() string { return e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

// send sends everything and sums up.
func (j *replayJob) send(ctx context.Context, source replay.Source, o replay.RunOptions, so replay.SenderOptions) error {
	sender := replay.NewSender(so)
	defer sender.Close()
	o.Each = func(ctx context.Context, a *webhook.Attempt) error {
		if j.keep != nil {
			if err := j.keep(ctx, a); err != nil {
				return err
			}
		}
		return j.attempt(a)
	}
	var unprinted error // of a skipped one
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	o.Skipped = func(id int64, err error) {
		if failed := j.skipped(id, err); failed != nil {
			j.mu.Lock()
			unprinted = failed
			j.mu.Unlock()
			cancel(failed)
		}
	}
	if o.Shuffle {
		o.Seed = rand.Uint64()
	}
	run, err := replay.NewRun(sender, source, j.build, o)
	if err != nil {
		return err
	}
	defer j.report.Abandon()
	sum, err := run.Send(ctx)
	j.warnOfAll()
	planned := run.Progress().Total
	j.reportEnd(sum, planned, err)
	if errors.Is(err, errReaderGone) || errors.Is(err, errNotPrinted) || unprinted != nil {
		err = errors.Join(unprinted, err)
	} else if failed := j.summary(sum, planned, err != nil); failed != nil || err != nil {
		err = errors.Join(err, failed)
	} else {
		err = j.outcome(sum)
	}
	return errors.Join(err, j.report.Close(time.Now()))
}

// attempt prints what came of one request, and holds it against what is expected.
func (j *replayJob) attempt(a *webhook.Attempt) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.unmet.count(j.expect, a)
	shown := j.p.mask.Attempt(*a) // the answer may repeat what was sent
	j.reportAttempt(shown)
	if j.p.json {
		line, err := attemptLine(shown)
		if err != nil {
			return err
		}
		return j.p.lines.write(line)
	}
	return j.attemptText(shown)
}

// outcome is the error that the exit code is made from: what was not met goes before what was not answered,
// and that before what was not sent.
func (j *replayJob) outcome(sum replay.Summary) error {
	failed := int64(0)
	for _, n := range sum.Failures {
		failed += n
	}
	switch why := j.unmet.sentence(j.expect, sum.Requests); {
	case why != "":
		return withCode(exitUnmet, errors.New(why))
	case failed > 0:
		return withCode(exitUpstream, fmt.Errorf("%d of %s got no answer: %s", failed, plural(int(sum.Requests), "request"), j.unmet.failure))
	case sum.Skipped > 0:
		return fmt.Errorf("%s could not be sent: %s", plural(int(sum.Skipped), "callback"), sum.Problem)
	}
	return nil
}

// dry prints the requests, each once, and sends nothing.
func (j *replayJob) dry(ctx context.Context, source replay.Source) error {
	defer j.warnOfAll()
	skipped, first := 0, error(nil)
	for i := range source.Len {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		cb, err := source.Load(ctx, i)
		var r replay.Request
		if err == nil {
			r, err = j.build(cb)
		}
		if err != nil {
			if skipped++; first == nil {
				first = err
			}
			if err := j.skipped(cb.ID, err); err != nil {
				return err
			}
			continue
		}
		if err := j.request(i > 0, r); err != nil {
			return err
		}
	}
	if skipped > 0 {
		return fmt.Errorf("%s cannot be sent: %w", plural(skipped, "callback"), first)
	}
	return nil
}
