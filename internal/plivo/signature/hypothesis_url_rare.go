package signature

import (
	"iter"
	"net/netip"
	"strings"
)

// rareHypotheses are those that few requests meet.
var rareHypotheses = []hypothesis{
	anyHost("host-lowercased", "The host was signed in lower case.",
		"Write the host of the callback URL in lower case, in the URL registered with Plivo and in the one that is checked.",
		"the host is in lower case: ", strings.ToLower),
	anyHost("host-uppercased", "The host was signed in upper case.",
		"Write the host of the callback URL in lower case, in the URL registered with Plivo and in the one that is checked.",
		"the host is in upper case: ", strings.ToUpper),
	anyHost("www-added", "The host was signed with www. before it.",
		"Check over the host with www., as it is registered with Plivo, or register the one without.",
		"the host is ", withWWW),
	anyHost("www-removed", "The host was signed without the www. that it is checked with.",
		"Check over the host without www., as it is registered with Plivo, or register the one with it.",
		"the host is ", func(host string) string { return strings.TrimPrefix(host, "www.") }),
	{
		name: "host-loopback", cause: CauseHost,
		about:  "The URL was signed with another name of this machine: localhost, 127.0.0.1 or [::1].",
		advice: "Use one name of the machine both in the callback URL and in the check: localhost and 127.0.0.1 are two hosts to a signature.",
		rewrite: readdressed(func(_ *search, a address) []address {
			names := []string{"localhost", "127.0.0.1", "[::1]"}
			var all []address
			for i, n := range names {
				if strings.EqualFold(a.host, n) {
					for _, other := range append(names[:i:i], names[i+1:]...) {
						b := a
						b.host = other
						all = append(all, b)
					}
				}
			}
			return all
		}),
		say: said(func(_ *search, _, to address) string { return "the host is " + to.host }),
	},
	{
		name: "user-kept", cause: CauseURL,
		about:  "The URL was signed with its user information, which Plivo leaves out.",
		advice: "Leave user information out of the callback URL: Plivo does not sign it, some SDKs do.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			a, ok := cutAddress(in.url)
			if !ok || a.user == "" || in.recipe.form == V1 || in.recipe.asGiven {
				return none
			}
			in.recipe.withUser = true
			return one(in)
		},
		say: said(func(_ *search, _, _ address) string { return "the user information of the URL is kept" }),
	},
	{
		name: "user-dropped", cause: CauseURL,
		about:  "The URL was signed without its user information, which the V1 recipe keeps.",
		advice: "Leave user information out of the callback URL.",
		rewrite: readdressed(func(_ *search, a address) []address {
			a.user = ""
			return []address{a}
		}),
		say: said(func(_ *search, _, _ address) string { return "the user information of the URL is left out" }),
	},
	{
		name: "fragment-dropped", cause: CauseURL,
		about:  "The URL was signed without the fragment that it is checked with.",
		advice: "Leave the fragment (#…) out of the URL: it is never sent.",
		rewrite: readdressed(func(_ *search, a address) []address {
			a.fragment = ""
			return []address{a}
		}),
		say: said(func(_ *search, from, _ address) string { return "the fragment " + from.fragment + " is left out" }),
	},
	{
		name: "fragment-added", cause: CauseURL,
		about:  "The URL was signed with the fragment that an earlier one has.",
		advice: "Leave the fragment (#…) out of the callback URL that is registered with Plivo: it is never sent, so the application cannot see it.",
		rewrite: readdressed(func(s *search, a address) []address {
			var all []address
			for _, k := range append(s.evidence.known, s.evidence.received) {
				if k.fragment != "" && k.fragment != a.fragment {
					b := a
					b.fragment = k.fragment
					all = append(all, b)
				}
			}
			return all
		}),
		say: said(func(_ *search, _, to address) string { return "the fragment " + to.fragment + " is kept" }),
	},
}

// anyHost supposes that the host was written in another way; say goes before the host that was signed.
func anyHost(name, about, advice, say string, to func(host string) string) hypothesis {
	return hypothesis{
		name: name, cause: CauseHost, about: about, advice: advice,
		rewrite: readdressed(func(_ *search, a address) []address {
			a.host = to(a.host)
			return []address{a}
		}),
		say: said(func(_ *search, _, to address) string { return say + to.host }),
	}
}

func withWWW(host string) string {
	if !isDomain(host) || strings.HasPrefix(host, "www.") {
		return host
	}
	return "www." + host
}

// isDomain tells whether a host is a name of the public kind: with a dot, and neither an address nor
// one of this machine.
func isDomain(host string) bool {
	_, err := netip.ParseAddr(host)
	return err != nil && host[0] != '[' && strings.Contains(host, ".") && !isLoopback(host)
}
