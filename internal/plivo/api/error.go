package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/escape"
)

// Kind is what went wrong with a call, by what there is to do about it.
type Kind string

// The kinds of errors.
const (
	Credentials Kind = "credentials"  // 401 and 403
	RateLimited Kind = "rate_limited" // 429
	BadRequest  Kind = "bad_request"  // every other 4xx: the request is at fault
	Upstream    Kind = "upstream"     // 5xx, a redirect, or an answer that is not the API's
	Network     Kind = "network"      // no connection, or no answer in time
	Cancelled   Kind = "cancelled"    // the caller gave up
)

var errTooLong = errors.New("the answer is over the limit")

// Error is a call that failed.
type Error struct {
	Kind   Kind
	Op     string // what was tried, as "send the message"
	Status int    // of HTTP; 0 where no answer came
	Words  string // of the API, or about its answer; as they arrived, so escape them to show them
	APIID  string // the API's name for the request, for Plivo's support; often empty
	// Unclear tells that a send may have been accepted although it failed: all of it may have reached
	// Plivo and nothing that can be understood came back. Sending again may send twice.
	Unclear bool
	Err     error // the cause, where it is one of this machine's

	RetryAfter time.Duration // how long the API asked to be left alone; 0 where it did not say
	Tries      int           // how often it was tried

	untaken bool // it cannot have been accepted, and may be in a moment
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Error is one sentence that says what was tried, why it failed and what to do.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "cannot %s: %s", e.Op, e.Reason())
	if e.Tries > 1 {
		fmt.Fprintf(&b, ", also at the last of %d tries", e.Tries)
	}
	if advice := e.advice(); advice != "" {
		b.WriteString("; " + advice)
	}
	if e.Unclear {
		b.WriteString("; it may have been accepted all the same, so look into the message logs before sending it again")
	}
	if e.APIID != "" {
		b.WriteString(" (api_id " + escape.Line(e.APIID) + ")")
	}
	return b.String()
}

// Reason is why it failed, in words for the middle of a sentence, without what to do.
func (e *Error) Reason() string {
	said := strconv.Itoa(e.Status) + " " + http.StatusText(e.Status)
	said = strings.TrimSpace(said)
	if e.Words != "" && !strings.EqualFold(e.Words, http.StatusText(e.Status)) {
		said += ", " + escape.Line(e.Words)
	}
	switch {
	case e.Kind == Cancelled:
		return "it was given up before the answer came"
	case e.Kind == Network && errors.Is(e.Err, context.DeadlineExceeded):
		return "no answer came in time"
	case e.Kind == Network:
		return "the connection failed, " + escape.Line(e.Err.Error())
	case e.Status == 0 && e.Err != nil:
		return escape.Line(e.Words + ", " + e.Err.Error())
	case e.Status == 0:
		return escape.Line(e.Words)
	case e.Status == http.StatusUnauthorized:
		return "the credentials were refused (" + said + ")"
	case e.Status == http.StatusForbidden:
		return "the account is not allowed to do this, or not from this address (" + said + ")"
	case e.Kind == RateLimited:
		return "there were too many requests (" + said + ")"
	case e.Kind == BadRequest:
		return "the API refused it (" + said + ")"
	default:
		return "the API did not answer as it should (" + said + ")"
	}
}

func (e *Error) advice() string {
	switch {
	case e.Status == http.StatusForbidden:
		return "check the account's IP allow-list and permissions in the console, and that the auth id and token belong together"
	case e.Kind == Credentials:
		return "check PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN against the console's overview page"
	case e.RetryAfter > 0:
		return "try again in " + rounded(e.RetryAfter) + ", as it asks for"
	case e.Kind == RateLimited:
		return "wait some seconds and try again, with longer pauses"
	case e.Kind == BadRequest && e.Status == http.StatusNotFound:
		return "check that it is this account's, and the API's address in PLIVO_API_URL"
	case e.Kind == BadRequest && (e.Status == http.StatusPaymentRequired || strings.Contains(strings.ToLower(e.Words), "insufficient")):
		return "add credit to the account in Plivo's console; a number may stay blocked for some minutes"
	case e.Kind == BadRequest && e.Status != 0:
		return "correct the request and send it again"
	case e.Kind == Upstream && e.Status >= 300 && e.Status < 400:
		return "redirects are not followed, so check the API's address in PLIVO_API_URL"
	case e.Unclear && (e.Kind == Network || e.Kind == Upstream && e.Status >= 500):
		return "check the network, and Plivo's status page if it lasts" // but not: try again
	case e.Kind == Upstream && e.Status >= 500:
		return "try again later, and see Plivo's status page if it lasts"
	case e.Kind == Upstream:
		return "check that the API's address in PLIVO_API_URL is Plivo's"
	case e.Kind == Network && isCertificate(e.Err):
		return "check the API's address in PLIVO_API_URL and this machine's clock and certificates"
	case e.Kind == Network:
		return "check the network and the API's address in PLIVO_API_URL, and try again"
	default:
		return ""
	}
}

