package webhook

import (
	"context"
	"log/slog"
	"time"

	"dev.internal/plivoscope/internal/escape"
)

// logCallback writes the line of a callback. It names no parameter that can hold a text, and neither
// query nor body.
func (s *Server) logCallback(level slog.Level, c *Callback, path string, began time.Time, err error) {
	if !s.log.Enabled(context.Background(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.Int64("id", c.ID),
		slog.String("kind", string(c.Kind)),
		slog.String("method", c.Method),
		slog.String("path", escape.Line(cut(path))),
		slog.String("message_uuid", escape.Line(cut(c.Report.MessageUUID()))),
		slog.String("from", escape.Line(cut(c.Report.From()))),
		slog.String("to", escape.Line(cut(c.Report.To()))),
		slog.String("outcome", string(c.Verdict.Outcome)),
		slog.String("scheme", string(c.Verdict.Scheme)),
		slog.Int("status", c.Answer.Status),
		slog.Duration("latency", time.Since(began)),
		slog.String("remote", c.RemoteAddr),
	}
	text := "callback stored"
	if err != nil {
		text = "callback not stored"
		attrs = append(attrs, slog.String("error", escape.Line(err.Error())))
	}
	s.log.LogAttrs(context.Background(), level, text, attrs...)
}
