package cli

import (
	"context"
	"errors"
	"time"

	"dev.internal/plivoscope/internal/app"
)

// errFinished ends the server when the command's own work is done.
var errFinished = errors.New("finished")

// whileRunning serves a, calls work once requests are accepted, and stops serving when work returns.
// Where the server fails first, work's context ends and the server's error is returned.
// An end that takes its time is told.
func whileRunning(ctx context.Context, s Streams, a *app.App, work func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ready := make(chan struct{})
	served := make(chan error, 1)
	go func() { served <- a.Run(ctx, func() { close(ready) }) }()
	select {
	case err := <-served:
		return err
	case <-ready:
	}
	worked := make(chan error, 1)
	go func() { worked <- work(ctx) }()
	select {
	case err := <-worked:
		cancel(errFinished)
		return errors.Join(err, ended(s, a, served))
	case err := <-served:
		if err == nil {
			err = context.Cause(ctx)
		}
		cancel(err)
		<-worked
		return err
	}
}

// endsQuickly is how long each part of an end may take that nobody is told of.
const endsQuickly = 300 * time.Millisecond

// ended waits for the end of a server that was told to end. Where that takes longer it says what is waited for, again
// where that becomes another part, and how Ctrl-C cuts it short: that needs two where no signal has come so far, as
// after the UI.
func ended(s Streams, a *app.App, served <-chan error) error {
	tick := time.NewTicker(endsQuickly)
	defer tick.Stop()
	said := ""
	for {
		select {
		case err := <-served:
			return err
		case <-tick.C:
		}
		how := s.signals.cutsShort()
		if how == "" {
			continue
		}
		words := a.Ending()
		if words == "" {
			words = "what is under way"
		}
		if words += "; " + how; words != said {
			s.say("stopping: waiting for %s", words)
			said = words
		}
	}
}
