package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// retryAfter is what a caller is told to wait after a 503 or a 429, in seconds. Plivo keeps to its own
// schedule of 60, 120 and 240 s.
const retryAfter = "10"

// NotAllowed is what a caller is answered, with 403, whom Config.Allow keeps out.
const NotAllowed = "This address may not call here."

// discardMost is how many bytes of a body that is too long are read only to be thrown away.
const discardMost = 16 << 20

func (s *Server) serveHTTP(w http.ResponseWriter, r *http.Request, by way) {
	began := time.Now()
	caller := callerOf(r, by.forwarded)
	hosts := hostsOf(r)
	public := s.publicURLs().askedFor(hosts)
	target := target(r)
	path := pathOf(public, target)
	if s.proves(w, r, path) {
		s.serveHealth(w, r, by)
		return
	}
	if !allowed(s.config.Allow, caller.addr) {
		switch health := asksHealth(r, path); {
		case health && direct(r, by):
			s.serveHealth(w, r, by)
			return
		case health || asksJudgement(r, path): // no callback, so it counts as little as one that is let in
			writeText(w, http.StatusForbidden, NotAllowed)
			return
		}
		s.stats.came(s.config.Now())
		s.refuse(w, &s.stats.barred, http.StatusForbidden, NotAllowed)
		s.problems.tell(slog.LevelWarn, "allow",
			fmt.Sprintf("A request from %s was refused, because the address is in no range of --allow.", caller.text))
		return
	}
	if r.Method == "PRI" { // net/http hands the preface of HTTP/2 to the handler
		s.stats.came(s.config.Now())
		s.refuse(w, &s.stats.protocol, http.StatusBadRequest, "This server speaks HTTP/1.1.")
		return
	}
	if asksHealth(r, path) {
		s.serveHealth(w, r, by)
		return
	}
	if asksJudgement(r, path) {
		s.serveJudgement(w, r, public, hosts, target, func(c *Callback) bool {
			return s.rate != nil && !s.rate.allow(caller.addr, c.ReceivedAt)
		})
		return
	}
	c := &Callback{
		ReceivedAt:  s.config.Now(),
		Method:      r.Method,
		ReceivedURL: receivedURL(r, target),
		Protocol:    r.Proto,
		RemoteAddr:  caller.text,
		Header:      r.Header,
	}
	s.stats.came(c.ReceivedAt)
	var err error
	if c.Body, c.Truncated, err = s.readBody(w, r); err != nil {
		s.refuseBody(w, c, err)
		return
	}
	s.connections.arrived(r.Context())
	s.inTurn(func() {
		s.judge(c, public, hosts, target)
		c.Kind = kindOf(r.Method, path, c.Report)
	})
	s.stats.judged(c.Verdict.Outcome)

	if c.Verdict.Outcome != signature.Valid && !by.unlimited && !s.rate.allow(caller.addr, c.ReceivedAt) {
		w.Header().Set("Retry-After", retryAfter)
		s.refuse(w, &s.stats.limited, http.StatusTooManyRequests, "Too many requests without a valid signature.")
		s.problems.tell(slog.LevelWarn, "rate", fmt.Sprintf(
			"%s sends more than %g callbacks a second without a valid signature; those above are answered 429 and not stored.",
			caller.text, s.config.Limits.Rate))
		return
	}
	s.record(w, r, c, path, began)
}

// inTurn does what needs the processor.
func (s *Server) inTurn(do func()) {
	s.turns.take()
	defer s.turns.give() // also when it panics: net/http takes the next request
	do()
}

// readBody reads a body once, up to the limit; truncated says that there was more.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) (body []byte, truncated bool, err error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, false, nil
	}
	// net/http sets the deadline anew before the next request of the connection. A ResponseWriter without
	// deadlines has no connection whose body could be slow.
	err = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.config.Limits.BodyRead))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, false, err
	}
	limit := s.config.Limits.Body
	if n := r.ContentLength; n >= 0 && n <= int64(limit) {
		body = make([]byte, n)
		_, err = io.ReadFull(r.Body, body)
		return body, false, err
	}
	body, err = io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if len(body) > limit {
		// Most clients read no answer before they have sent everything.
		_, _ = io.CopyN(io.Discard, r.Body, discardMost)
		return body[:limit:limit], true, nil
	}
	return body, false, err
}

