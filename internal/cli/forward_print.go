package cli

import (
	"context"
	"fmt"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook"
)

// forwardedJSON is one attempt to forward a callback, as docs/output.md documents it.
type forwardedJSON struct {
	Event      string          `json:"event"` // "forwarded"
	CallbackID int64           `json:"callback_id"`
	Route      string          `json:"route"`
	Mode       webhook.Mode    `json:"mode"`
	SentAt     string          `json:"sent_at"`
	Method     string          `json:"method"`
	URL        string          `json:"url"`
	Status     *int            `json:"status"` // null for no answer
	Took       float64         `json:"took_ms"`
	Failure    webhook.Failure `json:"failure"` // empty for a whole answer
	Error      string          `json:"error"`
}

// forwarded prints an attempt to forward a callback. As text one without an answer is not worth a line: that
// the app does not answer is told once.
func (p *printer) forwarded(a webhook.Attempt) error {
	a.Route, a.URL, a.Err = p.mask.Sentence(a.Route), p.mask.URL(a.URL), p.mask.Sentence(a.Err)
	if !p.json {
		if a.Answer.Status == 0 {
			return nil
		}
		words := fmt.Sprintf("%d forwarded to %s: %d in %s", a.CallbackID, a.Route, a.Answer.Status, shortTime(a.Timings.Total))
		return p.lines.write([]byte(wrapped(escape.Line(words), p.columns(), 4, 4)))
	}
	j := forwardedJSON{
		Event: "forwarded", CallbackID: a.CallbackID, Route: a.Route, Mode: a.Mode, SentAt: utc(a.At), Method: a.Method, URL: a.URL,
		Took: milliseconds(a.Timings.Total), Failure: a.Failure, Error: a.Err,
	}
	if a.Answer.Status != 0 {
		j.Status = &a.Answer.Status
	}
	line, err := encode(j)
	if err != nil {
		return err
	}
	return p.lines.write(line)
}

// printForwarded prints the attempts since the last that was printed.
func (t *tail) printForwarded(ctx context.Context) error {
	for t.forwards {
		all, err := t.a.Forwarded(ctx, t.sent, tailPage)
		if err != nil {
			return &unreadError{err}
		}
		err = t.p.lines.together(func() error {
			for _, a := range all {
				if err := t.p.forwarded(a); err != nil {
					return err
				}
				t.sent = a.ID
			}
			return nil
		})
		if err != nil || len(all) < tailPage {
			return err
		}
	}
	return nil
}

// forwardedWithin is how long a listen that is done waits until what it took is forwarded.
const forwardedWithin = 10 * time.Second

// settleForwarding lets a listen that is done forward what it took, and prints that.
func (t *tail) settleForwarding(ctx context.Context) error {
	if !t.forwards {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, forwardedWithin)
	defer cancel()
	_ = t.a.ForwardingSettled(within) // what is left is told by the notices, and waits in the history
	t.notices.print(t.a.Status().Notices)
	return t.printForwarded(ctx)
}

// unforwarded says at the end what is left of each route; kept is whether a history keeps it.
func unforwarded(s Streams, a *app.App, kept bool) {
	for _, r := range a.Status().Routes {
		if r.Waiting == 0 || r.Elsewhere {
			continue
		}
		were, them := "were", "them"
		if r.Waiting == 1 {
			were, them = "was", "it"
		}
		// The hour counts from when each came, not from this end.
		then := fmt.Sprintf("the next start with --forward-to %s sends what came within the hour before it", r.Name)
		if !kept {
			then = "without a history nothing keeps " + them
		}
		s.say("%s %s not forwarded to %s yet; %s", plural(int(r.Waiting), "callback"), were, r.Name, then)
	}
}
