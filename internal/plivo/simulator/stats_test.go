package simulator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

func TestStats(t *testing.T) {
	b := newBench(t, simulator.Options{Speed: 100, InboundURL: "/sms/inbound"})
	held := make(chan struct{})
	b.receiver.answer = func(n int) int {
		if n == 0 {
			return 500
		}
		if b.receiver.all()[n].get("Sequence") == "1" {
			<-held // the retry is on its way
		}
		return 200
	}
	b.send(b.draft("+15005550001"), "")
	if _, err := b.client.Send(t.Context(), b.draft("+15005559429"), nil); err == nil {
		t.Fatal("the magic number was not refused")
	}
	wait(t, func() bool { return b.Stats().Retrying == 1 })
	if b.Stats().Pending == 0 {
		t.Error("nothing is pending while a retry is")
	}
	close(held)
	b.settle()
	if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	want := simulator.Stats{Accepted: 1, Refused: 1, Posted: 3, Unanswered: 1, Inbound: 1}
	if diff := cmp.Diff(want, b.Stats()); diff != "" {
		t.Errorf("at the end (-want +got):\n%s", diff)
	}
}

// TestStatsAtRest: one who waited until nothing is left to post sees no retry either.
func TestStatsAtRest(t *testing.T) {
	b := newBench(t, simulator.Options{Speed: 1e6, Fate: "sent"})
	b.receiver.answer = func(n int) int { return 500 - 300*(n%2) }
	for n := range 300 {
		b.send(b.draft("+15005550001"), "")
		b.settle()
		if got := b.Stats(); got.Pending != 0 || got.Retrying != 0 {
			t.Fatalf("message %d: %+v", n, got)
		}
	}
}
