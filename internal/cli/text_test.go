package cli

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/escape"
)

// hostile draws text as people and attackers send it: emoji of several code points, keycaps, marks,
// wide letters, controls.
func hostile() *rapid.Generator[string] {
	pieces := []string{
		"1\ufe0f\u20e3", "#\ufe0f", "a\ufe0f", "👩\u200d👩\u200d👧", "🏿", "👍🏿", "ﾞ", "\u0600", "🇩🇪", "🇩", "한", "ᄒ", "ᅡ", "مرحبا", "您", "e\u0301", "\u0301",
		"\x1b[31m", "\x1b]0;x\x07", "\n", "\r", "\u202e", "\u200b", "\xff", " ", "abc", "…",
	}
	return rapid.Custom(func(t *rapid.T) string {
		letters := rapid.StringOf(rapid.RuneFrom(nil, unicode.Latin, unicode.Cyrillic, unicode.Arabic, unicode.Devanagari,
			unicode.Thai, unicode.Han, unicode.Hangul, unicode.Katakana, unicode.So, unicode.Sk, unicode.Cf, unicode.Cc))
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), letters), 0, 12).Draw(t, "pieces"), "")
	})
}

// A row keeps its columns whatever is in its cells, and shows nothing that a terminal would obey.
func TestRowKeepsItsColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 12).Draw(t, "width")
		cols := []column{{width: width}, {width: width, right: true}, {width: 1}}
		line := row(cols, []string{hostile().Draw(t, "left"), hostile().Draw(t, "right"), "|"})
		if got := ansi.StringWidth(line); got != 2*width+5 {
			t.Fatalf("%q is %d cells wide, not %d", line, got, 2*width+5)
		}
		if strings.ContainsAny(line, "\x1b\n\r\u202e") {
			t.Fatalf("%q holds controls", line)
		}
	})
}

func TestSayEscapes(t *testing.T) {
	var b bytes.Buffer
	Streams{Err: &b}.say("the message to %s failed", "\x1b]0;title\x07\u202e")
	if got := b.String(); got != "plivoscope: the message to "+escape.Line("\x1b]0;title\x07\u202e")+" failed\n" {
		t.Errorf("%q", got)
	}
}
