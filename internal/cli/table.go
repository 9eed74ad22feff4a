package cli

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
)

// column is one column of a text table. Widths are fixed, so that lines printed one by one as they
// come stay under each other.
type column struct {
	title string
	width int // 0 in the last for the width of its text
	right bool
	whole bool // it is never cut: what is typed again, as an ID
	least int  // of width, what it can be cut to where it is the last; 0 for all of it
	gives int  // columns that a terminal has no room for are left out in this order; 0 is never
}

// within leaves out of a table what a terminal of a width has no room for; a width of 0 is no limit, for cells neither.
func within(width int, cols []column, cells []string) ([]column, []string) {
	if width <= 0 {
		cols = slices.Clone(cols)
		for i := range cols {
			cols[i].whole = true
		}
		return cols, cells
	}
	for needs(cols) > width {
		next := -1
		for i, c := range cols {
			if c.gives > 0 && (next < 0 || c.gives < cols[next].gives) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		cols, cells = slices.Delete(slices.Clone(cols), next, next+1), slices.Delete(slices.Clone(cells), next, next+1)
	}
	return cols, cells
}

// needs is the width that a table cannot do without.
func needs(cols []column) int {
	n := 2 * (len(cols) - 1)
	for i, c := range cols {
		if i == len(cols)-1 && c.least > 0 {
			n += c.least
		} else {
			n += c.width
		}
	}
	return n
}

// header is the line of titles, and rowWithin one of cells, in a terminal of a width.
func header(width int, cols []column) string {
	titles := make([]string, len(cols))
	for i, c := range cols {
		titles[i] = c.title
	}
	return rowWithin(width, cols, titles)
}

func rowWithin(width int, cols []column, cells []string) string {
	line := row(within(width, cols, cells))
	if width > 0 {
		line = fit(line, width)
	}
	return line
}

// row lays cells out under their titles. Text from outside is escaped here, before it can reach a
// terminal; a cell too wide is cut with an ellipsis, unless it is whole: then the next ones stand further right.
func row(cols []column, cells []string) string {
	line, end := "", 0
	for i, c := range cols {
		cell := escape.Line(cells[i])
		if i > 0 {
			line += "  "
			end += 2
		}
		if c.width == 0 {
			line += cell
			continue
		}
		if !c.whole {
			cell = fit(cell, c.width)
		}
		end += c.width
		// Some letters join with a space before or behind them, so it is the whole line that is measured.
		missing := max(0, end-ansi.StringWidth(line+cell))
		if c.right {
			pad := strings.Repeat(" ", missing)
			line += strings.Repeat(" ", max(0, end-ansi.StringWidth(line+pad+cell))) + pad + cell
		} else {
			line += cell + strings.Repeat(" ", missing)
			line += strings.Repeat(" ", max(0, end-ansi.StringWidth(line)))
		}
	}
	return strings.TrimRight(line, " ")
}

// fit cuts a cell to a width. Cutting before a variation selector changes the width of what is left,
// so the cut is measured and made shorter where it has to be.
func fit(cell string, width int) string {
	cut := ansi.Truncate(cell, width, "…")
	for n := width - 1; n >= 0 && ansi.StringWidth(cut) > width; n-- {
		cut = ansi.Truncate(cell, n, "…")
	}
	return cut
}

// wrapped breaks a sentence between words to fit a terminal of a width, indented, and what follows its
// first line by hang more; a width of 0 is no limit. A word that is wider stays whole.
func wrapped(text string, width, indent, hang int) string {
	begin := strings.Repeat(" ", indent)
	if width <= 0 || indent+ansi.StringWidth(text) <= width {
		return begin + text
	}
	var b strings.Builder
	line := begin
	empty := true
	for word := range strings.SplitSeq(text, " ") {
		if !empty && ansi.StringWidth(line+" "+word) > width {
			b.WriteString(line + "\n")
			line, empty = strings.Repeat(" ", indent+hang), true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return b.String() + line
}
