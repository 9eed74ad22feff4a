package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The filter words.
const (
	keyStatus = "status"
	keyCode   = "code"
	keySig    = "sig"
	keyDir    = "dir"
	keyIs     = "is"
	keyFrom   = "from"
	keyTo     = "to"
	keyUUID   = "uuid"
	keyPath   = "path"
	keySince  = "since"
	keyText   = "text"
)

// noCode stands for no error code: absent, or only zeros.
const noCode = "none"

// FilterWord is a word of the filter language. The parser, the completion and the documentation go by the
// same list of them.
type FilterWord struct {
	Name    string        // without its colon
	About   string        // what it looks at, in few words
	Takes   string        // what its values are
	Example string        // of a value, or of several
	Values  []FilterValue // the known ones in the order to offer them; none where they are of the history
	Closed  bool          // it takes no others, but for what normal forms and joins make of them
}

// FilterValue is a value of a word.
type FilterValue struct {
	Text  string // as it is typed
	About string // what it stands for, in a few words
}

// keyword is a filter word as the parser takes it.
type keyword struct {
	FilterWord
	normal func(string) (string, error) // a value's normal form; applied to that it changes nothing
	begins func(string) bool            // whether typing on can make a value of what is none; nil for never
}

// keys are all words, in the order in which they are offered.
var keys = sync.OnceValue(func() []keyword {
	return []keyword{
		{FilterWord{keyStatus, "the status", "a status of Plivo's", "failed,undelivered", statusValues, false}, lower, nil},
		{FilterWord{keyCode, "the error code", "an error code, or none", "30", codeValues(), false}, code, nil},
		{FilterWord{keySig, "the signature", "an outcome, a cause, or causes joined as scheme+slash", "invalid", slices.Concat(outcomeValues, causeValues), true}, sigValue, beginsSig},
		{FilterWord{keyDir, "the direction", "in or out", "in", directionValues, true}, direction, beginsDirection},
		{FilterWord{keyIs, "what is missed of it", "unclear, silent or lost", "unclear,lost", stateValues, true}, stateValue, beginsState},
		{FilterWord{keyFrom, "the sender", "a part of the number or name; after a + how the number begins", "+14155550100", nil, false}, number, anything},
		{FilterWord{keyTo, "the destination", "a part of the number or name; after a + how the number begins", "+14155550123", nil, false}, number, anything},
		{FilterWord{keyUUID, "the message UUID", "how it begins", "5b40a428", nil, false}, asItIs, nil},
		{FilterWord{keyPath, "the URL's path", "a part of the path of the callback URL", "/sms/delivery-report", nil, false}, asItIs, nil},
		{FilterWord{keySince, "the time", "an age, a time of day, a date, or a date and a time", "10m", sinceValues, false}, since, beginsSince},
		{FilterWord{keyText, "the text", "a part of it; of callbacks a part of the URL or the body", `"two words"`, nil, false}, asItIs, nil},
	}
})

// FilterWords are all words of the filter language, in the order in which they are worth offering.
func FilterWords() []FilterWord {
	var all []FilterWord
	for _, k := range keys() {
		all = append(all, k.FilterWord)
	}
	return all
}

// keyOf finds a word; nil where it is none.
func keyOf(name string) *keyword {
	all := keys()
	i := slices.IndexFunc(all, func(k keyword) bool { return strings.EqualFold(k.Name, name) })
	if i < 0 {
		return nil
	}
	return &all[i]
}

func keyList() string {
	var names []string
	for _, k := range keys() {
		names = append(names, k.Name+":")
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func asItIs(v string) (string, error) { return v, nil }

func lower(v string) (string, error) { return strings.ToLower(v), nil }

func direction(v string) (string, error) {
	switch strings.ToLower(v) {
	case "in", "inbound":
		return "inbound", nil
	case "out", "outbound":
		return "outbound", nil
	}
	return "", fmt.Errorf("%q is no direction; write in or out", v)
}

// code drops leading zeros: 30 and 030 are one.
func code(v string) (string, error) {
	v = strings.TrimLeft(strings.ToLower(v), "0")
	if v == "" {
		v = noCode
	}
	return v, nil
}

// number keeps a number's digits, and the + before them, which makes them the first ones. Anything
// with a letter is the name of a sender.
func number(v string) (string, error) {
	d := digits(v)
	if strings.ContainsFunc(v, func(r rune) bool { return !strings.ContainsRune("0123456789+-(). /\t", r) }) {
		return strings.ToLower(v), nil
	}
	if d == "" {
		return "", fmt.Errorf("%q has no digits", v)
	}
	if v[0] == '+' {
		d = "+" + d
	}
	return d, nil
}

func digits(v string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, v)
}

func since(v string) (string, error) {
	if _, ok := sinceTime(v, time.Unix(0, 0)); !ok {
		return "", fmt.Errorf("%q is no time; write an age as 10m, 2h or 1d, a time of day as 12:30, a date as 2026-01-31, or both as 2026-01-31T12:30:00Z", v)
	}
	return v, nil
}

// sinceTime reads an age, a time of day (the last such, in now's zone), a date or a time.
func sinceTime(v string, now time.Time) (time.Time, bool) {
	v = strings.ToUpper(v)
	if d, ok := age(v); ok {
		return now.Add(-d), true
	}
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, v); err == nil {
			y, m, d := now.Date()
			at := time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, now.Location())
			if at.After(now) {
				at = time.Date(y, m, d-1, t.Hour(), t.Minute(), t.Second(), 0, now.Location())
			}
			return at, true
		}
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339Nano} {
		if t, err := time.ParseInLocation(layout, v, now.Location()); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// age is a Go duration, or days and weeks as 1D and 2W.
func age(v string) (time.Duration, bool) {
	v = strings.ToLower(v)
	if v == "" {
		return 0, false
	}
	unit := map[byte]time.Duration{'d': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[v[len(v)-1]]
	if unit > 0 {
		n, err := strconv.ParseUint(v[:len(v)-1], 10, 16)
		if err != nil || n > 10_000 {
			return 0, false
		}
		return time.Duration(n) * unit, true
	}
	d, err := time.ParseDuration(v)
	return d, err == nil && d >= 0
}
