package tui

import (
	"testing"

	"dev.internal/plivoscope/internal/plivo"
)

// TestAnswerAnInboundMessage writes to where a message came from, from where it went to.
func TestAnswerAnInboundMessage(t *testing.T) {
	d := staged80(t)
	d.keys("j", "a")
	d.expect("Answering +14155550177")
	d.keys("you are out", "ctrl+s")
	if len(d.core.sends) != 1 {
		t.Fatalf("%d sends", len(d.core.sends))
	}
	if got := d.core.sends[0].Draft; got.From != "+14155550100" || len(got.To) != 1 || got.To[0] != "+14155550177" || got.Text != "you are out" {
		t.Errorf("sent %+v", got)
	}

	// The cursor follows to the automatic reply; the message that it answers can be answered all the same.
	d = staged80(t)
	d.keys("g", "a")
	d.expect("Only an inbound message can be answered")
	d.core.add(plivo.Message{UUID: "reply", Direction: plivo.Outbound, From: "14155550100", To: "+14155550177", Status: plivo.Sent, CreatedAt: testNow, UpdatedAt: testNow})
	d.wake()
	d.keys("g", "a")
	d.expect("Answering +14155550177 from the number it wrote to")

	// A draft is kept, and a number that is two is none.
	d = staged80(t)
	d.keys("n", "a draft", "esc", "j", "a")
	d.expect("is kept under ctrl+r")
	if f := d.m.compose.form; f.text != "" || len(d.m.compose.kept) != 1 || d.m.compose.kept[0].text != "a draft" {
		t.Errorf("the form is %+v, %+v is kept", f, d.m.compose.kept)
	}
	for _, from := range []string{"+14155550177, +14155550178", "SHOP", "", "+1415\u202e5550177"} {
		d := newDriver(t, newStocked(), 120, 36)
		d.core.add(plivo.Message{UUID: "in-2", Direction: plivo.Inbound, From: from, To: "+14155550100", Text: "hi", Status: plivo.Received, CreatedAt: testNow, UpdatedAt: testNow})
		d.wake()
		d.keys("g", "a")
		d.expect("which is no number")
	}
	d = staged80(t)
	d.core.add(plivo.Message{UUID: "in-3", Type: plivo.WhatsApp, Direction: plivo.Inbound, From: "+14155550177", To: "+14155550100", Text: "hi", Status: plivo.Received, CreatedAt: testNow, UpdatedAt: testNow})
	d.wake()
	d.keys("g", "enter", "a")
	d.expect("Options   │ whatsapp")
}

// TestNoDraftIsLostToTwoAnswers begins two answers over a draft: both what stood there first and the answer that
// was begun can be had back.
func TestNoDraftIsLostToTwoAnswers(t *testing.T) {
	d := staged80(t)
	d.keys("n", "a draft", "esc", "j", "a", "sorry", "esc", "a")
	d.keys("ctrl+r")
	d.expect("sorry", "a draft")
	d.keys("draft", "enter")
	if f := d.m.compose.form; f.text != "a draft" {
		t.Errorf("the form is %+v", f)
	}
	d.keys("ctrl+r")
	d.expect("sorry")
	d.absent("a draft")
}

// TestADraftSetAsideWhileItIsSent holds that what was sent is not offered as not sent, and not missed at the end.
func TestADraftSetAsideWhileItIsSent(t *testing.T) {
	d := staged80(t)
	d.keys("n", "hello", "tab", "+14155550123")
	answer := d.pressHeld("ctrl+s")
	d.keys("esc", "j", "a")
	if !d.m.compose.unsent() {
		t.Error("it is not missed while nobody knows whether it was sent")
	}
	answer()
	if d.m.compose.unsent() || len(d.m.compose.kept) != 0 {
		t.Errorf("kept: %+v", d.m.compose.kept)
	}
}
