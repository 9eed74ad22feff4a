package tui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestAnOpenedDetailStays opens the newest message and lets a newer one come.
func TestAnOpenedDetailStays(t *testing.T) {
	for name, open := range map[string]func(*driver){
		"enter": func(d *driver) { d.keys("enter") },
		"tab":   func(d *driver) { d.keys("tab") },
		"click": func(d *driver) { d.send(click(5, d.m.messages.lay.detail.y+1)) },
	} {
		d := staged80(t)
		open(d)
		at := d.selected()
		d.core.add(queued(3)...)
		d.wake()
		if d.selected() != at || !d.m.messages.focused {
			t.Errorf("%s: selected %d, want %d", name, d.selected(), at)
		}
		d.keys("f")
		if d.selected() != 14 || d.m.messages.focused {
			t.Errorf("%s: f selected %d, in the detail %v", name, d.selected(), d.m.messages.focused)
		}
	}
}

// TestTheDetailAlone gives the detail the list's place, and the list its place back with whatever leaves the detail.
func TestTheDetailAlone(t *testing.T) {
	d := staged80(t)
	d.keys("z")
	if d.m.messages.lay.list.h != 0 || d.m.messages.lay.detail.h < 15 {
		t.Fatalf("list %v, detail %v", d.m.messages.lay.list, d.m.messages.lay.detail)
	}
	d.keys("z")
	if d.m.messages.focused || d.m.messages.lay.list.h == 0 {
		t.Errorf("after a second z: in the detail %v, list %v", d.m.messages.focused, d.m.messages.lay.list)
	}
	d.keys("enter", "z", "z") // the detail had the keys before
	if !d.m.messages.focused || d.m.messages.lay.list.h == 0 {
		t.Errorf("of an open detail, after a second z: in the detail %v, list %v", d.m.messages.focused, d.m.messages.lay.list)
	}
	for _, leave := range []string{"z", "esc", "f", "/"} {
		d := staged80(t)
		d.keys("z", leave)
		if d.m.messages.lay.list.h == 0 {
			t.Errorf("%s: the list has no place", leave)
		}
		if leave == "/" {
			d.keys("esc")
		}
		d.keys("enter")
		if !d.m.messages.focused || d.m.messages.lay.list.h == 0 {
			t.Errorf("%s: opened again, in the detail %v, list %v", leave, d.m.messages.focused, d.m.messages.lay.list)
		}
	}
}

// TestNoSignatureOfARefusedMessage says that no callback comes of it.
func TestNoSignatureOfARefusedMessage(t *testing.T) {
	core := newFakeCore()
	core.add(plivo.Message{Direction: plivo.Outbound, From: "+14155550100", To: "+15005559401", Status: plivo.Failed, Refusal: "the number is not valid", CreatedAt: testNow, UpdatedAt: testNow})
	d := newDriver(t, core, 80, 24)
	d.keys("s")
	d.expect("a message that the API refused", "has no callback.")
}

func TestAFilterKeepsTheSelection(t *testing.T) {
	d := staged80(t)
	d.keys("end", "k", "k", "k") // delivered
	at := d.selected()
	d.keys("/", "status:delivered", "enter")
	if d.selected() != at || d.m.messages.grid.Following() {
		t.Errorf("selected %d, want %d", d.selected(), at)
	}
	d.keys("esc")
	if d.selected() != at {
		t.Errorf("selected %d after esc, want %d", d.selected(), at)
	}
	d.keys("/", "status:undelivered", "enter") // does not match: the next older one
	if d.selected() != 2 {
		t.Errorf("selected %d, want 2", d.selected())
	}
	d.keys("esc", "f", "/", "status:delivered", "enter")
	if !d.m.messages.grid.Following() || d.selected() != 7 {
		t.Errorf("selected %d, following %v", d.selected(), d.m.messages.grid.Following())
	}
	d.keys("esc")
	if !d.m.messages.grid.Following() || d.selected() != 11 {
		t.Errorf("selected %d after esc, following %v", d.selected(), d.m.messages.grid.Following())
	}
}

// TestOnlyEscClearsTheFilter presses the other keys that go back.
func TestOnlyEscClearsTheFilter(t *testing.T) {
	d := staged80(t)
	d.keys("/", "status:delivered", "enter", "h")
	d.send(tea.KeyMsg{Type: tea.KeyLeft})
	d.expect("status:delivered)")
	d.keys("enter", "h")
	if d.m.messages.focused {
		t.Error("h does not leave the detail")
	}
	d.keys("esc")
	d.expect("Messages (11)")
}

