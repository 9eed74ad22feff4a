package app

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// lookAtTunnel tells which way callbacks come, and waits for a tunnel that is being opened.
func lookAtTunnel(ctx context.Context, d *doctor) Finding {
	a := d.app
	if a.joined {
		return d.tunnelElsewhere(ctx)
	}
	if a.Status().Tunnel.Asked() {
		wake, stop := a.Subscribe()
		defer stop()
		for !settled(a) {
			select {
			case <-wake:
			case <-ctx.Done():
				t := a.Status().Tunnel
				t.Why = cmp.Or(t.Why, a.TunnelWords())
				return tunnelFinding(t, nil, a.now())
			}
		}
		return tunnelFinding(a.Status().Tunnel, a.TunnelFailure(), a.now())
	}
	return d.withoutTunnel()
}

// settled tells whether a tunnel is open, or cannot be.
func settled(a *App) bool {
	return a.Status().Tunnel.State == tunnel.Online || a.TunnelFailure() != nil
}

// tunnelFinding is how a tunnel is at a moment; err is why it cannot be opened at all.
func tunnelFinding(t TunnelStatus, err error, now time.Time) Finding {
	name := "the tunnel " + t.Name
	if t.Code != "" {
		name += " (" + t.Code + ")"
	}
	if err == nil && t.State != tunnel.Online && t.State != tunnel.Failed {
		return stillOpening(name, t, now)
	}
	why, advice := parted(t.Why)
	switch {
	case advice == "":
		why, advice = "", why // it says in one what to do
	case why != "":
		why = ": " + why
	}
	var final *tunnel.Error
	switch {
	case errors.As(err, &final) && final.Credentials:
		return failed(FaultCredentials, name+" was refused"+why, cmp.Or(advice, "check its token"))
	case err != nil || t.State == tunnel.Failed:
		return failed(FaultNetwork, name+" cannot be opened"+why, cmp.Or(advice, "open it by hand to see what it says"))
	case t.Why != "":
		return warn(name+" leads here from "+t.URL+why, advice)
	}
	return fine(name + " leads here from " + t.URL)
}

// stillOpening is for a tunnel that was not up within the time; what it says itself is its last words.
func stillOpening(name string, t TunnelStatus, now time.Time) Finding {
	what := name + " is still being opened"
	if t.State == tunnel.Reconnecting {
		what = name + " was lost, and is still being opened again"
	}
	if !t.Since.IsZero() {
		unit := time.Second
		if now.Sub(t.Since) < unit {
			unit = 100 * time.Millisecond
		}
		what += " after " + now.Sub(t.Since).Round(unit).String()
	}
	if t.Why != "" {
		what += ": " + strings.TrimSuffix(t.Why, ".")
	}
	return failed(FaultNetwork, what, "check the network, and open the tunnel by hand to see what it says; where it only needs longer, give it more with --timeout 2m")
}

// withoutTunnel is for a server that is reached otherwise.
func (d *doctor) withoutTunnel() Finding {
	a := d.app
	switch at := a.publicURL(); {
	case a.CallbackURL() == "":
		return warn(a.Unreachable()+": from outside no callbacks come to "+a.listenURL, "open a tunnel with --tunnel, as ngrok or cloudflared, or name the address of one, as it is from outside, with --public-url")
	case onLoopback(at):
		return fine("none is needed, as the API is on this machine")
	default:
		return fine("none is opened; callbacks come through " + at)
	}
}

// tunnelElsewhere asks the process that serves how its tunnel is.
func (d *doctor) tunnelElsewhere(ctx context.Context) Finding {
	got, err := d.ask(ctx, http.MethodGet, d.app.listenURL+webhook.HealthPath, nil, nil)
	if err != nil {
		return lostOnTheWay(d.app.listenURL, err)
	}
	t, ok := got.health()
	if !ok {
		return got.strange(d.app.listenURL)
	}
	if t == nil || t.Name == "" || t.Name == noTunnel {
		return d.withoutTunnel()
	}
	var since time.Time
	if t.Since != nil {
		since = *t.Since
	}
	f := tunnelFinding(TunnelStatus{Name: t.Name, State: tunnel.State(t.State), URL: t.URL, Code: t.Code, Since: since}, nil, d.app.now())
	if f.Result == CheckFailed {
		f.Advice = "see what the process that serves says of it"
	}
	return f
}
