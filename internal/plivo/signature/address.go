package signature

import "strings"

// address is a URL cut into its pieces, each with its own delimiters: joined, they are the URL as it
// was written.
type address struct {
	scheme   string // "https"
	user     string // "name:secret@"
	host     string // "example.com", "[::1]"
	port     string // ":8443"
	path     string // "/sms"
	query    string // "?env=dev"
	fragment string // "#top"
}

func cutAddress(raw string) (address, bool) {
	scheme, rest, found := strings.Cut(raw, "://")
	if !found || !ValidScheme(scheme) {
		return address{}, false
	}
	a := address{scheme: scheme}
	rest, a.fragment = cutBefore(rest, '#')
	rest, a.query = cutBefore(rest, '?')
	rest, a.path = cutBefore(rest, '/')
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		a.user, rest = rest[:i+1], rest[i+1:]
	}
	if rest == "" || rest[0] == ':' {
		return address{}, false
	}
	a.host, a.port = cutPort(rest)
	return a, true
}

// cutBefore cuts s before the first c; the second part begins with it.
func cutBefore(s string, c byte) (string, string) {
	if i := strings.IndexByte(s, c); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// cutPort cuts "[::1]:8443" before its port; an IPv6 address without brackets has none.
func cutPort(host string) (string, string) {
	i := strings.LastIndexByte(host, ':')
	switch {
	case i < 0, strings.HasSuffix(host, "]"):
		return host, ""
	case host[0] != '[' && strings.IndexByte(host, ':') != i:
		return host, ""
	}
	return host[:i], host[i:]
}

func (a address) String() string {
	return a.origin() + a.path + a.query + a.fragment
}

// origin is the URL up to its path, with the user information.
func (a address) origin() string { return a.scheme + "://" + a.user + a.host + a.port }

// at puts another host with its port, or without one, in place of a's.
func (a address) at(host string) address {
	a.host, a.port = cutPort(host)
	return a
}

// usualPort is the port that the scheme stands for.
func (a address) usualPort() string {
	switch strings.ToLower(a.scheme) {
	case "https", "wss":
		return ":443"
	case "http", "ws":
		return ":80"
	}
	return ""
}
