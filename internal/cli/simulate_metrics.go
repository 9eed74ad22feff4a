package cli

import (
	"context"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/metrics"
)

// measure serves the simulator's metrics until ctx ends or the function that it gives is called, which waits for
// that.
func (r *simulation) measure(ctx context.Context, o app.Options) (end func(), err error) {
	ln, err := metrics.Listen(ctx, o.Metrics, o.MetricsFrom)
	if err != nil {
		return nil, err
	}
	r.metrics = app.URLOf(ln) + metrics.Path
	if metrics.Beyond(ln) {
		r.s.say("the metrics are served on %s, from here at %s: other machines of the network can read them, without a password", ln.Addr(), r.metrics)
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := metrics.Serve(ctx, ln, o.Metrics, metrics.Source{Version: o.Version, Mode: string(app.Simulator), Simulator: r.sim}, o.Logger)
		if err != nil {
			r.s.say("warning: %v", err)
		}
	}()
	return func() {
		cancel()
		<-ended
	}, nil
}
