package replay

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"dev.internal/plivoscope/internal/hostport"
	"dev.internal/plivoscope/internal/plivo"
)

// place is a target in the parts that URLs are put together from. Path and query stay as they were
// written, for a signature covers the text.
type place struct {
	scheme string // "http" or "https"
	host   string // name or address, with the port where one was written
	path   string // empty or "/" for the callback's own
	query  string // without the question mark
}

// CheckTarget reads Options.To, and gives it with the scheme that was left out: an absolute http or https
// URL, or a port or a name of this machine ("localhost:3000", ":3000"), which stands for http there.
func CheckTarget(raw string) (string, error) {
	p, err := parsePlace("the target", raw)
	if err != nil {
		return "", err
	}
	return p.origin() + joinTarget(p.path, p.query), nil
}

func parsePlace(what, raw string) (place, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return place{}, fmt.Errorf("%s is empty; give the URL of your app, as http://localhost:3000", what)
	}
	scheme, rest, found := strings.Cut(raw, "://")
	if !found {
		host, _ := cutAtAny(raw, "/?#")
		name, _ := cutPort(host)
		switch {
		case strings.Contains(host, "@"):
			return place{}, errUser(what)
		case strings.HasPrefix(raw, ":"):
			scheme, rest = "http", "localhost"+raw
		case plivo.IsLoopback(strings.Trim(name, "[]")):
			scheme, rest = "http", raw
		default:
			return place{}, fmt.Errorf("%s %q has no scheme; write it with http:// or https://, as http://localhost:3000", what, cut(raw))
		}
	}
	host, target := cutAtAny(rest, "/?#")
	scheme = strings.ToLower(scheme)
	switch {
	case strings.Contains(host, "@"):
		return place{}, errUser(what)
	case scheme != "http" && scheme != "https":
		return place{}, fmt.Errorf("%s %q is no http or https URL; give one as http://localhost:3000", what, cut(raw))
	case strings.Contains(raw, "#"):
		return place{}, fmt.Errorf("%s %q has a fragment, which no request carries; leave out what follows \"#\"", what, cut(raw))
	}
	host, err := checkHost(scheme, host)
	if err != nil {
		return place{}, fmt.Errorf("%s %q cannot be asked: %w", what, cut(raw), err)
	}
	if err := checkTarget(target); err != nil {
		return place{}, fmt.Errorf("%s %q cannot be asked: %w", what, cut(raw), err)
	}
	p := place{scheme: scheme, host: host}
	p.path, p.query, _ = strings.Cut(target, "?")
	return p, nil
}

// errUser does not repeat the URL, which may hold a password.
func errUser(what string) error {
	return fmt.Errorf("%s has a user name or password before \"@\"; leave it out, and set an Authorization header where your app wants one", what)
}

// checkHost gives a host as the Host header will have it.
func checkHost(scheme, host string) (string, error) {
	if strings.Contains(host, "%") {
		return "", errors.New("its host has a zone or an escape, which no Host header carries; use an address or name without one")
	}
	u, err := url.Parse(scheme + "://" + host)
	if err != nil {
		var why *url.Error
		if errors.As(err, &why) {
			err = why.Err
		}
		return "", fmt.Errorf("its host cannot be read (%w); write it as localhost:3000", err)
	}
	name := u.Hostname()
	switch {
	case name == "" || u.Host != host:
		return "", errors.New("it has no host; write it as http://localhost:3000")
	case strings.IndexFunc(name, func(r rune) bool { return r > '~' || r <= ' ' || strings.ContainsRune(`"<>\^{|}`, r) }) >= 0:
		return "", errors.New("its host has characters that no Host header carries; write an international name in its xn-- form")
	}
	if strings.HasPrefix(host, "[") {
		if _, err := netip.ParseAddr(name); err != nil {
			return "", errors.New("what stands between its brackets is no IPv6 address")
		}
	}
	if err := hostport.URL(u); err != nil {
		return "", fmt.Errorf("it %w", err)
	}
	return host, nil
}

func (p place) origin() string { return p.scheme + "://" + p.host }

// ownPath tells whether the place leaves the callback its path.
func (p place) ownPath() bool { return p.path == "" || p.path == "/" }

// target is the path and query of what is asked of the place, for a callback that has these.
func (p place) target(own string) string {
	path, query, found := strings.Cut(own, "?")
	if !p.ownPath() {
		path = p.path
	}
	if p.query != "" {
		return joinTarget(path, joinQuery(p.query, query))
	}
	if found {
		return joinTarget(path, "") + "?" + query
	}
	return joinTarget(path, "")
}

func joinQuery(first, second string) string {
	if first == "" || second == "" || strings.HasSuffix(first, "&") {
		return first + second
	}
	return first + "&" + second
}

func joinTarget(path, query string) string {
	if path == "" {
		path = "/"
	}
	if query != "" {
		path += "?" + query
	}
	return path
}

const longestTarget = 1 << 19

// checkTarget tells whether a request line can carry path and query, byte for byte.
func checkTarget(target string) error {
	if len(target) > longestTarget {
		return fmt.Errorf("its path and query have %d bytes, more than any server takes", len(target))
	}
	for i := range len(target) {
		switch c := target[i]; {
		case c == ' ':
			return fmt.Errorf("the path %q has a space; write %%20", cut(target))
		case c < ' ' || c == 0x7f:
			return fmt.Errorf("the path %q has a line break or another control character; write it as %%%02X", cut(target), c)
		case c == '#':
			return fmt.Errorf("the path %q has a fragment, which no request carries; write %%23 for \"#\"", cut(target))
		}
	}
	if strings.HasPrefix(target, "//") {
		if u, err := url.Parse("http://host" + target); err != nil || u.RequestURI() != target {
			return fmt.Errorf("the path %q begins with \"//\" and has characters that have to be escaped; escape them", cut(target))
		}
	}
	return nil
}

// wireURL is the URL that net/http sends as it is written. url.Parse alone refuses a bad escape, and
// escapes what a callback did not.
func wireURL(scheme, host, target string) *url.URL {
	u, err := url.Parse(scheme + "://" + host + target)
	if err == nil && u.RequestURI() == target {
		return u
	}
	u = &url.URL{Scheme: scheme, Host: host}
	u.Opaque, u.RawQuery, u.ForceQuery = strings.Cut(target, "?")
	return u
}

// cutURL takes a URL apart at its scheme, host and path, without changing anything; the fragment and
// user information are dropped. A URL that begins with its path has no scheme and host.
func cutURL(raw string) (scheme, host, target string) {
	raw, _, _ = strings.Cut(raw, "#")
	scheme, rest, found := strings.Cut(raw, "://")
	if !found || strings.ContainsAny(scheme, "/?") {
		if strings.HasPrefix(raw, "/") || strings.HasPrefix(raw, "?") {
			return "", "", raw
		}
		return "", "", ""
	}
	host, target = cutAtAny(rest, "/?")
	return strings.ToLower(scheme), host[strings.LastIndexByte(host, '@')+1:], target
}

func cutAtAny(s, chars string) (before, from string) {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

func cutPort(host string) (name, port string) {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || strings.HasSuffix(host, "]") || host[0] != '[' && strings.IndexByte(host, ':') != i {
		return host, ""
	}
	return host[:i], host[i+1:]
}

// cut keeps what a stranger wrote from filling a sentence.
func cut(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
