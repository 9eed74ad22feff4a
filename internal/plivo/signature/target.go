package signature

import (
	"errors"
	"fmt"
	"strings"
)

// target is a callback URL taken apart no further than signing needs. Decoding or normalising it, as
// net/url does, would sign something else than Plivo did.
type target struct {
	scheme string // lower case
	host   string // with the port where one was written, without user information
	path   string // as written, possibly empty
	query  string // as written, without the question mark
}

var errNoHost = errors.New("it has no scheme and host; give the whole public URL, as in https://example.com/sms/delivery-report")

// maxURL is the longest URL that is read, in bytes: HTTP servers take much shorter ones.
const maxURL = 1 << 20

var errLongURL = fmt.Errorf("it has more than %d bytes, which no HTTP server takes", maxURL)

func parseTarget(raw string) (target, error) {
	if len(raw) > maxURL {
		return target{}, fmt.Errorf("read the callback URL: %w", errLongURL)
	}
	scheme, rest, found := strings.Cut(raw, "://")
	if !found || !validScheme(scheme) {
		return target{}, fmt.Errorf("read the callback URL: %w", errNoHost)
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	host, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	if host == "" || host[0] == ':' {
		return target{}, fmt.Errorf("read the callback URL: %w", errNoHost)
	}
	return target{scheme: strings.ToLower(scheme), host: host, path: path, query: query}, nil
}

func validScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		letter := c >= 'a' && c <= 'z'
		other := s[i] >= '0' && s[i] <= '9' || s[i] == '+' || s[i] == '-' || s[i] == '.'
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return s != ""
}

// appendQuery adds the decoded pairs of a query to pairs. A piece without "=" has an empty value, an
// empty piece is no pair.
func appendQuery(pairs []Param, query string) []Param {
	for query != "" {
		var piece string
		piece, query, _ = strings.Cut(query, "&")
		if piece == "" {
			continue
		}
		name, value, _ := strings.Cut(piece, "=")
		pairs = append(pairs, Param{Name: unescape(name), Value: unescape(value)})
	}
	return pairs
}

// unescape decodes percent and plus; what is no valid percent encoding stays as it is.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			out = append(out, ' ')
		case c == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	default:
		return -1
	}
}
