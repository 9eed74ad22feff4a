package tui

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/charmbracelet/bubbles/key"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/tui/grid"
)

// View implements tea.Model: it joins lines that are ready.
func (m *Model) View() string {
	l := m.frame
	if m.w <= 0 || m.h <= 0 {
		return ""
	}
	if l.tooSmall {
		return strings.Join(m.tooSmall(), "\n")
	}
	out := make([]string, 0, m.h)
	out = append(out, m.header(), m.tabLine())
	for len(out) < l.body.y {
		out = append(out, line(m.w))
	}
	body := m.screen().body(m.rule)
	if s := m.env.sheet; s != nil {
		lines := s.lines(l.body.w, l.body.h-1)
		body = append(body[:l.body.h-1-len(lines)], m.rule(l.body.w, true, s.heading(), ""))
		body = append(body, lines...)
	}
	out = append(out, body...)
	out = append(out, m.env.noticeLines(m.w, l.notice.h, m.at != onActivity && m.screenKeys())...)
	out = append(out, keysLine(m.env.th, m.w, m.footerKeys()))
	return strings.Join(out, "\n")
}

// tooSmall asks for more room, in the middle of what there is.
func (m *Model) tooSmall() []string {
	out := make([]string, m.h)
	for y := range out {
		s := ""
		switch y - (m.h-1)/2 {
		case 0:
			s = m.longestThatFits(fmt.Sprintf("plivoscope needs at least %d×%d", minWidth, minHeight),
				fmt.Sprintf("too small: %d×%d needed", minWidth, minHeight), fmt.Sprintf("%d×%d", minWidth, minHeight))
		case 1:
			s = m.longestThatFits(fmt.Sprintf("this terminal has %d×%d", m.w, m.h), "")
		case 2:
			if m.unfinished() != "" {
				quits := m.env.keys.forceQuit.Help().Key + " quits"
				s = m.longestThatFits("something is unfinished: "+quits, quits, "")
			}
		}
		pad := max((m.w-grid.Width(s))/2, 0)
		out[y] = line(m.w, span{m.env.th.text, strings.Repeat(" ", pad) + s})
	}
	return out
}

// longestThatFits is the first of some sentences that fits the width, or the last.
func (m *Model) longestThatFits(sentences ...string) string { return longest(m.w, sentences...) }

// longest is the first of some sentences that fits into w cells, or the last.
func longest(w int, sentences ...string) string {
	for _, s := range sentences {
		if grid.Width(s) <= w {
			return s
		}
	}
	return sentences[len(sentences)-1]
}

// sideBySide joins two panes of the same height, with a rule between them.
func sideBySide(th *theme, left, right []string) []string {
	for i := range left {
		edge := "│"
		if i == 0 {
			edge = "┬"
		}
		left[i] += th.faint.Wrap(edge) + right[i]
	}
	return left
}

// rule is the thin line that sets a pane apart, with its title.
func (m *Model) rule(w int, focused bool, title, right string) string {
	th := m.env.th
	paint := th.muted
	if focused {
		paint = th.title
	}
	if right != "" {
		right = " " + right + " "
	}
	room := w - 3 - grid.Width(right) - 2
	if grid.Width(title) > room-1 {
		title = grid.Cut(title, max(room-1, 0), "…")
	}
	dashes := max(w-2-grid.Width(title)-2-grid.Width(right)-1, 0)
	return line(w, span{th.faint, "──"}, span{paint, " " + title + " "}, span{th.faint, strings.Repeat("─", dashes)},
		span{th.muted, right}, span{th.faint, "─"})
}

// headerGap is the space at least between where the program is and what came: with less they read as one phrase.
const headerGap = 2

// headerBars is how many seconds the first line draws.
const headerBars = 8

