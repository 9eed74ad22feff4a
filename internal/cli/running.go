package cli

import (
	"context"
	"errors"

	"dev.internal/plivoscope/internal/app"
)

// errFinished ends the server when the command's own work is done.
var errFinished = errors.New("finished")

// whileRunning serves a, calls work once requests are accepted, and stops serving when work returns.
// Where the server fails first, work's context ends and the server's error is returned.
func whileRunning(ctx context.Context, a *app.App, work func(context.Context) error) error {
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
		return errors.Join(err, <-served)
	case err := <-served:
		if err == nil {
			err = context.Cause(ctx)
		}
		cancel(err)
		<-worked
		return err
	}
}
