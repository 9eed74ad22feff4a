package archive

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// TimeLayout is RFC 3339 in UTC with microseconds, the resolution of Plivo's own times.
const TimeLayout = "2006-01-02T15:04:05.000000Z"

// Line is a callback as docs/output.md documents it: field names never change.
type Line struct {
	ID          int64         `json:"id"`
	ReceivedAt  string        `json:"received_at"`
	Kind        webhook.Kind  `json:"kind"`
	Method      string        `json:"method"`
	URL         string        `json:"url"`
	ReceivedURL string        `json:"received_url"`
	Protocol    string        `json:"protocol"`
	RemoteAddr  string        `json:"remote_addr"`
	Headers     [][2]string   `json:"headers,omitzero"`
	Params      [][2]string   `json:"params,omitzero"`
	Body        *string       `json:"body,omitempty"`
	BodyBase64  *string       `json:"body_base64,omitempty"`
	Truncated   bool          `json:"truncated"`
	Problem     *string       `json:"problem"`
	Exact       *Exact        `json:"exact,omitempty"`
	Masked      bool          `json:"masked,omitempty"`
	MessageUUID string        `json:"message_uuid"`
	Status      plivo.Status  `json:"status"`
	ErrorCode   *string       `json:"error_code"`
	Sequence    int           `json:"sequence"`
	Signature   Signature     `json:"signature"`
	Arrival     plivo.Arrival `json:"arrival"`
	Answered    Answered      `json:"answered"`
}

// Exact has in base64 what is not UTF-8, of which JSON has no more than an approximation.
type Exact struct {
	URL         string      `json:"url,omitempty"`
	ReceivedURL string      `json:"received_url,omitempty"`
	Headers     [][2]string `json:"headers,omitempty"` // names and values; all, where one is not
}

// Signature is a verdict and why it is not a better one.
type Signature struct {
	signature.Result
	Cause string `json:"cause"` // empty while nobody looked, and for one that verifies
}

// Answered is what the caller was told.
type Answered struct {
	Status int    `json:"status"`
	At     string `json:"at"` // empty for no answer yet
}

// LineOf is a callback as a line.
func LineOf(c webhook.Callback) Line {
	l := metaOf(c)
	l.Headers, l.Params = Pairs(c.Header), make([][2]string, len(c.Report.Params))
	for i, p := range c.Report.Params {
		l.Params[i] = [2]string{p.Name, p.Value}
	}
	l.Body, l.BodyBase64 = Text(c.Body)
	return l
}

// metaOf is a line without headers, parameters and body.
func metaOf(c webhook.Callback) Line {
	l := Line{
		ID: c.ID, ReceivedAt: timeText(c.ReceivedAt), Kind: c.Kind, Method: c.Method, URL: c.URL,
		ReceivedURL: c.ReceivedURL, Protocol: c.Protocol, RemoteAddr: c.RemoteAddr,
		Truncated: c.Truncated, Problem: &c.Problem, MessageUUID: c.Report.MessageUUID(), Status: c.Report.Status(),
		Signature: Signature{c.Verdict, c.Cause}, Arrival: c.Arrival,
		Answered: Answered{Status: c.Answer.Status, At: answeredAt(c.Answer.At)},
	}
	if code := c.Report.ErrorCode(); code != "" {
		l.ErrorCode = &code
	}
	l.Sequence, _ = c.Report.Sequence()
	l.Exact = exactOf(c)
	return l
}

func exactOf(c webhook.Callback) *Exact {
	var e Exact
	encoded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	if !utf8.ValidString(c.URL) {
		e.URL = encoded(c.URL)
	}
	if !utf8.ValidString(c.ReceivedURL) {
		e.ReceivedURL = encoded(c.ReceivedURL)
	}
	if !validHeader(c.Header) {
		for _, p := range Pairs(c.Header) {
			e.Headers = append(e.Headers, [2]string{encoded(p[0]), encoded(p[1])})
		}
	}
	if e.URL == "" && e.ReceivedURL == "" && e.Headers == nil {
		return nil
	}
	return &e
}

func validHeader(h http.Header) bool {
	for name, values := range h {
		if !utf8.ValidString(name) || slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) }) {
			return false
		}
	}
	return true
}

func writeLine(c webhook.Callback, o Options) ([]byte, error) {
	l := LineOf(c)
	l.Masked = o.Masked
	data, err := Encode(l)
	return append(data, '\n'), err
}

// answeredAt is empty where there is no answer yet.
func answeredAt(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return timeText(t)
}

func timeText(t time.Time) string { return t.UTC().Format(TimeLayout) }

// Text is a body as text, or in base64 where it is none.
func Text(body []byte) (text, encoded *string) {
	s := string(body)
	if utf8.ValidString(s) {
		return &s, nil
	}
	s = base64.StdEncoding.EncodeToString(body)
	return nil, &s
}

// Pairs lists headers by name.
func Pairs(h http.Header) [][2]string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	list := make([][2]string, 0, len(h))
	for _, name := range names {
		for _, value := range h[name] {
			list = append(list, [2]string{name, value})
		}
	}
	return list
}

// Encode writes JSON on one line as it is read: & < > stay what they are, control and bidi characters do
// not.
func Encode(v any) ([]byte, error) {
	b := encoding.Get().(*bytes.Buffer)
	defer encoding.Put(b)
	b.Reset()
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	line := bytes.Clone(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	return escape.JSON(line), nil
}

// encoding are buffers that have grown to a line's size.
var encoding = sync.Pool{New: func() any { return new(bytes.Buffer) }}
