package mask

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// What E.164 allows a number to have, in digits.
const (
	minDigits = 7
	maxDigits = 15
)

// national is a number of North America as it is written there.
var national = regexp.MustCompile(`^(1[-. ])?(\([0-9]{3}\) ?|[0-9]{3}[-. ])[0-9]{3}[-. ][0-9]{4}`)

// Sentence puts pseudonyms in place of what looks like a phone number in a text: 7 to 15 digits that stand
// alone, with '+' before them or without, and numbers that are written with blanks, hyphens and brackets.
func (m *Masker) Sentence(s string) string {
	if m == nil || !manyDigits(s) {
		return s
	}
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			i += 3
		case c != '+' && c != '(' && (c < '0' || c > '9'):
			i++
		default:
			n := numberAt(s, i)
			if n == 0 {
				i += runFrom(s, i)
				continue
			}
			b.WriteString(s[done:i])
			b.WriteString(m.Number(s[i : i+n]))
			i += n
			done = i
		}
	}
	if done == 0 {
		return s
	}
	return b.String() + s[done:]
}

func manyDigits(s string) bool {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			if n++; n >= minDigits {
				return true
			}
		}
	}
	return false
}

// runFrom is how much to pass over from i on: digits are no numbers by halves.
func runFrom(s string, i int) int { return max(digitsFrom(s, i), 1) }

func digitsFrom(s string, i int) int {
	n := 0
	for i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '9' {
		n++
	}
	return n
}

// numberAt is the length of the number that begins at i, 0 where none does.
func numberAt(s string, i int) int {
	if s[i] == '+' {
		return internationalAt(s, i)
	}
	if !beginsAlone(s, i) {
		return 0
	}
	if n := digitsFrom(s, i); n >= minDigits && n <= maxDigits {
		if !endsAlone(s, i+n) || isTime(s[i:i+n]) || counts(s, i, i+n) {
			return 0
		}
		return n
	}
	if at := national.FindStringIndex(s[i:]); at != nil && endsAlone(s, i+at[1]) {
		return at[1]
	}
	return 0
}

// internationalAt is numberAt behind a plus: digits in one, or in groups, whatever follows them.
func internationalAt(s string, i int) int {
	digits, end := 0, i+1
	for at := i + 1; at < len(s); {
		n := digitsFrom(s, at)
		if n == 0 {
			break
		}
		if digits >= minDigits && digits+n > maxDigits {
			break
		}
		digits += n
		end = at + n
		if at == i+1 && n >= minDigits {
			break
		}
		at = end
		for gap := 0; gap < 3 && at < len(s) && strings.IndexByte(" -().", s[at]) >= 0; gap++ {
			at++
		}
		if at == end {
			break
		}
	}
	if digits < minDigits || digits > maxDigits {
		return 0
	}
	return end - i
}

// beginsAlone reports whether what begins at i is not the end of something longer: of a word, a UUID, a
// fraction.
func beginsAlone(s string, i int) bool {
	if i >= 3 && s[i-3] == '%' && isHex(s[i-2]) && isHex(s[i-1]) {
		return true // an escaped character of a URL
	}
	before, n := utf8.DecodeLastRuneInString(s[:i])
	switch {
	case i == 0:
		return true
	case wordRune(before):
		return false
	case before == '-' || before == '.':
		r, _ := utf8.DecodeLastRuneInString(s[:i-n])
		return !wordRune(r)
	case before == '+':
		return false
	}
	return true
}

// endsAlone is beginsAlone for what ends at i.
func endsAlone(s string, i int) bool {
	if i == len(s) {
		return true
	}
	after, n := utf8.DecodeRuneInString(s[i:])
	if wordRune(after) {
		return false
	}
	if after == '-' || after == '.' {
		r, _ := utf8.DecodeRuneInString(s[i+n:])
		return i+n == len(s) || !wordRune(r) || after == '.' && (r < '0' || r > '9')
	}
	return true
}

// isTime reports whether digits are a moment in Unix seconds or milliseconds of the years 2017 to 2033. No
// number of North America has them, and other countries' are longer.
func isTime(digits string) bool {
	return (len(digits) == 10 || len(digits) == 13) && digits[0] == '1' && digits[1] >= '5'
}

// counts reports whether the sentence itself says that digits are a count or an identity.
func counts(s string, from, to int) bool {
	if strings.HasPrefix(s[to:], " byte") {
		return true
	}
	for _, word := range []string{"callback ", "Callback ", "process ", "--id "} {
		if strings.HasSuffix(s[:from], word) {
			return true
		}
	}
	return false
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }
