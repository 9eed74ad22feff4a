package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// tunnelJSON is a change of the way from outside.
type tunnelJSON struct {
	Event     string   `json:"event"`
	At        string   `json:"at"`
	Name      string   `json:"name"`
	State     string   `json:"state"`
	URL       string   `json:"url"`
	RoundTrip *float64 `json:"round_trip_ms"` // null unless it is online
	Why       string   `json:"why"`
	Code      string   `json:"code"`
}

// tunnel prints a change of the way from outside, as a line of JSON; as text the notices say it.
func (p *printer) tunnel(c app.TunnelChange) error {
	if !p.json {
		return nil
	}
	j := tunnelJSON{
		Event: "tunnel", At: utc(c.At), Name: c.Name, State: string(c.State), URL: c.URL,
		Why: p.mask.Sentence(c.Why), Code: c.Code,
	}
	if c.State == tunnel.Online {
		ms := float64(c.RoundTrip.Round(time.Microsecond)) / float64(time.Millisecond)
		j.RoundTrip = &ms
	}
	line, err := encode(j)
	if err != nil {
		return err
	}
	return p.lines.write(line)
}

// printTunnel prints what changed of the way from outside, and says that the server is ready when it is.
func (t *tail) printTunnel() error {
	for _, c := range t.a.TunnelChanges(t.changed) {
		t.changed = c.Seq
		if err := t.p.tunnel(c); err != nil {
			return err
		}
		if c.State == tunnel.Online && !t.announced {
			if err := t.announce(); err != nil {
				return err
			}
		}
	}
	return nil
}

// endsWithTunnel gives a context that ends when the tunnel that was asked for cannot come back: its cause says
// why.
func endsWithTunnel(ctx context.Context, a *app.App) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if a.Status().Tunnel.Asked() {
		go func() {
			_ = untilTunnel(ctx, a, func() bool {
				err := a.TunnelFailure()
				if err != nil {
					cancel(err)
				}
				return err != nil
			})
		}()
	}
	return ctx, func() { cancel(nil) }
}

// untilTunnel waits until done says so, which is asked after each change.
func untilTunnel(ctx context.Context, a *app.App, done func() bool) error {
	wake, stop := a.Subscribe()
	defer stop()
	for !done() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-wake:
		}
	}
	return nil
}

// awaitTunnel waits until the tunnel that was asked for is proved to lead here.
func awaitTunnel(ctx context.Context, a *app.App, limit time.Duration) error {
	if !a.Status().Tunnel.Asked() {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTimeout)
	defer cancel()
	err := untilTunnel(ctx, a, func() bool { return a.Status().Tunnel.State == tunnel.Online })
	if errors.Is(err, errTimeout) {
		return tunnelLate(a, limit)
	}
	return err
}

// tunnelLate says that the tunnel was not online in time, and why.
func tunnelLate(a *app.App, limit time.Duration) error {
	t := a.Status().Tunnel
	words := fmt.Sprintf("the tunnel (%s) was not online within %s (--timeout changes that)", t.Name, limit)
	if why := cmp.Or(t.Why, a.TunnelWords()); why != "" {
		words += ": " + why
	}
	return withCode(exitUpstream, errors.New(words))
}
