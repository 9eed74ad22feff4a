package tui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// candidate is what can stand in the place of what is typed.
type candidate struct {
	text  string // as it is typed
	about string // what it stands for, in a few words
}

// offer is what can be completed at a place of the filter.
type offer struct {
	head, part, tail string // the text: before what is completed, that, and after it
	word             bool   // words are offered, not values
	takes            string // what the values are, in words; empty for words
	all              []candidate
	at               int // the one that was taken in turn, -1 for none
}

// offered finds what can be completed at a byte of the text: words, known values, and values among the
// rows at hand.
func offered(text string, at int, rows func(word string) []store.FilterValue) offer {
	none := offer{at: -1}
	place, ok := store.FilterAt(text, at)
	if !ok {
		return none
	}
	o := offer{head: text[:place.From], part: place.Part, tail: text[at:], word: place.Word == "", at: -1}
	words := store.FilterWords()
	if o.word {
		for _, w := range words {
			if foldPrefix(w.Name+":", o.part) {
				o.all = append(o.all, candidate{w.Name + ":", w.About})
			}
		}
		return o
	}
	i := slices.IndexFunc(words, func(w store.FilterWord) bool { return w.Name == place.Word })
	o.takes = words[i].Name + ": takes " + words[i].Takes
	seen := map[string]bool{}
	for _, g := range place.Given {
		seen[strings.ToLower(g)] = true
	}
	for _, v := range slices.Concat(words[i].Values, rows(place.Word)) {
		typed := store.FilterText(v.Text)
		if !seen[strings.ToLower(typed)] && (foldPrefix(v.Text, o.part) || foldPrefix(strings.TrimPrefix(v.Text, "+"), o.part)) {
			seen[strings.ToLower(typed)] = true
			o.all = append(o.all, candidate{typed, v.About})
		}
	}
	return o
}

func foldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// text is that with a candidate in it, and the byte after that.
func (o offer) text(taken string) (text string, at int) {
	return o.head + taken + o.tail, len(o.head) + len(taken)
}

// common is what all candidates begin with, empty where that is no more than what is typed. Of what is
// quoted a part would not be closed.
func (o offer) common() string {
	if len(o.all) == 0 {
		return ""
	}
	all := o.all[0].text
	for _, c := range o.all[1:] {
		n := 0
		for n < min(len(all), len(c.text)) && all[n] == c.text[n] {
			n++
		}
		all = all[:n]
	}
	for !utf8.ValidString(all) {
		all = all[:len(all)-1]
	}
	if len(o.all) > 1 && strings.HasPrefix(all, `"`) || len(all) <= len(o.part) {
		return ""
	}
	return all
}

// rest is what follows the cursor where the first candidate is taken: shown there, empty for nothing.
func (o offer) rest() string {
	if len(o.all) == 0 || o.at >= 0 || o.part == "" || o.tail != "" {
		return ""
	}
	rest, ok := strings.CutPrefix(o.all[0].text, o.part)
	if !ok {
		return ""
	}
	return rest
}

// complete takes what all candidates begin with, and then one after the other, n to the next or back.
func (f *filterLine) complete(n int) {
	o := &f.offer
	switch all := o.common(); {
	case len(o.all) == 0:
	case o.at < 0 && all != "" && (n > 0 || len(o.all) == 1):
		f.write(o.text(all))
	case len(o.all) > 1 || !strings.EqualFold(o.all[0].text, o.part):
		if o.at < 0 && n < 0 {
			o.at = 0
		}
		f.take((o.at + n + len(o.all)) % len(o.all))
	}
}

// take puts a candidate into the line. The others stay at hand.
func (f *filterLine) take(i int) {
	f.back = 0
	f.put(f.offer.text(f.offer.all[i].text))
	f.offer.at = i
}

// takeRest takes the text that is shown after the cursor, or goes on after the candidate that was taken in
// turn; it reports whether there was either.
func (f *filterLine) takeRest() bool {
	switch o := f.offer; {
	case o.at >= 0:
		f.look()
		return true
	case o.rest() != "":
		f.back = 0
		f.write(o.text(o.all[0].text))
		return true
	}
	return false
}

// How many rows are looked at for values, and how many values are offered of them.
const (
	filterRows   = 500
	filterValues = 50
)

// valuesAtHand are the values of a word among the rows at hand, newest first, with the number of their
// rows. What cannot be typed as it is is left out.
func (l *listing[T]) valuesAtHand(word string) []store.FilterValue {
	rows := l.grid.Rows()
	var order []string
	n := map[string]int{}
	for _, row := range rows[:min(len(rows), filterRows)] {
		v := l.rows.value(row, word)
		if v == "" || len(v) > briefBytes || escape.Line(v) != v {
			continue
		}
		if n[v]++; n[v] == 1 && len(order) < filterValues {
			order = append(order, v)
		}
	}
	var all []store.FilterValue
	for _, v := range order {
		if _, err := store.ParseFilter(word + ":" + store.FilterText(v)); err == nil {
			all = append(all, store.FilterValue{Text: v, About: plural(n[v], strings.TrimSuffix(l.rows.name, "s"))})
		}
	}
	return all
}

// messageValue and callbackValue are what a row has for a filter word.
func messageValue(m plivo.Message, word string) string {
	switch word {
	case "status":
		return string(m.Status)
	case "code":
		return strings.TrimLeft(m.ErrorCode, "0")
	case "from":
		return m.From
	case "to":
		return m.To
	case "uuid":
		return filterUUID(m.UUID)
	case "path":
		return filterPath(m.CallbackURL)
	default:
		return ""
	}
}

func callbackValue(c webhook.Callback, word string) string {
	switch word {
	case "status":
		return string(c.Report.Status())
	case "code":
		return strings.TrimLeft(c.Report.ErrorCode(), "0")
	case "from":
		return c.Report.From()
	case "to":
		return c.Report.To()
	case "uuid":
		return filterUUID(c.Report.MessageUUID())
	case "path":
		return filterPath(c.URL)
	default:
		return ""
	}
}

// filterUUID is the beginning of a UUID that a filter needs.
func filterUUID(uuid string) string {
	first, _, _ := strings.Cut(uuid, "-")
	if len(first) < 8 {
		return uuid
	}
	return first
}

// filterPath is the path of a callback URL, as path: looks at it.
func filterPath(url string) string {
	if url == "" {
		return ""
	}
	path, _, _ := strings.Cut(pathOf(url), "?")
	return path
}
