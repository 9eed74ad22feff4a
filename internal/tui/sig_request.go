package tui

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/capture"
)

// source is the request that the fields were filled with. A field can show less of it than there is:
// control bytes and what is very long. One that was not edited stands for the bytes as they came.
type source struct {
	name  string // what it is called, empty where the fields were not filled
	shown map[field]string
	lossy map[field]bool // shows less than there is
	exact signature.Case
}

// requestFields are the fields that a request fills, in the order of the form.
var requestFields = []field{fieldMethod, fieldSigned, fieldHeaders, fieldBody}

// fieldBytes is how much of a captured value a field shows: an area draws all that it holds at each key.
const fieldBytes = 8 << 10

// fill puts a request into the fields.
func (s *sigScreen) fill(name string, c signature.Case) {
	s.source = source{name: name, shown: map[field]string{}, lossy: map[field]bool{}, exact: c}
	for f, text := range map[field]string{
		fieldMethod: c.Method, fieldSigned: c.URL, fieldHeaders: headerText(c.Header, c.ReceivedURL), fieldBody: bodyText(c),
	} {
		s.setValue(f, head(text, fieldBytes))
		s.source.shown[f], s.source.lossy[f] = s.value(f), s.value(f) != text
	}
	s.setValue(fieldToken, "")
}

// bodyText is the body, or a form of the parameters where a capture has these alone.
func bodyText(c signature.Case) string {
	if c.Body != nil || c.Method == http.MethodGet || c.Method == http.MethodHead {
		return string(c.Body)
	}
	pairs := make([]string, len(c.Params))
	for i, p := range c.Params {
		pairs[i] = url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value)
	}
	return strings.Join(pairs, "&")
}

// fillCapture fills the fields with a captured request.
func (s *sigScreen) fillCapture(r capture.Request) {
	received := ""
	if r.Host != "" {
		received = receivedURL(r.Host, r.Target)
	}
	s.fill("pasted request", signature.Case{
		Request:     signature.Request{Method: r.Method, URL: cmp.Or(r.URL, received), Header: r.Header, Params: r.Params},
		ReceivedURL: received,
		Body:        r.Body,
	})
}

// receivedURL is what a request asked for: http, because a proxy before this one may have ended TLS.
func receivedURL(host, target string) string {
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	return "http://" + host + target
}

// asFilled reports whether a field stands for what it was filled with.
func (s *sigScreen) asFilled(fs ...field) bool {
	return !slices.ContainsFunc(fs, func(f field) bool {
		shown, ok := s.source.shown[f]
		return !ok || shown != s.value(f)
	})
}

// edited reports whether the fields differ from the request that they were filled with.
func (s *sigScreen) edited() bool {
	return s.source.name != "" && (!s.asFilled(requestFields...) || s.value(fieldToken) != "")
}

// request is what the fields say.
func (s *sigScreen) request() signature.Case {
	exact := s.source.exact
	c := signature.Case{Request: signature.Request{
		Method: strings.TrimSpace(s.value(fieldMethod)), URL: strings.TrimSpace(s.value(fieldSigned)),
	}}
	if s.asFilled(fieldMethod) {
		c.Method = exact.Method
	}
	if s.asFilled(fieldSigned) {
		c.URL = exact.URL
	}
	if s.asFilled(fieldHeaders) {
		c.Header, c.ReceivedURL = exact.Header, exact.ReceivedURL
	} else {
		h, _ := parseHeaders(s.value(fieldHeaders))
		if host := h.Get("Host"); host != "" {
			c.ReceivedURL = receivedURL(host, targetOf(c.URL))
		}
		h.Del("Host")
		c.Header = h
	}
	contentType := http.Header(c.Header).Get("Content-Type")
	if s.asFilled(fieldBody) {
		c.Body = exact.Body
	} else {
		c.Body = []byte(typedBody(s.value(fieldBody), contentType))
	}
	switch {
	case s.asFilled(fieldMethod, fieldHeaders, fieldBody):
		c.Params = exact.Params
	case c.Method != http.MethodGet && c.Method != http.MethodHead && len(c.Body) > 0:
		c.Params, _ = webhook.ParseParams(c.Method, c.URL, contentType, c.Body)
	}
	if token := s.value(fieldToken); token != "" {
		c.Tokens = []signature.Token{signature.NewToken("typed here", token)}
	}
	return c
}

