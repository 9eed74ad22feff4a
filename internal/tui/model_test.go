package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
)

func staged80(t *testing.T) *driver { return staged(t, false, false, 80, 24, nil) }

// queued is a message on its way, as a burst of them.
func queued(n int) []plivo.Message {
	out := make([]plivo.Message, n)
	for i := range out {
		out[i] = plivo.Message{
			UUID: fmt.Sprintf("burst-%d", i), Direction: plivo.Outbound, From: "+14155550100", To: "+14155550123",
			Text: fmt.Sprintf("burst %d", i), Status: plivo.Queued, CreatedAt: testNow, UpdatedAt: testNow,
		}
	}
	return out
}

func TestFollowsTheNewestUntilTheUserMoves(t *testing.T) {
	d := staged80(t)
	d.core.add(queued(1)...)
	d.wake()
	if d.selected() != 12 {
		t.Fatalf("selected %d, want the newest", d.selected())
	}
	d.keys("j", "j")
	at := d.selected()
	d.core.add(queued(300)...)
	d.wake()
	if d.selected() != at {
		t.Errorf("a burst moved the selection from %d to %d", at, d.selected())
	}
	d.expect("above · f follows")
	d.keys("f")
	if d.selected() != 312 {
		t.Errorf("selected %d after f, want the newest", d.selected())
	}
	d.expect("following the newest")
	d.keys("f", "G")
	if d.selected() != 1 {
		t.Errorf("selected %d after G, want the oldest", d.selected())
	}
	d.keys("g")
	if d.selected() != 312 {
		t.Errorf("selected %d after g, want the newest", d.selected())
	}
}

func TestRowsChangeInPlace(t *testing.T) {
	d := staged80(t)
	d.core.add(queued(1)...)
	d.wake()
	d.expect("… queued")
	d.core.mu.Lock()
	m := &d.core.messages[11]
	m.Status, m.UpdatedAt, m.FinalAt = plivo.Delivered, testNow.Add(time.Second), testNow.Add(time.Second)
	d.core.mu.Unlock()
	d.wake()
	d.absent("… queued")
	if d.selected() != 12 {
		t.Errorf("selected %d", d.selected())
	}
}

// TestFastTypingIsSeveralKeys holds that runes read in one go are looked at one by one.
func TestFastTypingIsSeveralKeys(t *testing.T) {
	d := staged80(t)
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jjjk")})
	if d.selected() != 9 {
		t.Errorf("selected %d after jjjk, want 9", d.selected())
	}
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("nab cd")})
	if got := d.m.compose.text.Value(); got != "ab cd" {
		t.Errorf("n and a text typed in one go gave the text %q", got)
	}
	d.keys("esc")
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jjq")})
	d.expect("Quit all the same?")
}

func TestPaste(t *testing.T) {
	d := staged80(t)
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("qqq"), Paste: true})
	if d.quit {
		t.Fatal("a paste into the list was read as keys")
	}
	d.keys("n")
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("two\nlines"), Paste: true})
	if got := d.m.compose.text.Value(); got != "two\nlines" {
		t.Errorf("the text is %q", got)
	}
	d.keys("tab")
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("+14155550123\n+14155550124"), Paste: true})
	d.expect("2 destinations")
}

func TestEscNeverQuits(t *testing.T) {
	d := staged80(t)
	d.keys("enter", "esc", "esc", "?", "esc", "n", "esc", "/", "esc", "i", "esc", "esc", "esc")
	if d.quit {
		t.Fatal("esc quit")
	}
	d.expect("Messages (11)")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlC, Alt: true}) // as it is read right after an esc
	if !d.quit {
		t.Error("ctrl+c did not quit")
	}
}

func TestQuitAsksWhileASendIsUnanswered(t *testing.T) {
	d := staged80(t)
	d.keys("n", "hello", "tab", "+14155550123")
	d.hold = true
	d.keys("ctrl+s")
	d.hold = false
	held := d.held
	d.held = nil
	d.keys("esc", "q")
	if d.quit {
		t.Fatal("q quit with a send on its way")
	}
	d.expect("has not answered 1 send yet")
	d.keys("esc")
	d.held = held
	d.release()
	d.expect("Sent 1 message.")
	d.keys("q")
	if !d.quit {
		t.Error("q did not quit once the send was answered")
	}
}

func TestFilter(t *testing.T) {
	d := staged80(t)
	d.keys("/", "status:")
	d.absent("needs a value") // it can still get one
	d.keys("enter")
	d.expect("Messages (11)", "   ^ status: needs a value")
	d.keys("delivered")
	d.absent("needs a value")
	d.keys("enter")
	d.expect("Messages (4 of 11, status:delivered)")
	d.absent("undelivered")
	d.keys("/", "backspace", "esc")
	d.expect("status:delivered)") // left as it was
	d.keys("esc")
	d.expect("Messages (11)", "✗ failed")
}

