package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/webhook"
)

// comparedAttemptsMsg brings two attempts to compare.
type comparedAttemptsMsg struct {
	asked int
	both  [2]webhook.Attempt
	err   error
}

// compareAttempts compares the two marked attempts, or the marked one with that of the cursor.
func (s *callbacks) compareAttempts() tea.Cmd {
	ids := slices.Clone(s.open.tries.marks)
	here, ok := s.open.here()
	if len(ids) == 1 && ok && here.ID != ids[0] {
		ids = append(ids, here.ID)
	}
	if len(ids) != 2 {
		words := fmt.Sprintf("Two attempts can be compared, %d are marked: space takes a mark away, u all of them.", len(ids))
		if len(ids) < 2 {
			words = "Mark an attempt with space and go to another one to compare them."
		}
		s.env.notify(app.Warning, words)
		return nil
	}
	slices.Sort(ids)
	s.comparing++
	msg := comparedAttemptsMsg{asked: s.comparing}
	ctx, core := s.env.ctx, s.env.core
	return func() tea.Msg {
		for i, id := range ids {
			if msg.both[i], msg.err = readAttempt(ctx, core, id); msg.err != nil {
				break
			}
		}
		return msg
	}
}

// answerCompareAttempts opens the comparison, unless the user went elsewhere.
func (s *callbacks) answerCompareAttempts(msg comparedAttemptsMsg) {
	switch {
	case msg.asked != s.comparing || !s.shown || errors.Is(msg.err, context.Canceled):
	case msg.err != nil:
		s.env.notify(app.Failure, fmt.Sprintf("Compare the marked attempts: %v; u takes the marks away.", msg.err))
	default:
		s.compared = newComparison(s.env, webhook.Callback{}, webhook.Callback{})
		s.compared.attempts = msg.both
	}
}

// attemptSides are two attempts to compare.
func attemptSides(a, b webhook.Attempt) comparedSides {
	x, y := requestOfAttempt(a), requestOfAttempt(b)
	return comparedSides{
		names: [2]string{fmt.Sprintf("Attempt %d", a.ID), fmt.Sprintf("Attempt %d", b.ID)},
		when:  [2]time.Time{a.At, b.At},
		groups: []comparedGroup{
			{"Attempt", attemptFieldsOf(a, b)},
			{"Answer headers", headerFields(a.Answer.Header, b.Answer.Header)},
			{"Parameters", paramFields(x.Report.Params, y.Report.Params)},
			{"Request headers", headerFields(a.Header, b.Header)},
		},
		bodies: []comparedBodies{
			{"Answer body", "each, opened,", a.Answer.Body, b.Answer.Body},
			{"Request body", "each, opened,", a.Body, b.Body},
		},
	}
}

// attemptFieldsOf are what is known of both beside their headers and bodies.
func attemptFieldsOf(a, b webhook.Attempt) []comparedField {
	var out []comparedField
	add := func(name string, of func(webhook.Attempt) string) {
		out = append(out, comparedField{name: name, a: readable(of(a)), b: readable(of(b)), inA: true, inB: true})
	}
	add("sent", func(a webhook.Attempt) string { return a.At.UTC().Format("2006-01-02 15:04:05.000000") })
	add("how", howWords)
	add("answer", func(a webhook.Attempt) string {
		if a.Answer.Status == 0 {
			return "none"
		}
		return strconv.Itoa(a.Answer.Status)
	})
	add("failure", func(a webhook.Attempt) string { return orDash(a.Err) })
	add("method", func(a webhook.Attempt) string { return a.Method })
	add("URL", func(a webhook.Attempt) string { return a.URL })
	add("Host", func(a webhook.Attempt) string { return a.Host })
	add("signed for", func(a webhook.Attempt) string { return orDash(a.SignedURL) })
	add("scenario", func(a webhook.Attempt) string { return orDash(a.Scenario) })
	add("route", func(a webhook.Attempt) string { return orDash(a.Route) })
	for _, part := range []struct {
		name string
		of   func(webhook.Timings) time.Duration
	}{
		{"DNS", func(t webhook.Timings) time.Duration { return t.DNS }},
		{"connect", func(t webhook.Timings) time.Duration { return t.Connect }},
		{"TLS", func(t webhook.Timings) time.Duration { return t.TLS }},
		{"first byte", func(t webhook.Timings) time.Duration { return t.FirstByte }},
		{"total", func(t webhook.Timings) time.Duration { return t.Total }},
	} {
		add(part.name, func(a webhook.Attempt) string {
			if d := part.of(a.Timings); d > 0 {
				return tookWords(d)
			}
			return "–"
		})
	}
	return out
}