// nothing reports whether there is no request to look at.
func (s *sigScreen) nothing() bool {
	return strings.TrimSpace(s.value(fieldSigned)+s.value(fieldHeaders)+s.value(fieldBody)) == ""
}

// targetOf is path and query of a URL.
func targetOf(rawURL string) string {
	_, rest, ok := strings.Cut(rawURL, "://")
	if i := strings.IndexAny(rest, "/?"); ok && i >= 0 {
		return rest[i:]
	}
	return "/"
}

// typedBody is a body as it was typed: of a form each line may hold parameters, and no line end at the
// end was meant.
func typedBody(text, contentType string) string {
	text = strings.TrimRight(text, "\n")
	if contentType == "" && !strings.HasPrefix(strings.TrimSpace(text), "{") || strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
		return strings.ReplaceAll(text, "\n", "&")
	}
	return text
}

// headerText is a header as lines: those of the signature first, then the host and what proxies say of
// it, then the others by name.
func headerText(h map[string][]string, received string) string {
	var signed []string
	for _, s := range []signature.Scheme{signature.V3, signature.MaV3, signature.V2, signature.MaV2, signature.V1} {
		signed = append(signed, s.Header(), s.NonceHeader())
	}
	rank := func(name string) int {
		i := slices.Index(signed, name)
		switch {
		case i >= 0:
			return i - len(signed)
		case strings.HasPrefix(name, "X-Forwarded-"), name == "Forwarded", name == "X-Original-Host":
			return 1
		}
		return 2
	}
	names := slices.SortedFunc(maps.Keys(h), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	var b strings.Builder
	put := func(name, value string) { fmt.Fprintf(&b, "%s: %s\n", name, value) }
	host, _, _ := strings.Cut(strings.TrimPrefix(received, "http://"), "/")
	for _, name := range names {
		if rank(name) >= 0 && host != "" {
			put("Host", host)
			host = ""
		}
		for _, v := range h[name] {
			put(name, v)
			if b.Len() > fieldBytes {
				return b.String()
			}
		}
	}
	if host != "" {
		put("Host", host)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// parseHeaders reads lines of "Name: value"; wrong is the first that is none.
func parseHeaders(text string) (h http.Header, wrong string) {
	h = http.Header{}
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		name, value, ok := strings.Cut(l, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			wrong = cmp.Or(wrong, l)
			continue
		}
		name = textproto.CanonicalMIMEHeaderKey(name)
		h[name] = append(h[name], strings.TrimSpace(value))
	}
	return h, wrong
}

// remark is a line below a field: what was understood of it, or what was not.
func (s *sigScreen) remark(f field) (span, bool) {
	th := s.env.th
	if s.source.lossy[f] && s.asFilled(f) {
		return span{th.muted, "not all can be shown; it counts as it came, until edited"}, true
	}
	switch f {
	case fieldHeaders:
		if _, wrong := parseHeaders(s.value(f)); wrong != "" {
			return span{th.warn, "! not read, a header is a name, a colon and a value: " + brief(wrong)}, true
		}
	case fieldBody:
		return s.bodyRemark()
	case fieldToken:
		if s.focus == f {
			return span{th.muted, "kept nowhere; empty: those configured"}, true
		}
	}
	return span{}, false
}

// bodyRemark decodes the body.
func (s *sigScreen) bodyRemark() (span, bool) {
	th, c := s.env.th, s.request()
	if len(c.Body)+len(c.Params) == 0 {
		return span{}, false
	}
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		return span{th.warn, "! of a " + c.Method + " only the query is signed, not the body"}, true
	}
	params, problem := c.Params, ""
	if len(c.Body) > 0 {
		params, problem = webhook.ParseParams(c.Method, c.URL, http.Header(c.Header).Get("Content-Type"), c.Body)
	}
	if problem != "" {
		return span{th.warn, "! " + escape.Line(head(problem, noticeBytes))}, true
	}
	room := s.valueWidth()
	words := plural(len(params), "parameter")
	for i, p := range params {
		words += map[bool]string{true: ": ", false: " · "}[i == 0] + brief(p.Name) + "=" + brief(p.Value)
		if len(words) > 4*room {
			break
		}
	}
	words, _ = grid.Clip(words, room)
	return span{th.muted, words}, true
}
