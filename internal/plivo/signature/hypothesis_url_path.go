package signature

import (
	"strings"
)

// pathHypotheses are about path and query.
var pathHypotheses = []hypothesis{
	{
		name: "slash-added", cause: CauseSlash, likely: true,
		about:  "The path was signed with a slash at its end, and is checked without.",
		advice: `The "/" at the end of the URL registered with Plivo is not on the one that is checked: check over the URL with it, or register the one without. The two are different to a signature, whatever the router makes of them.`,
		remedy: func(_ *search, from, to input) string {
			return `The "/" at the end of the URL registered with Plivo is not on the one that was checked: check over ` + upToQuery(to) + `, or register ` + upToQuery(from) + `. The two are different to a signature, whatever the router makes of them.`
		},
		settings: settingsSlash,
		rewrite: readdressed(func(_ *search, a address) []address {
			a.path += "/"
			return []address{a}
		}),
		say: said(func(_ *search, _, to address) string { return sayEnd(to, "ends in") }),
	},
	{
		name: "slash-removed", cause: CauseSlash, likely: true,
		about:  "The path was signed without the slash at its end that it is checked with.",
		advice: `The "/" at the end of the URL that is checked is not on the one registered with Plivo: check over the URL without it, or register the one with it. A router that redirects to the path with the slash loses the signature too.`,
		remedy: func(_ *search, from, to input) string {
			return `The "/" at the end of the URL that was checked is not on the one registered with Plivo: check over ` + upToQuery(to) + `, or register ` + upToQuery(from) + `. A router that redirects to the path with the slash loses the signature too.`
		},
		settings: settingsSlash,
		rewrite: readdressed(func(_ *search, a address) []address {
			path, found := strings.CutSuffix(a.path, "/")
			if !found {
				return nil
			}
			a.path = path
			return []address{a}
		}),
		say: said(func(_ *search, _, to address) string { return sayEnd(to, "does not end in") }),
	},
	{
		name: "query-dropped", cause: CauseQuery, likely: true,
		about:    "The URL was signed without the query that it is checked with.",
		advice:   "Leave the query out of the URL that the signature is checked over: something between Plivo and the application adds it, or the callback URL was registered with Plivo without it.",
		settings: settingsQuery,
		rewrite: readdressed(func(_ *search, a address) []address {
			if a.query == "" {
				return nil
			}
			a.query = ""
			return []address{a}
		}),
		say: said(func(_ *search, from, _ address) string { return "the query " + from.query + " is left out" }),
	},
	{
		name: "query-added", cause: CauseQuery, likely: true,
		about:    "The URL was signed with a query, and is checked without.",
		advice:   "Keep the query in the URL that the signature is checked over: use the URL of the request as it came, not the path of the route.",
		settings: settingsQuery,
		rewrite:  readdressed(func(s *search, a address) []address { return withQueries(s, a, a.query == "") }),
		say:      said(sayQuery),
	},
	{
		name: "query-replaced", cause: CauseQuery, likely: true,
		about:    "The URL was signed with another query than it is checked with.",
		advice:   "Check over the query that the request came with, unchanged and in full.",
		settings: settingsQuery,
		rewrite:  readdressed(func(s *search, a address) []address { return withQueries(s, a, a.query != "") }),
		say:      said(sayQuery),
	},
	{
		name: "path-forwarded", cause: CausePath, first: true,
		about:    "The URL was signed with the path that a proxy's header holds: X-Original-URL, X-Rewrite-URL or X-Forwarded-Uri.",
		advice:   "Check over the path that the request was sent to, before the proxy rewrote it: its header holds it.",
		settings: settingsRawPath,
		rewrite: readdressed(func(s *search, a address) []address {
			var all []address
			for _, p := range s.evidence.paths {
				b := a
				b.path, b.query = cutBefore(p.value, '?')
				if b.path == a.path {
					continue
				}
				all = append(all, b)
				if b.query != a.query {
					b.query = a.query
					all = append(all, b)
				}
			}
			return all
		}),
		say: said(func(s *search, _, to address) string {
			source := sourceOf(s.evidence.paths, to.path, to.path+to.query)
			for _, p := range s.evidence.paths {
				if path, _ := cutBefore(p.value, '?'); source == "" && path == to.path {
					source = p.source
				}
			}
			return "the path is " + to.path + asIn(source)
		}),
	},
	{
		name: "path-decoded", cause: CausePath, likely: true,
		about:    "The path was signed percent-decoded, and is checked as it is encoded.",
		advice:   "Plivo signs the path as it stands in the URL registered with it: register the path in the form that the application checks, or use plain letters in it.",
		settings: settingsRawPath,
		rewrite: readdressed(func(_ *search, a address) []address {
			a.path = percentDecoded(a.path)
			return []address{a}
		}),
		say: said(func(_ *search, from, to address) string {
			return "the path is decoded: " + to.path + " for " + from.path
		}),
	},
	{
		name: "path-encoded", cause: CausePath, likely: true,
		about:    "The path was signed percent-encoded, and is checked decoded, or encoded otherwise.",
		advice:   "Check over the raw path of the request, before the framework decodes it.",
		settings: settingsRawPath,
		rewrite:  readdressed(func(_ *search, a address) []address { return encodedPaths(a) }),
		say: said(func(_ *search, from, to address) string {
			return "the path is encoded: " + to.path + " for " + from.path
		}),
	},
	{
		name: "url-plus-as-space", cause: CausePath,
		about:    "The URL was signed with a space where it is checked with a plus.",
		advice:   "Write a space as %20 and a plus as %2B in the callback URL registered with Plivo, and check over the raw URL.",
		settings: settingsRawPath,
		rewrite: readdressed(func(_ *search, a address) []address {
			b, c, d := a, a, a
			b.path = strings.ReplaceAll(a.path, "+", "%20")
			c.path = strings.ReplaceAll(a.path, "+", " ")
			d.query = strings.ReplaceAll(strings.ReplaceAll(a.query, "%2B", "+"), "%2b", "+")
			return []address{b, c, d}
		}),
		say: said(func(_ *search, _, to address) string { return "the plus is a space: " + to.path + to.query }),
	},
	{
		name: "url-plus-literal", cause: CausePath,
		about:    "The URL was signed with a plus where it is checked with a space.",
		advice:   "Write a space as %20 and a plus as %2B in the callback URL registered with Plivo, and check over the raw URL.",
		settings: settingsRawPath,
		rewrite: readdressed(func(_ *search, a address) []address {
			b, c := a, a
			b.path = strings.ReplaceAll(strings.ReplaceAll(a.path, "%20", "+"), " ", "+")
			c.query = strings.ReplaceAll(a.query, "+", "%2B")
			return []address{b, c}
		}),
		say: said(func(_ *search, _, to address) string { return "the space is a plus: " + to.path + to.query }),
	},
	{
		name: "slashes-collapsed", cause: CauseSlash,
		about:  "The path was signed with one slash where it is checked with several.",
		advice: `Join the base of the URL and its path with one "/" where the application puts the callback URL together.`,
		rewrite: readdressed(func(_ *search, a address) []address {
			for strings.Contains(a.path, "//") {
				a.path = strings.ReplaceAll(a.path, "//", "/")
			}
			return []address{a}
		}),
		say: said(func(_ *search, from, to address) string {
			return "each // in the path is one /: " + to.path + " for " + from.path
		}),
	},
	{
		name: "slash-doubled", cause: CauseSlash,
		about:  "The path was signed with two slashes where it is checked with one.",
		advice: `Join the base of the URL and its path with one "/" where the callback URL that is registered with Plivo is put together; a proxy merges the two, Plivo does not.`,
		rewrite: readdressed(func(_ *search, a address) []address {
			var all []address
			for i := 0; i < len(a.path) && len(all) < maxHints; i++ {
				if a.path[i] == '/' {
					b := a
					b.path = a.path[:i] + "/" + a.path[i:]
					all = append(all, b)
				}
			}
			return all
		}),
		say: said(func(_ *search, _, to address) string { return "a slash of the path is doubled: " + to.path }),
	},
}

