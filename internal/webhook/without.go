package webhook

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/redact"
)

// heldToken tells of a callback that is not what came, since an application that it is forwarded to sees that alone.
const heldToken = "An auth token of yours was in it: asterisks stand in its place, so that what is kept, forwarded and sent again may not verify."

// Without gives c with asterisks for the tokens in it: itself where there is none, and otherwise a copy.
func (c *Callback) Without(tokens *redact.Tokens) *Callback {
	if tokens == nil || !tokens.Holds(append(textsOf(c.Header), c.Method, c.URL, c.ReceivedURL, string(c.Body))...) && !paramsHold(c.Report, tokens) {
		return c
	}
	clean := *c
	clean.Method, clean.URL, clean.ReceivedURL = tokens.Text(c.Method), queryWithout(c.URL, tokens), queryWithout(c.ReceivedURL, tokens)
	clean.Header, clean.Body = headerWithout(c.Header, tokens), bodyWithout(c, tokens)
	clean.Problem = strings.TrimPrefix(tokens.Text(c.Problem)+" "+heldToken, " ")
	clean.Report = plivo.NewReport(slices.Clone(c.Report.Params))
	for i, p := range clean.Report.Params {
		clean.Report.Params[i].Name, clean.Report.Params[i].Value = tokens.Text(p.Name), tokens.Text(p.Value)
	}
	return &clean
}

// bodyWithout is a body of the same length whose parameters hold no token, however they are spelled.
func bodyWithout(c *Callback, tokens *redact.Tokens) []byte {
	body := tokens.Bytes(c.Body)
	holds := func() bool {
		params, _ := ParseParams(http.MethodPost, "", c.Header.Get("Content-Type"), body)
		return paramsHold(plivo.NewReport(params), tokens)
	}
	if !holds() {
		return body
	}
	if body = []byte(formWithout(string(body), tokens)); holds() {
		return bytes.Repeat([]byte("*"), len(body))
	}
	return body
}

func queryWithout(url string, tokens *redact.Tokens) string {
	url, fragment, cut := strings.Cut(tokens.Text(url), "#")
	if path, query, found := strings.Cut(url, "?"); found {
		url = path + "?" + formWithout(query, tokens)
	}
	if cut {
		url += "#" + tokens.Text(fragment)
	}
	return url
}

// formWithout has asterisks for each name and value of a form that holds a token once it is decoded.
func formWithout(form string, tokens *redact.Tokens) string {
	pairs := strings.Split(form, "&")
	for i, pair := range pairs {
		name, value, found := strings.Cut(pair, "=")
		pairs[i] = wordWithout(name, tokens)
		if found {
			pairs[i] += "=" + wordWithout(value, tokens)
		}
	}
	return strings.Join(pairs, "&")
}

func wordWithout(word string, tokens *redact.Tokens) string {
	if decoded, _ := unescape(word); tokens.Holds(decoded) {
		return strings.Repeat("*", len(word))
	}
	return word
}

// paramsHold looks at parameters as they were decoded: a body may hold a token in pieces.
func paramsHold(r plivo.Report, tokens *redact.Tokens) bool {
	texts := make([]string, 0, 2*len(r.Params))
	for _, p := range r.Params {
		texts = append(texts, p.Name, p.Value)
	}
	return tokens.Holds(texts...)
}

// Without gives a with asterisks for the tokens in it and in its answer: itself where there is none, and otherwise a
// copy.
func (a *Attempt) Without(tokens *redact.Tokens) *Attempt {
	texts := append(textsOf(a.Header), textsOf(a.Answer.Header)...)
	if tokens == nil || !tokens.Holds(append(texts, a.URL, a.Host, a.SignedURL, a.Err, string(a.Body), string(a.Answer.Body))...) {
		return a
	}
	clean := *a
	clean.URL, clean.Host, clean.SignedURL, clean.Err = tokens.Text(a.URL), tokens.Text(a.Host), tokens.Text(a.SignedURL), tokens.Text(a.Err)
	clean.Header, clean.Body = headerWithout(a.Header, tokens), tokens.Bytes(a.Body)
	clean.Answer.Header, clean.Answer.Body = headerWithout(a.Answer.Header, tokens), tokens.Bytes(a.Answer.Body)
	return &clean
}

func textsOf(h http.Header) []string {
	texts := make([]string, 0, 2*len(h)+8)
	for name, values := range h {
		texts = append(append(texts, name), values...)
	}
	return texts
}

func headerWithout(h http.Header, tokens *redact.Tokens) http.Header {
	clean := make(http.Header, len(h))
	for name, values := range h {
		name = tokens.Text(name)
		for _, v := range values {
			clean[name] = append(clean[name], tokens.Text(v))
		}
	}
	return clean
}
