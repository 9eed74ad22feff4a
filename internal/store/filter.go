package store

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo"
)

// Filter is a parsed filter: words as "status:failed,undelivered", all of which a row has to match. The
// zero Filter matches everything.
type Filter struct {
	words []word
}

// word is one condition: key and the values of which any may match.
type word struct {
	key    string
	negate bool
	values []string // in normal form, without doubles, at least one
}

// What SQLite takes of one query, with room to spare.
const (
	maxValues = 100
	maxValue  = 2000 // bytes
)

// FilterError says why a filter does not parse.
type FilterError struct {
	Column int    // of the character that it is about, from 1
	What   string // the sentence without the place
	Begun  bool   // typing on at the end can still make it right
}

// Error gives the sentence.
func (e *FilterError) Error() string {
	return fmt.Sprintf("cannot read the filter at character %d: %s", e.Column, e.What)
}

// ParseFilter reads filter words as "status:failed,undelivered -code:30 hello". Words are separated by
// space and all have to match; a - before one negates it; a comma between values means or; a value in
// double quotes may hold space, commas and, after a backslash, quotes and backslashes. What has no key
// is looked for in the text, as it stands: a comma in it is a comma, and so are "12:30" and a URL. The
// error is a *FilterError: a sentence with the position.
func ParseFilter(s string) (Filter, error) {
	p := filterParser{text: s}
	var f Filter
	total := 0
	for p.skipSpace(); p.at < len(s); p.skipSpace() {
		w, err := p.word()
		if err != nil {
			return Filter{}, err
		}
		f.words = append(f.words, w)
		if total += len(w.values); total > maxValues {
			return Filter{}, p.fail(p.at, "it has more than %d values; leave some out", maxValues)
		}
	}
	return f, nil
}

// String gives the filter in its normal form, which parses to the same filter.
func (f Filter) String() string {
	words := make([]string, len(f.words))
	for i, w := range f.words {
		words[i] = w.String()
	}
	return strings.Join(words, " ")
}

// Personal reports whether the filter names whom or what someone wrote: a number, a sender or a text.
func (f Filter) Personal() bool {
	return slices.ContainsFunc(f.words, func(w word) bool { return slices.Contains([]string{keyFrom, keyTo, keyText}, w.key) })
}

// Numbers gives the values of from: and to:, in normal form.
func (f Filter) Numbers() []string {
	var all []string
	for _, w := range f.words {
		if w.key == keyFrom || w.key == keyTo {
			all = append(all, w.values...)
		}
	}
	return all
}

// OddStatuses gives the values of status: that no status of Plivo's has. They are taken, for Plivo may have new ones.
func (f Filter) OddStatuses() []string {
	var all []string
	for _, w := range f.words {
		for _, v := range w.values {
			if w.key == keyStatus && v != string(plivo.Sending) && !plivo.Status(v).Known() {
				all = append(all, v)
			}
		}
	}
	return all
}

// Empty reports whether the filter matches everything.
func (f Filter) Empty() bool { return len(f.words) == 0 }

func (w word) String() string {
	var b strings.Builder
	if w.negate {
		b.WriteByte('-')
	}
	if w.key == keyText && len(w.values) == 1 {
		// A text alone needs no key, and no quotes where it cannot be taken for anything else.
		v := w.values[0]
		if needsQuotes(v) || strings.ContainsRune(v, ':') || v[0] == '-' {
			v = quote(v)
		}
		return b.String() + v
	}
	b.WriteString(w.key)
	for i, v := range w.values {
		b.WriteByte(":,"[min(i, 1)])
		if needsQuotes(v) || strings.ContainsRune(v, ',') {
			v = quote(v)
		}
		b.WriteString(v)
	}
	return b.String()
}

func needsQuotes(v string) bool {
	return strings.ContainsFunc(v, func(r rune) bool { return r == '"' || unicode.IsSpace(r) })
}

func quote(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}

type filterParser struct {
	text string
	at   int // bytes read
}

func (p *filterParser) skipSpace() {
	for p.at < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.at:])
		if !unicode.IsSpace(r) {
			return
		}
		p.at += n
	}
}

// fail makes the error for the character at byte at.
func (p *filterParser) fail(at int, format string, args ...any) error {
	return &FilterError{Column: utf8.RuneCountInString(p.text[:at]) + 1, What: fmt.Sprintf(format, args...)}
}