func (s *Server) refuseBody(w http.ResponseWriter, c *Callback, err error) {
	w.Header().Set("Connection", "close")
	status := http.StatusBadRequest
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		status = http.StatusRequestTimeout
	}
	s.refuse(w, &s.stats.incomplete, status, "The body did not arrive whole.")
	s.problems.tell(slog.LevelWarn, "body", fmt.Sprintf(
		"A request from %s was answered %d and not stored, because its body did not arrive whole: %v.", c.RemoteAddr, status, err))
	s.log.Warn("callback not stored", "remote", c.RemoteAddr, "status", status, "error", err.Error())
}

// judge reads the parameters and checks the signature over the public URLs. Without any there is
// nothing that a signature could be checked over: the Host header is the caller's to write. Over an earlier URL only
// the third version counts: whoever kept a request of then could send another body under an older one, to a name that
// may be somebody else's by now.
func (s *Server) judge(c *Callback, public []publicURL, hosts []string, target string) {
	params, problem := ParseParams(c.Method, target, c.Header.Get("Content-Type"), c.Body)
	c.Report, c.Problem = plivo.NewReport(params), problem
	if c.Truncated {
		c.Problem = cutBody(c.Body)
	}
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		params = nil // they are in the URL
	}
	c.URL, c.Verdict = c.ReceivedURL, signature.Result{Outcome: signature.Unchecked}
	weak := false // a signature that holds for an earlier URL, and that anybody could have kept, with other parameters
	for i, url := range candidates(public, hosts, target) {
		verdict := signature.Verify(signature.Request{Method: signedAs(c.Method), URL: url.text, Header: c.Header, Params: params}, s.config.Tokens)
		if url.earlier && verdict.Outcome == signature.Valid && verdict.Scheme != signature.V3 && verdict.Scheme != signature.MaV3 {
			weak = true
			continue
		}
		if i == 0 || weak || verdict.Outcome == signature.Valid {
			c.URL, c.Verdict, weak = url.text, verdict.Result, false
		}
		if verdict.Outcome != signature.Invalid {
			break // valid, or nothing that another URL could change
		}
	}
	if weak {
		c.Verdict.Outcome = signature.Invalid
	}
	c.excuse()
}

// record keeps the callback and only then answers it.
func (s *Server) record(w http.ResponseWriter, r *http.Request, c *Callback, path string, began time.Time) {
	c.Answer = Answer{Status: s.statusFor(c), At: s.config.Now()}
	var ask func(context.Context) TargetAnswer
	if s.config.Answerer != nil {
		ask = s.config.Answerer(c)
	}
	if ask != nil && c.Answer.Status == http.StatusOK {
		c.Answer = Answer{} // not known yet
	}
	leave, found := s.place(c)
	if !found {
		s.refuseCrowd(w, c)
		return
	}
	if err := s.store(r.Context(), c, leave); err != nil {
		s.stats.dropped.Add(1)
		c.Answer.Status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", retryAfter)
		writeText(w, http.StatusServiceUnavailable, "The callback could not be stored; send it again.")
		s.problems.tell(slog.LevelError, "record",
			"Answered 503, Plivo tries again: "+err.Error())
		s.logCallback(slog.LevelError, c, path, began, err)
		return
	}
	s.stats.stored.Add(1)
	s.stats.kept(c)
	if ask != nil {
		got := ask(context.WithoutCancel(r.Context()))
		if c.Answer.Status == 0 {
			c.Answer = Answer{Status: got.Status, At: s.config.Now()}
			s.checkAnswer(c, got)
			s.passOn(w, got) // in no turn: it may be more than is buffered, for a caller who reads slowly
			s.answered(c, path, began)
			return
		}
	}
	s.inTurn(func() {
		s.answer(w, c)
		s.answered(c, path, began)
	})
}

// store records a callback, and then leaves its place.
func (s *Server) store(ctx context.Context, c *Callback, leave func()) error {
	defer leave()
	// A caller that has hung up does not undo that the callback arrived. The request's context would also
	// end with the deadline of the body.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Limits.Record)
	defer cancel()
	return s.config.Recorder.Record(ctx, c)
}

