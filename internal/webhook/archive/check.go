package archive

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// Bounds of what stands beside the request.
const (
	maxHead  = 2 * webhook.MaxHead // of the URL and the header together: more does not get through the server
	maxWord  = 64
	maxLabel = 256
)

// check refuses a request that could not have come over HTTP, bounds it as the server does, and fills in
// what follows from it.
func (r *Reader) check(e *Entry) error {
	c := &e.Callback
	if !webhook.IsToken(c.Method) || len(c.Method) > maxWord {
		return fmt.Errorf("the method %q is none of HTTP", short(c.Method))
	}
	if err := checkURL(c.URL); err != nil {
		return err
	}
	if hostOf(c.URL) == "" { // a request may have come without a Host, and is signed with one
		return fmt.Errorf("the URL %q has no host; give the whole public URL", short(c.URL))
	}
	if c.ReceivedURL == "" {
		c.ReceivedURL = c.URL
	}
	if err := checkURL(c.ReceivedURL); err != nil {
		return err
	}
	size := max(len(c.URL), len(c.ReceivedURL))
	for name, values := range c.Header {
		if !webhook.IsToken(name) {
			return fmt.Errorf("%q is no name of a header", short(name))
		}
		for _, v := range values {
			if strings.ContainsAny(v, "\r\n\x00") {
				return fmt.Errorf("the header %s holds a line break or a NUL, which no HTTP header can", short(name))
			}
			size += len(name) + len(v) + 4
		}
	}
	if size > maxHead {
		return fmt.Errorf("URL and header have %d bytes, and no more than %d are taken", size, maxHead)
	}
	c.Header.Del("Host")              // it is in the URL as received
	c.Header.Del("Transfer-Encoding") // of the connection that it came over: the body is whole
	if !c.ReceivedAt.IsZero() {
		c.ReceivedAt = c.ReceivedAt.UTC().Truncate(time.Microsecond)
		switch {
		case c.ReceivedAt.Year() < 1971:
			return fmt.Errorf("it was received at %s, long before there was any callback", c.ReceivedAt.Format(time.RFC3339))
		case !r.o.Now.IsZero() && c.ReceivedAt.After(r.o.Now.Add(24*time.Hour)):
			return fmt.Errorf("it was received at %s, which is in the future: correct the time, or this computer's clock", c.ReceivedAt.Format(time.RFC3339))
		}
	}
	if !c.Answer.At.IsZero() {
		if c.Answer.At = c.Answer.At.UTC().Truncate(time.Microsecond); c.Answer.At.Year() < 1971 || c.Answer.At.Year() > 9999 {
			return errors.New("the time of its answer is none")
		}
	}
	if c.Answer.Status < 0 || c.Answer.Status > 999 {
		return fmt.Errorf("it was answered %d, which is no status of HTTP", c.Answer.Status)
	}
	if !slices.Contains([]webhook.Kind{webhook.DeliveryReport, webhook.Inbound, webhook.Other}, c.Kind) {
		c.Kind = ""
	}
	said := c.Problem
	c.Reread()
	if said != "" {
		c.Problem = bounded(said, 4*maxLabel)
	}
	c.Protocol, c.RemoteAddr = bounded(c.Protocol, maxWord), bounded(c.RemoteAddr, maxLabel)
	e.checkVerdict()
	return nil
}

// checkVerdict takes a verdict that the archive has only where it is one.
func (e *Entry) checkVerdict() {
	c := &e.Callback
	v := &c.Verdict
	known := slices.Contains([]signature.Outcome{signature.Valid, signature.Invalid, signature.Missing, signature.Unchecked}, v.Outcome)
	switch {
	case e.Masked:
		c.Verdict, c.Cause, e.Judged = signature.Result{Outcome: signature.Unchecked}, "", true
		c.Problem = maskedWords + ", so no signature can be checked."
		return
	case !e.Judged || !known:
		c.Verdict, c.Cause, e.Judged = signature.Result{Outcome: signature.Unchecked}, "", false
		return
	}
	v.Scheme, v.Header, v.Token = signature.Scheme(bounded(string(v.Scheme), maxWord)), bounded(v.Header, maxLabel), bounded(v.Token, maxLabel)
	if v.Outcome == signature.Valid || len(c.Cause) > maxWord || strings.Trim(c.Cause, "abcdefghijklmnopqrstuvwxyz+") != "" {
		c.Cause = ""
	}
}

// checkURL takes an absolute URL of HTTP, as it was asked for: not decoded, not normalised.
func checkURL(raw string) error {
	scheme, rest, found := strings.Cut(raw, "://")
	if !found || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return fmt.Errorf("the URL %q is not absolute; it begins with https:// or http://", short(raw))
	}
	for i := range len(rest) {
		if rest[i] < ' ' || rest[i] == 0x7f {
			return fmt.Errorf("the URL %q holds a control character, which no request line can", short(raw))
		}
	}
	return nil
}

// bounded cuts a text, of which the rest is let go.
func bounded(s string, most int) string {
	if len(s) > most {
		s = strings.Clone(s[:most])
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// short keeps a hostile value from filling a sentence.
func short(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return escape.Line(s)
}

// ofForm writes parameters as a form, where an archive has no body.
func ofForm(params []signature.Param) []byte {
	var b strings.Builder
	for i, p := range params {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value))
	}
	return []byte(b.String())
}
