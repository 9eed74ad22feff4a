package plivo

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lookAlike gives characters of GSM-7 that read like r, empty where there are none. An accent that
// GSM-7 has no letter for is dropped, a compatibility form (ligature, full width, superscript) is
// spelt out.
func lookAlike(r rune) string {
	if s, ok := lookAlikes[r]; ok {
		return s
	}
	if unicode.Is(unicode.Zs, r) {
		return " "
	}
	if unicode.Is(unicode.Pd, r) {
		return "-"
	}
	decomposed := norm.NFKD.String(string(r))
	if decomposed == string(r) {
		return ""
	}
	var b strings.Builder
	for _, d := range decomposed {
		switch {
		case septets(d) > 0:
			b.WriteRune(d)
		case unicode.Is(unicode.Mn, d):
		case lookAlikes[d] != "":
			b.WriteString(lookAlikes[d])
		default:
			return ""
		}
	}
	// A spacing accent decomposes to a space and the accent: a space is no look-alike of it.
	return strings.TrimSpace(b.String())
}

// lookAlikes are the characters that Unicode's own decompositions do not lead to GSM-7, or lead
// astray.
var lookAlikes = func() map[rune]string {
	m := map[rune]string{
		'\t': " ", '\v': "\n", '\u0085': "\n", '\u2028': "\n", '\u2029': "\n", '\u00ad': "-",
		'−': "-", '⁄': "/", '∕': "/", '÷': "/", '×': "x", '•': "*", '∙': ".", '·': ".", '‥': "..",
		'…': "...", '©': "(c)", '®': "(R)", '™': "TM", '¢': "c", '¦': "|", '‹': "<", '›': ">",
		'→': "->", '←': "<-", '⇒': "=>", '≤': "<=", '≥': ">=", '≠': "=/=", '≈': "~", '¨': "\"", '´': "'",
		'ẞ': "SS", 'Œ': "OE", 'œ': "oe", 'Ł': "L", 'ł': "l", 'Đ': "D", 'đ': "d", 'Ð': "D", 'ð': "d",
		'Þ': "Th", 'þ': "th", 'Ħ': "H", 'ħ': "h", 'ı': "i", 'ĸ': "k", 'Ŋ': "N", 'ŋ': "n", 'Ŧ': "T", 'ŧ': "t",
		'ç': "c", 'µ': "u", '₤': "£",
	}
	for to, from := range map[string]string{
		"'": "‘’‚‛′`ʹʻʼʽˈ", "\"": "“”„‟″«»〝〞",
		"A": "Α", "B": "Β", "E": "Ε", "Z": "Ζ", "H": "Η", "I": "Ι", "K": "Κ", "M": "Μ", "N": "Ν", "O": "Ο",
		"P": "Ρ", "T": "Τ", "Y": "Υ", "X": "Χ", "o": "ο",
	} {
		for _, r := range from {
			m[r] = to
		}
	}
	return m
}()
