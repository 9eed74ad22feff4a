package grid

import "strings"

// draw renders what is visible and not yet drawn as it is now.
func (g *Grid[T]) draw() {
	g.lines = g.lines[:0]
	if len(g.drawn) > 8*max(g.h, 32) {
		clear(g.drawn)
	}
	for i := g.top; i < min(g.top+g.h, len(g.rows)); i++ {
		row := g.rows[i]
		id := g.cfg.ID(row)
		if id == g.sel {
			g.lines = append(g.lines, g.drawRow(row, g.kin(i), true))
			continue
		}
		d, ok := g.drawn[id]
		if kin := g.kin(i); !ok || d.kin != kin || !g.cfg.Same(d.row, row) {
			d = drawn[T]{row, kin, g.drawRow(row, kin, false)}
			g.drawn[id] = d
		}
		g.lines = append(g.lines, d.line)
	}
	for len(g.lines) < g.h {
		g.lines = append(g.lines, spaces(g.w))
	}
}

// kin is beside which others the row at i belongs.
func (g *Grid[T]) kin(i int) Kin {
	if g.cfg.Kin == nil {
		return Kin{}
	}
	return Kin{
		Above: i > 0 && g.cfg.Kin(g.rows[i-1], g.rows[i]),
		Below: i+1 < len(g.rows) && g.cfg.Kin(g.rows[i], g.rows[i+1]),
	}
}

func (g *Grid[T]) drawRow(row T, kin Kin, selected bool) string {
	var b strings.Builder
	b.Grow(g.w + 16*len(g.widths))
	mark := Cell{Text: " ", Paint: g.cfg.Base}
	if selected {
		mark = g.cfg.Mark
	}
	room := g.w
	put := func(c Cell, w, pad int, right bool) {
		w = min(w, room)
		pad = min(pad, room-w)
		room -= w + pad
		e := c.Paint.of(selected)
		if c.Text == "" && !selected {
			e = ends{} // nothing to see of its colour
		}
		b.WriteString(e.open)
		b.WriteString(Fit(c.Text, w, right))
		b.WriteString(spaces(pad))
		b.WriteString(e.close)
	}
	if g.cfg.Sign == nil {
		put(mark, 1, 1, false)
	} else {
		put(mark, 1, 0, false)
		put(g.cfg.Sign(row), 1, 1, false)
	}
	for i, col := range g.cols {
		if w := g.widths[i]; w > 0 {
			cell := col.Cell
			if col.Joined != nil && kin != (Kin{}) {
				cell = func(row T, w int) Cell { return col.Joined(row, kin, w) }
			}
			put(cell(row, w), w, g.gap, col.Right)
		}
	}
	if room > 0 {
		put(Cell{Paint: g.cfg.Base}, room, 0, false)
	}
	return b.String()
}

func (g *Grid[T]) drawHead() string {
	var b strings.Builder
	b.WriteString(spaces(min(g.marker(), g.w)))
	for i, col := range g.cols {
		if w := g.widths[i]; w > 0 {
			b.WriteString(Fit(col.Title, w, col.Right))
			b.WriteString(spaces(g.gap))
		}
	}
	return g.cfg.Head.Wrap(Fit(strings.TrimRight(b.String(), " "), g.w, false))
}
