package store

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The filter words.
const (
	keyStatus = "status"
	keyCode   = "code"
	keySig    = "sig"
	keyDir    = "dir"
	keyFrom   = "from"
	keyTo     = "to"
	keyUUID   = "uuid"
	keyPath   = "path"
	keySince  = "since"
	keyText   = "text"
)

// noCode stands for no error code: absent, or only zeros.
const noCode = "none"

// keyword is what a filter word takes.
type keyword struct {
	example string
	normal  func(string) (string, error) // a value's normal form; applied to that it changes nothing
}

var keys = map[string]*keyword{
	keyStatus: {"failed,undelivered", lower},
	keyCode:   {"30", code},
	keySig:    {"invalid", sigValue},
	keyDir:    {"in", direction},
	keyFrom:   {"+14155550100", number},
	keyTo:     {"+14155550123", number},
	keyUUID:   {"5b40a428", asItIs},
	keyPath:   {"/sms/delivery-report", asItIs},
	keySince:  {"10m", since},
	keyText:   {`"two words"`, asItIs},
}

func keyList() string {
	var b strings.Builder
	for i, k := range slices.Sorted(maps.Keys(keys)) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(k + ":")
	}
	return b.String()
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
