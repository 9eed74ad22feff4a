package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/tui/grid"
)

// value writes a text behind a label, character by character, and a note after it where there is room,
// or else below. What is marked is underlined too, because colour alone says nothing to some; on a
// terminal without attributes a line of carets points at it.
func (p *page) value(label string, mark grid.Paint, pieces []piece, note ...span) {
	room := p.w - labelWidth - 2
	put := func(spans ...span) {
		p.add(append([]span{{p.th.muted, " " + grid.Fit(label, labelWidth, false)}}, spans...)...)
		label = ""
	}
	lines := chop(pieces, room)
	for i, l := range lines {
		spans := make([]span, 0, len(l)+len(note))
		for _, c := range l {
			paint := map[pieceKind]grid.Paint{plain: p.th.text, quiet: p.th.muted, other: mark}[c.kind]
			spans = append(spans, span{paint, c.text})
		}
		if i == len(lines)-1 && spansWidth(spans)+spansWidth(note) <= room {
			spans = append(spans, note...)
			note = nil
		}
		put(spans...)
		if c := carets(l); p.th.bare && c != "" {
			put(span{p.th.text, c})
		}
	}
	if len(note) > 0 {
		note[0].text = strings.TrimLeft(note[0].text, " ")
		put(note...)
	}
}

// carets points at what is marked on a line; empty where nothing is.
func carets(l []piece) string {
	s := ""
	for _, c := range l {
		sign := " "
		if c.kind == other {
			sign = "^"
		}
		s += strings.Repeat(sign, ansi.StringWidth(c.text))
	}
	return strings.TrimRight(s, " ")
}

// change writes what was checked above what was signed, each made safe by show.
func (p *page) change(c signature.Change, show func(string) string) {
	if c.Part != signature.PartParams {
		p.pair(c.Given, c.Signed, show)
		return
	}
	signed := paramLines(c.Signed)
	for i, g := range paramLines(c.Given) {
		if i == paramsShown {
			p.value("", p.th.text, []piece{{"and more", quiet}})
			break
		}
		same := slices.IndexFunc(signed, func(s string) bool { return nameOf(s) == nameOf(g) })
		if same < 0 {
			p.pair(g, "", show)
			continue
		}
		p.pair(g, signed[same], show)
		signed = slices.Delete(signed, same, same+1)
	}
	for i, s := range signed {
		if i == paramsShown {
			p.value("", p.th.text, []piece{{"and more", quiet}})
			break
		}
		p.pair("", s, show)
	}
}

// paramsShown bounds the parameters of a change.
const paramsShown = 8

func paramLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func nameOf(param string) string {
	name, _, _ := strings.Cut(param, "=")
	return name
}

// pair writes two values below each other with their differences marked.
func (p *page) pair(given, signed string, show func(string) string) {
	a, b := differ(show(given), show(signed))
	absent := []piece{{"not there", quiet}}
	if given == "" {
		a = absent
	}
	if signed == "" {
		b = absent
	}
	p.value("checked", p.th.given, a)
	p.value("signed", p.th.signed, b)
}
