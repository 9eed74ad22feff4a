package signature

import (
	"iter"
	"strings"
)

// urlHypotheses suppose that the request was sent to another URL than the one it is checked over.
var urlHypotheses = join(originHypotheses, pathHypotheses, knownHypotheses, rareHypotheses)

// readdressed makes a rewrite of a function that gives other addresses for one.
func readdressed(f func(s *search, a address) []address) func(*search, input) iter.Seq[input] {
	return func(s *search, in input) iter.Seq[input] {
		a, ok := cutAddress(in.url)
		if !ok {
			return none
		}
		list := f(s, a)
		if len(list) == 0 {
			return none
		}
		return func(yield func(input) bool) {
			for _, b := range list {
				to := in
				if to.url = b.String(); to.url != in.url && !yield(to) {
					return
				}
			}
		}
	}
}

// said makes words of what differs between two addresses.
func said(f func(s *search, from, to address) string) func(*search, input, input) string {
	return func(s *search, from, to input) string {
		a, _ := cutAddress(from.url)
		b, _ := cutAddress(to.url)
		return f(s, a, b)
	}
}

// originHypotheses are about scheme, host and port.
var originHypotheses = []hypothesis{
	{
		name: "url-forwarded", cause: CauseURL, likely: true, first: true,
		about:    "The URL was signed as a proxy's headers say: X-Forwarded-Proto, -Host, -Port, -Prefix, Forwarded.",
		advice:   "Let the application believe the headers of the proxy in front of it when it puts the callback URL together, or check over the URL that is registered with Plivo.",
		settings: settingsProxy,
		rewrite:  readdressed(forwardedURLs),
		say: said(func(s *search, from, to address) string {
			return "the URL is " + to.String() + asIn(and(s.sources(from, to)))
		}),
	},
	{
		name: "scheme-https", cause: CauseScheme, likely: true,
		about:    "The URL was signed with https, and is checked with http.",
		advice:   "Check over the https URL that is registered with Plivo: whatever ends TLS in front of the application passes plain http on, so let the application believe X-Forwarded-Proto.",
		settings: settingsProxy,
		rewrite:  readdressed(withScheme("http", "https")),
		say:      said(saySchemeFrom),
	},
	{
		name: "port-dropped", cause: CausePort, likely: true,
		about:    "The URL was signed without the port that it is checked with.",
		advice:   "Leave the port out of the URL that the signature is checked over: it is the application's own, and the URL registered with Plivo has none.",
		settings: settingsProxy,
		rewrite: readdressed(func(_ *search, a address) []address {
			if a.port == "" {
				return nil
			}
			a.port = ""
			return []address{a}
		}),
		say: said(func(_ *search, from, _ address) string { return "the port " + from.port + " is left out" }),
	},
	{
		name: "host-forwarded", cause: CauseHost, likely: true, first: true,
		about:    "The URL was signed with the host that a proxy's header holds: X-Forwarded-Host, X-Original-Host or Forwarded.",
		advice:   "Take the host of the callback URL from the header that the proxy sets, or check over the URL that is registered with Plivo.",
		settings: settingsProxy,
		rewrite: readdressed(func(s *search, a address) []address {
			var all []address
			for _, h := range s.evidence.hosts {
				all = append(all, otherHost(s, a, h.value)...)
			}
			return all
		}),
		say: said(func(s *search, _, to address) string {
			return "the host is " + to.host + to.port + asIn(sourceOf(s.evidence.hosts, to.host, to.host+to.port))
		}),
	},
	{
		name: "host-received", cause: CauseHost, likely: true, first: true,
		about:    "The URL was signed with the host that the request itself asked for.",
		advice:   "Check over the host that the request came for, or register the URL that is checked with Plivo: they are not the same.",
		settings: settingsProxy,
		rewrite: readdressed(func(s *search, a address) []address {
			if !s.evidence.hasURL {
				return nil
			}
			return otherHost(s, a, s.evidence.received.host+s.evidence.received.port)
		}),
		say: said(func(_ *search, _, to address) string {
			return "the host is " + to.host + to.port + ", as in the request's own Host header"
		}),
	},
	{
		name: "port-added", cause: CausePort, likely: true,
		about:    "The URL was signed with a port, and is checked without or with another.",
		advice:   "Keep the port in the URL that the signature is checked over, as in the URL registered with Plivo: take it from the Host header, or from X-Forwarded-Port.",
		settings: settingsProxy,
		rewrite: readdressed(func(s *search, a address) []address {
			var all []address
			for _, h := range s.portHints() {
				a.port = h.value
				all = append(all, a)
			}
			return all
		}),
		say: said(sayPort),
	},
	{
		name: "scheme-http", cause: CauseScheme, likely: true,
		about:   "The URL was signed with http, and is checked with https.",
		advice:  "Check over the http URL that is registered with Plivo, or, better, register the https one.",
		rewrite: readdressed(withScheme("https", "http")),
		say:     said(saySchemeFrom),
	},
	{
		name: "port-default-added", cause: CausePort,
		about:  "The URL was signed with the usual port of its scheme written out.",
		advice: "Leave :443 and :80 out of the callback URL registered with Plivo, or check over it with the port: Plivo signs a port that is written.",
		rewrite: readdressed(func(_ *search, a address) []address {
			if a.port != "" {
				return nil
			}
			ports := []string{":443", ":80"}
			if a.usualPort() == ":80" {
				ports = []string{":80", ":443"}
			}
			return withPorts(a, ports)
		}),
		say: said(sayPort),
	},
	{
		name: "port-common", cause: CausePort,
		about:  "The URL was signed with a port that development servers use.",
		advice: "Keep the port in the URL that the signature is checked over, as in the URL registered with Plivo.",
		rewrite: readdressed(func(_ *search, a address) []address {
			return withPorts(a, []string{":3000", ":4141", ":8000", ":8080", ":8443", ":5000"})
		}),
		say: said(sayPort),
	},
}

