package app_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestReplies answers an inbound message by itself, and again by a send.
func TestReplies(t *testing.T) {
	t.Parallel()
	answer, err := plivo.ReplyWith("thanks")
	if err != nil {
		t.Fatal(err)
	}
	a := running(t, app.Options{Answer: answer})
	ctx := within(t)
	if err := a.Inbound(ctx, "+14155550177", "+14155550100", "hello"); err != nil {
		t.Fatal(err)
	}
	ms, err := a.Messages(ctx, store.Window{})
	if err != nil || len(ms) == 0 || ms[len(ms)-1].Direction != plivo.Inbound {
		t.Fatalf("%+v (%v)", ms, err)
	}
	in := ms[len(ms)-1]
	if _, err := a.Send(ctx, app.SendRequest{Draft: plivo.Draft{From: in.To, To: []string{in.From}, Text: "and again"}}); err != nil {
		t.Fatal(err)
	}
	if err := a.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	if ms, err = a.Messages(ctx, store.Window{}); err != nil || len(ms) != 3 {
		t.Fatalf("%d messages (%v): %+v", len(ms), err, ms)
	}
	for _, m := range ms {
		if m.ID != in.ID && (m.From != in.To || m.To != in.From || m.Status != plivo.Delivered || m.Direction != plivo.Outbound) {
			t.Errorf("a reply is %+v", m)
		}
	}
	if err := a.SetInboundReply("other words"); err != nil || !strings.Contains(a.Status().InboundAnswer, "other words") {
		t.Errorf("another reply (%v): %s", err, a.Status().InboundAnswer)
	}
	if err := a.SetInboundReply(strings.Repeat("ж", 738)); err == nil || !strings.Contains(a.Status().InboundAnswer, "other words") {
		t.Errorf("a reply that is too long (%v): %s", err, a.Status().InboundAnswer)
	}
	if err := a.SetInboundReply(""); err != nil || a.Status().InboundAnswer != "" {
		t.Errorf("no reply (%v): %s", err, a.Status().InboundAnswer)
	}
	if err := a.Inbound(ctx, "+14155550177", "+14155550100", "hello again"); err != nil {
		t.Fatal(err)
	}
	if err := a.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	if ms, err := a.Messages(ctx, store.Window{}); err != nil || len(ms) != 4 {
		t.Errorf("after an inbound message without a reply there are %d messages (%v)", len(ms), err)
	}
}
