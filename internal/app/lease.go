package app

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// leaseBeat is how often a running server renews its lease: well within the time after which the
// store takes a lease for stale.
const leaseBeat = time.Second

// lease is what other processes have to know to use this server.
func (a *App) lease() store.Lease {
	l := store.Lease{
		PID: os.Getpid(), ListenURL: a.listenURL, PublicURL: a.publicURL(), AuthID: a.authID,
	}
	if since := a.alone.Load(); since != nil {
		l.AloneSince = *since
	}
	if a.sim != nil {
		l.APIURL, l.SimToken = a.apiURL, a.sim.AuthToken()
	}
	return l
}

// takeLease lets other processes on the same history find this server. While another live server has
// the lease this one runs without, and says so.
func (a *App) takeLease(ctx context.Context) (held bool) {
	l := a.lease()
	l.AloneSince = a.started
	if err := a.store.TakeLease(ctx, l); err != nil {
		a.Notify(Warning, "Other commands on this history do not use this server: "+err.Error())
		return false
	}
	if l, live, err := a.store.Lease(ctx); err == nil && live {
		a.alone.Store(&l.AloneSince)
	}
	a.leased.Store(true)
	return true
}

// keepLease renews the lease, or takes it once it is free, until ctx ends, and gives it back.
func (a *App) keepLease(ctx context.Context, held bool) error {
	tick := time.NewTicker(leaseBeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			if !held {
				return nil
			}
			a.leased.Store(false)
			if err := a.store.DropLease(context.WithoutCancel(ctx), os.Getpid()); err != nil {
				a.log.Warn("lease not given back, it ends by itself", "err", err)
			}
			return nil
		case <-a.releases:
			a.renewLease(ctx, &held)
		case <-tick.C:
			a.renewLease(ctx, &held)
		}
	}
}

// renewLease renews the lease, or takes it once it is free. Who stood still for longer than a lease lives may find
// that another server has it, and then is to them as any that began later.
func (a *App) renewLease(ctx context.Context, held *bool) {
	err := a.store.TakeLease(ctx, a.lease())
	switch {
	case err == nil && !*held:
		*held = true
		a.leased.Store(true)
		a.Notify(Info, "The other server of this history is gone: other commands use this one from now on.")
	case errors.Is(err, store.ErrLeased) && *held:
		*held = false
		a.leased.Store(false)
		a.Notify(Warning, "Other commands on this history use another server now, which took over while this one stood still: "+err.Error())
	case err != nil && *held && ctx.Err() == nil:
		a.log.Warn("lease not renewed", "err", err)
	}
}

// answers tells whether a server is really there: a lease outlives a process that was killed, or that
// is just ending, by some seconds.
func answers(ctx context.Context, listenURL string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, listenURL+webhook.HealthPath, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
