package replay

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// Differences lists what of an attempt differs from the callback that was sent again, as the Changes of its
// Request did: where it went, its headers by name, its parameters or its body.
func Differences(cb webhook.Callback, a webhook.Attempt) []Change {
	_, _, target := cutURL(a.URL)
	return changes(&cb, message{method: a.Method, target: target, header: a.Header, body: a.Body}, a.URL, a.Host)
}

// changes lists what of a message that goes to a URL differs from the callback.
func changes(cb *webhook.Callback, is message, to, at string) []Change {
	var list []Change
	add := func(what, before, after string) {
		if before != after {
			list = append(list, Change{what, short(before), short(after)})
		}
	}
	_, host, target := cutURL(cb.URL)
	add("method", cb.Method, is.method)
	add("URL", cb.URL, to)
	add("Host", host, at)
	before := http.Header{}
	for name, values := range cb.Header {
		name = http.CanonicalHeaderKey(name)
		before[name] = append(before[name], values...)
	}
	names := slices.Collect(maps.Keys(before))
	for name := range is.header {
		if _, both := before[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if name == "Content-Length" || name == "Host" {
			continue // they follow from the body and the target
		}
		add("header "+name, shown(before[name]), shown(is.header[name]))
	}
	if cb.Truncated && len(is.body) == len(cb.Body) {
		add("body", fmt.Sprintf("more than the %d bytes that were kept", len(cb.Body)), fmt.Sprintf("the %d bytes that were kept", len(is.body)))
	}
	was := message{method: cb.Method, target: target, header: before, body: cb.Body}
	told := len(list)
	diffParams(was, is, add)
	if len(list) == told && string(cb.Body) != string(is.body) {
		list = append(list, Change{"body", bodyInWords(cb.Body), bodyInWords(is.body)})
	}
	return list
}

func diffParams(was, is message, add func(what, before, after string)) {
	before, _ := was.params()
	after, _ := is.params()
	if slices.Equal(before, after) {
		return
	}
	old, names := byName(before, nil)
	now, names := byName(after, names)
	for _, name := range names {
		if !slices.Equal(old[name], now[name]) {
			add("parameter "+short(name), shown(old[name]), shown(now[name]))
		}
	}
}

// shown tells an empty value from none.
func shown(values []string) string {
	if len(values) == 1 && values[0] == "" {
		return `""`
	}
	return strings.Join(values, ", ")
}

// byName gives the values of each name, and the names in their order after those that are known.
func byName(params []signature.Param, names []string) (map[string][]string, []string) {
	values := make(map[string][]string, len(params))
	known := make(map[string]bool, len(names))
	for _, name := range names {
		known[name] = true
	}
	for _, p := range params {
		values[p.Name] = append(values[p.Name], p.Value)
		if !known[p.Name] {
			known[p.Name] = true
			names = append(names, p.Name)
		}
	}
	return values, names
}

func bodyInWords(body []byte) string {
	if len(body) > 200 || !utf8.Valid(body) {
		return fmt.Sprintf("%d bytes", len(body))
	}
	return string(body)
}

func short(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf("… (%d bytes)", len(s))
}
