package tui

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
)

// current is the callback that the screen is about.
func (s *callbacks) current() (webhook.Callback, bool) {
	switch {
	case s.compared != nil:
		return s.compared.a, true
	case s.open != nil:
		return s.open.cb, true
	default:
		return s.wholeSelected()
	}
}

// copies are the things of the callback in question that can be copied, the most sensible first: what
// the cursor is on, then the parts of the request, then the whole of it.
func (s *callbacks) copies() []copyItem {
	if a, ok := s.currentAttempt(); ok {
		return s.attemptCopies(a)
	}
	cb, ok := s.current()
	if !ok {
		return nil
	}
	var out []copyItem
	add := func(name, text string) {
		if text != "" && !slices.ContainsFunc(out, func(c copyItem) bool { return c.name == name }) {
			out = append(out, copyItem{name, text})
		}
	}
	if p := s.pager(); p != nil {
		if it, ok := p.item(); ok {
			add(it.name, it.text)
		}
	}
	if s.open != nil && s.open.at == partBody {
		add("body", string(cb.Body))
	}
	add("UUID", cb.Report.MessageUUID())
	add("URL", cb.URL)
	add("URL as received", cb.ReceivedURL)
	add("body", string(cb.Body))
	add("headers", headerLines(cb.Header))
	add("curl command", archive.CurlCommand(cb))
	if of := s.env.o.CallbackJSON; of != nil {
		if data, err := of(cb, s.env.mask != nil); err == nil {
			add(jsonLine, string(data))
		}
	}
	add("callback ID", fmt.Sprint(cb.ID))
	for _, as := range exported {
		if text, err := archive.Render(as.format, cb, archive.Options{Masked: s.env.mask != nil}); err == nil {
			add(as.name, text)
		}
	}
	return out
}

// exported are the formats of "plivoscope export" in which a callback can be copied, beside curl and its line
// of JSON.
var exported = []exportedAs{
	{"raw HTTP", archive.RawHTTP}, {"test in Go", archive.GoTest}, {"test for pytest", archive.Pytest}, {"test for jest", archive.Jest},
}

type exportedAs struct {
	name   string
	format archive.Format
}

// currentAttempt is the attempt that the screen is about, where it is about one.
func (s *callbacks) currentAttempt() (webhook.Attempt, bool) {
	switch {
	case s.compared != nil:
		return s.compared.attempts[0], s.compared.attempts[0].ID != 0
	case s.open != nil:
		return s.open.here()
	default:
		return webhook.Attempt{}, false
	}
}

// attemptCopies are the things of an attempt that can be copied. A list may have left out its bodies: then
// neither they nor what is made of them is offered.
func (s *callbacks) attemptCopies(a webhook.Attempt) []copyItem {
	var out []copyItem
	add := func(name, text string) {
		if text != "" && !slices.ContainsFunc(out, func(c copyItem) bool { return c.name == name }) {
			out = append(out, copyItem{name, text})
		}
	}
	if p := s.pager(); p != nil {
		if it, ok := p.item(); ok {
			add(it.name, it.text)
		}
	}
	if !a.Omitted {
		add(answerBody, string(a.Answer.Body))
		if !cutRequest(a) {
			add("curl command", curlOfAttempt(a))
		}
		add(requestBody, string(a.Body))
		add("answer headers", headerLines(a.Answer.Header))
		if of := s.env.o.AttemptJSON; of != nil {
			if data, err := of(a); err == nil {
				add(jsonLine, string(data))
			}
		}
	}
	add("URL", a.URL)
	add("URL it is signed for", a.SignedURL)
	add("error", a.Err)
	add("attempt ID", fmt.Sprint(a.ID))
	return out
}

// headerLines are the headers, a value a line, as HTTP writes them.
func headerLines(h http.Header) string {
	var b strings.Builder
	for _, p := range headerPairs(h) {
		b.WriteString(p.Name + ": " + p.Value + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// curlOfAttempt is the request as it was sent: as captured, its Host is not that of its URL.
func curlOfAttempt(a webhook.Attempt) string {
	request, header := requestOfAttempt(a), http.Header{}
	maps.Copy(header, a.Header)
	if a.Host != "" {
		header["Host"] = []string{a.Host}
	}
	request.Header = header
	return archive.CurlCommand(request)
}