// header is the first line: what runs, where, and how much came. The less room, the fewer words.
func (m *Model) header() string {
	th, st := m.env.th, m.env.status
	badge, word := th.badge, "SIMULATOR"
	switch {
	case st.Spends:
		badge, word = th.badgeLive, "LIVE"
	case st.Mode == app.Live:
		word = "LOCAL API" // nothing that is sent there costs money
	}
	if m.env.blurred {
		badge = th.muted
	}
	name := []span{{th.strong, " plivoscope "}, {badge, " " + word + " "}}
	if m.env.mask != nil {
		name = append(name, span{th.accent, " MASKED"})
	}
	name = append(name, m.env.forwardSign()...)
	name = append(name, m.env.simulatorSign()...)
	base := st.PublicURL
	if base == "" {
		base = st.ListenURL
	}
	dot, paint := "●", th.good
	if base == "" {
		dot, paint, base = "○", th.muted, "not serving"
	}
	where := " " + escape.Line(base)
	if st.Spends && loopback(base) {
		dot, paint, where = "!", th.warn, where+" (local only)"
	}
	here := []span{{paint, "  " + dot}, {th.text, where}}
	_, short, found := strings.Cut(where, "://")
	if !found {
		short = where
	}
	places := []headPlace{{append(here[:2:2], span{th.muted, "  no tunnel"}), false}, {here, false}, {here, true}, {[]span{here[0], {th.text, " " + strings.TrimSpace(short)}}, true}, {nil, false}}
	switch {
	case st.Tunnel.State != "":
		places = m.env.tunnelPlaces(base)
	case st.PublicURL != "" && st.PublicURL != st.ListenURL:
		places = places[1:] // another process serves under the URL
	}
	// The lists have the whole history: without a word one would look for what is missing. What was dropped matters more.
	counts := []span{{th.muted, "received "}, {th.text, count(st.Server.Received)}, {th.muted, " · stored "}, {th.text, count(st.Server.Stored)}}
	stored := span{th.text, count(st.Server.Stored)}
	briefs := [][]span{{stored, {th.muted, " stored this run "}}, {stored, {th.muted, " this run "}}, {stored, {th.muted, " stored "}}}
	if st.Server.Dropped > 0 {
		counts = append(counts, span{th.bad, " · dropped " + count(st.Server.Dropped) + " "})
		briefs = [][]span{{{th.bad, "✗ " + count(st.Server.Dropped) + " dropped "}}}
	} else {
		counts = append(counts, span{th.muted, " this run "})
	}
	var rate []span
	if counts := lastSeconds(&st.Server.PerSecond, meter.Window); highest(counts) > 0 {
		now := counts[meter.Window-1]
		rate = append(th.chart(counts[meter.Window-headerBars:]), span{th.text, " " + perSecond(now) + "  "})
	}
	for i, p := range places {
		left := append(name[:len(name):len(name)], p.spans...)
		rights := [][]span{counts}
		switch {
		case p.brief && st.Tunnel.State == "" && places[i+1].brief: // the address is shortened before the words
			rights = briefs[:max(len(briefs)-1, 1)]
		case p.brief:
			rights = briefs
		case i == 0:
			rights = [][]span{append(rate, counts...), counts}
		}
		for _, right := range rights {
			if spansWidth(left)+headerGap+spansWidth(right) <= m.w {
				return sides(m.w, left, right)
			}
		}
	}
	if st.Tunnel.State != "" {
		return sides(m.w, append(name, places[len(places)-1].spans...), nil)
	}
	return sides(m.w, name, briefs[len(briefs)-1])
}

// loopback reports whether only this machine reaches a URL: Plivo could not.
func loopback(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
}

// tabsGap is the space between two tabs. On a narrow screen it is one cell, and some names are short.
const tabsGap = 2

type tab struct {
	screen   screenID
	key      key.Binding
	name     string
	short    string // where the whole one has no room; empty for the whole one
	from, to int    // columns
}

func tabs(km keyMap) []tab {
	return []tab{
		{screen: onMessages, key: km.messages, name: "Messages"},
		{screen: onCallbacks, key: km.requests, name: "Callbacks"},
		{screen: onCompose, key: km.compose, name: "Compose"},
		{screen: onReplay, key: km.replay, name: "Replay"},
		{screen: onSignature, key: km.examine, name: "Signature", short: "Sign"},
		{screen: onActivity, key: km.activity, name: "Activity"},
	}
}

// placedTabs are the tabs in their columns: all of them fit the least width.
func (m *Model) placedTabs() []tab {
	out := tabs(m.env.keys)
	place := func(gap int) (end int) {
		x := 1
		for i := range out {
			out[i].from = x
			out[i].to = x + grid.Width(out[i].key.Help().Key) + 1 + len(out[i].name)
			x = out[i].to + gap
		}
		return x - gap
	}
	if place(tabsGap) > m.w {
		for i := range out {
			out[i].name = cmp.Or(out[i].short, out[i].name)
		}
		place(1)
	}
	return out
}

func (m *Model) tabLine() string {
	th := m.env.th
	var left []span
	x := 0
	for _, t := range m.placedTabs() {
		sep := blank(t.from - x)
		x = t.to
		paint := th.muted
		if t.screen == m.at {
			paint = th.tab
		}
		left = append(left, span{th.text, sep}, span{th.key, t.key.Help().Key}, span{th.text, " "}, span{paint, t.name})
	}
	var right []span
	for _, p := range m.hints() {
		h := p.binding.Help()
		if len(right) > 0 {
			right = append(right, span{th.text, blank(keysGap)})
		}
		right = append(right, span{th.key, h.Key}, span{th.muted, " " + h.Desc})
	}
	if right != nil {
		right = append(right, span{th.text, " "})
	}
	return sides(m.w, left, right)
}

// counterpart is the number at the other end of a message.
func counterpart(msg plivo.Message) string {
	if msg.Direction == plivo.Inbound {
		return msg.From
	}
	return msg.To
}
