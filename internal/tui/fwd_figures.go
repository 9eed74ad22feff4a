package tui

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook/forward"
)

// tellForwarding writes where callbacks are forwarded to, how the applications do, and what became of every
// callback.
func (e *env) tellForwarding(p *figures) {
	th := e.th
	for i := range e.status.Routes {
		s := &e.status.Routes[i]
		sign, paint, words := e.routeState(s)
		p.field("to", th.text, brief(e.mask.Sentence(s.Name)))
		p.field("", paint, sign+words)
		p.row("callbacks",
			figure{"forwarded", count(s.Forwarded), th.text}, figure{"waiting", count(s.Waiting), alarming(s.Waiting-s.InFlight, th.text, th.warn)},
			figure{"retries", count(s.Retries), alarming(s.Retries, th.text, th.warn)}, latencyFigures(th, s.Latency)[0], latencyFigures(th, s.Latency)[1])
		p.field("", th.muted, routeReckoning(s))
		if s.Refused > 0 {
			p.field("", th.warn, fmt.Sprintf("! %s of the forwarded not answered 2xx", count(s.Refused)))
		}
	}
}

// routeState says how a route does.
func (e *env) routeState(s *forward.Stats) (sign string, paint grid.Paint, words string) {
	th, h := e.th, &s.Health
	since := ""
	if !h.Since.IsZero() {
		since = fmt.Sprintf(" since %s, %s", clock(h.Since, e.at), waited(e.at.Sub(h.Since)))
	}
	last := escape.Line(head(e.mask.Sentence(h.Last), noticeBytes))
	switch {
	case s.Elsewhere:
		return "! ", th.warn, "another process on this history forwards there"
	case s.Paused:
		return "! ", th.warn, "paused; " + e.keys.forwarding.Help().Key + " lets it go on"
	case h.State == forward.Down:
		return "✗ ", th.bad, "fails" + since + ": " + last
	case h.State == forward.Up && !strings.HasPrefix(h.Last, "2"):
		return "! ", th.warn, "answers" + since + ": " + last + ", which is no 2xx"
	case h.State == forward.Up:
		return "✓ ", th.good, "works" + since + ": " + last
	}
	return "· ", th.muted, "nothing was forwarded so far"
}

// routeReckoning adds up what became of the callbacks of a route.
func routeReckoning(s *forward.Stats) string {
	words := "came " + count(s.Came)
	before := " = "
	for _, t := range []struct {
		name string
		n    int64
		zero bool
	}{
		{"forwarded", s.Forwarded, true},
		{"waiting", s.Waiting, true},
		{"dropped", s.Dropped, false},
		{"too old", s.Skipped, false},
		{"not to be sent", s.Unsent, false},
		{"unanswered", s.Unanswered, false},
	} {
		if t.n > 0 || t.zero {
			words += before + t.name + " " + count(t.n)
			before = " + "
		}
	}
	return words
}

// forwardSign is what the first line says of the forwarding where it does not go on as it should; nothing
// otherwise.
func (e *env) forwardSign() []span {
	var down, paused, elsewhere bool
	for i := range e.status.Routes {
		s := &e.status.Routes[i]
		down = down || s.Health.State == forward.Down
		paused = paused || s.Paused
		elsewhere = elsewhere || s.Elsewhere
	}
	switch {
	case paused:
		return []span{{e.th.warn, " ! forwarding paused"}}
	case down:
		return []span{{e.th.bad, " ✗ forwarding fails"}}
	case elsewhere:
		return []span{{e.th.warn, " ! forwarded elsewhere"}}
	}
	return nil
}

// spokenRoutes says the routes of the forwarding as sentences.
func (e *env) spokenRoutes() []string {
	if len(e.status.Routes) == 0 {
		return nil
	}
	return append([]string{"The forwarding."}, writtenFigures(e.th, e.tellForwarding)...)
}

// toForward counts the callbacks that wait to be forwarded.
func (e *env) toForward() (n int64) {
	for i := range e.status.Routes {
		n += e.status.Routes[i].Waiting
	}
	return n
}

// waitingWords says how many wait.
func waitingWords(n int64) string {
	if n == 0 {
		return ""
	}
	return " " + strings.TrimSpace(plural(int(n), "callback")+" waited.")
}
