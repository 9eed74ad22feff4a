package app

import (
	"context"
	"fmt"
	"reflect"

	"dev.internal/plivoscope/internal/plivo"
)

// UnmetError says that a message came to another end than the one waited for.
type UnmetError struct {
	Message plivo.Message
	Want    plivo.Status
}

// Error names the status reached and, where there is one, the error code with its meaning.
func (e *UnmetError) Error() string {
	m := e.Message
	s := fmt.Sprintf("waited for %s, but the message to %s ended as %s", e.Want, m.To, m.Status)
	if m.Refusal != "" {
		return s + ": " + m.Refusal
	}
	if code, known := plivo.LookupCode(m.ErrorCode); known && m.ErrorCode != "" {
		return fmt.Sprintf("%s with error %s: %s. %s", s, m.ErrorCode, code.Meaning, code.Advice)
	} else if m.ErrorCode != "" {
		return fmt.Sprintf("%s with error %s, which is not in the table of known codes", s, m.ErrorCode)
	}
	return s
}

// Follow calls each for every message of ids as it is now and again after each change, until done
// says so of the latest state of all of them or ctx ends. Changes that come faster than they can be
// read are seen together.
func (a *App) Follow(ctx context.Context, ids []int64, each func(plivo.Message) error, done func([]plivo.Message) (bool, error)) error {
	wake, stop := a.store.Subscribe()
	defer stop()
	last := map[int64]plivo.Message{}
	for {
		ms, err := a.store.MessagesByID(ctx, ids)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		for _, m := range ms {
			if old, seen := last[m.ID]; seen && reflect.DeepEqual(old, m) {
				continue
			}
			last[m.ID] = m
			if err := each(m); err != nil {
				return err
			}
		}
		if ok, err := done(ms); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-wake:
		}
	}
}

// Reached tells whether every message has come to the status want: nil and true when all have,
// *UnmetError when one has ended otherwise. A status that no valid signature vouches for does not
// count either way.
func Reached(ms []plivo.Message, want plivo.Status) (bool, error) {
	all := len(ms) > 0
	for _, m := range ms {
		switch {
		case m.Unclear:
			all = false
		case m.Refusal != "":
			return false, &UnmetError{Message: m, Want: want}
		case m.Unverified:
			all = false
		case reached(m.Status, want):
		case want == plivo.Read && m.Status == plivo.Delivered:
			all = false // a message is read after it was delivered
		case m.Status.Terminal():
			return false, &UnmetError{Message: m, Want: want}
		default:
			all = false
		}
	}
	return all, nil
}

// reached tells whether a message in status s has been in status want: a later status that can only
// follow it counts too.
func reached(s, want plivo.Status) bool {
	switch {
	case s == want:
		return true
	case want == plivo.Delivered:
		return s == plivo.Read
	case want == plivo.Queued:
		return s.Known() && s != plivo.Sending && s != plivo.Received
	case want == plivo.Sent:
		return s == plivo.Delivered || s == plivo.Undelivered || s == plivo.Read
	default:
		return false
	}
}
