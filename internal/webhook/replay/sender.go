package replay

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

const (
	answerMost     = 64 << 10 // bytes of an answer's body that are kept
	headerMost     = 256 << 10
	defaultTimeout = 10 * time.Second
	// idleTimeout is shorter than that of any framework: a POST on a connection that the application closes
	// at this moment is lost, and nobody knows whether it was taken.
	idleTimeout = time.Second
	idleMost    = 256
)

// SenderOptions say how requests are sent.
type SenderOptions struct {
	// Timeout is for a whole attempt, from the name's look-up to the last byte of the answer; 0 for 10 s.
	Timeout time.Duration
	// InsecureSkipVerify takes any certificate from a target on this machine (plivo.IsLoopback); those of
	// others are always checked.
	InsecureSkipVerify bool
}

// Sender sends requests and says what came of them. It keeps connections open between requests, follows no
// redirect, asks for no compression, and goes through the proxy of the environment only to targets that
// are not on this machine. Its methods may be called from any goroutine.
type Sender struct {
	client  *http.Client
	timeout time.Duration
}

// NewSender makes a Sender. Close it when it is done.
func NewSender(o SenderOptions) *Sender {
	here := newTransport()
	here.TLSClientConfig = &tls.Config{InsecureSkipVerify: o.InsecureSkipVerify}
	elsewhere := newTransport()
	elsewhere.Proxy = http.ProxyFromEnvironment
	return &Sender{
		client: &http.Client{
			Transport:     routes{here: here, elsewhere: elsewhere},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		timeout: cmp.Or(o.Timeout, defaultTimeout),
	}
}

func newTransport() *http.Transport {
	return &http.Transport{
		DialContext:            (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // the request goes with the headers that it has
		MaxIdleConnsPerHost:    idleMost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: headerMost,
	}
}

// routes parts targets on this machine from others.
type routes struct{ here, elsewhere *http.Transport }

func (t routes) RoundTrip(r *http.Request) (*http.Response, error) {
	if plivo.IsLoopback(r.URL.Hostname()) {
		return t.here.RoundTrip(r)
	}
	// net/http does not write the whole URL for a proxy where its path is told by Opaque (see wireURL).
	if r.URL.Opaque != "" && r.URL.Scheme == "http" {
		if proxy, err := http.ProxyFromEnvironment(r); err == nil && proxy != nil {
			r = r.Clone(r.Context())
			r.URL.Opaque = "//" + r.URL.Host + r.URL.Opaque
		}
	}
	return t.elsewhere.RoundTrip(r)
}

// CloseIdleConnections is what http.Client.CloseIdleConnections asks for.
func (t routes) CloseIdleConnections() {
	t.here.CloseIdleConnections()
	t.elsewhere.CloseIdleConnections()
}

// Close closes the connections that are open and idle.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// Do sends a request once. It fails in no other way than by the attempt's Err and Failure.
func (s *Sender) Do(ctx context.Context, r Request) webhook.Attempt {
	a := webhook.Attempt{
		CallbackID: r.CallbackID, Scenario: r.Scenario, Step: r.Step, Mode: r.Mode, Fault: r.Fault,
		At: time.Now(), Method: r.Method, URL: r.URL, Host: r.Host, SignedURL: r.SignedURL,
		Header: r.Header, Body: r.Body,
	}
	within, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	t := newTrace(a.At)
	err := s.exchange(t.with(within), r, &a, t)
	a.Timings = t.timings()
	a.Timings.Total = time.Since(a.At)
	if err != nil {
		a.Failure, a.Err = explain(ctx, err, r, a.Answer, s.timeout)
	}
	return a
}

func (s *Sender) exchange(ctx context.Context, r Request, a *webhook.Attempt, t *trace) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := r.wire(ctx)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	a.Answer = webhook.TargetAnswer{Status: resp.StatusCode, Protocol: resp.Proto, Header: resp.Header}
	body := bytes.NewBuffer(make([]byte, 0, min(max(resp.ContentLength, 0)+bytes.MinRead, answerMost)))
	_, err = body.ReadFrom(io.LimitReader(resp.Body, answerMost+1))
	if a.Answer.Body = body.Bytes(); len(a.Answer.Body) > answerMost {
		a.Answer.Body, a.Answer.Truncated = a.Answer.Body[:answerMost:answerMost], true
		cancel() // gives the connection up: whoever sends 100 MB is not read to the end
		return nil
	}
	return err
}
