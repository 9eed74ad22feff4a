package signature

import (
	"strings"
	"unicode/utf8"
)

// What text looks like that was read in the wrong character set, and back.

// latin1 and windows1252 give the byte that a character is in these sets.
func latin1(r rune) (byte, bool) { return byte(r), r <= 0xff }

func windows1252(r rune) (byte, bool) {
	for i, c := range high1252 {
		if c == r {
			return byte(0x80 + i), true
		}
	}
	return latin1(r)
}

// high1252 are the characters of Windows-1252 from 0x80 to 0x9f; the unused places stay what they are
// in Latin-1, as browsers read them.
var high1252 = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

// fromMojibake makes UTF-8 again of what was UTF-8 and was read in the set; all else it leaves.
func fromMojibake(set func(rune) (byte, bool)) func(string) string {
	return func(v string) string {
		if ascii(v) {
			return v
		}
		out := make([]byte, 0, len(v))
		for _, r := range v {
			b, ok := set(r)
			if !ok {
				return v
			}
			out = append(out, b)
		}
		if !utf8.Valid(out) {
			return v
		}
		return string(out)
	}
}

func fromMojibakeTwice(v string) string {
	undo := fromMojibake(windows1252)
	return undo(undo(v))
}

// toMojibake reads UTF-8 as Latin-1.
func toMojibake(v string) string {
	if ascii(v) {
		return v
	}
	var b strings.Builder
	for i := range len(v) {
		b.WriteRune(rune(v[i]))
	}
	return b.String()
}

// toUTF8 reads what is no UTF-8 as Windows-1252.
func toUTF8(v string) string {
	if utf8.ValidString(v) {
		return v
	}
	var b strings.Builder
	for i := range len(v) {
		if c := v[i]; c >= 0x80 && c < 0xa0 {
			b.WriteRune(high1252[c-0x80])
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}

// asLatin1 writes what fits into Latin-1 in it.
func asLatin1(v string) string {
	out := make([]byte, 0, len(v))
	for _, r := range v {
		b, ok := latin1(r)
		if !ok || r == utf8.RuneError {
			return v
		}
		out = append(out, b)
	}
	return string(out)
}

func ascii(v string) bool {
	for i := range len(v) {
		if v[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
