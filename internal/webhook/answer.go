package webhook

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// SetAnswer changes what inbound messages are answered with.
func (s *Server) SetAnswer(a plivo.Answer) { s.inbound.Store(&a) }

// inboundAnswer is what an inbound message is answered with.
func (s *Server) inboundAnswer(c *Callback) string {
	callbackURL := ""
	if public := s.publicURLs().now; len(public) > 0 {
		callbackURL = public[0].origin + public[0].prefix + DeliveryReportPath
	}
	body, err := s.inbound.Load().For(c.Report, callbackURL)
	if err != nil {
		s.problems.tell(slog.LevelWarn, "answer", fmt.Sprintf("Callback %d got no reply: %v.", c.ID, err))
	}
	return body
}

// checkAnswer tells what Plivo does not take in an application's answer to an inbound message. It is passed on all
// the same: the application's developer is to see what Plivo makes of it. Plain text asks Plivo for nothing.
func (s *Server) checkAnswer(c *Callback, got TargetAnswer) {
	body := bytes.TrimLeft(got.Body, "\ufeff \t\r\n")
	if c.Kind != Inbound || got.Status < 200 || got.Status > 299 || !bytes.HasPrefix(body, []byte("<")) || got.Truncated {
		return
	}
	if encoding := got.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return // it cannot be read here
	}
	if _, err := plivo.ParseReplies(got.Body); err != nil {
		s.problems.tell(slog.LevelWarn, "app answer", fmt.Sprintf(
			"Plivo will not take what your app answered to the inbound message of callback %d, so no reply is sent: %v.", c.ID, err))
	}
}
