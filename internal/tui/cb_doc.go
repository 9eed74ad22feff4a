package tui

import (
	"strings"

	"dev.internal/plivoscope/internal/tui/grid"
)

// doc is a text that is read line by line: rows of safe text, painted only while they are seen.
type doc struct {
	page
	rows  []docRow
	items []copyItem
	para  int
	item  int // of the rows that are written, -1 for none
}

// docRow is one line of a doc.
type docRow struct {
	spans  []span
	lead   int  // how many of the spans stand before the text
	joined bool // the text goes on from the row before, without anything between
	para   int  // which paragraph it is of: the same in every width
	item   int  // what of the doc's items it shows, -1 for none
}

func newDoc(th *theme, w int) *doc {
	d := &doc{page: page{th: th, w: w}, item: -1}
	d.keep = func(spans []span) { d.put(docRow{spans: spans}) }
	return d
}

// put adds a row, which begins a paragraph unless it goes on with one.
func (d *doc) put(r docRow) {
	if !r.joined && !d.again {
		d.para++
	}
	d.again = false
	r.para, r.item = d.para, d.item
	d.rows = append(d.rows, r)
}

// goOn adds a row to the paragraph.
func (d *doc) goOn(r docRow) {
	d.again = true
	d.put(r)
}

// about writes rows that show what can be copied under a name.
func (d *doc) about(name, text string, write func()) {
	d.items = append(d.items, copyItem{name, text})
	d.item = len(d.items) - 1
	write()
	d.item = -1
}

// entry writes a value behind its name, character by character, and what it means: beside it where there
// is a column for that, else below.
func (d *doc) entry(names, values int, name span, value []piece, paint grid.Paint, notes ...span) {
	beside := values > 0
	indent := names + 2
	room := d.w - indent
	rows := chop(value, max(room, 8))
	width := 0
	for _, p := range rows[0] {
		width += spansWidth([]span{{d.th.text, p.text}})
	}
	beside = beside && len(rows) == 1 && width <= values
	for i, r := range rows {
		row := docRow{lead: 1, joined: i > 0, spans: []span{{name.paint, " " + grid.Fit(name.text, names, false) + " "}}}
		if i > 0 {
			row.spans[0].text = blank(indent)
		}
		for _, p := range r {
			row.spans = append(row.spans, span{map[pieceKind]grid.Paint{plain: paint, quiet: d.th.muted}[p.kind], p.text})
		}
		if beside {
			row.spans = append(row.spans, span{d.th.text, blank(values - width + 2)})
			notes = d.column(row, notes, indent+values+2)
			continue
		}
		d.put(row)
	}
	for _, n := range notes {
		for _, l := range wrap(n.text, d.w-indent) {
			d.goOn(docRow{spans: []span{{d.th.text, blank(indent)}, {n.paint, l}}, lead: 1})
		}
	}
}

// column writes notes from a column on, the first one on a row that has begun.
func (d *doc) column(row docRow, notes []span, at int) []span {
	for _, n := range notes {
		for _, l := range wrap(n.text, d.w-at) {
			row.spans = append(row.spans, span{n.paint, l})
			d.put(row)
			d.again = true
			row = docRow{spans: []span{{d.th.text, blank(at)}}, lead: 1}
		}
	}
	if len(notes) == 0 {
		d.put(row)
	}
	d.again = false
	return nil
}

// block writes safe text of several lines, each broken where the width ends.
func (d *doc) block(text string) {
	for l := range strings.SplitSeq(text, "\n") {
		for i, r := range chop([]piece{{l, plain}}, d.w) {
			row := docRow{joined: i > 0}
			for _, p := range r {
				row.spans = append(row.spans, span{d.th.text, p.text})
			}
			d.put(row)
		}
	}
}
