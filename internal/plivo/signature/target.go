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
	a, ok := cutAddress(raw)
	if !ok {
		return target{}, fmt.Errorf("read the callback URL: %w", errNoHost)
	}
	return target{
		scheme: strings.ToLower(a.scheme), host: a.host + a.port, path: a.path, query: strings.TrimPrefix(a.query, "?"),
	}, nil
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
		pairs = append(pairs, Param{Name: Unescape(name, true), Value: Unescape(value, true)})
	}
	return pairs
}
