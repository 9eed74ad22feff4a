package app

import (
	"context"
	"os"
	"time"

	"dev.internal/plivoscope/internal/store"
)

// leaseBeat is how often a running server renews its lease: well within the time after which the
// store takes a lease for stale.
const leaseBeat = time.Second

// keepLease lets other processes on the same history find this server. When another live server has
// the lease this one runs without, and says so.
func (a *App) keepLease(ctx context.Context) error {
	lease := func() store.Lease {
		l := store.Lease{
			PID: os.Getpid(), ListenURL: a.listenURL, PublicURL: a.publicURL,
			AuthID: a.authID, Heartbeat: a.now(),
		}
		if a.sim != nil {
			l.APIURL, l.SimToken = a.apiURL, a.sim.AuthToken()
		}
		return l
	}
	if err := a.store.TakeLease(ctx, lease()); err != nil {
		a.Notify(Warning, "This history is served by another process too, which other commands will use: "+err.Error())
		return nil
	}
	tick := time.NewTicker(leaseBeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return a.store.DropLease(context.WithoutCancel(ctx), os.Getpid())
		case <-tick.C:
			if err := a.store.TakeLease(ctx, lease()); err != nil && ctx.Err() == nil {
				a.log.Warn("lease not renewed", "err", err)
			}
		}
	}
}
