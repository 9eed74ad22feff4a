package store

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FilterPlace is what stands before a place in a filter and can be completed there: the beginning of a
// word, or of a value of one.
type FilterPlace struct {
	From  int      // byte at which it begins; it ends at the place
	Part  string   // what it is, empty where nothing was typed of it
	Word  string   // the word whose value it is; empty for a word
	Given []string // the values that the word has already, as they are typed
}

// FilterAt finds what can be completed at a byte of a filter's text: nothing inside quotes and after them,
// in the middle of a word, and after a word that is none.
func FilterAt(text string, at int) (FilterPlace, bool) {
	rest := text[at:]
	r, _ := utf8.DecodeRuneInString(rest)
	p := filterParser{text: text[:at]}
	for p.skipSpace(); p.at < at; p.skipSpace() {
		place, ended := p.place()
		if p.at < at {
			continue // a word before it
		}
		if ended || rest != "" && !unicode.IsSpace(r) && (place.Word == "" || r != ',') {
			return FilterPlace{}, false
		}
		return place, true
	}
	return FilterPlace{From: at}, rest == "" || unicode.IsSpace(r)
}

// place reads a word as far as it goes, and gives its last part; ended is whether nothing can be added to
// that.
func (p *filterParser) place() (place FilterPlace, ended bool) {
	if p.text[p.at:] == "-" { // the word is still to come
		p.at++
		return FilterPlace{From: p.at}, false
	}
	p.negated()
	start := p.at
	key, isKey := p.key()
	known := keyOf(key)
	if isKey {
		p.at += len(key) + 1
	}
	if known == nil || !isKey {
		_, err := p.read(false)
		if err != nil {
			p.at = len(p.text)
		}
		return FilterPlace{From: start, Part: p.text[start:p.at]}, isKey || strings.ContainsRune(p.text[start:p.at], '"')
	}
	place.Word = known.Name
	for {
		place.From = p.at
		_, err := p.read(true)
		if err != nil {
			p.at = len(p.text)
			return place, true
		}
		place.Part = p.text[place.From:p.at]
		if p.at == len(p.text) || p.text[p.at] != ',' {
			return place, strings.HasPrefix(place.Part, `"`)
		}
		place.Given = append(slices.Clip(place.Given), place.Part)
		p.at++
	}
}

// FilterText is a value as it is typed after a word: in quotes where it has to be.
func FilterText(value string) string {
	if value == "" || needsQuotes(value) || strings.ContainsRune(value, ',') {
		return quote(value)
	}
	return value
}
