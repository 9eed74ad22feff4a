package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
)

// Restored is what came of an application that was owed its former message_url.
type Restored struct {
	store.Custody
	Found   bool   // the API said what the application has
	Present string // its message_url as it was found; empty for none
	// Outcome is empty where it is owed still: Err says why, or the application is held by another process.
	Outcome store.Outcome
	Err     error
}

// String says what was found and done, as a sentence without a full stop.
func (r Restored) String() string {
	name := named(r.AppID, r.AppName)
	switch {
	case r.Err != nil && r.Former == "":
		return fmt.Sprintf("the message_url of application %s could not be taken out, where none was before: %v", name, r.Err)
	case r.Err != nil:
		return fmt.Sprintf("the message_url of application %s could not be put back to %s: %v", name, urlOrNone(r.Former), r.Err)
	case r.Outcome == "":
		return fmt.Sprintf("process %d, which runs, has application %s attached: it was left as it is, and --yes takes it away", r.PID, name)
	case r.Outcome == store.Changed:
		return fmt.Sprintf("the message_url of application %s was changed to %s by somebody else: that stays, and %s was not put back", name, urlOrNone(r.Present), urlOrNone(r.Former))
	case r.Outcome == store.Gone:
		return fmt.Sprintf("application %s is not there any more: nothing is left to put back", name)
	case r.Outcome == store.NotNeeded:
		return fmt.Sprintf("application %s has its former message_url already: %s", name, urlOrNone(r.Former))
	case r.Former == "":
		return fmt.Sprintf("application %s has no message_url again", name)
	default:
		return fmt.Sprintf("the message_url of application %s is %s again", name, urlOrNone(r.Former))
	}
}

// putBack gives an application its former message_url, if it has one of ours still. What somebody else set stays.
func putBack(ctx context.Context, history *store.Store, client *api.Client, owed store.Custody) Restored {
	r := Restored{Custody: owed}
	app, err := client.Application(ctx, owed.AppID)
	if err == nil {
		r.Found, r.Present = true, app.MessageURL
	}
	var refused *api.Error
	switch {
	case errors.As(err, &refused) && refused.Status == 404:
		r.Outcome = store.Gone
	case err != nil:
		r.Err = err
		return r
	case oneOf(owed.Ours, app.MessageURL):
		r.Outcome = store.PutBack
		if err := point(ctx, client, owed.AppID, owed.Former, owed.FormerMethod); err != nil {
			r.Outcome, r.Err = "", err
			return r
		}
	case sameURL(app.MessageURL, owed.Former):
		r.Outcome = store.NotNeeded
	default:
		r.Outcome = store.Changed
	}
	if err := history.EndCustody(ctx, owed.ID, r.Outcome); err != nil {
		r.Err = fmt.Errorf("it was done, but could not be written down: %w", err)
	}
	return r
}

// settle puts back at the start what a run left that did not end well. What is to be attached is left to that.
func (c *custodian) settle(ctx context.Context) {
	all, err := c.a.store.Custodies(ctx, c.a.authID)
	if err != nil || len(all) == 0 {
		if err != nil && ctx.Err() == nil {
			c.a.Notify(Warning, err.Error())
		}
		return
	}
	target := ""
	if c.a.o.Attach.wanted() {
		app, err := c.a.target(ctx)
		if err != nil {
			return // which of them is meant is not known: the end puts back what is left
		}
		target = app.ID
	}
	for _, owed := range all {
		if ctx.Err() != nil {
			return // the end goes on with it
		}
		if owed.Held || owed.AppID == target {
			continue
		}
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.within)
		r := putBack(within, c.a.store, c.a.api, owed)
		cancel()
		if r.Err != nil {
			c.a.Notify(Warning, fmt.Sprintf("An earlier run was not ended well: %s. Run it again by: %s", r, c.a.repair()))
			continue
		}
		c.a.Notify(Info, fmt.Sprintf("An earlier run was not ended well: %s.", r))
	}
}

