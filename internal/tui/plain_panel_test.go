package tui

import "testing"

func TestPanelSpoken(t *testing.T) {
	d := newPlain(t)
	d.core.simulate(2)
	d.press("S")
	d.hears("Simulator.", "tab: next part.")
	d.hears("plus: move the clock on by a minute.", "The clock shows 12:03:45 and runs as fast as Plivo; the next callback is due in 1.2s, 1 pending.", "Schedule, part 1 of 6.", "Next: 1", "Selected: 12:03:46", "Tried: 2")
	d.press("j")
	d.hears("Selected: 12:03:45")
	d.press("p")
	d.hears("The clock stands still at 12:03:45.000; the next callback is due in 1.2s, 1 pending.")
	d.press("tab")
	d.hears("Fates, part 2 of 6.", "Next: no fate of their own, others delivered", "Give the next 1 message this fate: 1 of 45", "Selected: delivered, queued, sent and delivered")
	d.press("tab", "enter")
	d.hears("delay, 5%, or a time as 200ms, 20ms..2s or exp 300ms: ")
	d.press("1x", "enter")
	d.hears(`"1x" is no delay`)
	d.press("1s", "enter")
	d.hears("Chaos: 1 kind at work, for what is sent from now on", "Selected: delay, 1s, all go later")
	d.press("tab", "tab", "enter")
	d.hears("From, enter keeps +14155550123")
	d.core.receipt.UUID, d.core.receipt.Answered, d.core.receipt.Method = "u", 200, "POST"
	d.press("enter", "enter")
	d.hears("Text, Hello from a phone, if neither text nor media is typed: ")
	d.press("enter", "enter")
	d.hears("✓ 200 of POST")
	if in := d.core.posts[0]; in.From != "+14155550123" || in.Text != "Hello from a phone" {
		t.Errorf("%+v was posted", in)
	}
	d.press("enter", "enter", "enter", "enter", "https://name.example/a.png", "enter")
	if in := d.core.posts[1]; in.Text != "" || len(in.Media) != 1 {
		t.Errorf("%+v was posted, with a file alone", in)
	}
	d.press("ctrl+l")
	d.hears("The clock stands still at", "Inbound, part 5 of 6.", "From, +14155550123")
	d.press("?")
	d.hears("The clock.", "full stop: move the clock on to what is due next.", "Everywhere.", "n: new message.", "ctrl+l: say where one is.")
	d.press("M")
	d.hears("Left.", "Numbers and texts are masked")
	d.press("S", "R")
	d.hears("Left.", "Reply to each inbound message.")
	d.press("esc", "S")
	d.hears("Simulator.")
	d.press("S")
	d.hears("Left.")
}
