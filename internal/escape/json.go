package escape

import (
	"unicode/utf16"
	"unicode/utf8"
)

// JSON makes encoded JSON safe to show on a terminal without changing what it means: characters that
// Line would escape are written as \u escapes. Strings are the only place in JSON where they can
// stand, once it is encoded.
func JSON(encoded []byte) []byte {
	if plain(encoded) {
		return encoded
	}
	s := string(encoded)
	if clean := Literal(s, jsonEscape); len(clean) != len(s) {
		return []byte(clean)
	}
	return encoded
}

func jsonEscape(r rune) string {
	var out []byte
	for _, unit := range utf16.AppendRune(nil, r) {
		out = appendHex(append(out, `\u`...), rune(unit), 4)
	}
	return string(out)
}

// Literal makes a literal of a programming language safe to show in the same way: characters that Line would escape
// are written as write gives them, which is to be longer than the character.
func Literal(s string, write func(rune) string) string {
	var out []byte
	var c context
	clean := 0
	for i := 0; i < len(s); {
		if b := s[i]; b >= ' ' && b < 0x7f {
			c.base(rune(b))
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if c.shows(r, size, s[i+size:]) {
			i += size
			continue
		}
		out = append(append(out, s[clean:i]...), write(r)...)
		c = context{}
		i += size
		clean = i
	}
	if clean == 0 {
		return s
	}
	return string(append(out, s[clean:]...))
}

// plain reports whether there is nothing but printable ASCII, as nearly always.
func plain(encoded []byte) bool {
	for _, b := range encoded {
		if b < ' ' || b >= 0x7f {
			return false
		}
	}
	return true
}
