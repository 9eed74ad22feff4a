package simulator_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestAdvanceToNextIsFar has the next callback due further ahead than the clock is moved by a time at once: it was
// scheduled before the speed was raised.
func TestAdvanceToNextIsFar(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Fate: "sent"})
	b.send(b.draft("+14155550123"), "")
	b.advance(time.Nanosecond) // what was due at once is posted
	next := b.Clock().Next
	status, answer := b.control("POST", "clock", `{"speed":1000000,"advance":"next"}`)
	if status != 200 || !b.Clock().Now.Equal(next) || len(b.receiver.all()) == 0 {
		t.Errorf("it answers %d %v; the clock shows %s, next was %s", status, answer, b.Clock().Now, next)
	}
	for range 3 { // and where nothing is left nothing happens
		if status, answer := b.control("POST", "clock", `{"advance":"next"}`); status != 200 {
			t.Fatalf("it answers %d %v", status, answer)
		}
	}
	if c := b.Clock(); c.Pending != 0 || c.Now.Sub(start) > time.Minute {
		t.Errorf("the clock is %+v", c)
	}
}

// TestAdvanceToNextTwice has two move the clock on to what is next: each gets on by one.
func TestAdvanceToNextTwice(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
	d := b.draft("+14155550123")
	d.CallbackURL = slowly(t, nil)
	uuid := b.send(d, "")[0]
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := b.AdvanceToNext(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if got := b.attemptsOf(uuid); len(got) != 3 { // the first was due at once
		t.Errorf("the attempts are %v", got)
	}
}

// TestAdvanceToNextSaysWhy says what was tried where it ends early.
func TestAdvanceToNextSaysWhy(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
	b.send(b.draft("+14155550123"), "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := b.AdvanceToNext(ctx)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "was not moved on to what is posted next, it shows 2026-03-01T12:00:00Z") {
		t.Errorf("the error is %v", err)
	}
}
