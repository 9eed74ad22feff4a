package snippet

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"dev.internal/plivoscope/internal/escape"
)

// QuoteGo writes a string literal of Go.
func QuoteGo(s string) string { return escape.Literal(strconv.Quote(s), longEscape) }

// longEscape is the escape of Go and of Python.
func longEscape(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// quoteShell quotes for sh and all that descends from it: nothing is special within single quotes but
// they themselves.
func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// quoteShellAround quotes s so that the variables of rest behind it are still filled in.
func quoteShellAround(s, rest string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(s) + rest + `"`
}

func quoteJSON(s string) string {
	return quote(s, '"', func(r rune) string {
		if r > 0xffff {
			a, b := utf16.EncodeRune(r)
			return fmt.Sprintf(`\u%04x\u%04x`, a, b)
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

// QuoteJS writes a string literal of JavaScript. It does so for what is UTF-8.
func QuoteJS(s string) string {
	return quote(s, '\'', func(r rune) string {
		if r > 0xffff {
			return fmt.Sprintf(`\u{%x}`, r)
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

// QuotePython writes a string literal of Python. It does so for what is UTF-8.
func QuotePython(s string) string {
	return quote(s, '\'', longEscape)
}

// quote writes a string literal: what nobody sees, and what is drawn over other lines, is written by unseen, the rest as it is. A byte that is
// no UTF-8 becomes U+FFFD.
func quote(s string, mark rune, unseen func(rune) string) string {
	var b strings.Builder
	b.WriteRune(mark)
	for _, r := range s {
		switch {
		case r == mark || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteString(unseen(r))
		}
	}
	b.WriteRune(mark)
	return escape.Literal(b.String(), unseen)
}
