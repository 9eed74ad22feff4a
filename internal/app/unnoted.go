package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
)

// UnnotedError says that a send was answered, and that the history could not take the answer. What Plivo accepted
// is on its way: it must not be sent again.
type UnnotedError struct {
	Messages []plivo.Message // as the answer makes them; the history has them as sending
	Answer   error           // the API's; nil where it accepted the request
	Cause    error           // the history's
}

// Error says what was sent, what the history lacks, and what to do.
func (e *UnnotedError) Error() string {
	if e.Answer != nil {
		return fmt.Sprintf("%v; the history lacks this answer, for it could not be written (%v), so its rows say sending: mend that before the next send", e.Answer, e.Cause)
	}
	var taken []string
	for _, m := range e.Messages {
		if m.UUID != "" {
			taken = append(taken, m.UUID+" to "+m.To)
		}
	}
	if len(taken) == 0 {
		return fmt.Sprintf("Plivo answered the send and took none of its messages, and the history lacks that, for it could not be written (%v), so its rows say sending: mend that before the next send", e.Cause)
	}
	return fmt.Sprintf("Plivo accepted the message, so do not send it again; but the history could not be written and lacks the message UUID: %v. Keep it (%s), mend the history, and look the message up in the message logs of Plivo's console",
		e.Cause, someOf(taken))
}

// Taken reports whether Plivo accepted any of the messages, or may have.
func (e *UnnotedError) Taken() bool {
	return slices.ContainsFunc(e.Messages, func(m plivo.Message) bool { return m.UUID != "" || m.Unclear })
}

// Unwrap gives both causes.
func (e *UnnotedError) Unwrap() []error {
	if e.Answer == nil {
		return []error{e.Cause}
	}
	return []error{e.Answer, e.Cause}
}

// unnoted is the error of a send whose answer the history did not take.
func (a *App) unnoted(rows []plivo.Message, outs []store.SendOutcome, answer, cause error) *UnnotedError {
	e := &UnnotedError{Messages: rows, Answer: answer, Cause: cause}
	now := a.now()
	for i, o := range outs {
		m := &e.Messages[i]
		m.Signature.Outcome = signature.Unchecked
		m.ID, m.UUID, m.Refusal, m.Unclear, m.UpdatedAt = o.ID, o.UUID, o.Refusal, o.Unclear, now
		switch {
		case o.UUID != "":
			m.Status = plivo.Queued
		case !o.Unclear:
			m.Status, m.FinalAt, m.NotTaken = plivo.Failed, now, o.NoReply
		}
	}
	return e
}

// stillSending gives signs of life of a send to the history until stop is called.
func (a *App) stillSending(ctx context.Context, ids []int64) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		beat := time.NewTicker(a.sendBeat)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				if err := a.store.StillSending(ctx, ids); err != nil && ctx.Err() == nil {
					a.log.Warn("that a send waits could not be noted", "err", err)
				}
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}
