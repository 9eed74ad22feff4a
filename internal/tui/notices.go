package tui

import (
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
)

// How long the UI's own notices stay. Those of the core stay until the next one, with their age.
const (
	noticeLife  = 6 * time.Second
	failureLife = 20 * time.Second
)

// notify shows a sentence above the keys for a while.
func (e *env) notify(sev app.Severity, text string) {
	e.own = app.Notice{At: e.now(), Severity: sev, Text: text}
}

// notice is the notice to show now: the UI's own while it lives, else the core's newest.
func (e *env) notice() (app.Notice, bool) {
	if e.own.Text != "" {
		life := noticeLife
		if e.own.Severity != app.Info {
			life = failureLife
		}
		if e.at.Sub(e.own.At) < life {
			return e.own, true
		}
	}
	if n := len(e.status.Notices); n > 0 {
		return e.status.Notices[n-1], true
	}
	return app.Notice{}, false
}

func (t *theme) severity(s app.Severity) (grid.Paint, string) {
	switch s {
	case app.Failure:
		return t.bad, "✗"
	case app.Warning:
		return t.warn, "!"
	default:
		return t.muted, "·"
	}
}

// noticeLine is the line above the keys.
func (e *env) noticeLine(w int) string {
	n, ok := e.notice()
	if !ok {
		return line(w)
	}
	paint, sign := e.th.severity(n.Severity)
	words := e.th.text
	if n.Severity == app.Info {
		words = e.th.muted
	}
	left := []span{{paint, " " + sign + " "}, {words, escape.Line(n.Text)}}
	var age []span
	if d := e.at.Sub(n.At); d >= time.Second {
		age = []span{{e.th.muted, short(d.Truncate(time.Second)) + " ago "}}
	}
	return sides(w, left, age)
}
