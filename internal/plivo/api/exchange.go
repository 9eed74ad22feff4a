package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// maxBody is how much of an answer is read, in bytes.
const maxBody = 1 << 20

// exchange is the transport of one call: it sends the SDK's request under the caller's context and
// keeps the answer. The SDK gets a copy from memory, which nobody has to close.
type exchange struct {
	ctx   context.Context
	conns http.RoundTripper
	extra http.Header // added to the request
	agent string      // put before the SDK's User-Agent

	written atomic.Bool // some of the request went out
	status  int         // 0 where no answer came
	header  http.Header
	body    []byte
	err     error // no answer, or one that broke off
}

func (e *exchange) RoundTrip(request *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{WroteHeaders: func() { e.written.Store(true) }}
	request = request.Clone(httptrace.WithClientTrace(e.ctx, trace))
	if e.agent != "" {
		request.Header.Set("User-Agent", e.agent+" "+request.UserAgent())
	}
	for name, values := range e.extra {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	response, err := e.conns.RoundTrip(request)
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
	response.Body = io.NopCloser(bytes.NewReader(e.body))
	return response, nil
}