func withScheme(from, to string) func(*search, address) []address {
	return func(_ *search, a address) []address {
		if !strings.EqualFold(a.scheme, from) {
			return nil
		}
		a.scheme = to
		return []address{a}
	}
}

func withPorts(a address, ports []string) []address {
	all := make([]address, len(ports))
	for i, p := range ports {
		a.port = p
		all[i] = a
	}
	return all
}

// otherHost is hostsAs for a host that is not a's, but for its port.
func otherHost(s *search, a address, host string) []address {
	if a.at(host).host == a.host {
		return nil
	}
	return hostsAs(s, a, host)
}

// hostsAs gives a with another host: as it is written, with a's port, and with one that was seen
// beside it.
func hostsAs(s *search, a address, host string) []address {
	all := []address{a.at(host)}
	if _, port := cutPort(host); port != "" {
		return all
	}
	if a.port != "" {
		b := all[0]
		b.port = a.port
		all = append(all, b)
	}
	for _, p := range s.evidence.ports {
		if p.value != all[0].usualPort() && p.value != a.port {
			b := all[0]
			b.port = p.value
			all = append(all, b)
		}
	}
	return all
}

// forwardedURLs puts the public URL together from all that proxies left in headers. What changes one
// piece alone is left to the hypotheses that name that piece.
func forwardedURLs(s *search, a address) []address {
	e := &s.evidence
	schemes := valuesOr(e.schemes, a.scheme)
	if len(e.schemes) == 0 && len(e.hosts) > 0 && a.scheme != "https" {
		schemes = append(schemes, "https") // a proxy that forwards the host often ends TLS
	}
	var all []address
	for _, host := range valuesOr(e.hosts, a.host+a.port) {
		for _, scheme := range schemes {
			b := a
			b.scheme = scheme
			for _, origin := range append(hostsAs(s, b, host), b) {
				all = appendPaths(all, e, a, origin)
				if len(all) > 2*maxHints {
					return all
				}
			}
		}
	}
	return all
}

func valuesOr(list []hint, otherwise ...string) []string {
	if len(list) == 0 {
		return otherwise
	}
	all := make([]string, len(list))
	for i, h := range list {
		all[i] = h.value
	}
	return all
}

// appendPaths adds o, which is a at another origin, with the paths that it may have had, as far as
// more than one piece of a is changed.
func appendPaths(all []address, e *evidence, a, o address) []address {
	moved := 0
	if o.scheme != a.scheme {
		moved++
	}
	if o.host != a.host || o.port != a.port {
		moved++
	}
	if moved > 1 {
		all = append(all, o)
	}
	if moved == 0 {
		return all
	}
	for _, p := range e.prefixes {
		b := o
		b.path = p.value + a.path
		all = append(all, b)
	}
	for _, p := range e.paths {
		b := o
		b.path, b.query = cutBefore(p.value, '?')
		if b.path != a.path || b.query != a.query {
			all = append(all, b)
		}
	}
	return all
}

// portHints are the ports that were seen beside the request.
func (s *search) portHints() []hint {
	list := append([]hint(nil), s.evidence.ports...)
	if s.evidence.hasURL {
		addHint(&list, s.evidence.received.port, "the request's own Host header")
	}
	for _, h := range s.evidence.hosts {
		_, port := cutPort(h.value)
		addHint(&list, port, h.source)
	}
	for _, k := range s.evidence.known {
		addHint(&list, k.port, s.knownAs(k))
	}
	return list
}

func saySchemeFrom(s *search, _, to address) string {
	return "the scheme is " + to.scheme + asIn(sourceOf(s.evidence.schemes, to.scheme))
}

func sayPort(s *search, from, to address) string {
	text := "the port is " + to.port
	if from.port != "" {
		return text + " instead of " + from.port + asIn(sourceOf(s.portHints(), to.port))
	}
	return text + asIn(sourceOf(s.portHints(), to.port))
}

// sources names the headers that hold what of to is not in from.
func (s *search) sources(from, to address) []string {
	var all []string
	if from.scheme != to.scheme {
		all = appendNew(all, sourceOf(s.evidence.schemes, to.scheme))
	}
	if from.host != to.host {
		all = appendNew(all, sourceOf(s.evidence.hosts, to.host, to.host+to.port))
	}
	if from.port != to.port {
		all = appendNew(all, sourceOf(s.evidence.ports, to.port))
	}
	if from.path != to.path || from.query != to.query {
		all = appendNew(all, sourceOf(s.evidence.paths, to.path+to.query))
		all = appendNew(all, sourceOf(s.evidence.prefixes, strings.TrimSuffix(to.path, from.path)))
	}
	return all
}

// sourceOf tells where one of these values was found; empty where it was not.
func sourceOf(list []hint, values ...string) string {
	for _, h := range list {
		for _, v := range values {
			if h.value == v {
				return h.source
			}
		}
	}
	return ""
}

func asIn(source string) string {
	if source == "" {
		return ""
	}
	return ", as in " + source
}

// and joins words as a sentence does.
func and(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}
