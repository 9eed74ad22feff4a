package app

import (
	"context"
	"errors"
	"net/http"

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
				return tunnelFinding(a.Status().Tunnel, nil)
			}
		}
		return tunnelFinding(a.Status().Tunnel, a.TunnelFailure())
	}
	return d.withoutTunnel()
}

// settled tells whether a tunnel is open, or cannot be.
func settled(a *App) bool {
	return a.Status().Tunnel.State == tunnel.Online || a.TunnelFailure() != nil
}

func tunnelFinding(t TunnelStatus, err error) Finding {
	name := "the tunnel " + t.Name
	if t.Code != "" {
		name += " (" + t.Code + ")"
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
		return failed(FaultCredentials, name+" was refused"+why, advice)
	case err != nil || t.State == tunnel.Failed:
		return failed(FaultNetwork, name+" cannot be opened"+why, advice)
	case t.State != tunnel.Online:
		return failed(FaultNetwork, name+" is not open, but "+string(t.State)+why, advice)
	case t.Why != "":
		return warn(name+" leads here from "+t.URL+why, advice)
	}
	return fine(name + " leads here from " + t.URL)
}

// withoutTunnel is for a server that is reached otherwise.
func (d *doctor) withoutTunnel() Finding {
	a := d.app
	switch at := a.publicURL(); {
	case a.CallbackURL() == "":
		return warn("there is no public URL: Plivo cannot reach "+a.listenURL, "open a tunnel with --tunnel, as ngrok or cloudflared, or name the address of one with --public-url")
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
	f := tunnelFinding(TunnelStatus{Name: t.Name, State: tunnel.State(t.State), URL: t.URL, Code: t.Code}, nil)
	if f.Result == CheckFailed {
		f.Advice = "see what the process that serves says of it"
	}
	return f
}
