package escape_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/escape"
)

// What is shown holds nothing hostile, and decodes to what was encoded.
func TestJSONMeansTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.StringOf(rapid.OneOf(
			rapid.SampledFrom([]rune{'\u202e', '\u200b', '\x7f', '\u0085', '\u009b', '\U000e0041', '\u200d', '🎉', 'é', '\x1b', '\n', '"', '\\'}),
			rapid.Rune(),
		)).Draw(t, "text")
		encoded, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		shown := escape.JSON(encoded)
		if escape.Line(string(shown)) != string(shown) {
			t.Fatalf("%q still holds characters that a terminal must not see", shown)
		}
		var got string
		if err := json.Unmarshal(shown, &got); err != nil {
			t.Fatalf("%q is no JSON: %v", shown, err)
		}
		if got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
