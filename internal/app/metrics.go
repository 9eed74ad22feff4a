package app

import (
	"cmp"
	"context"
	"fmt"

	"dev.internal/plivoscope/internal/metrics"
)

// listenForMetrics binds the address of the metrics, where there is to be one.
func (a *App) listenForMetrics(ctx context.Context) error {
	if a.o.Metrics == "" {
		return nil
	}
	ln, err := metrics.Listen(ctx, a.o.Metrics, cmp.Or(a.o.MetricsFrom, "--metrics"))
	if err != nil {
		return err
	}
	a.metricsLn = ln
	if metrics.Beyond(ln) {
		a.Notify(Info, fmt.Sprintf("The metrics are served on %s, from here at %s: other machines of the network can read them, without a password.", ln.Addr(), a.metricsURL()))
	}
	return nil
}

// serveMetrics answers who reads the metrics. The callbacks do not end with them.
func (a *App) serveMetrics(ctx context.Context) error {
	err := metrics.Serve(ctx, a.metricsLn, a.o.Metrics, metrics.Source{
		Version: a.o.Version, Mode: string(a.o.Mode),
		Server: a.server, Store: a.store, Forwarder: a.routes, API: a.api, Simulator: a.sim, State: a.measured,
	}, a.log)
	if err != nil {
		a.Notify(Warning, err.Error()+"; start plivoscope again to have them back.")
	}
	return nil
}

// measured is what the metrics tell of the program itself.
func (a *App) measured() metrics.State {
	way := a.tunnelLog.now()
	st := metrics.State{
		Lease: a.leased.Load(), Tunnel: way.State, RoundTrip: way.RoundTrip, Proved: way.Proved,
		InFlight: int(a.inFlight.Load()),
	}
	if w := a.watched.Load(); w != nil {
		st.Silent, st.Lost = w.Silent, w.Lost
	}
	return st
}

// metricsURL is where this machine reaches the metrics.
func (a *App) metricsURL() string { return URLOf(a.metricsLn) + metrics.Path }
