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

// changes lists what of the request differs from the callback: where it goes, its headers by name, its
// parameters or its body.
func changes(cb *webhook.Callback, d *draft, r Request) []Change {
	var list []Change
	add := func(what, before, after string) {
		if before != after {
			list = append(list, Change{what, short(before), short(after)})
		}
	}
	_, host, target := cutURL(cb.URL)
	add("method", cb.Method, r.Method)
	add("URL", cb.URL, r.URL)
	add("Host", host, r.Host)
	before := http.Header{}
	for name, values := range cb.Header {
		name = http.CanonicalHeaderKey(name)
		before[name] = append(before[name], values...)
	}
	names := slices.Collect(maps.Keys(before))
	for name := range d.header {
		if _, both := before[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if name == "Content-Length" || name == "Host" {
			continue // they follow from the body and the target
		}
		add("header "+name, shown(before[name]), shown(d.header[name]))
	}
	if cb.Truncated && len(d.body) == len(cb.Body) {
		add("body", fmt.Sprintf("more than the %d bytes that were kept", len(cb.Body)), fmt.Sprintf("the %d bytes that were kept", len(d.body)))
	}
	was := message{method: cb.Method, target: target, header: before, body: cb.Body}
	told := len(list)
	diffParams(was, d.message, add)
	if len(list) == told && string(cb.Body) != string(d.body) {
		list = append(list, Change{"body", bodyInWords(cb.Body), bodyInWords(d.body)})
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
