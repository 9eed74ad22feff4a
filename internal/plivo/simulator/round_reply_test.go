package simulator_test

import (
	"fmt"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestRepliesOfBeforeAReset: a reset while the replies to an inbound message are sent leaves none of them behind.
func TestRepliesOfBeforeAReset(t *testing.T) {
	b := newBench(t, simulator.Options{Seed: 3, Start: start, Stopped: true, Speed: 1, InboundURL: "/sms/inbound", Keep: 5000})
	b.receiver.body = "<Response>" + strings.Repeat(`<Message src="14155550100" dst="14155550123">x</Message>`, 1000) + "</Response>"
	for range 10 {
		done := make(chan struct{})
		go func() {
			_, _ = b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "hi"})
			close(done)
		}()
		wait(t, func() bool { return b.Stats().Accepted > 0 })
		b.reset()
		<-done
		if _, _, list := b.call("GET", "Message/", "", nil); !strings.Contains(list, `"objects":[]`) || b.Pending() != 0 || b.Stats() != (simulator.Stats{}) {
			t.Fatalf("after the reset there are %s, %d pending, %+v", list, b.Pending(), b.Stats())
		}
	}
}

// TestPostedBeforeAReset: what was taken just when the reset came is told of no more.
func TestPostedBeforeAReset(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
	for range 50 {
		b.receiver.forget()
		b.send(b.draft(numbers(10)...), "")
		wait(t, func() bool { return len(b.receiver.all()) > 0 })
		b.reset()
		if b.Stats() != (simulator.Stats{}) {
			t.Fatalf("the counts are %+v", b.Stats())
		}
	}
}

// TestRepliesAreChecked as sends by the API are.
func TestRepliesAreChecked(t *testing.T) {
	for name, test := range map[string]struct{ src, dst, says string }{
		"no geo-permission": {"14155550100", "4915123456789", "geo-permission for DE"},
		"a sender's name":   {"ACME", "14155550123", "take no sender name"},
	} {
		t.Run(name, func(t *testing.T) {
			var seen events
			b := newBench(t, simulator.Options{InboundURL: "/sms/inbound", GeoBlocked: []string{"DE"}, OnEvent: seen.add})
			b.receiver.body = fmt.Sprintf(`<Response><Message src=%q dst=%q>x</Message></Response>`, test.src, test.dst)
			if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "hi"}); err != nil {
				t.Fatal(err)
			}
			b.settle()
			b.Close()
			in := seen.of(simulator.EventInbound)
			if len(seen.of(simulator.EventAccepted)) != 0 || len(in) != 1 || !strings.Contains(in[0].Problem, test.says) {
				t.Errorf("the events are %+v", seen.all)
			}
		})
	}
}