// TestAnswersForAnEarlierFilterAreDropped lets the answer for no filter come after the filter was set.
func TestAnswersForAnEarlierFilterAreDropped(t *testing.T) {
	d := staged80(t)
	d.hold = true
	d.wake()
	late := d.held
	d.held = nil
	d.keys("/", "status:read", "enter")
	d.held = append(d.held, late...)
	d.release()
	d.expect("No message matches this filter.")
}

// TestOneQuestionAtATime holds that wakes during a question make one more question, not one each.
func TestOneQuestionAtATime(t *testing.T) {
	d := staged80(t)
	before := d.core.calls.Load()
	d.hold = true
	for range 50 {
		d.wake()
	}
	d.release()
	if n := d.core.calls.Load() - before; n > 4 {
		t.Errorf("50 changes during one question made %d calls", n)
	}
}

func TestReadingFailsAndRecovers(t *testing.T) {
	d := staged80(t)
	d.core.failReads = errors.New("database disk image is malformed")
	d.wake()
	d.expect("✗ Read the messages of the history: database disk image is")
	d.core.failReads = nil
	d.core.add(queued(1)...)
	d.send(tickMsg{}) // the next second asks again
	if d.selected() != 12 {
		t.Errorf("selected %d", d.selected())
	}
	d.absent("Read the messages")
}

func TestComposeSends(t *testing.T) {
	d := staged80(t)
	d.keys("n", "hello there", "tab", "+1 415 555 0123", "ctrl+s")
	if len(d.core.sends) != 1 {
		t.Fatalf("%d sends", len(d.core.sends))
	}
	r := d.core.sends[0]
	if r.Draft.Text != "hello there" || strings.Join(r.Draft.To, " ") != "+14155550123" || r.Draft.From != "+14155550100" || r.Fate != "" || r.Draft.CallbackURL != "" {
		t.Errorf("sent %+v", r)
	}
	d.expect("Messages (12)", "following the newest", "hello there", "Sent 1 message.")
	if d.selected() != 12 {
		t.Errorf("selected %d, want the new row", d.selected())
	}
	d.keys("n")
	if v := d.m.compose.text.Value(); v != "" {
		t.Errorf("the next draft begins with %q", v)
	}
}

func TestComposeFateAndURL(t *testing.T) {
	d := staged80(t)
	d.keys("n", "hello", "tab", "+14155550123", "tab", "tab", "down", "down", "down", "tab", "right", "?x=1", "tab", "enter")
	if len(d.core.sends) != 1 {
		t.Fatalf("%d sends:\n%s", len(d.core.sends), d.screen())
	}
	r := d.core.sends[0]
	if r.Fate != "undelivered:30" || r.Draft.CallbackURL != "http://127.0.0.1:4141/sms/delivery-report?x=1" {
		t.Errorf("sent %+v", r)
	}
}

func TestComposeSaysWhatIsWrong(t *testing.T) {
	d := staged80(t)
	d.keys("n")
	d.absent("✗")
	d.keys("hello", "tab", "12")
	d.expect("✗ Cannot send to \"12\"")
	d.keys("ctrl+s")
	if len(d.core.sends) != 0 || d.m.compose.focus != fieldTo {
		t.Errorf("%d sends, focus %d", len(d.core.sends), d.m.compose.focus)
	}
	d.expect("! Not sent:")
}

func TestAFailedSendKeepsTheDraft(t *testing.T) {
	d := staged80(t)
	d.core.sendErr = errors.New("send: Plivo refused the credentials (401); check PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN")
	d.keys("n", "hello", "tab", "+14155550123", "ctrl+s")
	d.expect("Compose", "hello", "+14155550123", "✗ send: Plivo refused the credentials")
	d.core.sendErr = nil
	d.keys("ctrl+s")
	d.expect("Messages (12)")
	if len(d.core.sends) != 2 {
		t.Errorf("%d sends", len(d.core.sends))
	}
}

func TestALiveSendAsksOnce(t *testing.T) {
	d := staged(t, true, false, 80, 24, nil)
	d.keys("n", "hello", "tab", "+14155550123,+14155550124", "ctrl+s")
	d.expect("Send to +14155550123 and 1 more from +14155550100: 2 destinations × 1", "segment = 2 message units?")
	if len(d.core.sends) != 0 {
		t.Fatal("sent before the answer")
	}
	d.pause()
	d.keys("n", "ctrl+s")
	d.pause()
	d.keys("y")
	if len(d.core.sends) != 1 || d.core.sends[0].Fate != "" {
		t.Errorf("sends: %+v", d.core.sends)
	}
	d.absent("Fate")
}

