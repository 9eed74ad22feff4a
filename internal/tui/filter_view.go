package tui

import (
	"cmp"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
)

const filterHint = `- negates, commas mean or, "quotes" keep spaces; what has no word is text`

// filterCell is where a candidate stands, counted from the filter's upper left corner.
type filterCell struct {
	rect
	at int // of the candidates
}

// lines are the input and, below it, what is wrong and what can be completed.
func (f *filterLine) lines() []string {
	said, bad := f.complaint()
	mark := f.env.th.accent
	if bad {
		mark = f.env.th.bad
	}
	out := []string{mark.Wrap(" / ") + f.inputLine()}
	if said {
		out = append(out, f.wrongLines(bad, f.h-1)...)
	}
	if doubt := f.env.doubt(f.filter); doubt != "" && f.wrong == nil && f.doubted() && f.h > 1 {
		text, _ := grid.Clip("! "+doubt, f.w-4)
		out = append(out, line(f.w, span{f.env.th.warn, "   " + text}))
	}
	f.cells = f.cells[:0]
	switch room := f.h - len(out); {
	case room <= 0:
	case len(f.offer.all) > 0:
		out = f.offerLines(out, room)
	case !said:
		out = f.hintLines(out, room)
	}
	for len(out) < f.h {
		out = append(out, line(f.w))
	}
	return out[:f.h]
}

func (f *filterLine) hintLines(out []string, room int) []string {
	said := wrap(cmp.Or(f.offer.takes, filterHint), f.w-4)
	for _, l := range said[:min(room, len(said))] {
		out = append(out, line(f.w, span{f.env.th.muted, "   " + l}))
	}
	return out
}

// wrongLines say what is wrong, with a sign under the character that it is about: beside the sign where
// there is room, else below it.
func (f *filterLine) wrongLines(bad bool, room int) []string {
	paint := f.env.th.muted
	if bad {
		paint = f.env.th.bad
	}
	const margin, least = 3, 24 // cells beside the sign from which a sentence can be read there
	what := escape.Line(head(f.env.mask.Sentence(f.wrong.What), noticeBytes))
	x := margin + f.caret(f.wrong.Column)
	right := f.w - x - 3
	switch {
	case room <= 0:
		return nil
	case right < least && ansi.StringWidth(what) <= x-margin-1:
		return []string{line(f.w, span{paint, blank(x-1-ansi.StringWidth(what)) + what + " ^"})}
	case right < least && room == 1:
		text, n := grid.Clip(what, x-margin-1)
		return []string{line(f.w, span{paint, blank(x-1-n) + text + " ^"})}
	}
	first, rest, indent := "", what, margin
	if right >= least {
		beside := wrap(what, right)
		first = beside[0]
		rest = strings.TrimPrefix(what[len(first):], " ")
		if len(beside) <= room {
			indent = x + 2
		}
	}
	lines := []string{blank(x) + "^ " + first}
	if rest != "" {
		for _, l := range wrap(rest, f.w-indent-1) {
			lines = append(lines, blank(indent)+l)
		}
	}
	if len(lines) > room {
		cut, _ := grid.Clip(strings.Join(lines[room-1:], " "), f.w-1)
		lines = append(lines[:room-1], cut)
	}
	for i, l := range lines {
		lines[i] = line(f.w, span{paint, l})
	}
	return lines
}

// offerTable is how candidates stand in columns: a cell holds the mark of the chosen one, its text and, where
// there is room, what it stands for.
type offerTable struct {
	columns, cell int
	name, about   int // cells of text and explanation; no explanation where 0
}

// Least cells of an explanation that says something, in a table that shows all candidates, and in one that
// shows as many as there is room for.
const (
	leastAbout = 14
	usualAbout = 20
)

func (o offer) table(w, room int) offerTable {
	var t offerTable
	about := 0
	for _, c := range o.all {
		t.name = max(t.name, min(ansi.StringWidth(c.text), w/2))
		about = max(about, ansi.StringWidth(c.about))
	}
	const mark, gap = 2, 2
	t.columns = (len(o.all) + room - 1) / room
	t.cell = w / t.columns
	if t.cell < mark+t.name+gap+min(about, leastAbout)+gap {
		if t.cell = mark + t.name + gap; o.word && (len(o.all)-1)/max(w/t.cell, 1) < room {
			t.columns = w / t.cell
			return t
		}
		for _, said := range []int{usualAbout, leastAbout} {
			if t.columns = max(w/(t.cell+min(about, said)+gap), 1); t.columns > 1 {
				break
			}
		}
		t.cell = w / t.columns
	}
	t.cell = min(t.cell, mark+t.name+gap+about+gap)
	t.about = max(t.cell-mark-t.name-gap-gap, 0)
	return t
}

// offerLines show the candidates. Where there are more than there is room for they come in pages: which one
// is shown follows the chosen one, and no candidate moves while one goes through a page.
func (f *filterLine) offerLines(out []string, room int) []string {
	const margin = 1
	th, o := f.env.th, f.offer
	hint := o.word && o.part == "" && room > 2
	if hint {
		room--
	}
	t := o.table(f.w-margin, room)
	first, end := 0, len(o.all)
	if page := t.columns*room - 1; end > page+1 {
		page = max(page, 1)
		first = max(o.at, 0) / page * page
		end = min(first+page, end)
	}
	top := len(out)
	for y := range room {
		spans := []span{{th.text, blank(margin)}}
		for x := range t.columns {
			i := first + y*t.columns + x
			switch {
			case i < end:
				c := o.all[i]
				sign, paint := "  ", th.text
				if i == o.at {
					sign, paint = "› ", th.title
				}
				text := grid.Fit(c.text, t.name, false)
				spans = append(spans, span{th.accent, sign}, span{paint, text}, span{th.muted, grid.Fit("  "+c.about, t.cell-2-t.name-2, false) + "  "})
				if t.about == 0 {
					spans[len(spans)-1].text = blank(t.cell - 2 - t.name)
				}
				f.cells = append(f.cells, filterCell{rect{margin + x*t.cell, top + y, t.cell - 1, 1}, i})
			case i == end && end < len(o.all):
				spans = append(spans, span{th.muted, grid.Fit(fmt.Sprintf("  %d more", len(o.all)-end), t.cell, false)})
			}
		}
		out = append(out, line(f.w, spans...))
	}
	if hint {
		out = append(out, line(f.w, span{th.muted, "   " + filterHint}))
	}
	return out
}

// clickFilter takes the candidate that is clicked, or puts the cursor into the line; area is the filter's.
func (l *listing[T]) clickFilter(e tea.MouseMsg, area rect) {
	x, y := e.X-area.x, e.Y-area.y
	if y == 0 {
		l.filter.clickInput(x - 3)
		return
	}
	for _, c := range l.filter.cells {
		if c.has(x, y) {
			l.filter.take(c.at)
			l.filter.look()
			return
		}
	}
}
