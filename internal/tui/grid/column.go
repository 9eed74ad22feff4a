package grid

import (
	"cmp"
	"slices"
)

// Column is one column of the table. Widths are in cells.
type Column[T any] struct {
	Title    string
	Min      int // what it needs to be shown at all
	Ideal    int // what it gets where there is room, not less than Min
	Max      int // what it gets where there is plenty; 0 for Ideal
	From     int // the least width of a table that shows it
	Priority int // the column with the largest number gives way first
	Right    bool
	Flex     bool // takes the room that is left
	Cell     func(row T, w int) Cell
	// Joined is the cell of a row that has kin beside it; nil where that makes no difference.
	Joined func(row T, kin Kin, w int) Cell
	// Alone is the column in a table that has no room for the one before it; nil where that makes no difference.
	Alone *Alone[T]
}

// Alone is what a column shows instead where the one before it is not shown.
type Alone[T any] struct {
	Title string
	Cell  func(row T, w int) Cell
}

// Kin is on which sides of a row those are that it belongs together with.
type Kin struct{ Above, Below bool }

// marker is the room left of the first column: a sign for the selected row, so that it is told without
// colour too, the row's own sign where rows have one, and a space.
func (g *Grid[T]) marker() int {
	if g.cfg.Sign != nil {
		return 3
	}
	return 2
}

// widths gives each column its width where they have left cells of a table of w cells; 0 hides it. Which
// columns are shown depends on w alone, so a column never moves while rows arrive.
func widths[T any](cols []Column[T], w, left, gap int) []int {
	order := make([]int, len(cols))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(cols[a].Priority, cols[b].Priority) })
	out := make([]int, len(cols))
	shown := order[:0:0]
	for _, i := range order {
		need := cols[i].Min
		if len(shown) > 0 {
			need += gap
		}
		if need > left || w < cols[i].From {
			break
		}
		out[i] = cols[i].Min
		left -= need
		shown = append(shown, i)
	}
	grow := func(flex bool, to func(Column[T]) int) {
		for _, i := range shown {
			if more := min(to(cols[i])-out[i], left); cols[i].Flex == flex && more > 0 {
				out[i] += more
				left -= more
			}
		}
	}
	ideal := func(c Column[T]) int { return c.Ideal }
	most := func(c Column[T]) int { return c.Max }
	grow(true, ideal)
	grow(false, ideal)
	grow(true, most)
	grow(false, most)
	grow(true, func(Column[T]) int { return w })
	return out
}

// standing are the columns as a table shows them where they have these widths.
func standing[T any](cols []Column[T], widths []int) []Column[T] {
	out := slices.Clone(cols)
	for i, c := range out {
		if c.Alone != nil && i > 0 && widths[i-1] == 0 {
			out[i].Title, out[i].Cell = c.Alone.Title, c.Alone.Cell
		}
	}
	return out
}

// gapFor is the space between two columns: one cell where room is scarce.
func gapFor(w int) int {
	if w < 130 {
		return 1
	}
	return 2
}
