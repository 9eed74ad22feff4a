package cli

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/escape"
)

func TestDifferingIsMarked(t *testing.T) {
	for name, c := range map[string]struct{ a, b, left, leftMarks, right, rightMarks string }{
		"scheme and slash": {"http://h/cb", "https://h/cb/", "http://h/cb", "", "https://h/cb/", "    ^       ^"},
		"a port":           {"https://h:8443/cb", "https://h/cb", "https://h:8443/cb", "         ^^^^^", "https://h/cb", ""},
		"another letter":   {"ax", "bx", "ax", "^", "bx", "^"},
		"the same":         {"a", "a", "a", "", "a", ""},
		"nothing":          {"", "ab", "", "", "ab", "^^"},
		"wide letters":     {"您好", "您a好", "您好", "", "您a好", "  ^"},
		"wide and marked":  {"a", "a您b", "a", "", "a您b", " ^^^"},
		"what is hidden":   {"a", "a\n", "a", "", `a\n`, " ^^"},
		"long and alike": {
			strings.Repeat("a", 200) + "x" + strings.Repeat("b", 200), strings.Repeat("a", 200) + "yz" + strings.Repeat("b", 200),
			"…" + strings.Repeat("a", 30) + "x" + strings.Repeat("b", 30) + "…", strings.Repeat(" ", 31) + "^",
			"…" + strings.Repeat("a", 30) + "yz" + strings.Repeat("b", 30) + "…", strings.Repeat(" ", 31) + "^^",
		},
		"long and different": {strings.Repeat("a", 500), strings.Repeat("b", 500), strings.Repeat("a", 500), strings.Repeat("^", 500), strings.Repeat("b", 500), strings.Repeat("^", 500)},
	} {
		t.Run(name, func(t *testing.T) {
			left, leftMarks, right, rightMarks := differing(c.a, c.b)
			if left != c.left || right != c.right {
				t.Errorf("shown as\n%s\n%s", left, right)
			}
			if leftMarks != c.leftMarks || rightMarks != c.rightMarks {
				t.Errorf("marked as\n%s\n%s\n%s\n%s", left, leftMarks, right, rightMarks)
			}
		})
	}
}

// Without what is marked two short texts are the same, and a marks' line is never wider than its text.
func TestMarksTellTheDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := []rune(escape.Line(hostile().Draw(t, "one")))
		y := []rune(escape.Line(hostile().Draw(t, "other")))
		inX, inY := differences(x, y)
		if a, b := unmarked(x, inX), unmarked(y, inY); a != b && len(x) <= longestMarked && len(y) <= longestMarked {
			t.Fatalf("without the marked %q is left of one and %q of the other", a, b)
		}
		for _, c := range []string{carets(x, inX), carets(y, inY)} {
			if strings.Trim(c, " ^") != "" || strings.HasSuffix(c, " ") {
				t.Fatalf("marks %q", c)
			}
		}
		if w := ansi.StringWidth(carets(x, inX)); w > ansi.StringWidth(string(x)) {
			t.Fatalf("the marks are %d wide below %q", w, string(x))
		}
	})
}

func unmarked(text []rune, marked []bool) string {
	var b strings.Builder
	for i, r := range text {
		if !marked[i] {
			b.WriteRune(r)
		}
	}
	return b.String()
}
