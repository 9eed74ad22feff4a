package signature

import (
	"iter"
	"net/netip"
	"strings"
)

// knownHypotheses take URLs that were given to Plivo before, and the request's own, for the one that
// was signed.
var knownHypotheses = []hypothesis{
	{
		name: "url-received", cause: CauseURL, likely: true, first: true,
		about:  "The URL that was signed is the one that the request itself asked for.",
		advice: "Check over the URL that the request came for, or register the one that is checked with Plivo: they are not the same.",
		rewrite: readdressed(func(s *search, a address) []address {
			if !s.evidence.hasURL {
				return nil
			}
			b := s.evidence.received
			if strings.EqualFold(b.scheme, "http") { // what ended TLS does not show in the request
				c := b
				c.scheme = a.scheme
				return []address{c, b}
			}
			return []address{b}
		}),
		say: said(func(_ *search, _, to address) string {
			return "the URL is " + to.String() + ", as the request itself has it"
		}),
	},
	{
		name: "known-origin", cause: CauseHost, likely: true, first: true,
		about:  "The URL was signed with the scheme and host of another known one: of a tunnel that is no more, as a rule, or of the server's own address.",
		advice: "Register the URL of today with Plivo, in the application or with each message: it still sends to, and signs, the earlier one.",
		remedy: func(s *search, from, to input) string {
			a, _ := cutAddress(from.url)
			b, _ := cutAddress(to.url)
			switch {
			case s.evidence.isOwn(b) || isLoopback(b.host):
				return "Have the sender sign and call " + a.origin() + ", or check over " + b.origin() + ": the request was signed for another address of the same server."
			default:
				return "Register " + a.origin() + " with Plivo, in the application or with each message: it still sends to, and signs, the earlier URL."
			}
		},
		rewrite: knownOrigins,
		say: said(func(s *search, _, to address) string {
			switch {
			case s.evidence.isOwn(to):
				return "the origin is this server's own address, " + to.origin()
			case isLoopback(to.host):
				return "the origin is an earlier address of this machine, " + to.origin()
			default:
				return "the origin is that of an earlier public URL, " + to.origin()
			}
		}),
	},
	{
		name: "known-url", cause: CauseURL, likely: true, first: true,
		about:   "The URL that was signed is, as a whole, one that was registered with Plivo before.",
		advice:  "Check over the URL that was registered with Plivo for the message, or register the one that is checked.",
		rewrite: readdressed(func(s *search, _ address) []address { return s.evidence.known }),
		say: said(func(s *search, _, to address) string {
			if s.evidence.isOwn(to) {
				return "the URL is " + to.String() + ", this server's own address"
			}
			return "the URL is " + to.String() + ", which was registered with Plivo earlier"
		}),
	},
	{
		name: "prefix-added", cause: CausePath, likely: true,
		about:    "The path was signed with a prefix that it is checked without: the application sees only what is behind the mount of its router.",
		advice:   "Check over the whole path of the request, with what the router is mounted at: in Express req.originalUrl instead of req.url.",
		settings: settingsPrefix,
		rewrite:  readdressed(func(s *search, a address) []address { return withPrefixes(s, a) }),
		say: said(func(s *search, from, to address) string {
			prefix := strings.TrimSuffix(to.path, from.path)
			return "the path begins with " + prefix + asIn(sourceOf(s.prefixHints(), prefix))
		}),
	},
	{
		name: "prefix-removed", cause: CausePath, likely: true,
		about:    "The path was signed without the prefix that it is checked with.",
		advice:   "Check over the path as it is registered with Plivo: a proxy, or the mount of a router, puts a prefix before it.",
		settings: settingsPrefix,
		rewrite: readdressed(func(s *search, a address) []address {
			var all []address
			rest := a.path
			for range 3 {
				i := strings.IndexByte(rest[min(1, len(rest)):], '/')
				if i < 0 {
					break
				}
				rest = rest[i+1:]
				b := a
				b.path = rest
				all = append(all, b)
			}
			return all
		}),
		say: said(func(_ *search, from, to address) string {
			return "the path does not begin with " + strings.TrimSuffix(from.path, to.path)
		}),
	},
}

// knownOrigins gives in at the origins of known URLs: the newest ones, and where nothing else is supposed all.
func knownOrigins(s *search, in input) iter.Seq[input] {
	at := func(origins []address) iter.Seq[input] {
		return readdressed(func(_ *search, a address) []address {
			all := make([]address, len(origins))
			for i, k := range origins {
				all[i] = a
				all[i].scheme, all[i].host, all[i].port = k.scheme, k.host, k.port
			}
			return all
		})(s, in)
	}
	newest := at(s.evidence.known)
	if len(s.evidence.earlier) == 0 || touched(s.given, in) != 0 {
		return newest
	}
	return func(yield func(input) bool) {
		for to := range newest {
			if !yield(to) {
				return
			}
		}
		before := s.work
		for to := range at(s.evidence.earlier) {
			// Of a large request the other suppositions need their share.
			if s.work-before > maxWork/8 || !yield(to) {
				return
			}
		}
	}
}

// knownAs names a URL that is known beside the request.
func (s *search) knownAs(k address) string {
	if s.evidence.isOwn(k) {
		return "this server's own address " + k.String()
	}
	return "the earlier URL " + k.String()
}

// isLoopback tells whether a host is a name or an address of this machine.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	lower := strings.ToLower(host)
	return lower == "localhost" || strings.HasSuffix(lower, ".localhost") || err == nil && ip.IsLoopback()
}

// withPrefixes gives a's path behind the prefixes that a proxy's header or the path of another URL
// show.
func withPrefixes(s *search, a address) []address {
	var all []address
	for _, p := range s.prefixHints() {
		b := a
		b.path = p.value + a.path
		all = append(all, b)
	}
	return all
}

// prefixHints are the prefixes that the path may have had: those that a proxy tells, and what other
// URLs have before their last segments.
func (s *search) prefixHints() []hint {
	if s.prefixes != nil {
		return s.prefixes
	}
	list := append(make([]hint, 0, maxHints), s.evidence.prefixes...)
	paths := func(a address, source string) {
		for i := 1; i < len(a.path); i++ {
			if a.path[i] == '/' {
				addHint(&list, a.path[:i], source)
			}
		}
		addHint(&list, strings.TrimSuffix(a.path, "/"), source) // a base URL
	}
	for _, p := range s.evidence.paths {
		path, _ := cutBefore(p.value, '?')
		paths(address{path: path}, p.source)
	}
	if s.evidence.hasURL {
		paths(s.evidence.received, "the URL of the request")
	}
	for _, k := range s.evidence.known {
		paths(k, s.knownAs(k))
	}
	s.prefixes = list
	return list
}