func TestASendThatTheFilterHidesSaysSo(t *testing.T) {
	d := staged80(t)
	d.keys("/", "status:delivered", "enter", "n", "hello", "tab", "+14155550123", "ctrl+s")
	d.expect("Sent 1 message. The filter hides it; esc shows all.")
	d.keys("esc", "/", "status:queued", "enter", "n", "hello", "tab", "+14155550123", "ctrl+s")
	d.absent("hides")
	d.expect("Sent 1 message.")
}

func TestOldestOfNothingGoesOnFollowing(t *testing.T) {
	core := newFakeCore()
	d := newDriver(t, core, 80, 24)
	d.keys("G")
	core.add(queued(1)...)
	d.wake()
	core.add(queued(3)...)
	d.wake()
	if d.selected() != 4 {
		t.Errorf("selected %d", d.selected())
	}
}

// TestATwinIsFollowed removes the selected row, which a callback made, when its UUID turns out to be
// that of a message that was sent before.
func TestATwinIsFollowed(t *testing.T) {
	d := staged80(t)
	m := queued(1)[0]
	m.UUID = ""
	d.core.add(m)
	d.core.add(queued(3)...)
	d.wake()
	d.keys("j")
	if d.selected() != 14 {
		t.Fatalf("selected %d", d.selected())
	}
	d.core.mu.Lock()
	d.core.messages[11].UUID = d.core.messages[13].UUID
	d.core.gone = map[int64]bool{14: true}
	d.core.mu.Unlock()
	d.wake()
	if d.selected() != 12 {
		t.Errorf("selected %d, want the message with the same UUID", d.selected())
	}
}

func TestTheNextDayHasDates(t *testing.T) {
	d := staged80(t)
	d.keys("j")
	d.expect("12:03:38")
	d.now = d.now.AddDate(0, 0, 1)
	d.send(tickMsg{})
	d.absent("12:03:38 ")
	d.expect("26-07-14")
}

func TestTheTitleCountsWhatIsShown(t *testing.T) {
	d := staged80(t)
	lagging := d.m.env.core.Status()
	d.core.add(queued(2)...)
	d.wake()
	d.m.env.status = lagging
	d.expect("Messages (13)")
	d.keys("/", "status:queued", "enter")
	d.core.add(queued(1)...)
	d.wake()
	d.expect("Messages (3 of ")
}

