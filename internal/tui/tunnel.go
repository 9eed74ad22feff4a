package tui

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// tunnelSign is how the way from outside is, as a sign and its paint.
func (th *theme) tunnelSign(t app.TunnelStatus) (sign string, paint grid.Paint) {
	switch t.State {
	case tunnel.Online:
		return "●", th.good
	case tunnel.Connecting:
		return "…", th.text
	case tunnel.Failed:
		return "✗", th.bad
	default:
		return "!", th.warn
	}
}

// tunnelWords is the state in one or two words: with the round trip where it is online.
func tunnelWords(t app.TunnelStatus) string {
	switch {
	case t.State == tunnel.Online && t.Asked():
		return escape.Line(t.Name) + " " + latency(t.RoundTrip)
	case t.State == tunnel.Online:
		return latency(t.RoundTrip)
	case t.State == app.Unproved:
		return "not proved"
	default:
		return escape.Line(t.Name) + " " + string(t.State)
	}
}

// headPlace is a way to say in the header where callbacks are taken; of several the first that has room.
type headPlace struct {
	spans []span
	brief bool // without the counts in words
}

// tunnelPlaces say how the way from outside is, the longest first. All of them have its state.
func (e *env) tunnelPlaces(base string) []headPlace {
	th, t := e.th, e.status.Tunnel
	sign, paint := th.tunnelSign(t)
	state := []span{{paint, "  " + sign}, {th.text, " " + tunnelWords(t)}}
	at := []span{{th.text, "  " + escape.Line(base)}}
	if e.status.Spends && loopback(base) {
		at = []span{{th.warn, "  !"}, {th.text, " " + escape.Line(base) + " (local only)"}}
	}
	all := append(append([]span{}, state...), at...)
	if t.State != tunnel.Online {
		return []headPlace{{all, false}, {all, true}, {state, false}, {state, true}}
	}
	_, host, _ := strings.Cut(base, "://")
	short := []span{{paint, "  " + sign}, {th.text, " " + escape.Line(host)}}
	return []headPlace{{all, false}, {short, false}, {all, true}, {short, true}, {state, true}}
}

// tellTunnel writes how the way from outside is, and why.
func (e *env) tellTunnel(p *figures) {
	th, st, t := e.th, &e.status, e.status.Tunnel
	if t.State == "" {
		words := "none, a public URL was given"
		if st.PublicURL == st.ListenURL {
			words = "none, the server has its own address alone"
		}
		p.field("tunnel", th.text, words)
		return
	}
	sign, paint := th.tunnelSign(t)
	words := sign + " "
	if t.Asked() {
		words += escape.Line(t.Name) + " " + string(t.State)
	} else {
		words += "none, a public URL was given"
	}
	if !t.Since.IsZero() && t.Asked() {
		words += fmt.Sprintf(" since %s, %s", clock(t.Since, e.at), waited(e.at.Sub(t.Since)))
	}
	if t.State == tunnel.Online {
		paint = th.text
	}
	p.field("tunnel", paint, words)
	if t.Why != "" {
		p.field("", th.text, escape.Line(head(e.mask.Sentence(t.Why), noticeBytes)))
	}
	switch {
	case t.Proved:
		p.field("round trip", th.text, fmt.Sprintf("%s by a probe through the public URL, %s ago", latency(t.RoundTrip), waited(e.at.Sub(t.ProvedAt))))
	case t.URL != "":
		p.field("", th.muted, "no probe has come back through "+brief(t.URL)+" yet")
	}
}
