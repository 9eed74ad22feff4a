package tui

import (
	"errors"
	"testing"
)

// TestAnInboundLeavesTheNextAlone writes another inbound message, in the form that was left or stayed open, before the
// one that was sent has arrived.
func TestAnInboundLeavesTheNextAlone(t *testing.T) {
	for name, again := range map[string][]string{"left": {"esc", "i"}, "open": nil} {
		d := staged80(t)
		d.keys("i", "first")
		answer := d.pressHeld("enter")
		d.keys(again...)
		d.keys(" and second")
		answer()
		d.expect("The simulator delivered an inbound message.")
		if !d.m.typing() {
			t.Fatalf("%s: the form is closed while it is written:\n%s", name, d.screen())
		}
		d.keys("enter")
		if got := d.core.inbounds; len(got) != 2 || got[1] != "+15005559401 +14155550100 first and second" {
			t.Errorf("%s: inbound %q", name, got)
		}
		d.keys("i")
		d.absent("second")
	}
	// Left again before the first arrived, it is kept as it was written.
	d := staged80(t)
	d.keys("i", "first")
	answer := d.pressHeld("enter")
	d.keys(" and second", "esc")
	answer()
	d.keys("i")
	d.expect("│ first and second")
}

// TestQuitAsksForTheInbound asks before an inbound message is lost that was kept; not for one that nobody wrote.
func TestQuitAsksForTheInbound(t *testing.T) {
	d := staged80(t)
	d.keys("i", "Is it open?", "esc", "q")
	d.expect("The inbound message was not delivered and would be lost.")
	d = staged80(t)
	d.keys("i", "esc", "q")
	if !d.quit {
		t.Errorf("it asks for what nobody wrote:\n%s", d.screen())
	}
}

// TestPlainInboundMasked says a sender masked that nobody typed, and delivers from the number behind it.
func TestPlainInboundMasked(t *testing.T) {
	d := newPlain(t)
	d.press("M", "i")
	d.hears("Numbers and texts are masked", "From, enter keeps +1")
	d.silent("5005559401")
	d.press("enter", "enter")
	d.hears("The simulator delivered an inbound message.")
	if got := d.core.inbounds; len(got) != 1 || got[0] != "+15005559401 +14155550100 Hello from a phone" {
		t.Errorf("inbound %q", got)
	}
}

// TestPlainKeepsAFailedInbound asks for a message that did not arrive with what was typed.
func TestPlainKeepsAFailedInbound(t *testing.T) {
	d := newPlain(t)
	d.core.inboundErr = errors.New("the callback server answered 500")
	d.press("i", "enter", "again", "enter")
	d.hears("answered 500")
	d.core.inboundErr = nil
	d.press("i", "enter")
	d.hears("if nothing is typed: again")
	d.press("enter")
	d.hears("The simulator delivered an inbound message.")
	if got := d.core.inbounds; len(got) != 2 || got[1] != "+15005559401 +14155550100 again" {
		t.Errorf("inbound %q", got)
	}
}
