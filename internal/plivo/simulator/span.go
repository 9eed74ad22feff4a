package simulator

import (
	"net/url"
	"strings"
	"time"
)

// messageTime is the parameter of a list that bounds when its messages were made, with __gt, __gte, __lt or __lte
// behind it or without.
const messageTime = "message_time"

// listedFor is how far a list goes back that names no time.
const listedFor = 24 * time.Hour

// readSpan reads the times of a list into what chooses messages by when they were made.
func readSpan(query url.Values, now time.Time) (func(time.Time) bool, error) {
	var tests []func(time.Time) bool
	for name := range query {
		after, ok := strings.CutPrefix(name, messageTime)
		if !ok {
			continue
		}
		bound, err := readBound(name, query.Get(name))
		if err != nil {
			return nil, err
		}
		test, ok := map[string]func(time.Time) bool{
			"":      bound.Equal,
			"__gt":  bound.Before,
			"__gte": func(t time.Time) bool { return !t.Before(bound) },
			"__lt":  bound.After,
			"__lte": func(t time.Time) bool { return !t.After(bound) },
		}[after]
		if !ok {
			return nil, badRequest(name + " is no parameter of a list of messages")
		}
		tests = append(tests, test)
	}
	if len(tests) == 0 {
		tests = append(tests, now.Add(-listedFor).Before)
	}
	return func(t time.Time) bool {
		t = t.Truncate(time.Microsecond) // as it is shown
		for _, test := range tests {
			if !test(t) {
				return false
			}
		}
		return true
	}, nil
}

func readBound(name, given string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, given, time.UTC); err == nil { // takes a fraction too
			return t, nil
		}
	}
	return time.Time{}, badRequest(name + " must be a time as 2006-01-02 15:04:05, in UTC")
}
