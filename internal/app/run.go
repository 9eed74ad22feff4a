package app

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// Run serves until ctx ends or a part fails, then stops everything in its order: the lease, so
// that no other process joins; the simulator, so that nothing new is posted; the callback server, so
// that what was read is answered.
// ready is called once, when requests are truly accepted.
func (a *App) Run(ctx context.Context, ready func()) error {
	if a.joined {
		ready()
		<-ctx.Done()
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	serverCtx, stopServer := context.WithCancel(context.WithoutCancel(ctx))
	simDone := make(chan struct{})

	group.Go(func() error {
		defer close(simDone)
		if a.sim == nil {
			return nil
		}
		return a.sim.Serve(ctx, a.simLn)
	})
	group.Go(func() error { return a.server.Serve(serverCtx, a.serverLn) })
	held := a.takeLease(ctx)
	group.Go(func() error { return a.keepLease(ctx, held) })
	group.Go(func() error {
		// Listening sockets are bound since Open: from here on every connection is answered.
		ready()
		<-ctx.Done()
		<-simDone
		stopServer()
		return nil
	})
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Embedded tells whether the simulator runs in this process.
func (a *App) Embedded() bool { return a.sim != nil }

// Settle waits until the embedded simulator has nothing left to do; without one it returns at once.
func (a *App) Settle(ctx context.Context) error {
	if a.sim == nil {
		return nil
	}
	return a.sim.Idle(ctx)
}
