package tui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/tui/grid"
)

// filterChar is a character of the filter as it is seen.
type filterChar struct {
	text  string // safe to show
	cells int
	at, n int // its code points: the first, and how many
}

// chars are the characters of the line. What cannot be seen, or would melt into what is beside it, has a
// sign in its place, so that every character has cells of its own.
func (f *filterLine) chars() []filterChar {
	text := seen(f.input.Value())
	out := make([]filterChar, 0, len(text))
	for at := 0; text != ""; {
		var c filterChar
		if text[0] < utf8.RuneSelf && (len(text) == 1 || text[1] < utf8.RuneSelf) {
			c = filterChar{text: text[:1], cells: 1, n: 1}
			text = text[1:]
		} else {
			char, _ := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
			text = text[len(char):]
			c = filterChar{text: grid.Apart(char), n: utf8.RuneCountInString(char)}
			if c.cells = ansi.StringWidth(c.text); c.cells == 0 {
				c.text, c.cells = string(utf8.RuneError), 1
			}
		}
		c.at = at
		at += c.n
		out = append(out, c)
	}
	return out
}

// room is how many cells the input has.
func (f *filterLine) room() int { return max(f.w-4, 1) }

// scroll moves the window over the line so that it shows the cursor, and as much of the line as it can.
func (f *filterLine) scroll() {
	chars, pos, room := f.chars(), f.input.Position(), f.room()
	f.from = min(f.from, pos)
	total, before := 1, 1 // the cursor stands after the last character
	for _, c := range chars {
		total += c.cells
		if c.at+c.n > f.from && c.at <= pos {
			before += c.cells
		}
	}
	if total <= room {
		f.from = 0
		return
	}
	for _, c := range chars {
		if c.at+c.n > f.from && c.at < pos && before > room {
			before -= c.cells
			f.from = c.at + c.n
		}
	}
}

// caret is the cell of a column of the line, from 1, counted from the first that is shown.
func (f *filterLine) caret(column int) int {
	x := 0
	for _, c := range f.chars() {
		if c.at+c.n > column-1 {
			break
		}
		if c.at >= f.from {
			x += c.cells
		}
	}
	return min(x, f.room()-1)
}

// click puts the cursor on the character at a cell of the input.
func (f *filterLine) clickInput(x int) {
	at := len([]rune(f.input.Value()))
	for _, c := range f.chars() {
		if c.at < f.from {
			continue
		}
		if x < c.cells {
			at = c.at
			break
		}
		x -= c.cells
	}
	f.input.SetCursor(at)
	f.look()
}

// inputLine is the line with the cursor, and what would be taken after it.
func (f *filterLine) inputLine() string {
	th, w := f.env.th, max(f.w-3, 0)
	pos := f.input.Position()
	cursor := func(char string) string {
		f.input.Cursor.SetChar(char)
		return f.input.Cursor.View()
	}
	if f.input.Value() == "" {
		hint := f.input.Placeholder
		return refit(cursor(hint[:1])+th.muted.Wrap(hint[1:]), w)
	}
	var before, at, after strings.Builder
	left := w
	for _, c := range f.chars() {
		if c.at < f.from {
			continue
		}
		if left -= c.cells; left < 0 {
			break
		}
		switch {
		case c.at+c.n <= pos:
			before.WriteString(c.text)
		case c.at <= pos:
			at.WriteString(c.text)
		default:
			after.WriteString(c.text)
		}
	}
	if at.Len() > 0 {
		return refit(th.text.Wrap(before.String())+cursor(at.String())+th.text.Wrap(after.String()), w)
	}
	rest := f.offer.rest()
	if rest == "" {
		return refit(th.text.Wrap(before.String())+cursor(" "), w)
	}
	_, n := utf8.DecodeRuneInString(rest)
	f.input.Cursor.TextStyle = th.grey
	return refit(th.text.Wrap(before.String())+cursor(rest[:n])+th.muted.Wrap(rest[n:]), w)
}
