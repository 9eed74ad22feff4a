package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"dev.internal/plivoscope/internal/redact"
)

// maxBody is how much of an answer is read, in bytes.
const maxBody = 1 << 20

// exchange is the transport of one call: it sends the SDK's request under the caller's context and
// keeps the answer. The SDK gets a copy from memory, which nobody has to close.
type exchange struct {
	ctx   context.Context
	base  *url.URL // where every request goes
	conns http.RoundTripper
	extra http.Header // added to the request
	agent string      // put before the SDK's User-Agent
	hide  *redact.Tokens

	written atomic.Bool // some of the request went out
	status  int         // 0 where no answer came
	header  http.Header
	body    []byte
	err     error // no answer, or one that broke off
	began   time.Time
	took    time.Duration // until the header of the answer came
}

var errOnce = errors.New("a call is one request")

// RoundTrip makes the one request of the call. It goes to base, whatever the SDK made of it: for
// applications that names Plivo's host even where another is set, and repeats a request that was answered 5xx.
func (e *exchange) RoundTrip(request *http.Request) (*http.Response, error) {
	if e.status != 0 || e.err != nil {
		return nil, errOnce
	}
	trace := &httptrace.ClientTrace{WroteHeaders: func() { e.written.Store(true) }}
	request = request.Clone(httptrace.WithClientTrace(e.ctx, trace))
	request.URL.Scheme, request.URL.Host, request.Host = e.base.Scheme, e.base.Host, ""
	request.URL.Path = strings.TrimRight(request.URL.Path, "/") + "/" // of Powerpacks it asks with two
	if e.agent != "" {
		request.Header.Set("User-Agent", e.agent+" "+request.UserAgent())
	}
	for name, values := range e.extra {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	e.began = time.Now()
	response, err := e.conns.RoundTrip(request)
	e.took = time.Since(e.began)
	if err != nil {
		e.err = err
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	e.status, e.header = response.StatusCode, response.Header
	e.body, e.err = io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if e.err == nil && len(e.body) > maxBody {
		e.err = fmt.Errorf("%w of %d bytes", errTooLong, maxBody)
	}
	if e.err != nil {
		return nil, e.err
	}
	e.body = e.hide.Bytes(e.body) // a gateway may repeat the request's header
	response.Body = io.NopCloser(bytes.NewReader(e.body))
	return response, nil
}
