package tui

import (
	"errors"
	"slices"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// onBad goes to the message whose callbacks do not verify.
func (d *driver) onBad() { d.keys("g", "j", "j", "j", "j", "j") }

func pureDriver(t *testing.T, w, h int) *driver {
	core := newFakeCore()
	core.pure = true
	stock(core)
	return newDriver(t, core, w, h)
}

func TestSOpensTheNewestCallbackThatDoesNotVerify(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.onBad()
	d.keys("s")
	d.expect("Signature · callback 17", `✗ does not verify; matches if the URL ends in "/"`, "Give Plivo the URL without the slash", "POST", "MessageUUID=")
	d.keys("esc")
	d.expect("Messages (11)")
	d.keys("end", "enter", "s")
	d.expect("Signature · callback 2", `✓ verifies: V3 with the token "account"`)

	// Of several it is the one that does not verify, not the newest.
	d.keys("esc", "esc")
	d.onBad()
	m, _ := d.m.messages.grid.Selected()
	d.core.mu.Lock()
	cb := callbackOf(m, "read")[0]
	cb.ID, cb.Verdict, cb.Cause = 200, valid, ""
	d.core.callbacks[m.UUID] = append(d.core.callbacks[m.UUID], cb)
	d.core.messages[m.ID-1].Callbacks++
	d.core.mu.Unlock()
	d.wake()
	d.keys("s")
	d.expect("Signature · callback 17")
}

func TestSWithoutACallbackSaysSo(t *testing.T) {
	d := staged80(t)
	d.keys("g", "s")
	d.expect("There is no signature to look at", "Messages (11)")
	d.core.failReads = nil
	d.keys("end")
	delete(d.core.cases, 2)
	d.keys("s")
	d.expect("✗ callback 2 could not be read: there is no callback with this id")
}

// TestTheCallbackOfAnotherSelectionIsNotOpened goes on to another message before the callbacks are read.
func TestTheCallbackOfAnotherSelectionIsNotOpened(t *testing.T) {
	d := staged80(t)
	d.onBad()
	answer := d.pressHeld("s")
	d.keys("j")
	answer()
	d.expect("Messages (11)")
	d.absent("Result")
}

func TestTypingLooksAtTheRequestOnceItSettles(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.onBad()
	d.keys("s")
	before := len(d.core.examined)
	d.keys("shift+tab", "shift+tab", "shift+tab", "shift+tab") // token, body, headers, URL
	if d.m.sig.focus != fieldSigned {
		t.Fatalf("the focus is on %d", d.m.sig.focus)
	}
	answer := d.pressHeld("/", "x", "y")
	if n := len(d.core.examined); n != before {
		t.Fatalf("%d questions before typing settled", n-before)
	}
	answer()
	asked := d.core.examined[before:]
	if len(asked) != 1 || asked[0].URL != reportURL+"/xy" {
		t.Fatalf("asked about %v, want once about the last URL", asked)
	}
	if asked[0].Tokens != nil || asked[0].ReceivedURL != reportURL || len(asked[0].Params) != 4 {
		t.Errorf("asked with tokens %v, received %q, %d params", asked[0].Tokens, asked[0].ReceivedURL, len(asked[0].Params))
	}
	d.keys("backspace", "backspace")
	d.expect(`✓ verifies: V3 with the token "account"`, "callback 17 (3 of 3), edited")
}

func TestTheLatestAnswerWins(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.onBad()
	d.keys("s", "shift+tab", "shift+tab", "shift+tab", "shift+tab")
	d.hold = true
	d.keys("/")
	settled := d.held
	d.held = nil
	for _, cmd := range settled { // the question of the first key is asked, its answer held
		for _, msg := range messagesOf(cmd) {
			d.send(msg)
		}
	}
	first := d.held
	d.held = nil
	d.hold = false
	d.keys("x")
	d.absent("✓ verifies")
	d.held = first
	d.release()
	d.absent("✓ verifies")
	d.keys("backspace")
	d.expect("✓ verifies")
}

// messagesOf runs a command and gives what it brings.
func messagesOf(cmd tea.Cmd) []tea.Msg {
	if cmd == nil {
		return nil
	}
	switch msg := cmd().(type) {
	case nil:
		return nil
	case tea.BatchMsg:
		var all []tea.Msg
		for _, c := range msg {
			all = append(all, messagesOf(c)...)
		}
		return all
	default:
		return []tea.Msg{msg}
	}
}

func TestCopies(t *testing.T) {
	var put []string
	core := newStocked()
	r := Options{Clipboard: func(s string) error {
		if len(put) == 3 {
			return errors.New("no clipboard")
		}
		put = append(put, s)
		return nil
	}}
	d := newDriverOn(t, core, 120, 36, r)
	d.keys("5", "tab", "tab", "tab", "tab", "b")
	d.expect("There is no base string to copy")
	d.keys("esc")
	d.onBad()
	d.keys("s")
	want := d.core.diagnosis.Findings[0]
	d.keys("b")
	d.expect("Copied the V3 base string, as it was signed.")
	d.click("y copy signature")
	d.expect("Copied the V3 signature, as it was signed.")
	d.core.diagnosis = unexplained()
	d.keys("esc", "s", "b", "y")
	d.expect("no clipboard")
	given, _ := signature.Base(signature.V3, "POST", reportURL, testNonce, d.core.cases[17].Params)
	if !slices.Equal(put, []string{want.Base, want.Signature, given}) {
		t.Errorf("copied %q", put)
	}
}

func TestTheSignatureScreenTakesTheMouse(t *testing.T) {
	d := staged(t, false, false, 80, 24, nil)
	d.click("5 Signature")
	d.expect("Why does a signature")
	d.click("Headers")
	if d.m.sig.focus != fieldHeaders {
		t.Errorf("a click on the headers gives the focus to %d", d.m.sig.focus)
	}
	d.click("1 Messages")
	d.onBad()
	d.keys("s")
	x, y := d.find("matches if")
	d.send(tea.MouseMsg{X: x, Y: y, Button: tea.MouseButtonWheelDown, Action: tea.MouseActionPress})
	d.absent("matches if")
	d.send(tea.MouseMsg{X: x, Y: y, Button: tea.MouseButtonWheelUp, Action: tea.MouseActionPress})
	d.expect("matches if")
	d.click("URL  ")
	if d.m.sig.focus != fieldSigned {
		t.Errorf("a click on the URL gives the focus to %d", d.m.sig.focus)
	}
	d.send(click(x, 20))
	if !d.m.sig.reading() {
		t.Error("a click into the result does not give it the keys")
	}
}

func TestKeysOfTheFields(t *testing.T) {
	d := staged80(t)
	d.keys("5", "q?1")
	if got := d.m.sig.value(fieldSigned); got != "q?1" || d.quit {
		t.Fatalf("the URL is %q", got)
	}
	d.keys("up", "enter", "enter", "a: 1", "enter", "b: 2", "enter", "no colon")
	d.expect("not read, a header is a name, a colon and a value: no colon")
	d.keys("down")
	if d.m.sig.focus != fieldBody {
		t.Errorf("↓ on the last line goes to %d", d.m.sig.focus)
	}
	d.keys("up", "up")
	if d.m.sig.focus != fieldSigned {
		t.Errorf("↑ above the first line goes to %d", d.m.sig.focus)
	}
	d.keys("esc", "5")
	if got := d.m.sig.value(fieldSigned); got != "q?1" {
		t.Errorf("after a look elsewhere the URL is %q", got)
	}
	d.keys("tab", "tab", "tab", "tab", "?")
	d.expect("The result", "copy base string", "Everywhere")
}

func TestAFailedExaminationSaysWhy(t *testing.T) {
	d := staged80(t)
	d.core.examineErr = errors.New("read the history: the disk is full; make room")
	d.keys("5", "https://example.com")
	d.expect("✗ read the history: the disk is full")
	d.core.examineErr = nil
	d.keys("/")
	d.expect("no signature: the request has none")
}

// TestSmallScreensShowOnePage goes from the fields to the result on a screen that has room for one.
func TestSmallScreensShowOnePage(t *testing.T) {
	d := staged(t, false, false, 60, 15, nil)
	d.onBad()
	d.keys("s")
	d.expect("✗ does not verify; matches if")
	d.absent("Method")
	d.keys("tab")
	d.expect("› Method", "─ ✗ url ─")
	d.absent("does not verify")
}
