package grid

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// Paint is a style as the sequences that begin and end it, for a plain and for the selected row.
type Paint struct {
	plain, selected ends
}

type ends struct{ open, close string }

// NewPaint turns two styles into a Paint. Only inline attributes count.
func NewPaint(plain, selected lipgloss.Style) Paint {
	return Paint{plain: sequences(plain), selected: sequences(selected)}
}

// sequences renders a mark and takes what stands around it: with a renderer without colours, nothing.
func sequences(s lipgloss.Style) ends {
	const mark = "x"
	open, closing, _ := strings.Cut(s.Inline(true).Render(mark), mark)
	return ends{open, closing}
}

// Wrap paints text as on a plain row.
func (p Paint) Wrap(s string) string {
	if s == "" {
		return ""
	}
	return p.plain.open + s + p.plain.close
}

func (p Paint) of(selected bool) ends {
	if selected {
		return p.selected
	}
	return p.plain
}

// Cell is one cell's text, plain and on one line, and its paint.
type Cell struct {
	Text  string
	Paint Paint
}

// Fit cuts or pads plain text to exactly w cells of the terminal. A cut is shown by an ellipsis;
// control bytes and invalid UTF-8 are replaced.
func Fit(s string, w int, right bool) string {
	if w <= 0 {
		return ""
	}
	n := len(s)
	if ascii := printableASCII(s); n > w || !ascii {
		if !ascii {
			s = apart(harmless(s))
		}
		n = ansi.StringWidth(s)
		if n > w {
			s = ansi.Truncate(s, w, "…")
			n = ansi.StringWidth(s)
		}
	}
	switch {
	case n == w:
		return s
	case right:
		return spaces(w-n) + s
	default:
		return s + spaces(w-n)
	}
}

const blanks = "                                                                                                                                "

func spaces(n int) string {
	if n <= len(blanks) {
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// harmless replaces what a terminal would act on.
func harmless(s string) string {
	ok := utf8.ValidString(s)
	for _, r := range s {
		if control(r) {
			ok = false
			break
		}
	}
	if ok {
		return s
	}
	return strings.Map(func(r rune) rune {
		if control(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// apart replaces a first or last character that would melt into the blank beside it, as a lone vowel
// sign does: the cell would be a column short.
func apart(s string) string {
	if first, n := utf8.DecodeRuneInString(s); n > 1 {
		if c := string(first); ansi.StringWidth(" "+c) != 1+ansi.StringWidth(c) {
			s = "\uFFFD" + s[n:]
		}
	}
	if last, n := utf8.DecodeLastRuneInString(s); n > 1 {
		if c := string(last); ansi.StringWidth(c+" ") != 1+ansi.StringWidth(c) {
			s = s[:len(s)-n] + "\uFFFD"
		}
	}
	return s
}

func control(r rune) bool { return r < 0x20 || (r >= 0x7f && r <= 0x9f) }
