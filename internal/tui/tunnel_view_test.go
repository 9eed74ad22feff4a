package tui

import (
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

const tunnelURL = "https://needlessly-long-name.ngrok-free.app"

func init() {
	with := func(t app.TunnelStatus) func(*driver) {
		return func(d *driver) {
			t.Name, t.Metered = "ngrok", true
			d.core.mu.Lock()
			d.core.status.Tunnel = t
			if t.Proved && t.State != tunnel.Failed {
				d.core.status.PublicURL, d.core.status.CallbackURL = tunnelURL, tunnelURL+"/sms/delivery-report"
			}
			d.core.mu.Unlock()
			d.wake()
			d.keys("6")
		}
	}
	at := testNow.Add(-42 * time.Second)
	proved := app.TunnelStatus{URL: tunnelURL, Proved: true, ProvedAt: at, RoundTrip: 34 * time.Millisecond, Since: at}
	of := func(state tunnel.State, why, code string) app.TunnelStatus {
		t := proved
		t.State, t.Why, t.Code = state, why, code
		return t
	}
	given := proved
	given.State, given.Why, given.Proved = app.Unproved, "The name of the public URL https://needlessly-long-name.ngrok-free.app is not known: check how it is written.", false
	scenes = append(scenes, []scene{
		{name: "tunnel connecting", live: true, play: with(app.TunnelStatus{State: tunnel.Connecting, Since: at, Why: "ngrok's service cannot be reached: connection refused. It is tried again in 2s."})},
		{name: "tunnel online", live: true, play: with(of(tunnel.Online, "", ""))},
		{name: "tunnel reconnecting", live: true, play: with(of(tunnel.Reconnecting, "The connection to ngrok was cut. It is opened again.", ""))},
		{name: "tunnel failed", live: true, play: with(of(tunnel.Failed, "ngrok does not know the authtoken: copy it again from https://dashboard.ngrok.com (ERR_NGROK_107).", "ERR_NGROK_107"))},
		{name: "tunnel given", live: true, play: func(d *driver) {
			with(given)(d)
			d.core.mu.Lock()
			d.core.status.PublicURL, d.core.status.Tunnel.Name = tunnelURL, "none"
			d.core.mu.Unlock()
			d.wake()
		}},
	}...)
}
