package cli

import (
	"context"
	"errors"
	"time"

	"dev.internal/plivoscope/internal/store"
)

// unreadError says that the history could not be read for what is to be printed. What is printed is as far as before.
type unreadError struct{ err error }

func (e *unreadError) Error() string { return e.err.Error() }
func (e *unreadError) Unwrap() error { return e.err }

// unreadPause is how long what is printed waits for a history that could not be read.
const unreadPause = 500 * time.Millisecond

// awaits has a failure to read the history not end what takes callbacks: without file descriptors, or while the disk
// answers with errors, or what is read is damaged, it is told, once, and soon tried again: who writes may be putting the
// history back. A history that is closed ends it.
func (t *tail) awaits(ctx context.Context, err error) (_ error, patient bool) {
	var unread *unreadError
	if !errors.As(err, &unread) || ctx.Err() != nil ||
		errors.Is(err, store.ErrClosed) {
		if err == nil {
			t.unread = ""
		}
		return err, false
	}
	if text := err.Error(); text != t.unread {
		t.unread = text
		t.notices.s.say("what came is not printed yet, and tried again: %v", err)
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx), false
	case <-time.After(unreadPause):
		return nil, true
	}
}
