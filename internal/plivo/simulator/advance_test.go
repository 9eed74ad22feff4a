package simulator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// attemptsOf tells when the callbacks of a message were posted, and how they were answered.
func (b *bench) attemptsOf(uuid string) []string {
	b.t.Helper()
	var out []string
	callbacks, _ := b.CallbacksOf(uuid)
	for _, c := range callbacks {
		for _, a := range c.Attempts {
			out = append(out, fmt.Sprint(c.Status, " ", a.At.Sub(start), " ", a.Answered))
		}
	}
	return out
}

// newest is the message that was sent last.
func (b *bench) newest() string {
	b.t.Helper()
	return values(b.get("Message/?limit=1&message_direction=outbound"), "message_uuid")
}

// slowly has a receiver of callbacks take its time.
func slowly(t *testing.T, before func()) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if before != nil {
			before()
		}
		time.Sleep(20 * time.Millisecond)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/slow"
}

// TestAdvanceWaitsForReplies: the callbacks of a reply that the clock's way leads to go at their times.
func TestAdvanceWaitsForReplies(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, InboundURL: "/sms/inbound"})
	b.receiver.answer = func(n int) int { return map[bool]int{true: 500, false: 200}[n == 0] }
	b.receiver.body = `<Response><Message src="14155550100" dst="14155550123" callbackUrl="` + slowly(t, nil) + `">x</Message></Response>`
	if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "hi"}); err == nil {
		t.Fatal("the first attempt was taken")
	}
	b.advance(10 * time.Minute)
	if diff := cmp.Diff([]string{"queued 1m0s 200", "sent 1m0.2s 200", "delivered 1m1s 200"}, b.attemptsOf(b.newest())); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

// TestAdvanceWaitsForFollowUps: so do those of a message that the app sends before it answers a callback.
func TestAdvanceWaitsForFollowUps(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Fate: "sent"})
	var sent atomic.Bool
	url := slowly(t, nil)
	b.receiver.answer = func(n int) int {
		if n == 1 && !sent.Swap(true) {
			d := b.draft("+14155550199")
			d.CallbackURL = url
			b.send(d, "")
		}
		return 200
	}
	b.send(b.draft("+14155550123"), "")
	b.advance(10 * time.Minute)
	if diff := cmp.Diff([]string{"queued 200ms 200", "sent 400ms 200"}, b.attemptsOf(b.newest())); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

// TestAdvanceWaitsForAsyncAnswers: what was called with a callback_url is posted before the clock moves on.
func TestAdvanceWaitsForAsyncAnswers(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
	var at []time.Time
	url := slowly(t, func() { at = append(at, b.Clock().Now) })
	if status, _, body := b.call("GET", "Message/?callback_url="+url, "", nil); status != 202 {
		t.Fatalf("it is answered %d %s", status, body)
	}
	b.advance(time.Hour)
	if len(at) != 1 || !at[0].Equal(start) || b.Pending() != 0 || len(b.Upcoming(10)) != 0 {
		t.Errorf("it came at %v, %d pending", at, b.Pending())
	}
}

// TestAdvanceUntilIdle goes through retries and the app's own follow-ups, and no further.
func TestAdvanceUntilIdle(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Fate: "sent"})
	b.receiver.answer = func(n int) int {
		switch n {
		case 0:
			return 500
		case 2: // the retry
			b.send(b.draft("+14155550199"), "")
		}
		return 200
	}
	b.send(b.draft("+14155550123"), "")
	status, _, answer := b.controlBytes("POST", "clock", `{"advance":"idle"}`)
	if status != 200 || !strings.Contains(answer, `"now":"2026-03-01T12:01:00.200000Z"`) || !strings.Contains(answer, `"pending":0`) {
		t.Errorf("it is answered %d %s", status, answer)
	}
	if n := len(b.receiver.all()); n != 5 {
		t.Errorf("%d callbacks came, want 5", n)
	}
	if status, _, again := b.controlBytes("POST", "clock", `{"advance":"idle"}`); status != 200 || again != answer {
		t.Errorf("once more it is answered %d %s", status, again)
	}
	if status, answer := b.control("POST", "clock", `{"advance":"idl"}`); status != 400 {
		t.Errorf("another word is answered %d %s", status, answer)
	}
}

// TestAdvanceNeverIdle ends where an app answers each callback with a message, and says so.
func TestAdvanceNeverIdle(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Keep: 10, Fate: "sent"})
	many := b.draft(numbers(1000)...)
	many.CallbackURL = ""
	b.receiver.answer = func(n int) int {
		if n%2 == 1 { // the last one of a message
			b.send(many, "")
			b.send(b.draft("+14155550199"), "")
		}
		return 200
	}
	b.send(b.draft("+14155550123"), "")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := b.AdvanceUntilIdle(ctx); err == nil || !strings.Contains(err.Error(), "never lets it rest") {
		t.Errorf("it says %v", err)
	}
}

// TestAdvanceTooFar: the clock does not run out of what it can count.
func TestAdvanceTooFar(t *testing.T) {
	for _, stopped := range []bool{true, false} {
		b := newBench(t, simulator.Options{Start: start, Stopped: stopped, Speed: 0.001})
		before := b.Clock().Now
		var err error
		for range 12 {
			if err = b.Advance(t.Context(), 720*time.Hour); err != nil {
				break
			}
			now := b.Clock().Now
			if !now.After(before) {
				t.Fatalf("after %s it shows %s", before, now)
			}
			before = now
		}
		if err == nil || !strings.Contains(err.Error(), "2260") {
			t.Errorf("it says %v", err)
		}
		b.advance(0)
	}
}
