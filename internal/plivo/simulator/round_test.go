package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

func (b *bench) reset() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	if err := b.Reset(ctx); err != nil {
		b.t.Fatal(err)
	}
}

// TestSameBytesAfterReset has a simulator with a seed do the same after a reset as before, byte for byte, whatever
// was changed in between; one without a seed does not.
func TestSameBytesAfterReset(t *testing.T) {
	run := func(b *bench) string {
		var out strings.Builder
		begun := len(b.receiver.all())
		uuid := b.send(b.draft("+4915123456789"), "out-of-order")[0]
		if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+4915123456789", Text: "hi"}); err != nil {
			t.Error(err)
		}
		b.advance(time.Minute)
		for _, c := range b.receiver.all()[begun:] {
			fmt.Fprintln(&out, c.method, c.url, string(c.body), c.header.Get("X-Plivo-Signature-V3"))
		}
		_, _, list := b.call("GET", "Message/", "", nil)
		return uuid + out.String() + list
	}
	b := newBench(t, simulator.Options{Seed: 7, Start: start, Stopped: true, Speed: 1, InboundURL: "/sms/inbound", Fate: "sent"})
	first := run(b)
	if err := b.SetSpeed(50); err != nil {
		t.Fatal(err)
	}
	b.StartClock()
	b.call("POST", "Application/", `{"app_name":"another"}`, nil)
	b.reset()
	if diff := cmp.Diff(first, run(b)); diff != "" {
		t.Errorf("after the reset it is not the same:\n%s", diff)
	}

	b = newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, InboundURL: "/sms/inbound"})
	first = run(b)
	b.reset()
	if second := run(b); second == first || second[:36] == first[:36] {
		t.Error("without a seed the UUIDs repeat")
	}
}

// TestResetForgets drops what is waiting and cuts off what is on its way: nothing of it comes, counts or is told of.
func TestResetForgets(t *testing.T) {
	b := newBench(t, simulator.Options{Speed: 1, InboundURL: "/sms/inbound"})
	var hold sync.WaitGroup
	hold.Add(1)
	t.Cleanup(hold.Done)
	b.receiver.answer = func(int) int { hold.Wait(); return 503 }
	uuid := b.send(b.draft("+14155550123"), "")[0]
	inbound := make(chan error, 1)
	go func() {
		_, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "hi"})
		inbound <- err
	}()
	wait(t, func() bool { return len(b.receiver.all()) == 2 })
	b.reset()
	if err := <-inbound; err == nil || !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "stops") {
		t.Errorf("the inbound message says %v", err)
	}
	if _, ok := b.CallbacksOf(uuid); ok || b.Pending() != 0 || len(b.Upcoming(10)) != 0 || b.Stats() != (simulator.Stats{}) {
		t.Errorf("something is left: %+v, %+v, %d", b.Stats(), b.Upcoming(10), b.Pending())
	}
	if n := len(b.receiver.all()); n != 2 {
		t.Errorf("%d callbacks came, want 2", n)
	}
}

// TestAdvanceThatIsCutOff ends with a reset, and with the simulator.
func TestAdvanceThatIsCutOff(t *testing.T) {
	for name, cut := range map[string]func(*bench){"reset": (*bench).reset, "stopping": func(b *bench) { b.Close() }} {
		t.Run(name, func(t *testing.T) {
			// The first callback comes when the clock is on its way.
			b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Pace: simulator.Pace{Queued: time.Second, Sent: time.Second, Final: time.Second}})
			hold := make(chan struct{})
			defer close(hold)
			b.receiver.answer = func(int) int { <-hold; return 200 }
			b.send(b.draft("+14155550123"), "")
			done := make(chan error, 1)
			go func() { done <- b.Advance(t.Context(), time.Hour) }()
			wait(t, func() bool { return len(b.receiver.all()) == 1 })
			cut(b)
			if err := <-done; err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("it says %v", err)
			}
			if name == "reset" && !b.Clock().Now.Equal(start) {
				t.Errorf("the clock shows %s", b.Clock().Now)
			}
		})
	}
}

// TestAdvanceBesideSenders lets the clock be moved on though there is always a callback on its way.
func TestAdvanceBesideSenders(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Fate: "sent"})
	over := make(chan struct{})
	b.receiver.answer = func(n int) int { // when the next one has come, which is another message's
		for len(b.receiver.all()) < n+2 {
			select {
			case <-over:
				return 200
			case <-time.After(time.Millisecond):
			}
		}
		return 200
	}
	uuid := b.send(b.draft("+14155550123"), "")[0]
	stop := make(chan struct{})
	var sending sync.WaitGroup
	sending.Go(func() {
		for {
			select {
			case <-stop:
				close(over)
				return
			default:
				b.send(b.draft("+14155550199"), "")
				time.Sleep(time.Millisecond)
			}
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := b.Advance(ctx, 10*time.Minute)
	close(stop)
	sending.Wait()
	if err != nil {
		t.Error(err)
	}
	if n := len(b.receiver.of(uuid)); n != 2 {
		t.Errorf("%d callbacks of the first message came, want 2", n)
	}
}

// TestManyPending has as much to post as a simulator holds, and gets through it.
func TestManyPending(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Pace: simulator.Pace{Queued: time.Hour, Sent: time.Hour, Final: time.Hour}, Keep: 60_000})
	many, full := 50, 50_000
	if testing.Short() {
		many, full = 2, 2000
		b.LimitPending(full)
	}
	d := b.draft(numbers(1000)...)
	d.CallbackURL = "http://127.0.0.1:1/" // nobody is there
	for range many {
		b.send(d, "")
	}
	if _, err := b.client.Send(t.Context(), d, nil); err == nil || b.Pending() != full {
		t.Errorf("%d are pending, and one more gives %v", b.Pending(), err)
	}
	next := b.Upcoming(2)
	if len(next) != 2 || !next[0].Due.Equal(start.Add(time.Hour)) || next[0].MessageUUID == next[1].MessageUUID {
		t.Errorf("next are %+v", next)
	}
	if c, ok := b.CallbacksOf(next[1].MessageUUID); !ok || len(c) != 3 || c[2].Next.IsZero() {
		t.Errorf("its callbacks are %+v", c)
	}
	b.reset()
	if b.Pending() != 0 || len(b.Upcoming(1)) != 0 {
		t.Errorf("%d are left", b.Pending())
	}
}

// TestResetOfOneThatStops says so.
func TestResetOfOneThatStops(t *testing.T) {
	b := newBench(t, simulator.Options{})
	b.Close()
	if err := b.Reset(t.Context()); err == nil || errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopping") {
		t.Errorf("it says %v", err)
	}
}