// place waits, for a callback that does not verify, while as many of these are being stored as may be: for as long as
// storing it may take beside that. leave gives the place to another.
func (s *Server) place(c *Callback) (leave func(), found bool) {
	if c.Verdict.Outcome != signature.Invalid && c.Verdict.Outcome != signature.Missing {
		return func() {}, true
	}
	wait := time.NewTimer(s.config.Limits.Record)
	defer wait.Stop()
	select {
	case s.unverified <- struct{}{}:
		return func() { <-s.unverified }, true
	case <-wait.C:
		return nil, false
	}
}

// refuseCrowd answers who found no place in time.
func (s *Server) refuseCrowd(w http.ResponseWriter, c *Callback) {
	w.Header().Set("Retry-After", retryAfter)
	s.refuse(w, &s.stats.crowded, http.StatusServiceUnavailable, "Too many requests without a valid signature wait to be stored; send it again.")
	s.problems.tell(slog.LevelWarn, "crowd", fmt.Sprintf(
		"A callback from %s without a valid signature was answered 503 and not stored: it waited %s for one of the %d places that such have. What verifies waits for none of them.",
		c.RemoteAddr, s.config.Limits.Record, s.config.Limits.Unverified))
}

func (s *Server) answered(c *Callback, path string, began time.Time) {
	s.stats.latency.Observe(time.Since(began))
	s.logCallback(slog.LevelInfo, c, path, began, nil)
}

func (s *Server) statusFor(c *Callback) int {
	switch {
	case c.Truncated:
		return http.StatusRequestEntityTooLarge
	case s.config.OnInvalid != Reject:
		return http.StatusOK
	case c.Verdict.Outcome == signature.Invalid:
		return http.StatusForbidden
	case c.Verdict.Outcome == signature.Missing:
		return http.StatusBadRequest
	}
	return http.StatusOK
}

func (s *Server) answer(w http.ResponseWriter, c *Callback) {
	switch c.Answer.Status {
	case http.StatusRequestEntityTooLarge:
		s.stats.rejectedBy[tooLong].Add(1)
		s.reject(w, c.Answer.Status, fmt.Sprintf("The body is longer than %d bytes.", s.config.Limits.Body))
	case http.StatusForbidden:
		s.stats.rejectedBy[notValid].Add(1)
		s.reject(w, c.Answer.Status, "The signature does not verify.")
	case http.StatusBadRequest:
		s.stats.rejectedBy[notSigned].Add(1)
		s.reject(w, c.Answer.Status, "The request has no Plivo signature.")
	default:
		body := ""
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if c.Kind == Inbound {
			body = s.inboundAnswer(c)
			w.Header().Set("Content-Type", "application/xml")
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(c.Answer.Status)
		_, _ = io.WriteString(w, body)
	}
}

// passOn answers what an application did.
func (s *Server) passOn(w http.ResponseWriter, got TargetAnswer) {
	if got.Status >= 400 && got.Status < 500 {
		s.stats.rejected.Add(1)
		s.stats.rejectedBy[byApplication].Add(1)
	}
	// Without a type net/http would guess one.
	w.Header()["Content-Type"] = got.Header["Content-Type"]
	if encoding := got.Header["Content-Encoding"]; encoding != nil {
		w.Header()["Content-Encoding"] = encoding
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(got.Body)))
	if got.Status == http.StatusNoContent || got.Status == http.StatusNotModified {
		w.Header().Del("Content-Length")
	}
	w.WriteHeader(got.Status)
	_, _ = w.Write(got.Body)
}

// reject answers a 4xx to a callback that is stored.
func (s *Server) reject(w http.ResponseWriter, status int, text string) {
	s.stats.rejected.Add(1)
	writeText(w, status, text)
}

// refuse answers a request that is not stored for what it is or for a limit, and counts it for its reason.
func (s *Server) refuse(w http.ResponseWriter, reason *atomic.Int64, status int, text string) {
	reason.Add(1)
	writeText(w, status, text)
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}
