package cli

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
)

const (
	// shownContext is how much of a long text stands around what differs in it, in characters.
	shownContext = 30
	// longestValue is how much of a value is shown in a line of text.
	longestValue = 2000
)

// differing gives two texts to stand below each other, shortened where they are long and alike, and
// for each a line that marks with ^ what the other lacks; empty where it lacks nothing.
func differing(a, b string) (left, leftMarks, right, rightMarks string) {
	a, b = escape.Line(a), escape.Line(b)
	inA, inB := signature.Differing(a, b)
	left, leftMarks = marked(a, inA)
	right, rightMarks = marked(b, inB)
	return left, leftMarks, right, rightMarks
}

// marked shortens a text around its marks and puts carets below them.
func marked(text string, marks []signature.Span) (shown, carets string) {
	from, to := 0, len(text)
	if len(marks) > 0 {
		from, to = marks[0].From, marks[len(marks)-1].To
	}
	before, within, after := []rune(text[:from]), text[from:to], []rune(text[to:])
	if len(before) > 2*shownContext {
		before = append([]rune{'…'}, before[len(before)-shownContext:]...)
	}
	if len(after) > 2*shownContext {
		after = append(after[:shownContext:shownContext], '…')
	}
	shown = string(before) + within + string(after)
	moved := len(string(before)) - from
	var b strings.Builder
	width := 0
	for _, m := range marks {
		start, end := ansi.StringWidth(shown[:m.From+moved]), ansi.StringWidth(shown[:m.To+moved])
		if start = max(start, width); end > start { // what joins with the letter before it has no place of its own
			b.WriteString(strings.Repeat(" ", start-width) + strings.Repeat("^", end-start))
			width = end
		}
	}
	carets = b.String()
	return fit(shown, longestValue), carets[:min(len(carets), longestValue)]
}

// value is a text of the request on one line, cut where it is very long.
func value(s string) string {
	if len(s) <= longestValue {
		return escape.Line(s)
	}
	return escape.Line(strings.ToValidUTF8(s[:longestValue], "")) + "… (" + plural(len(s), "byte") + "; -o json has all of it)"
}