// upToQuery is the URL of an input without its query, as a sentence holds it.
func upToQuery(in input) string {
	a, _ := cutAddress(in.url)
	return shortened(a.origin() + a.path)
}

func sayEnd(to address, ends string) string {
	if to.query != "" {
		return `the path ` + ends + ` "/", before the query`
	}
	return `the URL ` + ends + ` "/"`
}

func sayQuery(_ *search, from, to address) string {
	if from.query == "" {
		return "the query " + to.query + " is kept"
	}
	return "the query is " + to.query + " instead of " + from.query
}

// withQueries gives a with the queries that were seen beside the request, those of its own path first.
func withQueries(s *search, a address, apply bool) []address {
	if !apply {
		return nil
	}
	var same, others []address
	add := func(path, query string) {
		b := a
		b.query = query
		switch {
		case query == "" || query == a.query:
		case path == a.path:
			same = append(same, b)
		default:
			others = append(others, b)
		}
	}
	if s.evidence.hasURL {
		add(s.evidence.received.path, s.evidence.received.query)
	}
	for _, k := range s.evidence.known {
		add(k.path, k.query)
	}
	for _, p := range s.evidence.paths {
		path, query := cutBefore(p.value, '?')
		add(path, query)
	}
	return append(same, others...)
}

// encodedPaths gives a's path in the ways that encoders write it: only what no URL may hold, all but
// what encodeURIComponent leaves, what is encoded encoded once more, each with upper-case and with
// lower-case digits.
func encodedPaths(a address) []address {
	plain := percentDecoded(a.path)
	var all []address
	for _, path := range []string{
		escapePath(a.path, subDelims+"%", upperHex),
		escapePath(plain, subDelims, upperHex),
		escapePath(a.path, subDelims+"%", lowerHex),
		escapePath(plain, subDelims, lowerHex),
		escapePath(plain, "!'()*", upperHex),
		escapePath(plain, "", upperHex),
		escapePath(a.path, subDelims, upperHex),
	} {
		b := a
		b.path = path
		all = append(all, b)
	}
	return all
}

const (
	upperHex  = "0123456789ABCDEF"
	lowerHex  = "0123456789abcdef"
	subDelims = "!$&'()*+,;=:@"
)

// escapePath encodes every byte of a path that is neither unreserved, nor a slash, nor among keep.
func escapePath(path, keep, hex string) string {
	isPlain := func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
			strings.IndexByte("/-._~", c) >= 0 || strings.IndexByte(keep, c) >= 0
	}
	i := 0
	for i < len(path) && isPlain(path[i]) {
		i++
	}
	if i == len(path) {
		return path
	}
	out := append(make([]byte, 0, len(path)+16), path[:i]...)
	for ; i < len(path); i++ {
		if c := path[i]; isPlain(c) {
			out = append(out, c)
		} else {
			out = append(out, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(out)
}
