package grid

// Follow stays on the newest row from now on.
func (g *Grid[T]) Follow() {
	if !g.follow || g.toEnd {
		g.gen++
	}
	g.follow, g.toEnd, g.pending = true, false, 0
	g.settle()
}

// Unfollow stays where the table is.
func (g *Grid[T]) Unfollow() { g.follow = false }

// Oldest selects the oldest row.
func (g *Grid[T]) Oldest() {
	if g.loaded && len(g.rows) == 0 {
		return
	}
	g.leave()
	g.pending = 0
	if g.atEnd {
		g.selectIndex(len(g.rows) - 1)
		return
	}
	g.toEnd = true
	g.gen++
}

// Move moves the selection by n rows, down where n is positive. Steps beyond the rows at hand are
// made up for when they come.
func (g *Grid[T]) Move(n int) {
	if len(g.rows) == 0 || n == 0 || (g.follow && n < 0) {
		return
	}
	g.leave()
	want := max(g.index(g.sel), 0) + g.pending + n
	got := min(max(want, 0), len(g.rows)-1)
	g.pending = 0
	if (want < got && !g.atTop) || (want > got && !g.atEnd) {
		g.pending = want - got
	}
	g.selectIndex(got)
}

// Go selects the row of an identity, also of one that is not at hand; where it is gone, the next older one.
func (g *Grid[T]) Go(id int64) {
	g.leave()
	g.pending = 0
	if i := g.index(id); i >= 0 {
		g.selectIndex(i)
		return
	}
	g.Refilter()
	g.sel, g.line = id, g.height()/2
}

// Page moves by n screens.
func (g *Grid[T]) Page(n int) { g.Move(n * max(g.h-1, 1)) }

// Scroll moves the viewport by n rows; the selection stays unless it would leave the screen.
func (g *Grid[T]) Scroll(n int) {
	top := min(max(g.top+n, 0), max(len(g.rows)-g.height(), 0))
	if top == g.top {
		return
	}
	g.leave()
	g.pending = 0
	i := min(max(g.index(g.sel), top), min(top+g.height(), len(g.rows))-1)
	g.top, g.sel = top, g.cfg.ID(g.rows[i])
	g.settle()
}

// Click selects the row on line y of the viewport.
func (g *Grid[T]) Click(y int) {
	if i := g.top + y; y >= 0 && y < g.h && i < len(g.rows) {
		g.leave()
		g.pending = 0
		g.selectIndex(i)
	}
}

// leave ends following and any jump on its way.
func (g *Grid[T]) leave() {
	if g.toEnd {
		g.gen++
	}
	g.follow, g.toEnd = false, false
}

func (g *Grid[T]) selectIndex(i int) {
	if i < 0 || i >= len(g.rows) {
		return
	}
	g.sel = g.cfg.ID(g.rows[i])
	g.settle()
}

// settle makes the viewport show the selection and leaves no gap below the last row while there are
// rows above, then draws.
func (g *Grid[T]) settle() {
	if g.follow {
		g.top, g.sel = 0, 0
		if len(g.rows) > 0 {
			g.sel = g.cfg.ID(g.rows[0])
		}
	} else if i := g.index(g.sel); i >= 0 {
		g.top = min(g.top, i)
		g.top = max(g.top, i-g.height()+1)
	}
	g.top = max(min(g.top, len(g.rows)-g.height()), 0)
	g.draw()
}
