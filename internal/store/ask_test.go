package store_test

import (
	"context"
	"errors"
	"testing"

	"dev.internal/plivoscope/internal/store"
)

// TestAskedIsDoneOrNot ends the wait for something that is being done: whoever waits hears that it was done,
// for until then what it works on is not theirs again.
func TestAskedIsDoneOrNot(t *testing.T) {
	s := openStore(t, store.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	done := false
	err := store.Ask(ctx, s, func() error {
		cancel()
		for range 100 { // long enough for somebody who does not wait
			if _, err := s.CallbackHeads(context.Background(), 0, 1); err != nil {
				return err
			}
		}
		done = true
		return nil
	})
	if err != nil || !done {
		t.Errorf("done is %v, and it was told: %v", done, err)
	}
}

// TestAskedIsGivenUp ends the wait for something whose turn has not come: it is never done.
func TestAskedIsGivenUp(t *testing.T) {
	s := openStore(t, store.Options{})
	release := store.HoldWriter(s)
	ctx, cancel := context.WithCancel(t.Context())
	done, told := false, make(chan error, 1)
	go func() {
		told <- store.Ask(ctx, s, func() error {
			done = true
			return nil
		})
	}()
	cancel()
	if err := <-told; !errors.Is(err, context.Canceled) {
		t.Errorf("told %v", err)
	}
	release()
	if err := store.Ask(t.Context(), s, func() error { return nil }); err != nil || done {
		t.Errorf("done is %v, %v", done, err)
	}
}
