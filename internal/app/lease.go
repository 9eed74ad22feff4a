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

// lease is what other processes have to know to use this server.
func (a *App) lease() store.Lease {
	l := store.Lease{
		PID: os.Getpid(), ListenURL: a.listenURL, PublicURL: a.publicURL,
		AuthID: a.authID, Heartbeat: a.now(),
	}
	if a.sim != nil {
		l.APIURL, l.SimToken = a.apiURL, a.sim.AuthToken()
	}
	return l
}

// takeLease lets other processes on the same history find this server. When another live server has
// the lease this one runs without, and says so.
func (a *App) takeLease(ctx context.Context) bool {
	if err := a.store.TakeLease(ctx, a.lease()); err != nil {
		a.Notify(Warning, "Other commands on this history will not use this server: "+err.Error())
		return false
	}
	return true
}

// keepLease renews the lease until ctx ends and gives it back.
func (a *App) keepLease(ctx context.Context) error {
	tick := time.NewTicker(leaseBeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return a.store.DropLease(context.WithoutCancel(ctx), os.Getpid())
		case <-tick.C:
			if err := a.store.TakeLease(ctx, a.lease()); err != nil && ctx.Err() == nil {
				a.log.Warn("lease not renewed", "err", err)
			}
		}
	}
}
