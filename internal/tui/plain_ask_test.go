package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

func TestPlainSends(t *testing.T) {
	d := newPlain(t)
	d.press("n")
	d.hears("From, enter keeps +14155550100, esc leaves: ")
	d.press("MYCO", "backspace")
	d.hears("MYCO\r\nFrom: MYC")
	d.press("esc")
	d.tell(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("n")})
	d.hears("From, enter keeps +14155550100")
	d.press("backspace")
	d.hears("From: +1415555010")
	d.press("0", "enter", "+1415", "enter")
	d.hears("To, several with commas: +1415\r\n", "Cannot send to", "To, several with commas, ctrl+u clears the line, esc leaves: +1415")
	d.press("5550123, +14155550124", "enter")
	d.press("Hello there’", "enter")
	d.hears("Text: Hello there’\r\nFrom +14155550100 to +14155550123 and 1 more. Text: Hello there’\r\n", "2 destinations, United States.",
		"UCS-2, 12 characters in 12 UTF-16 units, 1 segment, 58 left in the last.\r\nUCS-2, because ’ at 12 is not in GSM-7.", "Send 2 messages times 1 segment? y: send. n or enter: go back.")
	d.press("x")
	d.hears("Not answered. y: send.")
	d.pause()
	d.press("enter")
	d.hears("Not sent; the draft is kept.")
	d.press("3", "ctrl+s")
	d.hears("Send 2 messages times 1 segment?")
	d.pause()
	d.press("y")
	d.hears("Sent 2 messages.")
	if n := len(d.core.sends); n != 1 || len(d.core.sends[0].Draft.To) != 2 {
		t.Fatalf("sent %+v", d.core.sends)
	}
	d.press("n", "esc")
	d.hears("Left.")
	d.silent("The draft is kept.")
}

// TestPlainAsksBeforeItCosts sends on a live account, and quits with a draft.
func TestPlainAsksBeforeItCosts(t *testing.T) {
	core := newFakeCore()
	core.status.Mode, core.status.Spends = app.Live, true
	d := newPlainDriver(t, core, Options{})
	d.hears("on a live account, MASIMULATOR.")
	d.press("i")
	d.hears("No key here.")
	d.press("n", "enter", "+14155550123,+14155550124", "enter", strings.Repeat("x", 200), "enter")
	d.hears("Send to +14155550123 and 1 more from +14155550100: 2 destinations times 2 segments, which makes 4 message units? y: send. n or enter: go back.")
	d.pause()
	d.press("n")
	d.hears("Not sent; the draft is kept.")
	if len(core.sends) != 0 {
		t.Fatal("sent without a yes")
	}
	d.press("q")
	d.hears("The draft was not sent and would be lost. Quit all the same? y: quit. n or enter: go back.")
	d.pause()
	d.press("y")
	if !d.quit {
		t.Error("y does not quit")
	}
}

func TestPlainDeliversAnInboundMessage(t *testing.T) {
	d := newPlain(t)
	d.press("i")
	d.hears("An inbound message to +14155550100.\r\nFrom, enter keeps +1")
	d.tell(tea.KeyMsg{Type: tea.KeyCtrlU})
	d.press("+14155550199", "enter")
	d.hears("Text, Hello from a phone, if nothing is typed: ")
	d.press("enter")
	d.hears("The simulator delivered an inbound message.")
	d.press("i", "enter", "hi", "enter")
	d.hears("The simulator delivered an inbound message.")
	if got := fmt.Sprint(d.core.inbounds); got != "[+14155550199 +14155550100 Hello from a phone +15005559401 +14155550100 hi]" {
		t.Errorf("delivered %s", got)
	}
}

func TestPlainCopies(t *testing.T) {
	copied := ""
	core := newFakeCore()
	stock(core)
	d := newPlainDriver(t, core, Options{Clipboard: func(s string) error {
		copied = s
		return nil
	}})
	d.press("G", "y")
	d.hears("Copy what? esc: cancel.", "y: UUID, 5b40a428", "f: from, +14155550100", "t: to, +14155550123")
	d.press("t")
	d.hears("Copied: to +14155550123.")
	if copied != "+14155550123" {
		t.Errorf("copied %q", copied)
	}
	d.press("y", "esc")
	d.hears("Left.")
}

// TestPlainExplainsASignature goes to the signature of a message and back, and examines a pasted request.
func TestPlainExplainsASignature(t *testing.T) {
	d := newPlain(t)
	d.press("G", "k", "k", "k", "k", "k")
	d.from = d.out.Len()
	d.press("s")
	d.silent("stands at the end")
	d.hears("Signature.\r\nCallback ", "does not verify; matches if the URL ends in", "What to set", "go: ", "V3 base string")
	d.press("esc")
	d.hears("Messages (11).\r\n6 of 11: ")
	d.press("5")
	d.hears("Signature of callback ", "enter says all of it.")
	d.tell(paste("POST /sms/delivery-report HTTP/1.1\nHost: 127.0.0.1:4141\nContent-Type: application/x-www-form-urlencoded\n\nStatus=sent"))
	d.hears("Filled in the pasted request.", "Pasted request: POST", "no signature: the request has none")
	d.press("tab", "x", "enter", "secret of mine", "enter")
	d.hears("URL as given to Plivo: http", "x\r\nToken, not shown, empty for the configured ones: \r\n")
	if strings.Contains(d.out.String(), "secret of mine") {
		t.Error("the token is shown")
	}
}

func TestPlainTakesARecentMessage(t *testing.T) {
	core := newFakeCore()
	core.drafts = []store.SentDraft{{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550123"}, Text: "as before"}, At: testNow}}
	d := newPlainDriver(t, core, Options{})
	d.press("3", "ctrl+r")
	d.hears("1: sent at ", "Number: ")
	d.press("99", "enter")
	d.hears("There is no message of that number.")
	d.press("ctrl+r", "1", "enter")
	d.hears("Filled in what was sent at", "From, enter keeps ")
	d.press("esc")
	d.hears("The draft is kept.")
}

// TestPlainKeysAreThoseOfTheScreens holds that remapped keys act and are named, and the palette finds them.
func TestPlainKeysAreThoseOfTheScreens(t *testing.T) {
	core := newFakeCore()
	stock(core)
	d := newPlainDriver(t, core, Options{Keys: []Setting{{Name: "new-message", Values: []string{"w"}}, {Name: "filter", Values: []string{"ctrl+f"}}}})
	d.press("?")
	d.hears("Messages.", "ctrl+f: filter.", "w: new message.", "Everywhere.", "question mark: all keys.", "ctrl+c: quit at once.")
	d.press("w")
	d.hears("From, enter keeps ")
	d.press("esc", ":", "new message", "enter")
	d.hears("Action: new message\r\nFrom, enter keeps ")
	d.press("esc", ":", "inbound-", "enter")
	d.hears("An inbound message to")
	d.press("esc", ":", "xyzzy", "enter")
	d.hears("Nothing that can be done now is called so.")
	d.press("enter")
	d.hears("inbound-message: inbound message, i.")
	d.press("ctrl+c")
	if !d.quit {
		t.Error("ctrl+c does not quit")
	}
}

// TestPlainOfferIsMasked says no number that nobody typed while numbers are masked.
func TestPlainOfferIsMasked(t *testing.T) {
	d := newPlain(t)
	d.press("M", "n")
	d.hears("From, enter keeps +1••••")
}
