package capture

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

var errOpenQuote = errors.New("the curl command ends within a quotation: copy all of it")

// shellWords splits the first command of a shell's text into its words, as bash does: quotes of the three
// kinds, backslashes, a line that goes on in the next. Nothing is expanded; expands tells that there is
// something that a shell would have replaced.
func shellWords(s string) (words []string, expands bool, err error) {
	var word strings.Builder
	begun := false // a word may be empty, as '' is
	flush := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	for s != "" {
		c := s[0]
		switch {
		case strings.HasPrefix(s, "$'"):
			n, ok := ansiQuoted(&word, s[2:])
			if !ok {
				return nil, false, errOpenQuote
			}
			s, begun = s[2+n:], true
			continue
		case c == '\'':
			end := strings.IndexByte(s[1:], '\'')
			if end < 0 {
				return nil, false, errOpenQuote
			}
			word.WriteString(s[1 : 1+end])
			s, begun = s[end+2:], true
			continue
		case c == '"':
			n, replaced, ok := doubleQuoted(&word, s[1:])
			if !ok {
				return nil, false, errOpenQuote
			}
			s, begun, expands = s[1+n:], true, expands || replaced
			continue
		case c == '\\':
			if n := lineBreak(s[1:]); n > 0 {
				s = s[1+n:]
				continue
			}
			if len(s) > 1 {
				s = s[1:]
			}
			_, size := utf8.DecodeRuneInString(s)
			word.WriteString(s[:size])
			s, begun = s[size:], true
			continue
		case c == '\n', c == ';', c == '|', c == '&', c == '<', c == '>', c == '#' && !begun:
			flush()
			return words, expands, nil
		case c == ' ', c == '\t', c == '\r':
			flush()
		default:
			expands = expands || expansion(s)
			word.WriteByte(c)
			begun = true
		}
		s = s[1:]
	}
	flush()
	return words, expands, nil
}

// lineBreak is the length of the line break that s begins with.
func lineBreak(s string) int {
	switch {
	case strings.HasPrefix(s, "\n"):
		return 1
	case strings.HasPrefix(s, "\r\n"):
		return 2
	default:
		return 0
	}
}

// expansion tells whether s begins with what a shell replaces: a variable, or a command's output.
func expansion(s string) bool {
	if s[0] == '`' {
		return true
	}
	return len(s) > 1 && s[0] == '$' && (s[1] == '{' || s[1] == '(' || s[1] == '_' || s[1]|0x20 >= 'a' && s[1]|0x20 <= 'z')
}

// doubleQuoted writes what stands up to the closing quote, and gives the length with it.
func doubleQuoted(word *strings.Builder, s string) (n int, expands, closed bool) {
	for n < len(s) {
		switch c := s[n]; {
		case c == '"':
			return n + 1, expands, true
		case c == '\\' && lineBreak(s[n+1:]) > 0:
			n += 1 + lineBreak(s[n+1:])
			continue
		case c == '\\' && n+1 < len(s) && strings.IndexByte("$`\"\\", s[n+1]) >= 0:
			n++
			word.WriteByte(s[n])
		default:
			expands = expands || expansion(s[n:])
			word.WriteByte(c)
		}
		n++
	}
	return n, expands, false
}

// ansiQuoted writes what stands in $'…' up to the closing quote, and gives the length with it.
func ansiQuoted(word *strings.Builder, s string) (n int, closed bool) {
	for n < len(s) {
		c := s[n]
		n++
		switch {
		case c == '\'':
			return n, true
		case c != '\\' || n == len(s):
			word.WriteByte(c)
		default:
			n += escaped(word, s[n:])
		}
	}
	return n, false
}

// escaped writes what stands behind a backslash in $'…', and gives its length.
func escaped(word *strings.Builder, s string) int {
	if i := strings.IndexByte(`abefnrtv`, s[0]); i >= 0 {
		word.WriteByte("\a\b\x1b\f\n\r\t\v"[i])
		return 1
	}
	digits := func(from, most, base int) (value uint64, n int) {
		for n = most; n > 0; n-- {
			if from+n <= len(s) {
				if v, err := strconv.ParseUint(s[from:from+n], base, 32); err == nil {
					return v, n
				}
			}
		}
		return 0, 0
	}
	for _, number := range []struct {
		begin      string
		most, base int
	}{{"x", 2, 16}, {"u", 4, 16}, {"U", 8, 16}, {"", 3, 8}} {
		if !strings.HasPrefix(s, number.begin) {
			continue
		}
		v, n := digits(len(number.begin), number.most, number.base)
		if n == 0 {
			continue
		}
		if number.most == 4 || number.most == 8 {
			word.WriteRune(rune(v))
		} else {
			word.WriteByte(byte(v))
		}
		return len(number.begin) + n
	}
	if strings.IndexByte("\\'\"?", s[0]) < 0 {
		word.WriteByte('\\')
	}
	_, size := utf8.DecodeRuneInString(s)
	word.WriteString(s[:size])
	return size
}
