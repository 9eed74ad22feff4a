package app

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// sameURL tells whether two URLs are one: the API may give a URL back in another form than it took it, with a slash
// at its end, the host in small letters, or without the scheme's own port.
func sameURL(x, y string) bool { return x == y || plainURL(x) == plainURL(y) }

// oneOf tells whether a URL is one of several.
func oneOf(urls []string, given string) bool {
	return slices.ContainsFunc(urls, func(u string) bool { return sameURL(u, given) })
}

// plainURL is the form of a URL that all its forms have in common; what cannot be read stays as it is.
func plainURL(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return raw
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && !(u.Scheme == "http" && port == "80") && !(u.Scheme == "https" && port == "443") {
		host = net.JoinHostPort(u.Hostname(), port)
		host = strings.ToLower(host)
	}
	u.Host = host
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u.String()
}
