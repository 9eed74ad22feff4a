package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// TestAdvance goes through Plivo's retries of one callback by hand: each comes when the clock is there, and not before.
func TestAdvance(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Fate: "sent"})
	b.receiver.answer = func(int) int { return 503 }
	uuid := b.send(b.draft("+14155550123"), "")[0]
	b.advance(0)
	for i, step := range []struct {
		by   time.Duration
		want int
	}{{0, 1}, {199 * time.Millisecond, 1}, {time.Millisecond, 2}, {59 * time.Second, 2}, {time.Second, 4}, {2 * time.Minute, 6}, {4 * time.Minute, 8}, {time.Hour, 8}} {
		b.advance(step.by)
		if got := len(b.receiver.of(uuid)); got != step.want {
			t.Errorf("step %d: %d attempts came, want %d", i, got, step.want)
		}
	}
	callbacks, ok := b.CallbacksOf(uuid)
	if !ok || len(callbacks) != 2 {
		t.Fatalf("the callbacks are %+v", callbacks)
	}
	var at []string
	for _, a := range callbacks[0].Attempts {
		at = append(at, fmt.Sprint(a.At.Sub(start), " ", a.Answered))
	}
	if diff := cmp.Diff([]string{"0s 503", "1m0s 503", "3m0s 503", "7m0s 503"}, at); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	if c := b.Clock(); c.Now.Sub(start) < time.Hour+7*time.Minute || !c.Stopped || c.Pending != 0 || !c.Next.IsZero() {
		t.Errorf("the clock is %+v", c)
	}
}

// TestAdvanceInOneGo moves the clock over everything at once: what comes of it is the same.
func TestAdvanceInOneGo(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
	b.receiver.answer = func(n int) int { return map[bool]int{true: 500, false: 200}[n < 4] }
	uuid := b.send(b.draft("+14155550123"), "")[0]
	b.advance(time.Hour)
	var got []string
	callbacks, _ := b.CallbacksOf(uuid)
	for _, c := range callbacks {
		for _, a := range c.Attempts {
			got = append(got, fmt.Sprint(c.Sequence, " ", a.Number, " ", a.At.Sub(start), " ", a.Answered))
		}
	}
	want := []string{"1 1 0s 500", "1 2 1m0s 500", "1 3 3m0s 200", "2 1 200ms 500", "2 2 1m0.2s 200", "3 1 1s 500", "3 2 1m1s 200"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

// TestUpcoming tells what goes next, and when.
func TestUpcoming(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
	b.receiver.answer = func(n int) int { return map[bool]int{true: 500, false: 200}[n == 0] }
	b.send(b.draft("+14155550123"), "")
	b.advance(100 * time.Millisecond)
	var got []string
	for _, u := range b.Upcoming(10) {
		got = append(got, fmt.Sprint(u.Due.Sub(start), " ", u.Sequence, " ", u.Status, " ", u.Attempt))
	}
	if diff := cmp.Diff([]string{"200ms 2 sent 1", "1m0s 1 queued 2"}, got); diff != "" {
		t.Errorf("upcoming (-want +got):\n%s", diff)
	}
	if c := b.Clock(); c.Next.Sub(start) != 200*time.Millisecond || c.Pending != 2 {
		t.Errorf("the clock is %+v", c)
	}
	if got := b.Upcoming(1); len(got) != 1 {
		t.Errorf("%d are told, want 1", len(got))
	}
}

// TestStopAndStart lets a running clock stand still, and go on from there.
func TestStopAndStart(t *testing.T) {
	b := newBench(t, simulator.Options{Pace: simulator.Pace{Queued: 0, Sent: time.Millisecond, Final: 2 * time.Millisecond}, Speed: 1})
	b.StopClock()
	uuid := b.send(b.draft("+14155550123"), "")[0]
	stood := b.Clock().Now
	b.advance(0)
	if got := b.receiver.of(uuid); len(got) != 1 || !b.Clock().Now.Equal(stood) {
		t.Errorf("%d callbacks came while the clock stood still", len(got))
	}
	b.StartClock()
	b.settle()
	if got := b.receiver.of(uuid); len(got) != 3 {
		t.Errorf("%d callbacks came, want 3", len(got))
	}
}

func TestAdvanceThatEnds(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
	hold := make(chan struct{})
	b.receiver.answer = func(int) int { <-hold; return 200 }
	b.send(b.draft("+14155550123"), "")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Advance(ctx, time.Hour) }()
	wait(t, func() bool { return len(b.receiver.all()) == 1 })
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "2026-03-01T12:00:00Z") {
		t.Errorf("it says %v", err)
	}
	close(hold)
	if err := b.Advance(t.Context(), -time.Second); err == nil {
		t.Error("the clock goes back")
	}
}

// TestSameBytes sends the same to two simulators of one seed and one clock: all that they post is the same, byte for
// byte, and with another seed it is not.
func TestSameBytes(t *testing.T) {
	run := func(seed uint64) []string {
		b := newBench(t, simulator.Options{Seed: seed, Start: start, Stopped: true, Speed: 1, InboundURL: "/sms/inbound"})
		b.receiver.answer = func(n int) int { return map[bool]int{true: 500, false: 200}[n%3 == 0] }
		var out []string
		for _, fate := range []string{"", "undelivered:30", "duplicate", "out-of-order", "wrong-token"} {
			d := b.draft("+4915123456789")
			d.CallbackURL = strings.Replace(d.CallbackURL, b.receiver.url, b.receiver.url+"/"+fate, 1)
			b.send(d, fate)
			b.advance(20 * time.Minute)
		}
		for _, c := range b.receiver.all() {
			out = append(out, fmt.Sprint(c.method, strings.TrimPrefix(c.url, b.receiver.url), string(c.body), c.header.Get("X-Plivo-Signature-V3-Nonce"), c.header.Get("X-Plivo-Signature-V2-Nonce")))
		}
		return out
	}
	first, second, other := run(42), run(42), run(43)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("a seed does not repeat:\n%s", diff)
	}
	if len(first) != len(other) || first[0] == other[0] {
		t.Error("another seed gives the same")
	}
}
