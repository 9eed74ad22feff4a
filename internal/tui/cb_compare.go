package tui

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
)

// comparison shows two callbacks field by field, the older one at the left, or two attempts.
type comparison struct {
	pager
	area      rect
	a, b      webhook.Callback
	attempts  [2]webhook.Attempt // compared in place of the callbacks, where they have IDs
	differing bool               // what is the same is left out
	longest   int                // the cells of the longest name
}

func newComparison(e *env, a, b webhook.Callback) *comparison {
	return &comparison{pager: newPager(e), a: a, b: b}
}

// comparedSides are two things that are compared: the name of each, their fields and their bodies.
type comparedSides struct {
	names  [2]string // at the beginning of a sentence
	when   [2]time.Time
	groups []comparedGroup
	bodies []comparedBodies
}

type comparedGroup struct {
	name   string
	fields []comparedField
}

type comparedBodies struct {
	name, tab string // tab is where each is shown whole
	a, b      []byte
}

func callbackSides(a, b webhook.Callback) comparedSides {
	return comparedSides{
		names: [2]string{fmt.Sprintf("Callback %d", a.ID), fmt.Sprintf("Callback %d", b.ID)},
		when:  [2]time.Time{a.ReceivedAt, b.ReceivedAt},
		groups: []comparedGroup{
			{"Request", requestFieldsOf(a, b)},
			{"Parameters", paramFields(a.Report.Params, b.Report.Params)},
			{"Headers", headerFields(a.Header, b.Header)},
		},
		bodies: []comparedBodies{{"Body", "Body of each", a.Body, b.Body}},
	}
}

// both is what is compared.
func (s *comparison) both() comparedSides {
	if s.attempts[0].ID != 0 {
		return attemptSides(s.attempts[0], s.attempts[1])
	}
	return callbackSides(s.a, s.b)
}

func (s *comparison) resize(body rect) {
	if body == s.area {
		return
	}
	other := body.w != s.area.w
	s.area = body
	s.pager.resize(body.w, max(body.h-1, 0))
	if other {
		s.write(true)
	}
}

// toggles is the key that leaves out what is the same, or shows it again.
func (s *comparison) toggles() key.Binding {
	if s.differing {
		return s.env.keys.showSame
	}
	return s.env.keys.hideSame
}

func (s *comparison) write(keep bool) {
	if s.w <= 0 {
		return
	}
	d := newDoc(s.env.th, s.textWidth())
	of := s.both()
	s.longest = 0
	for _, g := range of.groups {
		for _, f := range g.fields[:min(len(g.fields), entriesShown)] {
			s.longest = max(s.longest, ansi.StringWidth(f.name))
		}
	}
	s.head(d, of)
	for _, g := range of.groups {
		s.group(d, g.name, g.fields)
	}
	for _, b := range of.bodies {
		s.bodies(d, b)
	}
	s.set(d, keep)
}

// columns are the widths of the names and of each side.
func (s *comparison) columns(w int) (names, side int) {
	if w >= 76 {
		names = min(22, w/5)
	}
	if w >= 100 {
		names = max(names, min(s.longest+3, w/4))
	}
	if names > 0 {
		w -= names + 1
	}
	return names, max((w-3)/2, 8)
}

// head names the sides.
func (s *comparison) head(d *doc, of comparedSides) {
	names, side := s.columns(d.w)
	say := func(i int) []piece {
		return []piece{{lower(of.names[i]) + ", " + moment(of.when[i], s.env.at), plain}}
	}
	s.sides(d, names, side, span{d.th.muted, ""}, say(0), say(1), d.th.strong)
}

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// group lists fields: those that differ with the difference marked, the others dimmed or left out.
func (s *comparison) group(d *doc, name string, fields []comparedField) {
	th := d.th
	same := 0
	for _, f := range fields {
		if f.same() {
			same++
		}
	}
	words := fmt.Sprintf("  %s, %d the same", differWords(len(fields)-same), same)
	if len(fields) == 0 {
		words = "  neither has any"
	}
	d.heading(name, words)
	names, side := s.columns(d.w)
	for i, f := range fields {
		switch {
		case i >= entriesShown:
			continue
		case f.same() && s.differing:
		case f.same():
			value := f.a
			if value == "" {
				value = "(empty)"
			}
			s.sides(d, names, side, span{th.muted, f.name}, []piece{{value, quiet}}, []piece{{"the same", quiet}}, th.text)
		default:
			a, b := differ(f.a, f.b)
			if !f.inA || f.inB && f.a == "" {
				a = []piece{{absentWords(f.inA, "right"), quiet}}
			}
			if !f.inB || f.inA && f.b == "" {
				b = []piece{{absentWords(f.inB, "left"), quiet}}
			}
			s.sides(d, names, side, span{th.accent, "≠ " + f.name}, a, b, th.text)
		}
	}
	d.more(len(fields), "field")
}

