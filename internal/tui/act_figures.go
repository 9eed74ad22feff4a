package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/tui/grid"
)

// actLine is a line of the activity screen: text, or the rule over a part.
type actLine struct {
	text   string
	title  string     // of a rule; empty for text
	notice app.Notice // that the line belongs to, and which of its lines it is
	nth    int
}

// figure is a number under its name. The numbers of a row stand in columns that do not move.
type figure struct {
	name, value string
	paint       grid.Paint
}

// figureWidth is the column of a figure, where there is room.
const figureWidth = 10

// figures is a page with rows of numbers.
type figures struct {
	page
	rules map[int]string // titles of the rules, by the line that they stand at
}

func (p *figures) part(title string) {
	if p.rules == nil {
		p.rules = map[int]string{}
	}
	p.rules[len(p.lines)] = title
	p.lines = append(p.lines, "")
}

func (p *figures) row(label string, all ...figure) {
	if p.keep != nil {
		words := make([]string, len(all))
		for i, f := range all {
			words[i] = unsigned(f.name) + " " + f.value
		}
		p.field(label, p.th.text, strings.Join(words, ", "))
		return
	}
	w := min(figureWidth, (p.w-labelWidth-2)/len(all))
	names := []span{{p.th.muted, " " + grid.Fit(label, labelWidth, false)}}
	values := []span{{p.th.text, blank(labelWidth + 1)}}
	for _, f := range all {
		names = append(names, span{p.th.muted, grid.Fit(f.name, w, true)})
		values = append(values, span{f.paint, grid.Fit(f.value, w, true)})
	}
	p.add(names...)
	p.add(values...)
}

func (p *figures) all() []actLine {
	out := make([]actLine, len(p.lines))
	for i, l := range p.lines {
		out[i] = actLine{text: l, title: p.rules[i]}
	}
	return out
}

// alarming is the paint of a number that is bad unless it is 0.
func alarming(n int64, zero, paint grid.Paint) grid.Paint {
	if n == 0 {
		return zero
	}
	return paint
}

// reckoning says what became of all callbacks, so that it can be seen that none was lost.
func (e *env) reckoning(w int) []span {
	th, s := e.th, e.status.Server
	if e.status.Joined {
		return []span{{th.muted, fmt.Sprintf(" · Another process (pid %d) serves, and counts what comes in.", e.status.ServerPID)}}
	}
	if s.Received == 0 {
		words := "Nothing received yet."
		if e.status.PublicURL != "" {
			words += " Callbacks are taken at " + brief(e.status.PublicURL) + "/sms/delivery-report"
		}
		return []span{{th.muted, " · "}, {th.text, words}}
	}
	type term struct {
		name  string
		n     int64
		paint grid.Paint
	}
	flight := s.Received - s.Stored - s.Refused - s.Dropped
	all := []term{{"stored", s.Stored, th.text}, {"refused", s.Refused, th.text}, {"dropped", s.Dropped, alarming(s.Dropped, th.text, th.bad)}}
	sign := span{th.good, " ✓ "}
	if flight > 0 {
		sign = span{th.text, " … "}
		all = append(all, term{"in flight", flight, th.text})
	}
	var words []span
	// The less room, the fewer words: without what is none, and then the numbers alone.
	for _, form := range []struct{ zeros, named bool }{{true, true}, {false, true}, {true, false}} {
		words = []span{sign, {th.muted, "received "}, {th.text, count(s.Received)}}
		before := " = "
		for _, t := range all {
			if t.n == 0 && !form.zeros {
				continue
			}
			words = append(words, span{th.muted, before})
			before = " + "
			switch {
			case t.name == "in flight":
				words = append(words, span{t.paint, count(t.n)}, span{th.muted, " " + t.name})
			case form.named:
				words = append(words, span{th.muted, t.name + " "}, span{t.paint, count(t.n)})
			default:
				words = append(words, span{t.paint, count(t.n)})
			}
		}
		if spansWidth(words) <= w {
			break
		}
	}
	return words
}

