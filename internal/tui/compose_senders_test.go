package tui

import (
	"errors"
	"testing"
)

// TestSendersAreOffered takes a number, and a Powerpack in its place.
func TestSendersAreOffered(t *testing.T) {
	core := newFakeCore()
	manySenders(core)
	d := newDriver(t, core, 120, 36)
	d.keys("n", "hi", "tab", "+14155550123", "tab")
	d.expect("ctrl+n lists the senders of the account")
	answer := d.pressHeld("ctrl+n")
	d.expect("asking Plivo for the numbers and Powerpacks …")
	d.keys("enter") // of nothing
	d.expect("What this account can send from")
	answer()
	d.expect(" › +14155550100", "local      SMS MMS    default · 10DLC COMPLETED · main", "MMS alone", "Shop USA                        Powerpack")
	d.keys("POWER usa")
	d.absent("+18005550100")
	d.keys("enter")
	d.expect("From      │ chosen by the Powerpack", "Options   │ Powerpack 6fe8c5b8…")
	if got := d.m.compose.draft; got.From != "" || got.Powerpack != "6fe8c5b8-0000-4000-8000-000000000001" {
		t.Errorf("from %q, Powerpack %q", got.From, got.Powerpack)
	}
	if _, wrong := d.m.compose.firstError(); wrong {
		t.Errorf("it cannot be sent:\n%s", d.screen())
	}
	d.keys("ctrl+n")
	d.expect(" › Shop USA")
	d.keys("up", "enter")
	d.expect("From      │ +4930123456", "+4930123456 sends MMS alone")
	if d.m.compose.draft.Powerpack != "" {
		t.Error("the Powerpack is still there")
	}
	d.keys("ctrl+n", "nothing like it")
	d.expect("No sender has all these words.")
	d.keys("enter", "esc")
	d.expect("From      │ +4930123456")
}

// TestSendersFail holds that a failure is told in words, with what was known before.
func TestSendersFail(t *testing.T) {
	core := newFakeCore()
	core.sendersErr = errors.New("cannot list the account's numbers: the network is unreachable \x1b[2J")
	d := newDriver(t, core, 80, 24)
	d.keys("n", "tab", "tab", "ctrl+n")
	d.expect(`✗ Cannot list the account's numbers: the network is unreachable \x1b[2J`)
	d.keys("enter", "esc")
	manySenders(core)
	d.keys("ctrl+n")
	d.expect("! Known from before: cannot list", " › +14155550100")
	d.send(sizeOf(60, 15))
	for range 10 {
		d.keys("down")
	}
	d.expect(" › Shop USA")
	answer := d.pressHeld("esc", "ctrl+n")
	d.keys("esc")
	answer() // of a sheet that is closed
	d.expect("── Compose ──")
	if d.m.compose.form.from != "+14155550100" {
		t.Errorf("from %q", d.m.compose.form.from)
	}
}

// TestTheSearchForSendersIsTyped holds that what comes in one go is text there, even if it names a key.
func TestTheSearchForSendersIsTyped(t *testing.T) {
	d := staged80(t)
	d.keys("n", "tab", "ctrl+n")
	if !d.m.typing() {
		t.Error("nothing is typed")
	}
}