// begun is fail for what typing on can still make right, where ok.
func (p *filterParser) begun(ok bool, at int, format string, args ...any) error {
	err := p.fail(at, format, args...)
	err.(*FilterError).Begun = ok
	return err
}

func (p *filterParser) word() (word, error) {
	w := word{negate: p.negated()}
	start := p.at
	key, isKey := p.key()
	if !isKey {
		w.key = keyText
		v, err := p.value(false)
		if err != nil {
			return w, err
		}
		if v == "" {
			return w, p.fail(start, `there is nothing between the quotes; write "two words"`)
		}
		w.values = []string{v}
		return w, nil
	}
	known := keyOf(key)
	if known == nil {
		return w, p.unknown(start, key, w.negate)
	}
	w.key = known.Name
	p.at += len(key) + 1
	for {
		at := p.at
		v, err := p.value(true)
		if err != nil {
			return w, err
		}
		if v != "" {
			open := p.at == len(p.text) && p.text[at] != '"' && known.begins != nil && known.begins(v)
			if v, err = known.normal(v); err != nil {
				return w, p.begun(open, at, "%v", err)
			}
			if !slices.Contains(w.values, v) {
				w.values = append(w.values, v)
			}
		}
		if p.at >= len(p.text) || p.text[p.at] != ',' {
			break
		}
		p.at++
	}
	if len(w.values) == 0 {
		return w, p.begun(p.at == len(p.text), start, "%s: needs a value, as %s:%s", w.key, w.key, known.Example)
	}
	return w, nil
}

// negated reads the - before a word.
func (p *filterParser) negated() bool {
	rest, ok := strings.CutPrefix(p.text[p.at:], "-")
	if r, _ := utf8.DecodeRuneInString(rest); !ok || rest == "" || unicode.IsSpace(r) {
		return false
	}
	p.at++
	return true
}

// unknown says how to look for what looks like a filter word, and is none, as text. start is the byte of
// its key.
func (p *filterParser) unknown(start int, key string, negate bool) error {
	const longest = 60 // bytes of a value that a sentence can hold
	after := start + len(key) + 1
	p.at = after
	v, err := p.read(false)
	if err != nil {
		v = p.text[after:]
		if end := strings.IndexFunc(v, unicode.IsSpace); end >= 0 {
			v = v[:end]
		}
	}
	how := quote(key+":"+v) + " with the double quotes"
	if negate {
		how = "-" + how
	}
	if len(v) > longest {
		how = "it in double quotes"
	}
	url := p.text[after:] == "" || p.text[after:] == "/" // of which :// is the beginning
	return p.begun(url, start, "%s: is no filter word; the words are %s; to look for it as text write %s", key, keyList(), how)
}

// key gives the letters before a colon, unless they are a URL's scheme: none of the words is one.
func (p *filterParser) key() (string, bool) {
	rest := p.text[p.at:]
	n := 0
	for n < len(rest) && (rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z' || rest[n] == '_') {
		n++
	}
	if n == 0 || n == len(rest) || rest[n] != ':' || strings.HasPrefix(rest[n:], "://") && keyOf(rest[:n]) == nil {
		return "", false
	}
	return rest[:n], true
}

// value reads up to space, or to a comma where they separate, or between quotes.
func (p *filterParser) value(commas bool) (string, error) {
	at := p.at
	v, err := p.read(commas)
	if err == nil && len(v) > maxValue {
		err = p.fail(at, "the value is longer than %d bytes; a part of it will do", maxValue)
	}
	return v, err
}

func (p *filterParser) read(commas bool) (string, error) {
	rest := p.text[p.at:]
	if rest == "" || rest[0] != '"' {
		n := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || commas && r == ',' })
		if n < 0 {
			n = len(rest)
		}
		p.at += n
		return rest[:n], nil
	}
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; c {
		case '\\':
			if i+1 < len(rest) && (rest[i+1] == '"' || rest[i+1] == '\\') {
				i++
			}
			b.WriteByte(rest[i])
		case '"':
			end := p.at + i + 1
			if r, _ := utf8.DecodeRuneInString(p.text[end:]); end < len(p.text) && !unicode.IsSpace(r) && !(commas && r == ',') {
				return "", p.fail(end, "put a space after the closing quote")
			}
			p.at = end
			return b.String(), nil
		default:
			b.WriteByte(c)
		}
	}
	return "", p.begun(true, p.at, "the quote is not closed")
}
