package tui

import (
	"maps"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// shownRequest is the first request that would be sent, as it is shown and copied.
func (s *replayScreen) shownRequest() replay.Request {
	return maskedRequest(s.env.mask, s.preview.First)
}

// maskedRequest hides numbers and texts of a request; the signatures stay.
func maskedRequest(m *mask.Masker, r replay.Request) replay.Request {
	if m == nil {
		return r
	}
	contentType := http.Header(r.Header).Get("Content-Type")
	r.URL, r.SignedURL = m.URL(r.URL), m.URL(r.SignedURL)
	changes := make([]replay.Change, len(r.Changes))
	for i, c := range r.Changes {
		c.Before, c.After = m.Part(c.What, c.Before, contentType), m.Part(c.What, c.After, contentType)
		changes[i] = c
	}
	r.Changes = changes
	r.Header, r.Body = m.Header(r.Header), m.Body(r.Body, contentType)
	return r
}

// sentRequest is the request that an attempt sent.
func sentRequest(a webhook.Attempt) replay.Request {
	return replay.Request{
		CallbackID: a.CallbackID, Scenario: a.Scenario, Mode: a.Mode, Fault: a.Fault, Method: a.Method,
		URL: a.URL, Host: a.Host, Header: a.Header, Body: a.Body, SignedURL: a.SignedURL,
	}
}

// curlOfRequest is a shell command that sends a request. As captured, its Host is not that of its URL.
func curlOfRequest(r replay.Request) string {
	header := maps.Clone(http.Header(r.Header))
	if header == nil {
		header = http.Header{}
	}
	if r.Host != "" {
		header["Host"] = []string{r.Host}
	}
	return archive.CurlCommand(asCallback(r.Method, r.URL, header, r.Body))
}

// hiddenField masks a field of the form that does not have the focus.
func (s *replayScreen) hiddenField(f field, value string) string {
	m := s.env.mask
	if m == nil {
		return value
	}
	switch f {
	case fieldTarget, fieldSignURL, fieldPath:
		return m.URL(value)
	case fieldFilter:
		return s.env.hiddenFilter(value)
	case fieldParams, fieldHeaders:
		sep := paramSep
		if f == fieldHeaders {
			sep = headerSep
		}
		return hiddenList(m, f, value, sep)
	}
	if f >= fieldVariable {
		return m.Sentence(m.Text(value))
	}
	return value
}

// hiddenList masks the values of a list; a line that is none is hidden as a text.
func hiddenList(m *mask.Masker, f field, list, sep string) string {
	lines := strings.Split(list, "\n")
	for i, l := range lines {
		pairs, err := parseList(l, sep)
		if err != nil {
			lines[i] = m.Text(l)
			continue
		}
		for j, p := range pairs {
			if p.drop {
				continue
			}
			if f == fieldHeaders {
				pairs[j].value = strings.Join(m.Header(http.Header{http.CanonicalHeaderKey(p.name): {p.value}})[http.CanonicalHeaderKey(p.name)], ", ")
			} else {
				pairs[j].value = m.Param(p.name, p.value)
			}
			lines[i] = listText(pairs, sep)
		}
	}
	return strings.Join(lines, "\n")
}
