package webhook

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/hostport"
)

// publicURL is one public URL in the parts that candidates are put together from. The text is kept
// as it was given, because a signature covers the text: the case, a written-out default port.
type publicURL struct {
	origin string // scheme://host[:port]
	prefix string // path without a slash at its end; empty for none
	host   string // name or address alone, lower case

	earlier bool // it was public once: only a request for its host can have been signed over it
}

// loopbackHosts are three names of one place: which of them a callback URL has is a matter of taste.
var loopbackHosts = []string{"127.0.0.1", "localhost", "::1"}

func parsePublicURL(raw string) ([]publicURL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("the public URL %q cannot be read: %w; give one as https://example.com", raw, err)
	}
	scheme := strings.ToLower(u.Scheme)
	switch {
	case scheme != "http" && scheme != "https", u.Hostname() == "":
		return nil, fmt.Errorf("the public URL %q has no http(s) scheme or no host; give one as https://example.com", raw)
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.Contains(raw, "#"):
		return nil, fmt.Errorf("the public URL %q has more than a scheme, a host, a port and a path; leave out user, query and fragment", raw)
	}
	if err := hostport.URL(u); err != nil {
		return nil, fmt.Errorf("the public URL %q %w", raw, err)
	}
	start := len(u.Scheme) + len("://")
	end := len(raw)
	if slash := strings.IndexByte(raw[start:], '/'); slash >= 0 {
		end = start + slash
	}
	given := publicURL{
		origin: raw[:end],
		prefix: strings.TrimRight(raw[end:], "/"),
		host:   strings.ToLower(u.Hostname()),
	}
	all := []publicURL{given}
	if !slices.Contains(loopbackHosts, given.host) {
		return all, nil
	}
	for _, name := range loopbackHosts {
		if name == given.host {
			continue
		}
		same := given
		same.host = name
		same.origin = u.Scheme + "://" + joinHost(name, u.Port())
		all = append(all, same)
	}
	return all, nil
}

func joinHost(host, port string) string {
	if port != "" {
		return net.JoinHostPort(host, port)
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// target is a request's path and query as they came, undecoded, also where a client sends the
// absolute form that is meant for proxies.
func target(r *http.Request) string {
	raw := r.RequestURI
	if strings.HasPrefix(raw, "/") {
		return raw
	}
	if scheme, rest, ok := strings.Cut(raw, "://"); ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")) {
		start := strings.IndexAny(rest, "/?#")
		if start < 0 {
			return "/"
		}
		if rest[start] != '/' {
			return "/" + rest[start:]
		}
		return rest[start:]
	}
	if r.Method == http.MethodConnect {
		return "/"
	}
	return "/" + raw // "*" of OPTIONS
}

// candidate is a URL that Plivo may have signed.
type candidate struct {
	text    string
	earlier bool // it was public once
}

// candidates are the URLs that Plivo may have signed, likeliest first. The hosts that a request asks for are the
// caller's to write: they choose the order, and which of the earlier URLs are in public (see askedFor), but never
// another URL.
func candidates(public []publicURL, hosts []string, target string) []candidate {
	urls := make([]candidate, 0, len(public)+1)
	for _, matching := range []bool{true, false} {
		for _, p := range public {
			if slices.Contains(hosts, p.host) != matching {
				continue
			}
			path := target
			if p.prefix != "" && !underPrefix(target, p.prefix) {
				path = p.prefix + target
			}
			urls = append(urls, candidate{p.origin + path, p.earlier})
			// A URL given without a slash at its end is requested as "/" but signed as it was given.
			if target == "/" || strings.HasPrefix(target, "/?") {
				urls = append(urls, candidate{p.origin + p.prefix + target[1:], p.earlier})
			}
		}
	}
	return urls
}

// underPrefix reports whether target already begins with the whole of prefix.
func underPrefix(target, prefix string) bool {
	rest, ok := strings.CutPrefix(target, prefix)
	return ok && (rest == "" || strings.IndexByte("/?#", rest[0]) >= 0)
}

func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
}

// receivedURL is what the request itself says it asked for.
func receivedURL(r *http.Request, target string) string {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	host := r.Host
	if host == "" { // HTTP/1.0
		if addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
			host = addr.String()
		}
	}
	return scheme + host + target
}
