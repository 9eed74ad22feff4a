package grid

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/parser"
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
	s, n := Clip(s, w)
	switch {
	case n == w:
		return s
	case right:
		return spaces(w-n) + s
	default:
		return s + spaces(w-n)
	}
}

// Clip is Fit without the padding: plain text of at most w cells, and how many they are.
func Clip(s string, w int) (string, int) {
	if n, ok := plainWidth(s); ok {
		if n <= w {
			return s, n
		}
	} else {
		s = Apart(harmless(s))
	}
	s = Cut(s, w, "…")
	return s, Width(s)
}

// Width is how many cells text takes; escape sequences take none.
func Width(s string) int {
	if n, ok := plainWidth(s); ok {
		return n
	}
	return ansi.StringWidth(s)
}

// plainWidth is the width of text of which each character takes a cell and joins no other: ASCII that can be printed,
// the lines and blocks that frames are drawn of, and the usual signs. It is false for other text.
func plainWidth(s string) (n int, ok bool) {
	for _, r := range s {
		switch {
		case r >= 0x20 && r <= 0x7e, r >= '─' && r <= '▟':
		case strings.ContainsRune(plainSigns, r):
		default:
			return 0, false
		}
		n++
	}
	return n, true
}

const plainSigns = "…·•›↑↓→✓✗●○×"

// Cut cuts text to at most w cells, its tail included; escape sequences all stay. It goes by whole
// characters as ansi.StringWidth measures them, which ansi.Truncate does not where ASCII is followed by
// a selector: it would leave a keycap wider than it takes it for.
func Cut(s string, w int, tail string) string {
	if Width(s) <= w {
		return s
	}
	room := w - Width(tail)
	if room < 0 {
		room, tail = max(w, 0), ""
	}
	var b strings.Builder
	used, full := 0, false
	state := parser.GroundState
	for i := 0; i < len(s); {
		next, action := parser.Table.Transition(state, s[i])
		if action != parser.PrintAction && next != parser.Utf8State {
			b.WriteByte(s[i])
			state = next
			i++
			continue
		}
		char, n := ansi.FirstGraphemeCluster(s[i:], ansi.GraphemeWidth)
		if !full && used+n > room {
			full = true
			b.WriteString(tail)
		}
		if !full {
			b.WriteString(char)
			used += n
		}
		state = parser.GroundState
		i += len(char)
	}
	return b.String()
}

const blanks = "                                                                                                                                "

func spaces(n int) string {
	n = max(n, 0)
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

// Apart replaces a first or last character that would melt into the blank beside it, as a lone vowel
// sign does: the cell would be a column short.
func Apart(s string) string {
	if printableASCII(s) {
		return s
	}
	if first, n := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth); ansi.StringWidth(" "+first) != 1+n {
		_, size := utf8.DecodeRuneInString(s)
		s = "\uFFFD" + s[size:]
	}
	if last, n := utf8.DecodeLastRuneInString(s); n > 1 {
		if c := string(last); ansi.StringWidth(c+" ") != 1+ansi.StringWidth(c) {
			s = s[:len(s)-n] + "\uFFFD"
		}
	}
	return s
}

func control(r rune) bool { return r < 0x20 || (r >= 0x7f && r <= 0x9f) }
