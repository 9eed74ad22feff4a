package escape

import (
	"strings"
	"unicode/utf8"
)

// Line makes text from outside safe to show on one line of a terminal, a log or an export: control
// bytes (C0, C1, ESC, newlines too), bidi controls, zero-width characters and invalid UTF-8 are shown
// escaped. Of a pile of combining marks the first four are shown, and an emoji that is joined from
// several stays whole. Clean text is returned as it is, without an allocation.
func Line(s string) string { return sanitize(s, false) }

// Block is Line for text of several lines: newlines are kept, CR LF counts as one, tabs become four
// spaces.
func Block(s string) string { return sanitize(s, true) }

// sanitize copies s from the first character on that cannot be shown as it is.
func sanitize(s string, block bool) string {
	var out []byte
	var c context
	clean := 0 // start of what was not copied yet
	for i := 0; i < len(s); {
		if b := s[i]; b >= ' ' && b < 0x7f {
			c.base(rune(b))
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if block && r == '\n' {
			c = context{}
			i++
			continue
		}
		if c.shows(r, size, s[i+size:]) {
			i += size
			continue
		}
		if out == nil {
			out = make([]byte, 0, len(s)+len(s)/4+16)
		}
		out = append(out, s[clean:i]...)
		switch {
		case block && r == '\t':
			out = append(out, "    "...)
			c.base(' ')
		case block && r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
			// The newline itself follows.
		case r == utf8.RuneError && size == 1:
			out = appendHex(append(out, `\x`...), rune(s[i]), 2)
			c = context{}
		default:
			out = appendEscape(out, r)
			c = context{}
		}
		i += size
		clean = i
	}
	if clean == 0 {
		return s
	}
	return string(append(out, s[clean:]...))
}

func appendEscape(out []byte, r rune) []byte {
	switch {
	case r == '\n':
		return append(out, `\n`...)
	case r == '\r':
		return append(out, `\r`...)
	case r == '\t':
		return append(out, `\t`...)
	case r < utf8.RuneSelf:
		return appendHex(append(out, `\x`...), r, 2)
	case r <= 0xffff:
		return appendHex(append(out, `\u`...), r, 4)
	default:
		return appendHex(append(out, `\U`...), r, 8)
	}
}

func appendHex(out []byte, r rune, digits int) []byte {
	const hex = "0123456789abcdef"
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		out = append(out, hex[r>>shift&0xf])
	}
	return out
}