func differWords(n int) string {
	if n == 1 {
		return "1 differs"
	}
	return count(int64(n)) + " differ"
}

// absentWords say why a side shows nothing.
func absentWords(there bool, other string) string {
	if there {
		return "(empty)"
	}
	return "– only at the " + other
}

// sides writes a name and two values beside each other.
func (s *comparison) sides(d *doc, names, side int, name span, a, b []piece, paint grid.Paint) {
	th := d.th
	if names == 0 && name.text != "" {
		d.put(docRow{spans: []span{{name.paint, " " + name.text}}})
		d.again = true
	}
	left, right := chop(a, side), chop(b, side)
	for i := range max(len(left), len(right)) {
		row := docRow{}
		if names > 0 {
			label := name.text
			if i > 0 {
				label = ""
			}
			row.spans = append(row.spans, span{name.paint, grid.Fit(" "+label, names, false) + " "})
		}
		l, marksL := half(th, left, i, side, th.given, paint)
		r, marksR := half(th, right, i, side, th.signed, paint)
		row.spans = append(append(append(row.spans, l...), span{th.faint, " │ "}), r...)
		d.again = d.again || i > 0
		d.put(row)
		if th.bare && marksL+marksR != "" {
			pad := blank(max(names+1, 1) * min(names, 1))
			d.goOn(docRow{spans: []span{{th.text, pad + grid.Fit(marksL, side, false) + "   " + marksR}}})
		}
	}
}

// half is one side's part of a row, and what points at its differences.
func half(th *theme, rows [][]piece, i, w int, mark, paint grid.Paint) ([]span, string) {
	var spans []span
	used, under := 0, ""
	if i < len(rows) {
		for _, p := range rows[i] {
			spans = append(spans, span{map[pieceKind]grid.Paint{plain: paint, quiet: th.muted, other: mark}[p.kind], p.text})
		}
		used = spansWidth(spans)
		under = carets(rows[i])
	}
	return append(spans, span{th.text, blank(w - used)}), under
}

// bodies compares the bytes, and shows them as text where they are.
func (s *comparison) bodies(d *doc, of comparedBodies) {
	a, b := of.a, of.b
	if bytes.Equal(a, b) {
		d.heading(of.name, "  the same "+sizeWords(len(a)))
		return
	}
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	d.heading(of.name, fmt.Sprintf("  %s and %s; they differ from byte %s on", sizeWords(len(a)), sizeWords(len(b)), count(int64(at+1))))
	if !utf8.Valid(a) || !utf8.Valid(b) {
		d.say(d.th.muted, "One is no text; "+of.tab+" shows its bytes.")
		return
	}
	names, side := s.columns(d.w)
	left, right := differ(escape.Line(head(string(a), detailBytes)), escape.Line(head(string(b), detailBytes)))
	for _, of := range []struct {
		pieces *[]piece
		all    []byte
	}{{&left, a}, {&right, b}} {
		switch {
		case len(of.all) == 0:
			*of.pieces = []piece{{"(empty)", quiet}}
		case len(of.all) > detailBytes:
			*of.pieces = append(*of.pieces, piece{leftOut(string(of.all)), quiet})
		}
	}
	s.sides(d, names, side, span{d.th.accent, "≠ text"}, left, right, d.th.text)
}

func (s *comparison) body(rule ruler) []string {
	of := s.both()
	title := of.names[0] + " beside " + lower(of.names[1])
	if s.differing {
		title += " · differences alone"
	}
	return append(append(make([]string, 0, s.area.h), rule(s.w, true, title, s.place())), s.lines()...)
}

func (s *comparison) mouse(e tea.MouseMsg, step int) {
	if step != 0 {
		s.wheel(step)
		return
	}
	s.click(e.Y - s.area.y - 1)
}

// compareKey handles a key while two callbacks are compared.
func (s *callbacks) compareKey(k tea.KeyMsg) (tea.Cmd, bool) {
	c := s.compared
	switch km := s.env.keys; {
	case key.Matches(k, km.closeText):
		if c.query != "" {
			c.endSearch()
			return nil, true
		}
		s.compared = nil
	case key.Matches(k, km.hideSame):
		c.differing = !c.differing
		c.write(false)
	case key.Matches(k, s.env.keys.again):
		return s.openReplay(), true
	default:
		return nil, c.searchesOn(k) || c.move(k)
	}
	return nil, true
}
