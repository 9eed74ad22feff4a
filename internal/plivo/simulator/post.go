package simulator

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
)

const (
	maxPosting    = 64              // callbacks on their way at once
	answerTimeout = 5 * time.Second // of a callback; slower counts as none
	maxAnswer     = 64 << 10        // bytes that are read of one
)

// retryAfter are the pauses after an attempt that was not answered 200, at speed 1.
var retryAfter = []time.Duration{60 * time.Second, 120 * time.Second, 240 * time.Second}

var errRemote = errors.New("the address is not on this machine")

// newPoster makes the client that posts callbacks. Without remote it connects to loopback addresses
// only, whatever a name resolves to.
func newPoster(remote bool) *http.Client {
	dialer := &net.Dialer{Timeout: answerTimeout}
	transport := &http.Transport{
		DialContext:         dialer.DialContext,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        2 * maxPosting,
		MaxIdleConnsPerHost: maxPosting,
		MaxConnsPerHost:     maxPosting,
		IdleConnTimeout:     30 * time.Second,
		TLSHandshakeTimeout: answerTimeout,
	}
	if remote {
		transport.Proxy = http.ProxyFromEnvironment
	} else {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			if at, err := netip.ParseAddrPort(address); err != nil || !at.Addr().Unmap().IsLoopback() {
				return errRemote
			}
			return nil
		}
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// checkURL says in words what is wrong with a callback URL; empty when it can be posted to.
func (s *Simulator) checkURL(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "url must be an absolute http or https URL"
	case s.o.AllowRemote || plivo.IsLoopback(u.Hostname()):
		return ""
	default:
		return "url is not on this machine: the simulator posts callbacks to loopback addresses only, unless it is started with --allow-remote"
	}
}

// run posts a message's callbacks, each at its time and after the one before. A retry does not hold the
// next one up, and neither does one that finds no room. The caller has called begin.
func (s *Simulator) run(m *message, ps []scenario.Step) {
	defer s.done()
	for _, p := range ps {
		if !s.sleep(time.Until(m.created.Add(p.After))) {
			return
		}
		e, ok := s.post(m, p, 1)
		retries := !ok && s.begin(1)
		if !ok && !retries {
			if s.ctx.Err() != nil {
				return
			}
			e.RetryIn = 0
			e.Problem = strings.TrimPrefix(e.Problem+"; not tried again: the simulator has as many callbacks to post as it can hold", "; ")
			s.o.Logger.Warn("callback not tried again", "message_uuid", m.uuid, "sequence", p.Sequence, "pending", s.most)
		}
		s.emit(e)
		if retries {
			s.stats.retrying.Add(1)
			go s.retry(m, p)
		}
	}
}

func (s *Simulator) retry(m *message, p scenario.Step) {
	defer s.done()
	defer s.stats.retrying.Add(-1)
	for i, pause := range retryAfter {
		if !s.sleep(s.o.hurried(pause)) {
			return
		}
		e, ok := s.post(m, p, i+2)
		if !ok && s.ctx.Err() != nil {
			return
		}
		s.emit(e)
		if ok {
			return
		}
	}
}

// sleep waits; false when the simulator closes first.
func (s *Simulator) sleep(d time.Duration) bool {
	if d <= 0 {
		return s.ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// post makes one attempt, and tells what came of it; ok when it was answered 200. Attempts count from 1.
func (s *Simulator) post(m *message, p scenario.Step, attempt int) (e Event, ok bool) {
	nonces := s.dice.nonces(m.number, uint64(p.Sequence), uint64(p.Copy), uint64(attempt))
	method := cmp.Or(p.Method, m.method)
	status, err := s.deliver(s.ctx, p.Signature, method, m.url, p.Params, nonces, io.Discard)
	e = Event{
		Event: EventCallback, MessageUUID: m.uuid, From: m.from, To: m.to, Status: p.Status,
		ErrorCode: p.ErrorCode, Sequence: p.Sequence, Method: method, URL: m.url,
		Attempt: attempt, Answered: status,
	}
	ok = err == nil && status == http.StatusOK
	if err != nil {
		e.Problem = plain(err)
	}
	if !ok && attempt <= len(retryAfter) {
		e.RetryIn = s.o.hurried(retryAfter[attempt-1]).Seconds()
	}
	return e, ok
}

// deliver signs a callback, sends it, writes what is answered into body and gives its status.
func (s *Simulator) deliver(ctx context.Context, how scenario.Signature, method, target string, params []signature.Param, nonces func() string, body io.Writer) (int, error) {
	signed, err := s.signer.Sign(how, method, target, params, nonces)
	if err != nil {
		return 0, err
	}
	select {
	case s.posting <- struct{}{}:
		defer func() { <-s.posting }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	request, err := signed.Request(ctx)
	if err != nil {
		return 0, err
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	// What is read to the end lets the connection be used again; an answer counts when its status is there.
	_, _ = io.Copy(body, io.LimitReader(answer.Body, maxAnswer))
	return answer.StatusCode, nil
}

// plain is an error of the HTTP client without the URL that it repeats.
func plain(err error) string {
	var wrapped *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer within 5 s"
	case errors.As(err, &wrapped):
		return wrapped.Err.Error()
	default:
		return err.Error()
	}
}
