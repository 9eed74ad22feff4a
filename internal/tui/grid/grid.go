package grid

import "slices"

// Config is what a table is made of.
type Config[T any] struct {
	Columns []Column[T]
	ID      func(T) int64
	Same    func(a, b T) bool // whether two states of a row look the same
	Mark    Cell              // the sign of the selected row, one cell wide
	Base    Paint             // the space between cells
	Head    Paint             // the column titles

	// Sign is a sign of a row, one cell wide, beside the mark; nil where rows have none. What it tells may
	// change without the row: then Redraw.
	Sign func(T) Cell
	// Kin reports whether a row and the one below it belong together; nil where none do.
	Kin func(above, below T) bool

	// Twin finds the row that a selected one became when it is gone; nil where rows never become others.
	Twin func(gone, row T) bool
}

// Grid is the table. Its methods belong to one goroutine.
type Grid[T any] struct {
	cfg    Config[T]
	w, h   int
	cols   []Column[T] // as they are shown at this width
	widths []int
	gap    int

	rows         []T // newest first: a stretch of the table without holes
	atTop, atEnd bool
	loaded       bool

	top     int   // index of the first visible row
	sel     int64 // identity of the selected row, 0 for none
	follow  bool
	toEnd   bool // a jump to the oldest row waits for its rows
	line    int  // of the selected row in the viewport when its rows were forgotten
	pending int  // steps that went beyond the rows at hand and wait for more
	gen     int

	drawn map[int64]drawn[T]
	lines []string
	head  string
}

type drawn[T any] struct {
	row  T
	kin  Kin
	line string
}

// New makes an empty table that follows the newest row.
func New[T any](cfg Config[T]) *Grid[T] {
	return &Grid[T]{cfg: cfg, follow: true, drawn: map[int64]drawn[T]{}}
}

// SetSize gives the table w cells and h rows, the line of column titles not counted.
func (g *Grid[T]) SetSize(w, h int) {
	if w == g.w && h == g.h {
		return
	}
	if w != g.w {
		clear(g.drawn)
		g.gap = gapFor(w)
		g.widths = widths(g.cfg.Columns, w, w-g.marker(), g.gap)
		g.cols = standing(g.cfg.Columns, g.widths)
	}
	g.w, g.h = w, max(h, 0)
	g.head = g.drawHead()
	g.settle()
}

// height is the number of rows that the viewport stands on. One without any room, as in a terminal that
// is too small, keeps its place as if it had one.
func (g *Grid[T]) height() int { return max(g.h, 1) }

// Refilter forgets the rows but not the place: for another filter. Of the new rows the same one is
// selected, on the same line, or where it is not among them the next older one; a table that follows
// the newest row goes on with that.
func (g *Grid[T]) Refilter() {
	if i := g.index(g.sel); i >= 0 {
		g.line = i - g.top
	}
	sel := g.sel
	g.rows, g.top, g.pending = nil, 0, 0
	g.atTop, g.atEnd, g.loaded = false, false, false
	g.gen++
	g.settle()
	if !g.follow {
		g.sel = sel
	}
}

// Redraw renders the visible rows again, after a change that Same does not see.
func (g *Grid[T]) Redraw() {
	clear(g.drawn)
	g.draw()
}

// Change puts something else in the place of each row at hand, of the same identity.
func (g *Grid[T]) Change(other func(T) T) {
	rows := slices.Clone(g.rows)
	for i := range rows {
		rows[i] = other(rows[i])
	}
	g.rows = rows
	g.Redraw()
}

// Loaded reports whether an answer came since the last Refilter: an empty table is then truly empty.
func (g *Grid[T]) Loaded() bool { return g.loaded }

// Len is the number of rows at hand.
func (g *Grid[T]) Len() int { return len(g.rows) }

// Rows are those at hand, newest first. The slice belongs to the grid.
func (g *Grid[T]) Rows() []T { return g.rows }

// Following reports whether the table stays on the newest row.
func (g *Grid[T]) Following() bool { return g.follow }

// Above is the number of rows above the viewport that are at hand, and whether there are more.
func (g *Grid[T]) Above() (n int, more bool) { return g.top, !g.atTop && len(g.rows) > 0 }

// Place is the number of rows above the selected one that are at hand, and whether there are more.
func (g *Grid[T]) Place() (n int, more bool) {
	return max(g.index(g.sel), 0), !g.atTop && len(g.rows) > 0
}

// Selected gives the selected row.
func (g *Grid[T]) Selected() (row T, ok bool) {
	if i := g.index(g.sel); i >= 0 {
		return g.rows[i], true
	}
	return row, false
}

// Lines are the visible rows, each exactly as wide as the table, and blank lines below them: as many
// as the table is high. The slice belongs to the grid.
func (g *Grid[T]) Lines() []string { return g.lines }

// Head is the line of column titles.
func (g *Grid[T]) Head() string { return g.head }

// index finds a row at hand; rows are sorted by falling identity.
func (g *Grid[T]) index(id int64) int {
	i, ok := slices.BinarySearchFunc(g.rows, id, func(row T, id int64) int {
		switch rid := g.cfg.ID(row); {
		case rid > id:
			return -1
		case rid < id:
			return 1
		default:
			return 0
		}
	})
	if !ok {
		return -1
	}
	return i
}

// firstBelow is the index of the first row whose identity is not above id, at most len(rows).
func (g *Grid[T]) firstBelow(id int64) int {
	i, _ := slices.BinarySearchFunc(g.rows, id, func(row T, id int64) int {
		if g.cfg.ID(row) > id {
			return -1
		}
		return 1
	})
	return i
}
