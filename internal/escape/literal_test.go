package escape_test

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/escape"
)

// A literal of Go holds nothing hostile, and means what was quoted.
func TestLiteralMeansTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune{'\u3164', '\u0301', '\u200d', '\U000e0100', 'e', '"', '\\', '👩'}), rapid.Rune())).Draw(t, "text")
		literal := escape.Literal(strconv.Quote(want), func(r rune) string { return fmt.Sprintf(`\U%08x`, r) })
		if escape.Line(literal) != literal {
			t.Fatalf("%q still holds characters that a terminal must not see", literal)
		}
		if got, err := strconv.Unquote(literal); err != nil || got != want {
			t.Fatalf("got %q, %v, want %q", got, err, want)
		}
	})
}