func isCertificate(err error) bool {
	var unverified *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	return errors.As(err, &unverified) || errors.As(err, &unknown) || errors.As(err, &record)
}

// transportError is the error of a call that got no whole answer.
func (c *Client) transportError(ctx context.Context, op string, ex *exchange) *Error {
	e := &Error{Kind: Network, Op: op, Status: ex.status, Unclear: ex.written.Load() && !refused(ex.status), Err: ex.err}
	var dial *net.OpError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		e.Kind, e.Err = Cancelled, context.Canceled
	case errors.Is(ex.ctx.Err(), context.DeadlineExceeded):
		e.Err = context.DeadlineExceeded
	case errors.Is(ex.err, errTooLong):
		e.Kind, e.Words, e.Err = Upstream, ex.err.Error(), nil
	case errors.Is(ex.err, io.EOF), errors.Is(ex.err, io.ErrUnexpectedEOF):
		e.Err = fmt.Errorf("it was closed before the whole answer came: %w", ex.err)
	case errors.As(ex.err, &dial):
		e.Err = dial
	}
	return e
}

// refused tells of a status that says by itself that nothing was accepted.
func refused(status int) bool { return status >= 400 && status < 500 }

// statusError is the error of an answer with a status other than 2xx.
func statusError(op string, ex *exchange) *Error {
	e := &Error{Op: op, Status: ex.status}
	var structured bool
	e.Words, e.APIID, structured = words(ex)
	switch {
	case ex.status == http.StatusUnauthorized, ex.status == http.StatusForbidden:
		e.Kind = Credentials
	case ex.status == http.StatusTooManyRequests:
		e.Kind = RateLimited
	case ex.status >= 400 && ex.status < 500:
		e.Kind = BadRequest
	default:
		e.Kind = Upstream
		// A gateway in between knows nothing of what the API did; the API's own error does, and who answers
		// 503 with no body at all has not asked it.
		bare := ex.status == http.StatusServiceUnavailable && len(ex.body) == 0
		e.Unclear = ex.status >= 500 && !structured && !bare
	}
	if ex.status == http.StatusTooManyRequests || ex.status == http.StatusServiceUnavailable {
		e.RetryAfter = retryAfter(ex.header, time.Now())
	}
	return e
}

// shapeError is the error of a 2xx answer that says nothing usable.
func shapeError(op string, ex *exchange, words string) *Error {
	_, id, _ := readWords(ex.body)
	return &Error{Kind: Upstream, Op: op, Status: ex.status, Words: words, APIID: id}
}

// words finds what an error answer says. structured tells that it has the API's own shape: gateways answer JSON
// too, with a message alone.
func words(ex *exchange) (text, apiID string, structured bool) {
	text, apiID, ok := readWords(ex.body)
	if ok {
		return clip(text), apiID, text != "" && (apiID != "" || saysError(ex.body))
	}
	media, _, _ := mime.ParseMediaType(ex.header.Get("Content-Type"))
	plain := strings.TrimSpace(string(ex.body))
	switch {
	case plain == "":
		return "with an empty body", "", false
	case media == "text/html" || strings.HasPrefix(plain, "<"):
		return "with a web page in place of JSON", "", false
	default:
		return clip(plain), "", false
	}
}

// saysError tells whether a JSON object has a field in which Plivo puts errors; a message is one of success.
func saysError(body []byte) bool {
	o, _ := parseObject(body)
	for _, name := range []string{"error", "global_error", "errors", "data"} {
		if _, there := o[name]; there {
			return true
		}
	}
	return false
}

// clip keeps a sentence a sentence when a server answers with a book.
func clip(s string) string {
	const most = 300
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}