// tellServer writes what the callback server does.
func (e *env) tellServer(p *figures) {
	th, st := e.th, &e.status
	s := &st.Server
	if !st.Joined {
		e.tellRate(p)
		p.row("signatures",
			figure{"✓ valid", count(s.Valid), th.text}, figure{"✗ invalid", count(s.Invalid), alarming(s.Invalid, th.text, th.bad)},
			figure{"– none", count(s.Missing), alarming(s.Missing, th.text, th.warn)}, figure{"unchecked", count(s.Unchecked), th.text})
		p.row("answered in", latencyFigures(th, s.Latency)...)
		p.field("open", th.text, fmt.Sprintf("%s, %s in flight", plural(int(s.Connections), "connection"), plural(int(s.Received-s.Stored-s.Refused-s.Dropped), "callback")))
		if s.Dropped > 0 {
			p.field("dropped", th.bad, fmt.Sprintf("✗ %s answered 503, because storing failed; Plivo sends them again.", count(s.Dropped)))
		}
		if s.Refused > 0 {
			p.field("refused", th.warn, fmt.Sprintf("! %s turned away, and not stored: over a limit, not allowed, or cut off.", count(s.Refused)))
		}
		if s.Rejected > 0 {
			p.field("rejected", th.warn, fmt.Sprintf("! %s stored and answered 4xx: too long, or by --on-invalid reject.", count(s.Rejected)))
		}
	}
	serving := brief(st.ListenURL)
	if !s.Since.IsZero() {
		serving += fmt.Sprintf(" since %s, %s", clock(s.Since, e.at), waited(e.at.Sub(s.Since)))
	}
	p.field("serving", th.text, orDash(serving))
	if st.PublicURL != st.ListenURL {
		p.field("public", th.text, orDash(brief(st.PublicURL)))
	}
	if st.MetricsURL != "" {
		p.field("metrics", th.text, brief(st.MetricsURL))
	}
	e.tellTunnel(p)
	e.tellCustody(p)
	e.tellAnswer(p)
	shared := "this process, for itself alone"
	switch {
	case st.Joined:
		shared = fmt.Sprintf("process %d; this one uses it", st.ServerPID)
	case st.Shared:
		shared = fmt.Sprintf("this process (%d), for other commands too", st.ServerPID)
	}
	p.field("served by", th.text, shared)
}

// tellRate draws how much came in, with its numbers.
func (e *env) tellRate(p *figures) {
	counts := &e.status.Server.PerSecond
	room := p.w - labelWidth - 2
	n := min(room/10*10, meter.Window)
	shown := lastSeconds(counts, n)
	if p.keep != nil {
		p.field("rate", e.th.text, fmt.Sprintf("%s now, %s at most in the last %d seconds", perSecond(shown[n-1]), perSecond(highest(shown)), n))
		return
	}
	words := fmt.Sprintf("%8s now, %8s at most", perSecond(shown[n-1]), perSecond(highest(shown)))
	if n < meter.Window && p.w >= meter.Window+2 {
		// Without the column of labels a whole minute has room.
		shown = lastSeconds(counts, meter.Window)
		words = fmt.Sprintf("%8s now, %8s at most", perSecond(shown[meter.Window-1]), perSecond(highest(shown)))
		p.add(span{e.th.muted, " " + grid.Fit(fmt.Sprintf("last %d s", meter.Window), labelWidth, false)}, span{e.th.text, words})
		p.add(append([]span{{e.th.text, " "}}, e.th.chart(shown)...)...)
		return
	}
	chart := append([]span{{e.th.muted, " " + grid.Fit(fmt.Sprintf("last %d s", n), labelWidth, false)}}, e.th.chart(shown)...)
	if n+1+len(words) <= room {
		p.add(append(chart, span{e.th.text, " " + words})...)
		return
	}
	p.add(chart...)
	p.add(span{e.th.text, blank(labelWidth+1) + words})
}

func latencyFigures(th *theme, l meter.Latency) []figure {
	show := func(d time.Duration) string {
		if l.Count == 0 {
			d = -1
		}
		return latency(d)
	}
	return []figure{{"p50", show(l.P50), th.text}, {"p95", show(l.P95), th.text}, {"p99", show(l.P99), th.text}, {"max", show(l.Max), th.text}}
}

