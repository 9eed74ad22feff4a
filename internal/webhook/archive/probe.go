package archive

import (
	"fmt"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// probe is a callback as a test sends it: to whatever host, with the path, query, content type and body
// that came. What is signed behind the host is known beforehand; host, nonce and token are of the test's
// run.
type probe struct {
	name        string // in words of letters, digits and _
	method      string
	path, query string // as they are asked for; the query with its question mark
	contentType string
	body        []byte
	covered     string // what V3 signs behind the path: query and parameters, decoded and in their order
	schemes     []signature.Scheme
}

// probeOf makes the probe of a callback.
func probeOf(c webhook.Callback) (probe, error) {
	p := probe{name: fmt.Sprintf("%s_%d", c.Kind, c.ID), method: c.Method, contentType: c.Header.Get("Content-Type"), body: c.Body}
	target, _, _ := strings.Cut(pathAndQuery(c.URL), "#")
	target = escaped(target)
	var found bool
	if p.path, p.query, found = strings.Cut(target, "?"); found {
		p.query = "?" + p.query
	}
	if p.path == "" {
		p.path = "/" // asked for so, and then signed so by whoever rebuilds the URL
	}
	var params []signature.Param
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		p.body, p.contentType = nil, ""
	} else {
		params, _ = webhook.ParseParams(c.Method, c.URL, p.contentType, c.Body)
	}
	const anywhere = "http://host"
	base, err := signature.Base(signature.V3, c.Method, anywhere+p.path+p.query, "", params)
	if err != nil {
		return probe{}, fmt.Errorf("callback %d cannot be made a test: %w", c.ID, err)
	}
	p.covered = strings.TrimSuffix(strings.TrimPrefix(base, anywhere+p.path), ".")
	for _, s := range []signature.Scheme{signature.V2, signature.MaV2, signature.V3, signature.MaV3} {
		if len(c.Header.Values(s.Header())) > 0 {
			p.schemes = append(p.schemes, s)
		}
	}
	if len(p.schemes) == 0 {
		p.schemes = []signature.Scheme{signature.V2, signature.V3} // as Plivo would have
	}
	return p, nil
}

// pathAndQuery is what follows the host of an absolute URL.
func pathAndQuery(rawURL string) string {
	_, rest, _ := strings.Cut(rawURL, "://")
	if start := strings.IndexAny(rest, "/?#"); start >= 0 {
		return rest[start:]
	}
	return ""
}

// escaped writes what clients refuse to ask for as they do.
func escaped(target string) string {
	var b strings.Builder
	for i := range len(target) {
		if c := target[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"'<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// aboutTests is what stands at the head of every test, as lines of a comment.
func aboutTests(mark string, o Options, run string) string {
	lines := []string{
		"Callbacks of Plivo that plivoscope captured, sent to a handler of your own.",
		"",
		run,
		"",
		"PLIVO_AUTH_TOKEN    signs them when the test runs (PLIVO_MAIN_AUTH_TOKEN the Ma- headers, where set)",
		"CALLBACK_URL        where the handler listens, http://localhost:3000 where it is not set; with a path,",
		"                    that is asked for in the place of the callback's own",
		"CALLBACK_SIGN_URL   the scheme and host that Plivo was given, where the handler does not see CALLBACK_URL's",
	}
	if o.Masked {
		lines = append(lines, "", maskedWords+".")
	}
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight(mark+" "+l, " ") + "\n")
	}
	return b.String()
}