// putBackAll puts back at the end what is owed by this process, or by one that is gone. The error is what this one
// could not.
func (c *custodian) putBackAll(ctx context.Context) error {
	all, err := c.a.store.Custodies(ctx, c.a.authID)
	if err != nil {
		if !c.owes {
			return nil
		}
		return &OwedError{Repair: c.a.repair(), Err: err}
	}
	// An API that hangs holds the end up once, and not for each; what this run changed comes first.
	slices.SortStableFunc(all, func(x, y store.Custody) int { return truthFirst(x.PID == os.Getpid(), y.PID == os.Getpid()) })
	within, cancel := context.WithTimeout(ctx, c.within)
	defer cancel()
	var failures []error
	for _, owed := range all {
		if owed.Held {
			continue
		}
		r := putBack(within, c.a.store, c.a.api, owed)
		c.a.log.Info("custody", "app", owed.AppID, "outcome", string(r.Outcome), "failed", r.Err != nil)
		mine := owed.PID == os.Getpid()
		switch {
		case r.Err != nil && mine:
			failures = append(failures, &OwedError{Restored: r, Repair: c.a.repair(), Err: r.Err})
		case r.Err != nil:
		case r.Outcome == store.Changed || r.Outcome == store.Gone:
			c.a.Notify(Warning, upper(r.String())+".")
		case mine:
			c.a.Notify(Info, upper(r.String())+".")
		}
	}
	return errors.Join(failures...)
}

// giveBack puts back what this run attached, though it goes on.
func (c *custodian) giveBack(ctx context.Context) error {
	all, err := c.a.store.Custodies(ctx, c.a.authID)
	if err != nil {
		return err
	}
	for _, owed := range all {
		if owed.PID != os.Getpid() {
			continue
		}
		r := putBack(ctx, c.a.store, c.a.api, owed)
		if r.Err != nil {
			return r.Err
		}
		c.attached = false
		c.change(func(at *Attachment) {
			at.State, at.URL, at.Former = AttachFailed, "", ""
			at.Why = "No public URL leads here any more, so the application was given back: " + r.String() + "."
		})
		c.a.Notify(Warning, upper(r.String())+", because no public URL leads here any more.")
	}
	return nil
}

// OwedError says that an application sends its messages here still, though nobody listens any more.
type OwedError struct {
	Restored
	Repair string // the command that puts it back
	Err    error
}

// Error is what is wrong, and the command to mend it.
func (e *OwedError) Error() string {
	if e.AppID == "" {
		return fmt.Sprintf("an application may still send its inbound messages here, where nobody listens any more: %v; put it back with: %s", e.Err, e.Repair)
	}
	undone := "its former message_url, " + e.Former + ", could not be put back"
	if e.Former == "" {
		undone = "it had no message_url before, and ours could not be taken out"
	}
	return fmt.Sprintf("application %s still sends its inbound messages to %s, where nobody listens any more: %s: %v; put it back with: %s",
		named(e.AppID, e.AppName), e.Ours[len(e.Ours)-1], undone, e.Err, e.Repair)
}

// Unwrap gives the cause.
func (e *OwedError) Unwrap() error { return e.Err }

func (a *App) repair() string { return repairOf(a.o) }

func repairOf(o Options) string { return cmp.Or(o.Repair, "plivoscope restore") }

// Restore puts back what is owed for the applications of a live account, without a server. What a process holds
// that runs is put back only with force. It opens o.HistoryPath, which has to be there.
func Restore(ctx context.Context, o Options, force bool) ([]Restored, error) {
	history, err := store.Open(ctx, store.Options{Path: o.HistoryPath, Keep: o.Keep, Hide: o.Hide, Now: o.Now, Logger: o.Logger, OnProblem: o.OnProblem})
	if err != nil {
		return nil, err
	}
	all, err := history.Custodies(ctx, o.AuthID)
	if err != nil || len(all) == 0 {
		return nil, errors.Join(err, history.Close())
	}
	client, err := api.New(o.apiConfig())
	if err != nil {
		return nil, errors.Join(err, history.Close())
	}
	defer client.Close()
	done := make([]Restored, 0, len(all))
	for _, owed := range all {
		if owed.Held && !force {
			done = append(done, Restored{Custody: owed})
			continue
		}
		done = append(done, putBack(ctx, history, client, owed))
	}
	return done, history.Close()
}