func TestTheDraftStays(t *testing.T) {
	d := staged80(t)
	d.keys("n", "half a text", "esc")
	d.expect("Messages (11)")
	d.keys("3")
	d.expect("half a text")
}

func TestInbound(t *testing.T) {
	d := staged80(t)
	d.keys("j", "i", "Yes", "enter", "i")
	d.expect("│ Hello from a phone, if nothing is typed")
	d.keys("enter")
	if got := strings.Join(d.core.inbounds, "; "); got != "+14155550177 +14155550100 Yes; +14155550177 +14155550100 Hello from a phone" {
		t.Errorf("inbound: %s", got)
	}
	live := staged(t, true, false, 80, 24, nil)
	live.keys("i")
	live.absent("inbound")
}

func TestNoticesGoAway(t *testing.T) {
	d := staged80(t)
	d.m.env.notify(app.Info, "Something of a moment.")
	d.expect("Something of a moment.")
	d.now = d.now.Add(noticeLife)
	d.send(tickMsg{})
	d.absent("Something of a moment.")
	d.expect("Serving callbacks at")
}

func TestDetailScrollsWhenItHasTheKeys(t *testing.T) {
	d := staged80(t)
	d.keys("end", "tab")
	d.expect("more lines")
	d.keys("G")
	d.expect("end ─", "report    ✓ delivered")
	d.keys("tab", "k")
	if d.selected() != 2 {
		t.Errorf("selected %d: k moved something else", d.selected())
	}
}

func TestWaitingIsCounted(t *testing.T) {
	d := staged80(t)
	d.keys("j", "j", "j")
	d.expect("no final report yet (52 s)")
	d.now = d.now.Add(9 * time.Second)
	d.send(tickMsg{})
	d.expect("no final report yet (61 s)")
}

func TestMouse(t *testing.T) {
	d := staged80(t)
	list := d.m.messages.lay.list
	d.send(click(5, list.y+2))
	if d.selected() != 9 {
		t.Errorf("a click on the third row selected %d", d.selected())
	}
	d.send(tea.MouseMsg{X: 5, Y: list.y, Button: tea.MouseButtonWheelDown})
	if n, _ := d.m.messages.grid.Above(); n != 3 {
		t.Errorf("%d rows above after the wheel", n)
	}
	d.click("3 Compose")
	d.expect("── Compose ──")
	for y, l := range strings.Split(d.screen(), "\n") {
		if strings.Contains(l, " From ") {
			d.send(click(20, y))
		}
	}
	if d.m.compose.focus != fieldFrom {
		t.Errorf("a click on From focused %d", d.m.compose.focus)
	}
	d.send(click(3, 1))
	d.expect("Messages (11)")
}

func TestHelpScrolls(t *testing.T) {
	d := staged(t, false, false, 60, 15, nil)
	d.keys("?")
	d.expect("Keys · plivoscope v0.1.0", "The list", "more lines")
	for range 80 {
		d.keys("j")
	}
	d.expect("quit at once", "The mouse selects")
	d.keys("esc")
	d.expect("Messages (11)")
}

// TestTheFooterOfAnEmptyList names no key that needs a row.
func TestTheFooterOfAnEmptyList(t *testing.T) {
	for _, screen := range []string{"1", "2"} {
		d := newDriver(t, newFakeCore(), 120, 36)
		d.keys(screen)
		for _, b := range d.m.footerKeys() {
			if name := d.m.env.keys.actionOf(b).name; slices.Contains([]string{"open", "copy", "mark", "compare", "signature"}, name) {
				t.Errorf("screen %s: the footer names %s", screen, name)
			}
		}
		d.expect("/ filter   ? all keys")
	}
}

// TestFooterKeysAreInTheHelp holds that the help forgets no key that the footer names.
func TestFooterKeysAreInTheHelp(t *testing.T) {
	for _, prepare := range [][]string{nil, {"enter"}, {"n"}} {
		d := staged80(t)
		d.keys(prepare...)
		known := map[string]bool{}
		for _, s := range d.m.helpSections() {
			for _, b := range s.keys {
				known[b.Help().Key+b.Help().Desc] = true
			}
		}
		keys := d.m.footerKeys()
		if len(keys) > 7 {
			t.Errorf("%v: %d keys in the footer", prepare, len(keys))
		}
		for _, b := range keys {
			if !known[b.Help().Key+b.Help().Desc] {
				t.Errorf("%v: the help does not know %s %s", prepare, b.Help().Key, b.Help().Desc)
			}
		}
	}
}
