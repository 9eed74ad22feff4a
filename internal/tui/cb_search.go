package tui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// findings are the places of what was searched for.
type findings struct {
	starts    []int     // the row that each match begins on
	stretches []stretch // in the order of rows
}

// stretch is a part of a row that belongs to a match, in bytes of all its text.
type stretch struct{ row, from, to, match int }

// mostFound bounds the matches of a search.
const mostFound = 20_001

// search finds a text in rows, without regard to the case of letters. A match may run over rows that
// belong together.
func search(rows []docRow, query string) (f findings) {
	if query == "" {
		return f
	}
	query = fold(query)
	for i := 0; i < len(rows) && len(f.starts) < mostFound; {
		end := i + 1
		for end < len(rows) && rows[end].joined {
			end++
		}
		f.paragraph(rows, i, end, query)
		i = end
	}
	return f
}

// paragraph searches the rows from first up to end as one text.
func (f *findings) paragraph(rows []docRow, first, end int, query string) {
	var b strings.Builder
	starts := make([]int, 0, end-first) // of each row's part of the text
	for i := first; i < end; i++ {
		starts = append(starts, b.Len())
		for j, s := range rows[i].spans {
			if i == first || j >= rows[i].lead {
				b.WriteString(s.text)
			}
		}
	}
	text := fold(b.String())
	for at := 0; len(f.starts) < mostFound; {
		n := strings.Index(text[at:], query)
		if n < 0 {
			return
		}
		from, to := at+n, at+n+len(query)
		at = to
		i, exact := slices.BinarySearch(starts, from)
		if !exact {
			i--
		}
		for i+1 < len(starts) && starts[i+1] == from {
			i++ // an empty row
		}
		f.starts = append(f.starts, first+i)
		for ; i < len(starts) && starts[i] < to; i++ {
			stop := len(text)
			if i+1 < len(starts) {
				stop = starts[i+1]
			}
			f.add(rows, first+i, i > 0, max(from, starts[i])-starts[i], min(to, stop)-starts[i])
		}
	}
}

// add notes a part of a row, widened to whole characters.
func (f *findings) add(rows []docRow, row int, joined bool, from, to int) {
	skip := 0
	var text strings.Builder
	for j, s := range rows[row].spans {
		if joined && j < rows[row].lead {
			skip += len(s.text)
		}
		text.WriteString(s.text)
	}
	lo, hi := whole(text.String(), skip+from, skip+to)
	f.stretches = append(f.stretches, stretch{row, lo, hi, len(f.starts) - 1})
}

// whole widens a part of a text to the characters that it touches.
func whole(s string, from, to int) (lo, hi int) {
	ascii := true
	for i := max(from-1, 0); i < min(to+1, len(s)); i++ {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return from, to
	}
	lo = from
	for i := 0; i < len(s); {
		c, _ := ansi.FirstGraphemeCluster(s[i:], ansi.GraphemeWidth)
		if i <= from {
			lo = i
		}
		i += len(c)
		if i >= to {
			return lo, i
		}
	}
	return lo, len(s)
}

// fold writes letters in lower case where that takes as many bytes.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if l := unicode.ToLower(r); utf8.RuneLen(l) == utf8.RuneLen(r) {
			return l
		}
		return r
	}, s)
}

// on are the stretches of a row.
func (f findings) on(row int) []stretch {
	i, _ := slices.BinarySearchFunc(f.stretches, row, func(s stretch, row int) int { return s.row - row })
	j := i
	for j < len(f.stretches) && f.stretches[j].row == row {
		j++
	}
	return f.stretches[i:j]
}

// from is the first match on a row or below it, or else the first of all.
func (f findings) from(row int) (match int, ok bool) {
	if len(f.starts) == 0 {
		return 0, false
	}
	i, _ := slices.BinarySearch(f.starts, row)
	return i % len(f.starts), true
}

// next is the match after the present one, or before it where step is negative; past the end it begins
// again. Where the cursor has left the present one it counts from there.
func (f findings) next(present, row, step int) (match int, ok bool) {
	n := len(f.starts)
	switch {
	case n == 0:
		return 0, false
	case present < n && f.starts[present] == row:
		return (present + step + n) % n, true
	case step > 0:
		return f.from(row)
	}
	i, _ := slices.BinarySearch(f.starts, row+1)
	return (i - 1 + n) % n, true
}
