package tui

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// pair is a name and a value of a list that is edited as lines; drop takes the name away instead.
type pair struct {
	name, value string
	drop        bool
}

// lineError is what is wrong with a line of a text that was edited, counted from 1.
type lineError struct {
	line int
	text string
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

// listText writes pairs as lines. What a line cannot show as it is stands in quotes, as in Go: so the text is
// read back to the very same pairs.
func listText(pairs []pair, sep string) string {
	lines := make([]string, len(pairs))
	for i, p := range pairs {
		name := p.name
		if name == "" || strings.Contains(name, strings.TrimSpace(sep)) || strings.HasPrefix(name, "-") || !standsAlone(name) {
			name = quoted(name)
		}
		value := p.value
		if !standsAlone(value) {
			value = quoted(value)
		}
		lines[i] = name + sep + value
	}
	return strings.Join(lines, "\n")
}

// standsAlone reports whether a text stands on a line as it is: nothing of it is hidden, dropped or taken for a
// quote by those who read it back.
func standsAlone(s string) bool {
	return escape.Line(s) == s && strings.TrimSpace(s) == s && !strings.HasPrefix(s, `"`) && !strings.ContainsRune(s, utf8.RuneError)
}

// quoted is a text in quotes, letters as they are where that shows all of it.
func quoted(s string) string {
	if q := strconv.Quote(s); escape.Line(q) == q && !strings.ContainsRune(q, utf8.RuneError) {
		return q
	}
	return strconv.QuoteToASCII(s)
}

// parseList reads lines of pairs. Empty ones are passed over; "-Name" takes a name away. What is wrong is a
// *lineError.
func parseList(text, sep string) ([]pair, error) {
	var out []pair
	for i, l := range strings.Split(text, "\n") {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		p, wrong := parsePair(l, strings.TrimSpace(sep))
		if wrong != "" {
			return nil, &lineError{i + 1, wrong}
		}
		out = append(out, p)
	}
	return out, nil
}

func parsePair(l, sep string) (p pair, wrong string) {
	var rest string
	var found bool
	if q, err := strconv.QuotedPrefix(l); err == nil && l[0] == '"' {
		p.name, _ = strconv.Unquote(q)
		if rest, found = strings.CutPrefix(strings.TrimSpace(l[len(q):]), sep); !found {
			return p, fmt.Sprintf("there is no %q behind the name %s", sep, brief(q))
		}
	} else if strings.HasPrefix(l, `"`) {
		return p, "the quoted name has no end, or holds a backslash that means nothing"
	} else if p.name, rest, found = strings.Cut(l, sep); !found {
		if name, dropped := strings.CutPrefix(l, "-"); dropped && strings.TrimSpace(name) != "" {
			return pair{name: strings.TrimSpace(name), drop: true}, ""
		}
		return p, fmt.Sprintf("%q has no %q between a name and a value", brief(l), sep)
	}
	if !strings.HasPrefix(l, `"`) {
		if p.name = strings.TrimSpace(p.name); p.name == "" {
			return p, fmt.Sprintf("there is no name before %q", sep)
		}
	}
	rest = strings.TrimSpace(rest)
	p.value = rest
	if strings.HasPrefix(rest, `"`) {
		value, err := strconv.Unquote(rest)
		if err != nil {
			return p, "the quoted value has no end, or holds a backslash that means nothing; a value that begins with a quote is written as \"\\\"…\""
		}
		p.value = value
	}
	return p, ""
}

// editsOf are the changes that make one list of another. Where a name has several values, they can go
// together, but not be changed one by one.
func editsOf(before, after []pair, same func(string) string) ([]replay.Edit, error) {
	type values struct {
		name string
		all  []string
	}
	group := func(pairs []pair) (order []string, by map[string]*values) {
		by = map[string]*values{}
		for _, p := range pairs {
			key := same(p.name)
			if by[key] == nil {
				by[key] = &values{name: p.name}
				order = append(order, key)
			}
			if p.drop {
				by[key].all = nil
			} else {
				by[key].all = append(by[key].all, p.value)
			}
		}
		return order, by
	}
	was, old := group(before)
	is, now := group(after)
	var edits []replay.Edit
	for _, key := range was {
		if now[key] == nil || len(now[key].all) == 0 {
			edits = append(edits, replay.Edit{Name: old[key].name, Remove: true})
		}
	}
	for _, key := range is {
		n := now[key]
		switch {
		case old[key] != nil && slices.Equal(old[key].all, n.all):
		case len(n.all) == 1:
			edits = append(edits, replay.Edit{Name: n.name, Value: n.all[0]})
		case len(n.all) > 1:
			return nil, fmt.Errorf("%q has %d values, of which none can be changed alone: leave one, or change the whole body in the editor", brief(n.name), len(n.all))
		case old[key] == nil:
			edits = append(edits, replay.Edit{Name: n.name, Remove: true})
		}
	}
	return edits, nil
}

func sameParam(name string) string  { return name }
func sameHeader(name string) string { return http.CanonicalHeaderKey(name) }
