package signature

import (
	"slices"
	"strings"
)

// The bounds of what is taken from a case: distinct values of one kind, and URLs.
const (
	maxHints   = 8
	maxKnown   = 12
	maxEarlier = 100
)

// hint is a value that was found beside the request, and where.
type hint struct{ value, source string }

// evidence is what a case tells of how the request may have looked to Plivo.
type evidence struct {
	hosts    []hint // with the port where one was written
	schemes  []hint // http or https
	ports    []hint // ":8443"
	paths    []hint // with the query where there is one
	prefixes []hint // "/api"
	nonces   []hint // all that headers hold, as it came
	received address
	hasURL   bool // whether received is one
	known    []address
	own      []address // of the known ones those that reach the server now
	earlier  []address // other origins of known URLs, too many to be tried together with another change
}

// proxyHeaders are those in which proxies leave what they were asked for, the usual ones first.
var proxyHeaders = []struct {
	name string
	take func(e *evidence, value, source string)
}{
	{"X-Forwarded-Host", (*evidence).addHost},
	{"X-Original-Host", (*evidence).addHost},
	{"Forwarded", (*evidence).addForwarded},
	{"Host", (*evidence).addHost},
	{"X-Forwarded-Proto", (*evidence).addScheme},
	{"X-Forwarded-Scheme", (*evidence).addScheme},
	{"X-Url-Scheme", (*evidence).addScheme},
	{"Cloudfront-Forwarded-Proto", (*evidence).addScheme},
	{"X-Forwarded-Ssl", (*evidence).addTLS},
	{"Front-End-Https", (*evidence).addTLS},
	{"X-Forwarded-Port", (*evidence).addPort},
	{"X-Original-Url", (*evidence).addPath},
	{"X-Rewrite-Url", (*evidence).addPath},
	{"X-Forwarded-Uri", (*evidence).addPath},
	{"X-Original-Uri", (*evidence).addPath},
	{"X-Envoy-Original-Path", (*evidence).addPath},
	{"X-Forwarded-Prefix", (*evidence).addPrefix},
	{"X-Script-Name", (*evidence).addPrefix},
}

func gather(c *Case) evidence {
	var e evidence
	names := headerNames(c.Header)
	for _, h := range proxyHeaders {
		if name, ok := names[strings.ToLower(h.name)]; ok {
			for _, v := range ends(c.Header[name]) {
				h.take(&e, v, h.name)
			}
		}
	}
	e.gatherNonces(c, names)
	e.received, e.hasURL = cutAddress(c.ReceivedURL)
	for _, raw := range c.OwnURLs[:min(len(c.OwnURLs), maxHints)] {
		if a, ok := cutAddress(raw); ok {
			e.own = append(e.own, a)
		}
	}
	for _, raw := range slices.Concat(c.OwnURLs, c.KnownURLs) {
		a, ok := cutAddress(raw)
		if !ok || raw == c.URL || slices.Contains(e.known, a) {
			continue
		}
		if len(e.known) < maxKnown {
			e.known = append(e.known, a)
			continue
		}
		origin := address{scheme: a.scheme, host: a.host, port: a.port}
		if !slices.ContainsFunc(e.known, origin.sameOrigin) && !slices.Contains(e.earlier, origin) {
			if e.earlier = append(e.earlier, origin); len(e.earlier) == maxEarlier {
				break
			}
		}
	}
	return e
}

func (a address) sameOrigin(b address) bool { return a.origin() == b.origin() }

// isOwn tells whether a is at the server that received the request.
func (e *evidence) isOwn(a address) bool {
	return slices.ContainsFunc(e.own, func(own address) bool { return own.origin() == a.origin() })
}

// headerNames finds, in one pass over what may be thousands, the headers that may tell something, by
// their name in lower case.
func headerNames(header map[string][]string) map[string]string {
	names := map[string]string{}
	for name := range header {
		if len(name) > 40 {
			continue
		}
		lower := strings.ToLower(name)
		if old, ok := names[lower]; !ok || name < old {
			names[lower] = name
		}
	}
	return names
}

// ends are the first and the last entry of a header's list: what the outermost proxy wrote and what
// the innermost did.
func ends(values []string) []string {
	if len(values) == 0 {
		return nil
	}
	first, _, _ := strings.Cut(values[0], ",")
	last := values[len(values)-1]
	last = last[strings.LastIndexByte(last, ',')+1:]
	first, last = unquote(first), unquote(last)
	if first == last {
		return []string{first}
	}
	return []string{first, last}
}

func unquote(s string) string { return strings.Trim(strings.TrimSpace(s), `"`) }

func addHint(list *[]hint, value, source string) {
	known := slices.ContainsFunc(*list, func(h hint) bool { return h.value == value })
	if value != "" && len(value) < 2048 && !known && len(*list) < maxHints {
		*list = append(*list, hint{value, source})
	}
}

func (e *evidence) addHost(v, source string) {
	if !strings.ContainsAny(v, "/?#@ ") && !strings.HasPrefix(v, ":") {
		addHint(&e.hosts, v, source)
	}
}

func (e *evidence) addScheme(v, source string) {
	if v = strings.ToLower(v); v == "http" || v == "https" {
		addHint(&e.schemes, v, source)
	}
}

func (e *evidence) addTLS(v, source string) {
	if strings.EqualFold(v, "on") {
		addHint(&e.schemes, "https", source)
	}
}

func (e *evidence) addPort(v, source string) {
	if n := digits(v); n == len(v) && n > 0 && n <= 5 {
		addHint(&e.ports, ":"+v, source)
	}
}

func (e *evidence) addPath(v, source string) {
	if a, ok := cutAddress(v); ok {
		v = a.path + a.query
	}
	if strings.HasPrefix(v, "/") {
		addHint(&e.paths, v, source)
	}
}

func (e *evidence) addPrefix(v, source string) {
	if v = strings.Trim(v, "/"); v != "" {
		addHint(&e.prefixes, "/"+v, source)
	}
}

func (e *evidence) addForwarded(v, source string) {
	for pair := range strings.SplitSeq(v, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		switch strings.ToLower(name) {
		case "host":
			e.addHost(unquote(value), source)
		case "proto":
			e.addScheme(unquote(value), source)
		}
	}
}

// gatherNonces takes the values of every header that is named for a nonce, and, of those that were
// sent more than once, the values joined.
func (e *evidence) gatherNonces(c *Case, names map[string]string) {
	var sorted []string
	for lower, name := range names {
		if strings.Contains(lower, "nonce") {
			sorted = append(sorted, name)
		}
	}
	slices.Sort(sorted)
	for _, name := range sorted {
		values := c.Header[name]
		for _, v := range values {
			addHint(&e.nonces, v, name)
			addHint(&e.nonces, strings.TrimSpace(v), name)
		}
		if len(values) > 1 && len(values) <= maxHints {
			addHint(&e.nonces, strings.Join(values, ", "), name)
			addHint(&e.nonces, strings.Join(values, ","), name)
		}
		if len(values) == 1 && strings.Contains(values[0], ",") {
			for v := range strings.SplitSeq(values[0], ",") {
				addHint(&e.nonces, strings.TrimSpace(v), name)
			}
		}
	}
}