// tellHistory writes what is kept, and where.
func (e *env) tellHistory(p *figures) {
	th, t := e.th, e.status.Totals
	other := t.Invalid + t.Missing + t.Unchecked
	p.row("kept",
		figure{"messages", count(t.Messages), th.text}, figure{"callbacks", count(t.Callbacks), th.text},
		figure{"✓ valid", count(t.Valid), th.text}, figure{"✗ others", count(other), alarming(other, th.text, th.warn)})
	e.tellWatch(p)
	where := brief(e.status.HistoryPath)
	if e.status.Ephemeral {
		where = "a temporary one, deleted at the end; --db keeps one"
	}
	p.field("file", th.text, where)
	p.field("size", th.text, bytesOf(e.status.HistorySize))
}

// tellAPI writes what was asked of the API, and what the simulator did.
func (e *env) tellAPI(p *figures) {
	th, st := e.th, &e.status
	a := &st.API
	type kind struct {
		words string
		n     int64
	}
	var kinds []kind
	var failed int64
	for k, n := range a.Failures {
		failed += n
		kinds = append(kinds, kind{strings.ReplaceAll(string(k), "_", " "), n})
	}
	lat := latencyFigures(th, a.Latency)
	p.row("calls",
		figure{"ended", count(a.Calls), th.text}, figure{"✗ failed", count(failed), alarming(failed, th.text, th.bad)},
		figure{"waiting", count(int64(st.InFlight)), th.text}, lat[0], lat[1])
	if failed > 0 {
		slices.SortFunc(kinds, func(x, y kind) int {
			return cmp.Or(cmp.Compare(y.n, x.n), cmp.Compare(x.words, y.words))
		})
		words := make([]string, len(kinds))
		for i, k := range kinds {
			words[i] = count(k.n) + " " + k.words
		}
		p.field("failed", th.bad, "✗ "+strings.Join(words, ", "))
		p.field("last", th.text, fmt.Sprintf("%s, %s ago: %s", clock(a.LastFailureAt, e.at), waited(e.at.Sub(a.LastFailureAt)), escape.Line(head(e.mask.Sentence(a.LastFailure), noticeBytes))))
	}
	p.field("address", th.text, orDash(brief(st.APIURL)))
	if !st.Embedded {
		return
	}
	s := &st.Simulator
	p.row("simulator",
		figure{"accepted", count(s.Accepted), th.text}, figure{"refused", count(s.Refused), th.text},
		figure{"posted", count(s.Posted), th.text}, figure{"to post", count(s.Pending), th.text}, figure{"inbound", count(s.Inbound), th.text})
	e.tellClock(p, st.Clock)
	if st.SimulatorToken != "" {
		p.field("auth token", th.text, brief(st.SimulatorToken))
		p.field("", th.muted, "made up, of the simulator alone: an app that checks signatures needs it")
	}
	if s.Unanswered > 0 {
		p.field("", th.warn, fmt.Sprintf("! %s of the posts not answered 200, %s to be posted again", count(s.Unanswered), count(s.Retrying)))
	}
}

// tellWatch writes of how many messages a callback is missed, and what keeps Plivo from being asked.
func (e *env) tellWatch(p *figures) {
	th, w := e.th, &e.status.Watch
	if w.Silent > 0 {
		words := "! of " + plural(w.Silent, "message") + " a callback did not come"
		if w.Lost > 0 {
			words += fmt.Sprintf("; Plivo knows the end of %s", count(int64(w.Lost)))
		}
		p.field("missed", th.warn, words)
	}
	if w.Problem == "" {
		return
	}
	label, words := "missed", "! Plivo is not asked about them"
	if w.Silent > 0 {
		label = ""
	}
	if w.HeldUntil.After(e.at) {
		words += " before " + clock(w.HeldUntil, e.at)
	}
	p.field(label, th.warn, words+": "+escape.Line(head(e.mask.Sentence(w.Problem), noticeBytes)))
}
