package cli

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func TestDifferingIsMarked(t *testing.T) {
	for name, c := range map[string]struct{ a, b, left, leftMarks, right, rightMarks string }{
		"scheme and slash": {"http://h/cb", "https://h/cb/", "http://h/cb", "^^^^", "https://h/cb/", "^^^^^       ^"},
		"hosts":            {"https://app.internal/cb", "https://name.example/cb", "https://app.internal/cb", "        ^^^^^^^^^^^^", "https://name.example/cb", "        ^^^^^^^^^^^^"},
		"a port":           {"https://h:8443/cb", "https://h/cb", "https://h:8443/cb", "         ^^^^^", "https://h/cb", ""},
		"another letter":   {"ax", "bx", "ax", "^^", "bx", "^^"},
		"the same":         {"a", "a", "a", "", "a", ""},
		"nothing":          {"", "ab", "", "", "ab", "^^"},
		"wide letters":     {"您/好", "您/a/好", "您/好", "", "您/a/好", "   ^^"},
		"wide and marked":  {"a", "a/您b", "a", "", "a/您b", " ^^^^"},
		"what is hidden":   {"a", "a\n", "a", "^", `a\n`, "^^^"},
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

// A marks' line is never wider than its text, whatever is in it.
func TestMarksStandBelowTheirText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left, leftMarks, right, rightMarks := differing(hostile().Draw(t, "one"), hostile().Draw(t, "other"))
		for text, c := range map[string]string{left: leftMarks, right: rightMarks} {
			if strings.Trim(c, " ^") != "" || strings.HasSuffix(c, " ") {
				t.Fatalf("marks %q", c)
			}
			if ansi.StringWidth(c) > ansi.StringWidth(text) {
				t.Fatalf("the marks are %d wide below %q", len(c), text)
			}
		}
		if (left != right) != (leftMarks+rightMarks != "") && ansi.StringWidth(left) != ansi.StringWidth(right) {
			t.Fatalf("%q and %q are marked %q and %q", left, right, leftMarks, rightMarks)
		}
	})
}
