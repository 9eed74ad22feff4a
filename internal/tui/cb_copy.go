package tui

import (
	"fmt"
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

// headerLines are the headers, a value a line, as HTTP writes them.
func headerLines(h http.Header) string {
	var b strings.Builder
	for _, p := range headerPairs(h) {
		b.WriteString(p.Name + ": " + p.Value + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
