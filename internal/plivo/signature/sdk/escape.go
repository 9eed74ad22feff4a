package sdk

import (
	"strings"
	"unicode/utf8"
)

// doubled takes the bytes of s for Latin-1 and encodes them in UTF-8.
func doubled(s string) string {
	if ascii(s) {
		return s
	}
	out := make([]byte, 0, len(s)+len(s)/2)
	for i := range len(s) {
		out = utf8.AppendRune(out, rune(s[i]))
	}
	return string(out)
}

// replaced reads s as decoders of UTF-8 do: what is invalid becomes U+FFFD, one for as much of a
// character as there is.
func replaced(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			n = begun(s)
		}
		b.WriteRune(r)
		s = s[n:]
	}
	return b.String()
}

// begun is how many bytes at the start of s are the start of a character that is never completed.
func begun(s string) int {
	lead := s[0]
	if lead < 0xC2 || lead > 0xF4 {
		return 1
	}
	n := 1
	for n < len(s) && n < 3 {
		low, high := byte(0x80), byte(0xBF)
		if n == 1 {
			switch lead {
			case 0xE0:
				low = 0xA0
			case 0xED:
				high = 0x9F
			case 0xF0:
				low = 0x90
			case 0xF4:
				high = 0x8F
			}
		}
		if s[n] < low || s[n] > high {
			break
		}
		n++
	}
	return n
}
