package grid

// Query asks for the rows around an identity.
type Query struct {
	Anchor int64 // 0 for none: the newest rows, or the oldest
	Oldest bool  // without an anchor: the oldest rows
	Above  int   // rows above the anchor, those nearest to it
	Below  int   // rows from the anchor down, itself included; without an anchor all rows
	gen    int
}

// Page answers a Query.
type Page[T any] struct {
	Rows  []T  // newest first, without holes
	AtTop bool // there is no newer row
	AtEnd bool // there is no older row
}

// Query says what to read for the present viewport.
func (g *Grid[T]) Query() Query {
	h := max(g.h, 10)
	switch {
	case g.toEnd:
		return Query{Oldest: true, Below: 3 * h, gen: g.gen}
	case g.follow || (len(g.rows) == 0 && g.sel == 0):
		return Query{Below: 3 * h, gen: g.gen}
	case len(g.rows) == 0:
		return Query{Anchor: g.sel, Above: 2 * h, Below: 3 * h, gen: g.gen}
	default:
		return Query{Anchor: g.cfg.ID(g.rows[g.top]), Above: 2 * h, Below: 3 * h, gen: g.gen}
	}
}

// Wants reports whether the rows at hand will soon not be enough.
func (g *Grid[T]) Wants() bool {
	if !g.loaded || g.toEnd || g.pending != 0 || (g.follow && !g.atTop) {
		return true
	}
	return (!g.atTop && g.top < g.h) || (!g.atEnd && len(g.rows)-g.top < 2*g.h)
}

// Apply takes the answer to q. It refuses one that is stale: asked before a Refilter or a jump, or not
// covering what is shown now; then ask again.
func (g *Grid[T]) Apply(q Query, p Page[T]) bool {
	if q.gen != g.gen || !g.covers(q, p) {
		return false
	}
	var topID int64
	afresh := len(g.rows) == 0
	if !afresh {
		topID = g.cfg.ID(g.rows[g.top])
	}
	was, known := g.Selected()
	g.rows, g.atTop, g.atEnd, g.loaded = p.Rows, p.AtTop, p.AtEnd, true
	switch {
	case g.follow:
	case g.toEnd:
		g.toEnd = false
		g.top = len(g.rows)
		if len(g.rows) > 0 {
			g.sel = g.cfg.ID(g.rows[len(g.rows)-1])
		}
	case len(g.rows) == 0:
	case g.sel == 0:
		g.sel = g.cfg.ID(g.rows[0])
	default:
		g.top = g.firstBelow(topID)
		if g.index(g.sel) < 0 {
			g.sel = g.cfg.ID(g.rows[g.successor(was, known)])
		}
		if afresh {
			g.top = max(g.index(g.sel)-g.line, 0)
		}
	}
	g.settle()
	if n := g.pending; n != 0 {
		g.pending = 0
		g.Move(n)
	}
	return true
}

// successor is the index of the row that takes the place of the selected one, which is gone: what it
// became, or the next older one (retention took it, or it left the filter).
func (g *Grid[T]) successor(was T, known bool) int {
	if known && g.cfg.Twin != nil {
		for i, row := range g.rows {
			if g.cfg.Twin(was, row) {
				return i
			}
		}
	}
	return min(g.firstBelow(g.sel), len(g.rows)-1)
}

// covers reports whether p holds every row of the present viewport.
func (g *Grid[T]) covers(q Query, p Page[T]) bool {
	if g.follow {
		return p.AtTop
	}
	if q.Oldest || len(g.rows) == 0 || len(p.Rows) == 0 {
		return true
	}
	last := min(g.top+g.height(), len(g.rows)) - 1
	first, lowest := g.cfg.ID(p.Rows[0]), g.cfg.ID(p.Rows[len(p.Rows)-1])
	return (p.AtTop || first >= g.cfg.ID(g.rows[g.top])) && (p.AtEnd || lowest <= g.cfg.ID(g.rows[max(last, 0)]))
}
