package cli

import (
	"context"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/junit"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// tail prints each callback once, in the order of the history.
type tail struct {
	a       *app.App
	p       *printer
	end     *listenEnd
	notices *noticePrinter
	follows *store.Follower
	wake    <-chan struct{}
	close   func()
	unheld  func() // ends that what is recorded is held to be printed
	last    int64  // ID of the last callback that was there before, or was printed
	printed int
	met     bool             // what end waits for has come
	claimed webhook.Callback // the last that says so without a valid signature; of ID 0 where none does
	looking app.Share
	read    time.Time     // when the history was asked last
	report  *junit.Report // of --junit; nil for none

	announce  func() error // says that the server is ready
	announced bool
	changed   int // number of the last change of the tunnel that was printed

	silent silences

	unchecked []webhook.Callback // printed, and not looked at for what end waits for
	unread    string             // why the history could not be read when it was asked last

	forwards bool
	sent     int64 // ID of the last attempt to forward that was there before, or was printed
}

// tailPause is the least time between two questions to the history: what comes within it is read together. The
// first callback after a pause is printed at once.
const tailPause = 25 * time.Millisecond

// What diagnosing callbacks for the screen may take: in a flood the others are printed without, so that
// printing keeps up.
const (
	lookingShare = 0.2
	lookingBurst = 500 * time.Millisecond
)

// newTail starts after the newest callback that there is now. It has to be called before the server
// takes requests.
func newTail(ctx context.Context, s Streams, a *app.App, p *printer, end *listenEnd) (*tail, error) {
	newest, err := a.Callbacks(ctx, store.Window{Limit: 1})
	if err != nil {
		return nil, err
	}
	t := &tail{a: a, p: p, end: end, notices: newNotices(s), looking: app.NewShare(lookingShare, lookingBurst)}
	if len(newest) > 0 {
		t.last = newest[0].ID
	}
	if t.forwards = len(a.Status().Routes) > 0; t.forwards {
		if t.sent, err = a.NewestAttempt(ctx); err != nil {
			return nil, err
		}
	}
	if err := t.looksForSilence(ctx); err != nil {
		return nil, err
	}
	t.follows, t.unheld = a.FollowCallbacks()
	var unsubscribe func()
	t.wake, unsubscribe = a.Subscribe()
	t.close = func() { unsubscribe(); t.unheld() }
	return t, nil
}

// follow prints callbacks as they come until end is met or ctx ends.
func (t *tail) follow(ctx context.Context) error {
	look := time.NewTicker(silencePause)
	defer look.Stop()
	for {
		more, err := t.print(ctx)
		if err, patient := t.awaits(ctx, err); err != nil || t.met {
			return stopped(ctx, err)
		} else if more || patient {
			continue
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-t.wake:
		case <-look.C:
			if t.silent.stale {
				if err, _ := t.awaits(ctx, t.printSilences(ctx)); err != nil {
					return stopped(ctx, err)
				}
			}
			continue
		}
		if err := t.breathe(ctx); err != nil {
			return err
		}
	}
}

// breathe waits until the history may be asked again.
func (t *tail) breathe(ctx context.Context) error {
	wait := time.Until(t.read.Add(tailPause))
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// rest prints what is left when no more can come.
func (t *tail) rest(ctx context.Context) error {
	t.unheld() // there is no wake any more for what another process wrote
	for {
		more, err := t.print(ctx)
		if err != nil || t.met {
			return err
		}
		if !more {
			return t.printSilences(ctx)
		}
	}
}

// tailPage is how many callbacks are read at a time.
const tailPage = 500

// print prints what has come since, a page at the most; more says that there may be another.
func (t *tail) print(ctx context.Context) (more bool, err error) {
	t.notices.print(t.a.Status().Notices)
	if err := t.printTunnel(); err != nil {
		return false, err
	}
	t.read, t.silent.stale = time.Now(), true
	rows, err := t.follows.Callbacks(ctx, t.last, tailPage)
	if err != nil {
		return false, &unreadError{err}
	}
	more = len(rows) == tailPage
	if len(rows) > 0 {
		t.last = rows[len(rows)-1].ID
	}
	// What another process reads from a file into this history did not come to a server.
	rows = slices.DeleteFunc(rows, func(c webhook.Callback) bool { return c.Imported })
	if left := t.end.count - t.printed; t.end.count > 0 && len(rows) >= left {
		rows, t.met = rows[:left], true
	}
	err = t.p.lines.together(func() error {
		for _, c := range rows {
			d := t.diagnose(ctx, &c)
			if err := t.p.callback(c, d); err != nil {
				return err
			}
			t.reportSignature(c, d)
			t.printed++
		}
		return nil
	})
	t.unchecked = append(t.unchecked, rows...)
	if err == nil && t.endsSilence(rows) {
		err = t.printSilences(ctx)
	}
	if err == nil {
		err = t.printForwarded(ctx)
	}
	if err != nil || t.met {
		return false, err
	}
	for _, c := range t.unchecked {
		if claims(c, plivo.Status(t.end.until)) {
			t.claimed = c
		}
	}
	if t.met, err = untilMet(ctx, t.a, t.unchecked, plivo.Status(t.end.until)); err != nil {
		return false, &unreadError{err}
	}
	t.unchecked = t.unchecked[:0]
	return more, nil
}

// diagnose says why c does not verify, and notes the cause in it; nil where it does, and where there is no
// time to look.
func (t *tail) diagnose(ctx context.Context, c *webhook.Callback) *signature.Diagnosis {
	switch outcome := c.Verdict.Outcome; {
	case outcome == signature.Missing && c.Verdict.Header == "":
		// Not signed at all: its headers say all there is, at once. As the history has it, that is no cause.
		d := signature.Diagnose(signature.Case{Request: signature.Request{Method: c.Method, URL: c.URL, Header: c.Header}})
		return &d
	case outcome != signature.Missing && outcome != signature.Invalid:
		return nil
	}
	began := time.Now()
	if t.looking.Owed(began) > 0 {
		return nil
	}
	e, err := t.a.ExamineCallback(ctx, c.ID)
	ended := time.Now()
	t.looking.Spend(ended, ended.Sub(began))
	if err != nil || e.Verdict.Outcome == signature.Valid {
		return nil
	}
	c.Cause = e.Diagnosis.Cause()
	return &e.Diagnosis
}

// untilMet looks whether a message of these callbacks has come to the status waited for.
func untilMet(ctx context.Context, a *app.App, rows []webhook.Callback, want plivo.Status) (bool, error) {
	if want == "" {
		return false, nil
	}
	var uuids []string
	for _, c := range rows {
		if uuid := c.Report.MessageUUID(); uuid != "" {
			uuids = append(uuids, uuid)
		}
	}
	if len(uuids) == 0 {
		return false, nil
	}
	ms, err := a.MessagesByUUID(ctx, uuids)
	for _, m := range ms {
		if ok, _ := app.Reached([]plivo.Message{m}, want); ok {
			return true, err
		}
	}
	return false, err
}

// stopped prefers the reason for which ctx ended over the error that its end caused.
func stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
