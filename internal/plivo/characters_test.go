package plivo_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo"
)

func TestCharactersOf(t *testing.T) {
	const family = "👨\u200d👩\u200d👧"
	for text, want := range map[string]plivo.Characters{
		"":          {},
		"hello\r\n": {Count: 6},
		"a€b[[€":    {Count: 6, Double: []plivo.Character{{Text: "€", At: 2, Count: 2}, {Text: "[", At: 4, Count: 2}}},
		"“Hi” – “x": {Count: 9, Forcing: []plivo.Character{
			{Text: "“", At: 1, Count: 2, Instead: "\"", Known: true},
			{Text: "”", At: 4, Count: 1, Instead: "\"", Known: true},
			{Text: "–", At: 6, Count: 1, Instead: "-", Known: true},
		}},
		"cafe\u0301 " + family + "!": {Count: 7, Forcing: []plivo.Character{
			{Text: "e\u0301", At: 4, Count: 1, Instead: "é", Known: true},
			{Text: family, At: 6, Count: 1},
		}},
		"1\ufe0f\u20e3\u200b🇩🇪": {Count: 3, Forcing: []plivo.Character{
			{Text: "1\ufe0f\u20e3", At: 1, Count: 1, Instead: "1", Known: true},
			{Text: "\u200b", At: 2, Count: 1, Known: true},
			{Text: "🇩🇪", At: 3, Count: 1},
		}},
		"شكرًا": {Count: 4, Forcing: []plivo.Character{
			{Text: "ش", At: 1, Count: 1}, {Text: "ك", At: 2, Count: 1}, {Text: "رً", At: 3, Count: 1}, {Text: "ا", At: 4, Count: 1},
		}},
	} {
		if diff := cmp.Diff(want, plivo.CharactersOf(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"plain €":                 "plain €",
		"“Don’t” – café… \u00a0x": "\"Don't\" - café...  x",
		"cafe\u0301 a\u030b":      "café a",
		"zero\u200bwidth\ufeff":   "zerowidth",
		"“zero\u200bwidth” 👍":     "\"zero\u200bwidth\" 👍",
		"\u200fشكرا“":             "\u200fشكرا\"",
		"می\u200cخواهم":           "می\u200cخواهم",
		"1\ufe0f\u20e3 ❤\ufe0f":   "1 ❤\ufe0f",
		"line\u2028next":          "line\nnext",
		"👩\u200d👩\u200d👧 stays – whole": "👩\u200d👩\u200d👧 stays - whole",
	} {
		if got := plivo.Plain(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// TestPlainKeepsItsWord holds of any text: it is UCS-2 after it where something has no
// stand-in and nowhere else, and a second time changes nothing.
func TestPlainKeepsItsWord(t *testing.T) {
	texts := rapid.StringOfN(rapid.SampledFrom([]rune("ab €“–…\u200b\u0301é\u00a0👍\u200dشœ½\ufe0f\n漢")), 0, 200, -1)
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		plain := plivo.Plain(text)
		if !utf8.ValidString(plain) {
			t.Fatalf("%q is no UTF-8", plain)
		}
		stuck := false
		for _, c := range plivo.CharactersOf(text).Forcing {
			stuck = stuck || !c.Known
		}
		if ucs := plivo.Segment(plain).Encoding == plivo.UCS2; ucs != stuck {
			t.Fatalf("%q became %q: UCS-2 is %v, want %v", text, plain, ucs, stuck)
		}
		if again := plivo.Plain(plain); again != plain {
			t.Fatalf("%q became %q and then %q", text, plain, again)
		}
	})
}

func TestCountry(t *testing.T) {
	for number, want := range map[string]string{
		"+14155550123": "United States", "+16045550123": "Canada", "+4915112345678": "Germany", "+81312345678": "Japan",
		"+447400123456": "United Kingdom", "+15005550030": "", "+80012345678": "", "": "", "+": "", "x": "", "+999": "",
	} {
		if got := plivo.Country(number); got != want {
			t.Errorf("%q is of %q, want %q", number, got, want)
		}
	}
}

func BenchmarkCountry(b *testing.B) {
	for b.Loop() {
		plivo.Country("+14155550123")
	}
}

func BenchmarkCharactersOf(b *testing.B) {
	text := strings.Repeat("Grüße “zusammen” 👍 and some plain words. ", 40)
	for b.Loop() {
		plivo.CharactersOf(text)
	}
}
