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

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/signature"
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
	other string // the URL with the other scheme, where a capture says none
}

// requestFields are the fields that a request fills, in the order of the form.
var requestFields = []field{fieldMethod, fieldSigned, fieldHeaders, fieldBody}

// fieldBytes is how much of a value a field shows: an area draws all that it holds at each key.
const fieldBytes = 8 << 10

// shownPart is what a field shows of a value.
func shownPart(text string) string {
	text = head(text, fieldBytes)
	at := 0
	for range linesMost {
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			return text
		}
		at += n + 1
	}
	return text[:at-1]
}

// fill puts a request into the fields. The token is no part of it.
func (s *sigScreen) fill(name string, c signature.Case) {
	s.source = source{name: name, shown: map[field]string{}, lossy: map[field]bool{}, exact: c}
	for _, f := range requestFields {
		delete(s.pasted, f)
		delete(s.cleared, f)
	}
	for f, text := range map[field]string{
		fieldMethod: c.Method, fieldSigned: c.URL, fieldHeaders: headerText(c.Header, c.ReceivedURL), fieldBody: bodyText(c),
	} {
		s.present(f, text)
	}
}

// present shows what a field stands for.
func (s *sigScreen) present(f field, text string) {
	s.setValue(f, shownPart(text))
	s.source.shown[f], s.source.lossy[f] = s.value(f), s.value(f) != text
}

// empty empties the fields, but for the token.
func (s *sigScreen) empty() {
	for _, f := range requestFields {
		s.setValue(f, "")
	}
	s.setValue(fieldMethod, http.MethodPost)
	s.source, s.whole, s.callback = source{}, app.Examination{}, 0
	s.pasted, s.cleared = map[field]filling{}, map[field]bool{}
}

// bodyText is the body, or a form of the parameters where a capture has these alone.
func bodyText(c signature.Case) string {
	if c.Body != nil || inURL(c.Method) {
		return string(c.Body)
	}
	pairs := make([]string, len(c.Params))
	for i, p := range c.Params {
		pairs[i] = url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value)
	}
	return strings.Join(pairs, "&")
}

// inURL reports whether requests of a method have their parameters in the URL alone.
func inURL(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// fillCapture fills the fields with a captured request. A raw one says no scheme: it is taken for what a
// public URL has, and the other one is kept to be tried too.
func (s *sigScreen) fillCapture(r capture.Request) {
	received, address, other := "", r.URL, ""
	if r.Host != "" {
		received = receivedURL(r.Host, r.Target)
	}
	if r.URL == "" && received != "" {
		address, other = "https"+strings.TrimPrefix(received, "http"), received
		if loopback(received) {
			address, other = other, address
		}
	}
	s.fill("pasted request", signature.Case{
		Request:     signature.Request{Method: r.Method, URL: address, Header: r.Header, Params: r.Params},
		ReceivedURL: received,
		Body:        r.Body,
	})
	s.source.other = other
}

// assumed reports whether the scheme of the URL is not the request's own.
func (s *sigScreen) assumed() bool { return s.source.other != "" && s.asFilled(fieldSigned) }

// assumeOther takes the other scheme for the request's.
func (s *sigScreen) assumeOther() {
	s.source.exact.URL, s.source.other = s.source.other, s.source.exact.URL
	s.present(fieldSigned, s.source.exact.URL)
	s.entry = s.entries()
}

// likelier is an examination, or that with the other scheme where only this one verifies, or is
// explained without blaming the scheme, which nobody said.
func likelier(e app.Examination, other func() (app.Examination, error)) (app.Examination, error) {
	blames := func(e app.Examination) bool {
		return e.Diagnosis.Cause() != signature.UnknownCause && slices.Contains(e.Diagnosis.Findings[0].Causes, signature.CauseScheme)
	}
	if e.Verdict.Outcome == signature.Valid {
		return e, nil
	}
	o, err := other()
	if err != nil {
		return e, err
	}
	if o.Verdict.Outcome == signature.Valid || blames(e) && o.Diagnosis.Explained() && !blames(o) {
		return o, nil
	}
	return e, nil
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
		return !ok || shown != s.value(f) || s.holds(f)
	})
}

// holds reports whether a field stands for what was pasted into it.
func (s *sigScreen) holds(f field) bool {
	p, ok := s.pasted[f]
	return ok && p.shown == s.value(f)
}

// text is what a field stands for, where it was not filled with a request.
func (s *sigScreen) text(f field) string {
	if s.holds(f) {
		return s.pasted[f].exact
	}
	return s.value(f)
}

// edited reports whether the fields differ from the request that they were filled with.
func (s *sigScreen) edited() bool { return s.source.name != "" && !s.asFilled(requestFields...) }

// request is what the fields say.
func (s *sigScreen) request() signature.Case {
	c := s.unread()
	switch {
	case s.asFilled(fieldMethod, fieldHeaders, fieldBody):
		c.Params = s.source.exact.Params
	case inURL(c.Method):
	case s.hasParams():
		c.Params = s.source.exact.Params
	case len(c.Body) > 0:
		c.Params, _ = webhook.ParseParams(c.Method, c.URL, http.Header(c.Header).Get("Content-Type"), c.Body)
	}
	return c
}

// hasParams reports whether the body's field shows parameters that came without a body.
func (s *sigScreen) hasParams() bool { return s.asFilled(fieldBody) && s.source.exact.Body == nil }

// unread is the request without the parameters that are in its body.
func (s *sigScreen) unread() signature.Case {
	exact := s.source.exact
	c := signature.Case{Request: signature.Request{
		Method: strings.TrimSpace(s.text(fieldMethod)), URL: strings.TrimSpace(s.text(fieldSigned)),
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
		h, _ := parseHeaders(s.text(fieldHeaders))
		if host := h.Get("Host"); host != "" {
			c.ReceivedURL = receivedURL(host, targetOf(c.URL))
		}
		h.Del("Host")
		c.Header = h
	}
	if s.asFilled(fieldBody) {
		c.Body = exact.Body
	} else {
		c.Body = []byte(typedBody(s.text(fieldBody), http.Header(c.Header).Get("Content-Type")))
	}
	if token := s.text(fieldToken); token != "" {
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

// headerText is a header as lines: those of the signature first, then the host and the type of the body,
// what proxies say of the host, and the others by name.
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
		case name == "Content-Type":
			return 1
		case strings.HasPrefix(name, "X-Forwarded-"), name == "Forwarded", name == "X-Original-Host":
			return 2
		}
		return 3
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
