package mask

import (
	"net/http"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// Message masks a message of the history.
func (m *Masker) Message(msg plivo.Message) plivo.Message {
	if m == nil {
		return msg
	}
	if text := m.Text(msg.Text); text != msg.Text {
		counted := msg.Segmentation()
		counted.Forced = nil // they are of the text
		msg.Text, msg.Hidden = text, &counted
	}
	msg.From, msg.To = m.Number(msg.From), m.Number(msg.To)
	msg.Refusal, msg.CallbackURL = m.Sentence(msg.Refusal), m.URL(msg.CallbackURL)
	msg.ErrorCode = m.Sentence(msg.ErrorCode)
	if msg.Options != nil {
		masked := m.options(*msg.Options)
		msg.Options = &masked
	}
	msg.Status = plivo.Status(m.Sentence(string(msg.Status)))
	p, q := &msg.Provider, &msg.Silence
	p.Status, p.ErrorCode, p.Problem = plivo.Status(m.Sentence(string(p.Status))), m.Sentence(p.ErrorCode), m.Sentence(p.Problem)
	if q.Cause == plivo.OtherURL {
		q.Detail = m.URL(q.Detail)
	} else {
		q.Detail = m.Sentence(q.Detail)
	}
	return msg
}

// Draft masks a message that was not sent.
func (m *Masker) Draft(d plivo.Draft) plivo.Draft {
	if m == nil {
		return d
	}
	d.From, d.To, d.Text, d.CallbackURL = m.Number(d.From), m.Numbers(d.To), m.Text(d.Text), m.URL(d.CallbackURL)
	d.Options = m.options(d.Options)
	return d
}

// options masks what a message says beside its text, and where its files are.
func (m *Masker) options(o plivo.Options) plivo.Options {
	media := o.Media
	o.Media = nil
	for _, raw := range media {
		o.Media = append(o.Media, m.URL(raw))
	}
	for _, object := range []*string{&o.Template, &o.Interactive, &o.Location} {
		*object = m.Text(*object)
	}
	return o
}

// Numbers masks each of some numbers.
func (m *Masker) Numbers(all []string) []string {
	if m == nil {
		return all
	}
	out := make([]string, len(all))
	for i, n := range all {
		out[i] = m.Number(n)
	}
	return out
}

// Callback masks a callback: its URLs, headers, parameters and body.
func (m *Masker) Callback(c webhook.Callback) webhook.Callback {
	if m == nil {
		return c
	}
	if !c.Omitted && c.Size == 0 {
		c.Size = len(c.Body)
	}
	c.URL, c.ReceivedURL = m.URL(c.URL), m.URL(c.ReceivedURL)
	c.Body = m.Body(c.Body, c.Header.Get("Content-Type"))
	c.Header = m.Header(c.Header)
	c.Report = plivo.NewReport(m.Params(c.Report.Params))
	c.Problem = m.Sentence(c.Problem)
	return c
}

// Attempt masks an attempt: its URLs, its request, and the answer, which may repeat what was sent.
func (m *Masker) Attempt(a webhook.Attempt) webhook.Attempt {
	if m == nil {
		return a
	}
	if !a.Omitted {
		a.Size, a.Answer.Size = max(a.Size, len(a.Body)), len(a.Answer.Body)
	}
	a.URL, a.SignedURL, a.Route, a.Err = m.URL(a.URL), m.URL(a.SignedURL), m.URL(a.Route), m.Sentence(a.Err)
	a.Body, a.Answer.Body = m.Body(a.Body, a.Header.Get("Content-Type")), m.Body(a.Answer.Body, a.Answer.Header.Get("Content-Type"))
	a.Header, a.Answer.Header = m.Header(a.Header), m.Header(a.Answer.Header)
	return a
}

// CaseOf is what of a callback may be repeated in what is said of its signature.
func CaseOf(c webhook.Callback) signature.Case {
	return signature.Case{
		Request: signature.Request{Method: c.Method, URL: c.URL, Header: c.Header, Params: c.Report.Params}, Body: c.Body,
	}
}

// Case masks a request whose signature is examined.
func (m *Masker) Case(c signature.Case) signature.Case {
	if m == nil {
		return c
	}
	c.Body = m.Body(c.Body, http.Header(c.Header).Get("Content-Type"))
	c.URL, c.ReceivedURL, c.Header, c.Params = m.URL(c.URL), m.URL(c.ReceivedURL), m.Header(c.Header), m.Params(c.Params)
	return c
}

// Problem masks what is said of a draft: the value that it is about stands in the sentence.
func (m *Masker) Problem(p plivo.Problem) plivo.Problem {
	if m == nil {
		return p
	}
	hide := m.Sentence
	switch p.Field {
	case "from", "to":
		hide = m.Number
	case "text":
		hide = m.Text
	case "callback_url", "media":
		hide = m.URL
	}
	for value := range strings.SplitSeq(p.Value, ", ") {
		if value != "" {
			p.Text = strings.ReplaceAll(p.Text, strconv.Quote(value), strconv.Quote(hide(value)))
		}
	}
	p.Text, p.Value = m.Sentence(p.Text), hide(p.Value)
	return p
}