// TestAnotherFilterEndsTheRead holds that a slow read of the filter before neither runs on nor keeps the
// new one waiting.
func TestAnotherFilterEndsTheRead(t *testing.T) {
	d := staged80(t)
	var asked []context.Context
	d.core.asked = func(ctx context.Context) { asked = append(asked, ctx) }
	answer := d.pressHeld("/", "status:failed", "enter")
	_ = answer
	d.keys("/", "backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "delivered", "enter")
	d.expect("Messages (4 of 11, status:delivered)")
	if len(asked) == 0 || asked[0].Err() != nil {
		t.Fatalf("the new filter was not asked for: %v", asked)
	}
	answer() // the question of the first filter begins only now, and finds that nobody wants it
	for _, ctx := range asked[1:] {
		if ctx.Err() == nil && ctx != asked[0] {
			t.Error("the read of the filter before goes on")
		}
	}
	d.expect("Messages (4 of 11, status:delivered)")
	d.absent("✗ Read")
}

// TestFilterErrorsFit holds that what is wrong with a filter, and what to do, can be read at every size.
func TestFilterErrorsFit(t *testing.T) {
	d := staged(t, false, false, 60, 15, nil)
	d.keys("/", "foo:bar")
	_, err := store.ParseFilter("foo:bar")
	words := strings.Fields(err.Error())
	d.expect("   ^ foo: is no", strings.Join(words[len(words)-2:], " "))
	d = staged(t, false, false, 60, 21, nil)
	d.keys("/", "since:nonsense")
	d.expect("^ \"nonsense\" is no time", "2026-01-31T12:30:00Z")
	d = staged(t, false, false, 120, 36, nil)
	d.keys("/", "foo:bar")
	d.expect("   ^ foo: is no filter word")
}

func TestTheFilterHintNamesEveryWord(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.keys("/")
	d.expect("status:", "code:", "sig:", "dir:", "is:", "from:", "to:", "uuid:", "path:", "since:", "text:")
}

func TestNarrowInputsShowTheCursor(t *testing.T) {
	d := staged(t, false, false, 160, 40, nil)
	d.keys("n", "tab", strings.Repeat("+14155550123, ", 9)+"ZZZ")
	d.send(sizeOf(80, 24))
	d.expect("ZZZ")
	d.keys("esc", "i", strings.Repeat("0123456789", 12)+"THEEND")
	d.expect("THEEND")
	d.send(sizeOf(60, 15))
	d.expect("THEEND")
	d.keys("esc", "/", strings.Repeat("0123456789", 12)+"THEEND")
	d.expect("THEEND")
	d.send(sizeOf(160, 40))
	d.send(sizeOf(60, 15))
	d.expect("THEEND")
}

func TestAFailedInboundKeepsItsText(t *testing.T) {
	d := staged80(t)
	d.core.inboundErr = errors.New("the callback server answered 500")
	d.keys("i", "again")
	answer := d.pressHeld("enter", "enter")
	d.expect("delivering")
	d.keys("ctrl+c")
	d.quit = false
	answer()
	d.expect("answered 500", "│ again")
	d.core.inboundErr = nil
	answer = d.pressHeld("enter")
	d.keys("esc", "q")
	d.expect("inbound message is still on its way")
	d.keys("esc")
	answer()
	d.expect("The simulator delivered an inbound message.")
	if n := len(d.core.inbounds); n != 2 {
		t.Errorf("%d inbound messages: %q", n, d.core.inbounds)
	}
	d.keys("q")
	if !d.quit {
		t.Error("q asks after the inbound message arrived")
	}
}

// TestInboundIsKept keeps what was typed into the form and not delivered; the sender goes with the selected message for
// as long as nobody has typed one.
func TestInboundIsKept(t *testing.T) {
	d := staged80(t)
	d.keys("j", "i", "Is it open?")
	d.expect("esc back, kept", "│ +14155550177")
	d.keys("esc", "j", "j", "i")
	d.expect("│ Is it open?", "│ +14155550111")
	d.keys("shift+tab", "9", "esc", "j", "i")
	d.expect("│ Is it open?", "│ +141555501119")
	d.keys("enter")
	d.expect("The simulator delivered an inbound message.")
	if got := d.core.inbounds; len(got) != 1 || got[0] != "+141555501119 +14155550100 Is it open?" {
		t.Errorf("inbound %q", got)
	}
	d.keys("i")
	d.absent("Is it open?")

	// One that arrives after the form was left is not kept either.
	d.keys("later")
	answer := d.pressHeld("enter")
	d.keys("esc")
	answer()
	d.keys("i")
	d.absent("later")
}

// TestAStrangersNumberIsNotOffered selects a message whose sender no phone could have.
func TestAStrangersNumberIsNotOffered(t *testing.T) {
	d := staged80(t)
	m := queued(1)[0]
	m.Direction, m.From, m.Status = plivo.Inbound, "\u202e+1415\x1b[31m\u200b", plivo.Received
	d.core.add(m)
	d.wake()
	d.keys("i", "enter")
	if got := d.core.inbounds[0]; !strings.HasPrefix(got, "+14155550123 ") {
		t.Errorf("inbound %q", got)
	}
}

func TestALongNoticeHasItsOwnLine(t *testing.T) {
	d := staged(t, false, false, 60, 15, nil)
	d.keys("n", "hello", "tab", "12", "tab", "tab", "tab", "tab", "ctrl+s")
	d.expect("! Not sent:")
	for range 4 {
		d.keys("tab")
	}
	d.expect("Send")
	d.keys("esc")
	d.m.env.notify(app.Warning, strings.Repeat("a long notice that needs more ", 4))
	d.keys("G")
	d.expect("a long notice")
	if s := d.screen(); !strings.Contains(s, "›  12:02:45") {
		t.Errorf("the selected row is covered:\n%s", s)
	}
	list := d.m.messages.lay.list
	d.send(click(5, list.y+list.h-1))
	if d.selected() != 1 {
		t.Errorf("a click on the last row selected %d", d.selected())
	}
	d.now = d.now.Add(failureLife)
	d.send(tickMsg{})
	if d.m.messages.lay.list.h != list.h+2 { // it had three lines
		t.Errorf("the list has %d rows after the notice went, %d while it was there", d.m.messages.lay.list.h, list.h)
	}
}

func TestTheCoresFailureIsNotHidden(t *testing.T) {
	d := staged80(t)
	d.m.env.notify(app.Warning, "Something of the screen.")
	d.now = d.now.Add(2 * time.Second)
	tell := func(sev app.Severity, text string) {
		d.core.mu.Lock()
		d.core.status.Notices = append(d.core.status.Notices, app.Notice{At: d.now, Severity: sev, Text: text})
		d.core.mu.Unlock()
		d.wake()
	}
	tell(app.Info, "Something small.")
	d.expect("Something of the screen.")
	tell(app.Failure, "The disk is full.")
	d.expect("The disk is full.")
	d.now = d.now.Add(time.Second)
	d.m.env.notify(app.Info, "Copied it.")
	d.expect("Copied it.")
}
