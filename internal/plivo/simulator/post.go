package simulator

import (
	"bytes"
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

	"dev.internal/plivoscope/internal/hostport"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// How many bytes are read of an answer to a callback.
const (
	maxAnswer = 64 << 10
	maxHeader = 256 << 10 // of its header; one with more is no answer
)

// retryAfter are the pauses after an attempt that was not answered 200, at speed 1.
var retryAfter = []time.Duration{60 * time.Second, 120 * time.Second, 240 * time.Second}

var errRemote = errors.New("the address is not on this machine")

// newPoster makes the client that posts callbacks. Without remote it connects to loopback addresses
// only, whatever a name resolves to.
func newPoster(remote bool) *http.Client {
	dialer := &net.Dialer{Timeout: connectTimeout}
	transport := &http.Transport{
		DialContext:         dialer.DialContext,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        2 * maxPosting,
		MaxIdleConnsPerHost: maxPosting,
		MaxConnsPerHost:     maxPosting,
		IdleConnTimeout:     30 * time.Second,
		TLSHandshakeTimeout: connectTimeout,
		// An endless one is known for that before the time for an answer is over.
		MaxResponseHeaderBytes: maxHeader,
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
	case len(raw) > maxURL:
		return tooLong("url", maxURL)
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "url must be an absolute http or https URL"
	case hostport.URL(u) != nil:
		return "url " + hostport.URL(u).Error()
	case s.o.AllowRemote || plivo.IsLoopback(u.Hostname()):
		return ""
	default:
		return "url is not on this machine: the simulator posts callbacks to loopback addresses only, unless it is started with --allow-remote"
	}
}

// launch schedules the callbacks of a message. The caller has called begin, and load.
func (s *Simulator) launch(m *message, steps []scenario.Step) {
	weight := weigh(steps)
	s.schedule(&task{due: m.created.Add(steps[0].After), m: m, steps: steps, weight: weight, attempt: 1, do: s.run})
	s.clock.weight.Add(-weight) // which the schedule has now
}

// schedule hands a task over; its pending is done where there is no more time for it.
func (s *Simulator) schedule(t *task) {
	if t.weight == 0 {
		t.weight = weigh(t.steps)
	}
	if !s.clock.at(t) {
		s.end(t)
	}
}

// run posts a callback for the first time, and schedules the next one of its message: each goes at its time and
// after the one before. A retry does not hold the next one up, and neither does one that finds no room.
func (s *Simulator) run(t *task) {
	if t.steps[0].Lost {
		s.lose(t)
		s.follow(t)
		return
	}
	e, err := s.post(t, nil)
	ok := err == nil && e.Answered == http.StatusOK
	retries := !ok && !t.m.round.over() && s.begin(1)
	if !ok && !retries {
		if t.m.round.over() {
			s.done()
			return
		}
		e.RetryIn = 0
		e.Problem = strings.TrimPrefix(e.Problem+"; not tried again: the simulator has as many callbacks to post as it can hold", "; ")
		s.o.Logger.Warn("callback not tried again", "message_uuid", t.m.uuid, "sequence", t.steps[0].Sequence, "pending", s.most)
	}
	s.tell(t.m, e)
	if retries {
		s.againBy(t, s.retry)
	}
	s.follow(t)
}

// follow schedules the callback after the one of a task.
func (s *Simulator) follow(t *task) {
	if len(t.steps) == 1 {
		s.done()
		return
	}
	next := t.steps[1:]
	s.schedule(&task{due: t.m.created.Add(next[0].After), m: t.m, steps: next, weight: t.weight, attempt: 1, do: s.run})
}

// againBy schedules the attempt after the one of t. From the first on they count as a retry, until one ends them.
func (s *Simulator) againBy(t *task, do func(*task)) {
	if t.attempt == 1 {
		s.mu.Lock()
		s.retrying++
		s.mu.Unlock()
	}
	s.schedule(&task{due: s.now().Add(s.hurried(retryAfter[t.attempt-1])), m: t.m, steps: []scenario.Step{t.steps[0]}, attempt: t.attempt + 1, do: do})
}

func (s *Simulator) retry(t *task) {
	e, err := s.post(t, nil)
	ok := err == nil && e.Answered == http.StatusOK
	if ok || !t.m.round.over() {
		s.tell(t.m, e)
	}
	if !ok && !t.m.round.over() && t.attempt <= len(retryAfter) {
		s.againBy(t, s.retry)
		return
	}
	s.end(t)
}

// post makes the attempt of a task, and tells what came of it; the error is that of an attempt without an answer.
// What is answered is written into body, where that is not nil.
func (s *Simulator) post(t *task, body *bytes.Buffer) (Event, error) {
	m, p := t.m, t.steps[0]
	if body == nil {
		body = new(bytes.Buffer)
	}
	nonces := s.dice.nonces(m.number, uint64(p.Number), uint64(p.Copy), uint64(t.attempt))
	method := cmp.Or(p.Method, m.method)
	begun := time.Now()
	a := Attempt{Number: t.attempt, At: s.now()}
	status, err := s.deliver(m.round.ctx, t, method, nonces, body)
	a.Answered, a.Took = status, time.Since(begun)
	e := Event{
		Event: EventCallback, MessageUUID: m.uuid, From: m.from, To: m.to, Status: p.Status,
		ErrorCode: p.ErrorCode, Sequence: p.Sequence, Method: method, URL: m.url,
		Attempt: t.attempt, Answered: status, Cause: p.Cause,
	}
	if err != nil {
		e.Problem = plain(err)
	}
	if e.Cause == "" && (err == errTruncated || err == errCut) {
		e.Cause = byChaos
	}
	if err != nil || status != http.StatusOK {
		a.Answer, a.Problem = excerpt(body.Bytes()), e.Problem
		if t.attempt <= len(retryAfter) {
			e.RetryIn = s.hurried(retryAfter[t.attempt-1]).Seconds()
		}
	} else if p.Kind == scenario.Inbound {
		a.Answer = excerpt(body.Bytes())
	}
	s.record(m, p, a)
	return e, err
}

// signer signs the callbacks of a message.
func (s *Simulator) signer(m *message) scenario.Signer {
	return scenario.Signer{Keys: s.keysOf(m), Forged: s.forged, Families: s.o.Sign}
}

// lose tells of a callback that is never posted.
func (s *Simulator) lose(t *task) {
	m, p := t.m, t.steps[0]
	s.record(m, p, Attempt{Number: t.attempt, At: s.now(), Problem: lostByChaos})
	s.tell(m, Event{
		Event: EventLost, MessageUUID: m.uuid, From: m.from, To: m.to, Status: p.Status, ErrorCode: p.ErrorCode,
		Sequence: p.Sequence, Method: cmp.Or(p.Method, m.method), URL: m.url, Attempt: t.attempt, Problem: lostByChaos, Cause: p.Cause,
	})
}

// deliver signs the callback of a task, sends it, writes what is answered into body and gives its status.
func (s *Simulator) deliver(ctx context.Context, t *task, method string, nonces func() string, body io.Writer) (int, error) {
	m, p := t.m, t.steps[0]
	signed, err := s.signer(m).Sign(p.Signature, method, m.url, p.Params, nonces)
	if err != nil {
		return 0, err
	}
	ctx, patience := newPatience(ctx, connectTimeout, answerTimeout)
	defer patience.end()
	request, err := signed.Request(ctx)
	if err != nil {
		return 0, err
	}
	if how := s.mishap(t); how != nil {
		half := s.dice.unit("chaos end", m.number, uint64(p.Number), uint64(p.Copy), uint64(t.attempt)) < 0.5
		if err := s.maim(ctx, request, how, half, patience.wrote); err != how { // who waits long for the rest changes nothing of that
			return 0, patience.why(ctx, err)
		}
		return 0, how
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return 0, patience.why(ctx, err)
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
	case errors.As(err, &wrapped):
		return wrapped.Err.Error()
	default:
		return err.Error()
	}
}
