package mask

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// spoken finds a text by its words, whatever stands between them: who explains a signature quotes a text
// with its blanks written as plus, escaped once or twice, with other line ends, or its beginning alone.
type spoken struct {
	form  *regexp.Regexp
	toEnd bool // what follows the form is the rest of it
	shown string
	words int // that are looked for
}

const (
	between   = "(?:[^\\pL\\pN]|%[0-9A-Fa-f]{2}|\\\\[abfnrtuvx][0-9a-f]*)*"
	fewWords  = 3    // that tell a text from the sentence that quotes it
	mostSaid  = 2000 // bytes of a text of which all words are looked for
	mostWords = 1000 // of all texts of a request: a hundred take some 10 ms to prepare
)

// newSpoken looks for a text, for all of its words where these are no more than most; ok is whether it has
// words enough.
func newSpoken(text, shown string, most int) (t spoken, ok bool) {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) || r == utf8.RuneError })
	if len(words) < 2 {
		return t, false
	}
	t = spoken{shown: shown, toEnd: len(text) > mostSaid || len(words) > most}
	if t.toEnd {
		words = words[:min(fewWords, len(words))]
	}
	t.words = len(words)
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	// All of it, or a beginning: the last word of that may be cut.
	least := min(fewWords, len(words))
	said := strings.Join(words[:least], between)
	rest := ""
	for i := len(words) - 1; i >= least; i-- {
		rest = "(?:" + between + words[i] + rest + ")?"
		if strings.Count(rest, "(?:") > 900 {
			t.form, t.toEnd = regexp.MustCompile(said), true
			return t, true
		}
	}
	form, err := regexp.Compile(said + rest + "(?:" + between + "[\\pL\\pN]*…)?")
	if err != nil { // more than a pattern may hold
		form, t.toEnd = regexp.MustCompile(said), true
	}
	t.form = form
	return t, true
}

// hide puts a mark in place of the text.
func (t spoken) hide(s, mark string) string {
	if !t.toEnd {
		return t.form.ReplaceAllLiteralString(s, mark)
	}
	if at := t.form.FindStringIndex(s); at != nil {
		return s[:at[0]] + mark + " …"
	}
	return s
}
