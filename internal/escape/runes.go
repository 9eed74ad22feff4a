package escape

import (
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks are shown on one character. No living script needs more, and
// a pile of them draws over the lines above and below.
const maxMarks = 4

const zeroWidthJoiner = '\u200d'

// context is what was shown last: some characters are harmless after the right one and invisible or
// misleading anywhere else. The zero context stands at the start of a line and after an escape.
type context struct {
	last     rune // the last character that is no mark, 0 for none
	marks    int  // marks on it
	selector bool // a variation selector came last
	joined   bool // a joiner came last
}

func (c *context) base(r rune) { *c = context{last: r} }

// shows reports whether r, of size bytes and followed by rest, is shown as it is.
func (c *context) shows(r rune, size int, rest string) bool {
	switch {
	case r == utf8.RuneError && size <= 1:
		return false
	case ordinary(r):
		c.base(r)
		return true
	case r == zeroWidthJoiner:
		next, _ := utf8.DecodeRuneInString(rest)
		if c.joined || !emojiLike(c.last) || !emojiLike(next) {
			return false
		}
		c.joined = true
		return true
	case hidden(r):
		return false
	case r >= 0x1f3fb && r <= 0x1f3ff && !emojiLike(c.last):
		return false // a skin tone colours what stands before it, be it a space
	case unicode.Is(unicode.M, r), r == 0xff9e, r == 0xff9f: // the sound marks of narrow katakana
		return c.mark(r)
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		// A number sign is drawn over what follows it.
		if next, _ := utf8.DecodeRuneInString(rest); !unicode.In(next, unicode.L, unicode.Nd) {
			return false
		}
		c.base(r)
		return true
	default:
		c.base(r)
		return true
	}
}

// mark decides about a combining mark or a variation selector, which needs a character to stand on.
func (c *context) mark(r rune) bool {
	selector := unicode.Is(unicode.Variation_Selector, r)
	switch {
	case c.last == 0, c.joined, c.marks == maxMarks:
		return false
	case selector && c.selector:
		return false
	case (r == 0xfe0e || r == 0xfe0f) && !pictured(c.last):
		// On a letter it asks for a picture that there is not, and some make the letter two cells wide for it.
		return false
	case selector && r > 0xffff && !unicode.Is(unicode.Han, c.last):
		// The supplementary selectors tell variants of ideographs apart; after anything else they
		// are a way to hide bytes in a text.
		return false
	}
	c.marks++
	c.selector = selector
	return true
}

// ordinary is true of most letters of most texts, to spare them the searches in Unicode's tables.
func ordinary(r rune) bool {
	return r >= 0xa0 && r < 0x300 && r != 0xad ||
		r >= 0x3400 && r <= 0x9fff ||
		r >= 0xac00 && r <= 0xd7a3
}

// hidden reports whether r is a control or cannot be seen: C0, C1, bidi and other format controls,
// zero-width characters, separators of lines, tags, blanks that pose as letters.
func hidden(r rune) bool {
	if unicode.Is(unicode.Cf, r) {
		// The number signs of Arabic and its relatives are of this category, but they are drawn.
		return !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	}
	return unicode.IsControl(r) ||
		r == '\u2028' || r == '\u2029' ||
		r >= 0xe0000 && r <= 0xe007f ||
		r >= 0x180b && r <= 0x180f || // Mongolian selectors and its vowel separator
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// pictured reports whether a character can be drawn as text and as a picture.
func pictured(r rune) bool {
	return r >= 0xa9 && unicode.In(r, unicode.So, unicode.Sm) && r != utf8.RuneError ||
		r >= '0' && r <= '9' || r == '#' || r == '*' || r == '‼' || r == '⁉' || r == 'ℹ' || r == '〰'
}

// emojiLike reports whether a joiner next to r makes a picture of several, as in a family or a flag.
func emojiLike(r rune) bool {
	return unicode.Is(unicode.So, r) && r != utf8.RuneError ||
		r >= 0x1f3fb && r <= 0x1f3ff || // skin tones
		r == '\u2194' // the arrow of a shaking head
}
