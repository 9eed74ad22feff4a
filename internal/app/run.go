package app

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Run serves until ctx ends or a part fails, then stops everything in its order: the watch over messages, so
// that nothing new is asked; the lease, so that no other process joins; a replay, what is on its way included;
// the custody of an application, so that its messages go where they went before; the simulator, so that nothing
// new is posted; the tunnel, so that nothing of it is left and no request is on its way; the callback server, so
// that what was read is answered; the forwarding, so that what is in flight
// ends and the rest is kept for the next start; the search for causes, so that what was found is noted; the metrics,
// so that all of this can be seen in them.
// ready is called once, when requests are truly accepted.
func (a *App) Run(ctx context.Context, ready func()) error {
	if a.joined {
		ready()
		err := a.keepClock(ctx)
		<-ctx.Done()
		a.replays.end()
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	// The parts outlive ctx, each until those before it have ended.
	running := context.WithoutCancel(ctx)
	lease, server, link, routes, diagnoser, custody, watcher, metrics := part{}, part{}, part{}, part{}, part{}, part{}, part{}, part{}
	server.start(running, group, func(ctx context.Context) error { return a.server.Serve(ctx, a.serverLn) })
	if a.metricsLn != nil {
		metrics.start(running, group, a.serveMetrics)
	}
	sim := part{}
	if a.sim != nil {
		sim.start(running, group, func(ctx context.Context) error { return a.sim.Serve(ctx, a.simLn) })
	}
	if a.routes != nil {
		routes.start(running, group, a.routes.Run)
	}
	diagnoser.start(running, group, a.diagnose)
	a.doubts.begin(a.clarifyLeft)
	credentials := part{}
	if !a.simulated() {
		credentials.start(running, group, a.checkCredentials)
	}
	held := a.takeLease(ctx)
	if a.link != nil {
		link.start(running, group, a.link.run)
	}
	group.Go(func() error { return a.keepClock(ctx) })
	lease.start(running, group, func(ctx context.Context) error { return a.keepLease(ctx, held) })
	watcher.start(running, group, a.watch)
	group.Go(func() error {
		// Listening sockets are bound since Open: from here on every connection is answered.
		ready()
		if a.custody != nil {
			custody.start(running, group, a.custody.run)
			if a.attachable() {
				a.custody.want(a.publicURL())
			}
		}
		<-ctx.Done()
		for _, p := range []struct {
			end    func()
			awaits string
		}{
			{credentials.end, "the API's answer about the credentials"},
			// What is asked of the API is given up at once.
			{watcher.end, "the history, to note the end of the watch over messages (another program may hold it)"},
			{lease.end, "the history, to give the lease back (another program may hold it)"},
			{a.replays.end, "the answer to a request that is being sent again"},
			{custody.end, "the API's answer about the application that inbound messages come from, whose message_url is put back (where that is not done, the next start or \"" + a.repair() + "\" does it)"},
			{sim.end, "the simulator"},
			{link.end, "the tunnel to close"},
			{server.end, "answers to callbacks that came"},
			{routes.end, "the application's answer to what is being forwarded"},
			{diagnoser.end, "the search for the cause of a signature that does not match"},
			{metrics.end, "an answer to who reads the metrics"},
		} {
			a.ending.Store(&p.awaits)
			p.end()
		}
		return nil
	})
	return group.Wait()
}

// Ending is what the end of Run waits for, in words; empty until it has begun.
func (a *App) Ending() string {
	if words := a.ending.Load(); words != nil {
		return *words
	}
	return ""
}

// part is something that runs until it is told to end.
type part struct {
	stop context.CancelFunc
	done chan struct{}
}

func (p *part) start(ctx context.Context, group *errgroup.Group, run func(context.Context) error) {
	ctx, p.stop = context.WithCancel(ctx)
	p.done = make(chan struct{})
	group.Go(func() error {
		defer close(p.done)
		return run(ctx)
	})
}

// end stops the part, where it was started, and waits for it.
func (p *part) end() {
	if p.stop == nil {
		return
	}
	p.stop()
	<-p.done
}

// Embedded tells whether the simulator runs in this process.
func (a *App) Embedded() bool { return a.sim != nil }

// Settle waits until the embedded simulator has nothing left to do and what it posted was looked at;
// without one it returns at once.
func (a *App) Settle(ctx context.Context) error {
	if a.sim == nil {
		return nil
	}
	if err := a.sim.Idle(ctx); err != nil {
		return err
	}
	return a.Explained(ctx)
}
