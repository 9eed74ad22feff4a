package sdk

import (
	"net/url"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// target is a URL taken apart; nothing in it is decoded.
type target struct {
	scheme string
	user   string // with its @
	host   string
	port   string // with its colon
	path   string
	query  string
	mark   bool // whether there is a question mark
}

// split takes a URL apart as package signature does; ok is false where it has no scheme or no host.
func split(raw string) (t target, ok bool) {
	scheme, rest, found := strings.Cut(raw, "://")
	if !found || !signature.ValidScheme(scheme) {
		return t, false
	}
	t.scheme = scheme
	rest, _, _ = strings.Cut(rest, "#")
	rest, t.query, t.mark = strings.Cut(rest, "?")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		rest, t.path = rest[:i], rest[i:]
	}
	t.setAuthority(rest)
	return t, t.host != "" && t.host[0] != ':'
}

func (t *target) setAuthority(s string) {
	i := strings.LastIndexByte(s, '@') + 1
	t.user, t.host = s[:i], s[i:]
	if i := strings.LastIndexByte(t.host, ':'); i > strings.LastIndexByte(t.host, ']') {
		t.host, t.port = t.host[:i], t.host[i:]
	}
}

// splitLoosely is how Node's uri-parser takes a URL apart: by one pattern, in which whatever stands
// before the first @ is user information, and the host ends at the first colon.
func splitLoosely(q set, raw string) target {
	t, _ := split(raw)
	_, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexByte(rest, '@'); i >= 0 && strings.Count(rest[:i], ":") <= 1 && q.has(anyAt) {
		rest = rest[i+1:]
	} else if i = strings.LastIndexByte(rest[:endOf(rest, "/?#")], '@'); i >= 0 {
		rest = rest[i+1:]
	}
	end := endOf(rest, "/?#")
	if q.has(cutsHost) {
		end = endOf(rest, ":/?#")
	}
	t.host, rest = rest[:end], rest[end:]
	if i := strings.LastIndexByte(t.host, ':'); i > strings.LastIndexByte(t.host, ']') {
		t.host, t.port = t.host[:i], t.host[i:]
	} else {
		digits := 0
		if strings.HasPrefix(rest, ":") {
			for digits = 1; digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9'; digits++ {
			}
		}
		t.port, rest = rest[:digits], rest[digits:]
	}
	end = endOf(rest, "?#")
	if !strings.HasPrefix(rest, "/") {
		end = endOf(rest, "/?#")
	}
	t.path, rest = rest[:end], rest[end:]
	if t.path != "" && t.path[0] != '/' {
		t.path = "/" + t.path
	}
	t.query, t.mark = "", strings.HasPrefix(rest, "?")
	if t.mark {
		t.query, _, _ = strings.Cut(rest[1:], "#")
	}
	return t
}

func endOf(s, any string) int {
	if i := strings.IndexAny(s, any); i >= 0 {
		return i
	}
	return len(s)
}

// read takes the request's URL apart in the way of the quirks.
func read(q set, raw string) (t target, raised string) {
	if raw == "" {
		return t, noURL
	}
	if q.has(latin1URL) {
		raw = doubled(raw)
	}
	if q.has(firstPlus) {
		raw = strings.Replace(raw, "+", "%20", 1)
	}
	if raised = refuse(q, raw); raised != "" {
		return t, raised
	}
	if q.has(decodesURL) {
		if raw, raised = javaDecode(raw); raised == "" {
			raised = refuse(q, raw)
		}
		raw = strings.TrimRightFunc(raw, func(r rune) bool { return r <= ' ' })
		if raised != "" {
			return t, raised
		}
	}
	t, ok := split(raw)
	if !ok {
		return t, noURL
	}
	if q.has(goURL) {
		u, err := url.Parse(raw)
		if err != nil {
			return t, "panic: " + err.Error()
		}
		t.host, t.port = u.Host, ""
	}
	if q.has(anyAt) || q.has(cutsHost) {
		return splitLoosely(q, raw), ""
	}
	return t, ""
}

// noURL stands where nothing is signed, as the URL is one that Plivo cannot have been given.
const noURL = "the URL has no scheme and host"

// origin is the URL up to its query as it is signed.
func (t target) origin(q set, raw string) string {
	if !q.has(keepsSchemeCase) {
		t.scheme = strings.ToLower(t.scheme)
	}
	if !q.has(keepsUser) {
		t.user = ""
	}
	if q.has(lowerHost) {
		t.host = strings.ToLower(t.host)
	}
	if t.host == "" && t.port == "" && q.has(anyAt) { // Node's build-url takes the last slash for the path's
		return t.scheme + ":/" + t.path
	}
	return t.scheme + "://" + t.user + t.host + t.signedPort(q) + t.signedPath(q, raw)
}

func (t target) signedPort(q set) string {
	if t.port == "" || q.has(dropsPort) {
		return ""
	}
	if q.has(portNumber) || q.has(dropsColon) {
		if t.port == ":" {
			return ""
		}
	}
	if q.has(portNumber) {
		if n, err := strconv.ParseUint(t.port[1:], 10, 31); err == nil {
			t.port = ":" + strconv.FormatUint(n, 10)
		}
	}
	if q.has(dropsDefaultPort) && t.defaultPort() {
		return ""
	}
	return t.port
}

// defaultPort tells whether the port that is written is the one that goes without saying.
func (t target) defaultPort() bool {
	return t.port == ":443" && strings.EqualFold(t.scheme, "https") || t.port == ":80" && strings.EqualFold(t.scheme, "http")
}

func (t target) signedPath(q set, raw string) string {
	path := t.path
	if q.has(dropsPathParams) {
		path = withoutPathParams(path)
	}
	if q.has(dotSegments) {
		path = resolved(path)
	}
	if q.has(escapesPath) {
		path = escaped(path)
	}
	if q.has(addsSlash) && path == "" {
		path = "/"
	}
	if q.has(soughtPath) {
		path = t.sought(q, path, raw)
	}
	if q.has(plusInPath) && !q.has(decodesPath) {
		path = strings.ReplaceAll(path, "+", " ")
	}
	if q.has(decodesPath) {
		path = signature.Unescape(path, q.has(plusInPath))
	}
	return path
}

// sought is .NET's way to find out whether the URL had a path, as its parser writes "/" for none: it
// looks for the path in what the URL has after scheme and host, and chops the path where it is not there.
func (t target) sought(q set, path, raw string) string {
	if path == "" {
		path = "/"
	}
	host := t.host
	if q.has(lowerHost) {
		host = strings.ToLower(host)
	}
	if strings.Contains(strings.ReplaceAll(raw, strings.ToLower(t.scheme)+"://"+host, ""), path) {
		return path
	}
	return path[:len(path)-1]
}

// withoutPathParams cuts what follows a semicolon in the last segment.
func withoutPathParams(path string) string {
	last := strings.LastIndexByte(path, '/') + 1
	if i := strings.IndexByte(path[last:], ';'); i >= 0 {
		return path[:last+i]
	}
	return path
}

// resolved takes the segments "." and ".." out of a path.
func resolved(path string) string {
	if !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, s := range segments {
		last := i == len(segments)-1
		if s == ".." && len(kept) > 0 {
			kept = kept[:len(kept)-1]
		}
		if s != "." && s != ".." {
			kept = append(kept, s)
		} else if last {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

// escaped percent-encodes what may not stand in a path.
func escaped(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r >= 0x7F || strings.ContainsRune("\"<>\\^`{|}", r) }) {
		return path
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if c <= ' ' || c >= 0x7F || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
