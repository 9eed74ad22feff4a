package grid

import (
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// TestWidthIsThatOfTheTerminal compares the short way with the library's: every character that it takes, and any
// text of these and of what joins them.
func TestWidthIsThatOfTheTerminal(t *testing.T) {
	plain := []rune(plainSigns)
	for r := rune(' '); r <= '~'; r++ {
		plain = append(plain, r)
	}
	for r := '─'; r <= '▟'; r++ {
		plain = append(plain, r)
	}
	for _, r := range plain {
		if n, ok := plainWidth(string(r)); !ok || n != ansi.StringWidth(string(r)) {
			t.Errorf("%q is %d cells wide (%v), want %d", r, n, ok, ansi.StringWidth(string(r)))
		}
	}
	other := []rune("\u0301\ufe0f\u20e3\u200d\u200b\u00ad\x1b\x00\n[31mé漢👨\ufffd")
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.SampledFrom(append(plain, other...))).Draw(t, "text"))
		if rapid.Bool().Draw(t, "plain alone") {
			s = string(rapid.SliceOf(rapid.SampledFrom(plain)).Draw(t, "plain"))
		}
		if got, want := Width(s), ansi.StringWidth(s); got != want {
			t.Fatalf("%q is %d cells wide, want %d", s, got, want)
		}
	})
}
