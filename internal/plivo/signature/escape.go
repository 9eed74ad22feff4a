package signature

import "strings"

// ValidScheme tells whether s may be the scheme of a URL: a letter, then letters, digits, "+", "-" and ".".
func ValidScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		letter := c >= 'a' && c <= 'z'
		other := s[i] >= '0' && s[i] <= '9' || s[i] == '+' || s[i] == '-' || s[i] == '.'
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return s != ""
}

// Unescape decodes percent, and plus where it stands for a space; what is no valid percent encoding
// stays as it is.
func Unescape(s string, plus bool) string {
	if strings.IndexByte(s, '%') < 0 && (!plus || strings.IndexByte(s, '+') < 0) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+' && plus:
			out = append(out, ' ')
		case c == '%' && EscapeAt(s, i):
			out = append(out, byte(Unhex(s[i+1])<<4|Unhex(s[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// EscapeAt tells whether the percent sign at i starts an escape.
func EscapeAt(s string, i int) bool {
	return i+2 < len(s) && Unhex(s[i+1]) >= 0 && Unhex(s[i+2]) >= 0
}

// Unhex is the value of a hexadecimal digit; negative for what is none.
func Unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	default:
		return -1
	}
}
