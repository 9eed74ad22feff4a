package cli

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
)

const (
	// longestMarked is up to how many characters two texts are compared one by one; longer ones are
	// told apart by what they have in common at their ends.
	longestMarked = 400
	// shownContext is how much of a long text stands around what differs in it.
	shownContext = 30
	// longestValue is how much of a value is shown in a line of text.
	longestValue = 2000
)

// differing gives two texts to stand below each other, shortened where they are long and alike, and
// for each a line that marks with ^ what the other lacks; empty where it lacks nothing.
func differing(a, b string) (left, leftMarks, right, rightMarks string) {
	x, y := []rune(escape.Line(a)), []rune(escape.Line(b))
	x, y = alike(x, y)
	inX, inY := differences(x, y)
	return string(x), carets(x, inX), string(y), carets(y, inY)
}

// alike leaves out most of the beginning and the end that two texts share where that is long.
func alike(x, y []rune) (shortX, shortY []rune) {
	head, tail := ends(x, y)
	if n := len(y) - tail + shownContext; tail > 2*shownContext {
		x, y = append(x[:len(x)-tail+shownContext:len(x)-tail+shownContext], '…'), append(y[:n:n], '…')
	}
	if n := head - shownContext; head > 2*shownContext {
		x, y = append([]rune{'…'}, x[n:]...), append([]rune{'…'}, y[n:]...)
	}
	return x, y
}

// ends is how many runes two texts have in common at the beginning and at the end.
func ends(x, y []rune) (head, tail int) {
	most := min(len(x), len(y))
	for head < most && x[head] == y[head] {
		head++
	}
	for tail < most-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	return head, tail
}

// differences tells of each rune whether the other text lacks it, by the longest common subsequence.
func differences(x, y []rune) (inX, inY []bool) {
	inX, inY = make([]bool, len(x)), make([]bool, len(y))
	head, tail := ends(x, y)
	mx, my := x[head:len(x)-tail], y[head:len(y)-tail]
	if len(mx) > longestMarked || len(my) > longestMarked {
		for i := range mx {
			inX[head+i] = true
		}
		for i := range my {
			inY[head+i] = true
		}
		return inX, inY
	}
	// common[i][j] is the length of the longest common subsequence of mx[i:] and my[j:].
	common := make([][]int, len(mx)+1)
	for i := range common {
		common[i] = make([]int, len(my)+1)
	}
	for i := len(mx) - 1; i >= 0; i-- {
		for j := len(my) - 1; j >= 0; j-- {
			if mx[i] == my[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(mx) || j < len(my) {
		switch {
		case i < len(mx) && j < len(my) && mx[i] == my[j]:
			i, j = i+1, j+1
		case j == len(my) || i < len(mx) && common[i+1][j] >= common[i][j+1]:
			inX[head+i] = true
			i++
		default:
			inY[head+j] = true
			j++
		}
	}
	return inX, inY
}

// carets is the line of marks below a text, as wide as the text is.
func carets(text []rune, marked []bool) string {
	var b strings.Builder
	width := 0
	for i, m := range marked {
		if !m {
			continue
		}
		start, end := max(width, ansi.StringWidth(string(text[:i]))), ansi.StringWidth(string(text[:i+1]))
		if end > start { // what joins with the letter before it has no place of its own
			b.WriteString(strings.Repeat(" ", start-width) + strings.Repeat("^", end-start))
			width = end
		}
	}
	return b.String()
}

// value is a text of the request on one line, cut where it is very long.
func value(s string) string {
	if len(s) <= longestValue {
		return escape.Line(s)
	}
	return escape.Line(strings.ToValidUTF8(s[:longestValue], "")) + "… (" + plural(len(s), "byte") + "; -o json has all of it)"
}
