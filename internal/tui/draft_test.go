package tui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

func paste(text string) tea.KeyMsg {
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true}
}

// pressHeld presses keys whose commands are only run with the function that it gives.
func (d *driver) pressHeld(names ...string) (answer func()) {
	d.t.Helper()
	d.hold = true
	d.keys(names...)
	d.hold = false
	held := d.held
	d.held = nil
	return func() {
		d.held = held
		d.release()
	}
}

// TestAnAnswerLeavesTheNextDraftAlone edits the draft, each of its fields, before the API has answered.
func TestAnAnswerLeavesTheNextDraftAlone(t *testing.T) {
	for name, edit := range map[string]func(*driver){
		"text":   func(d *driver) { d.keys("shift+tab", " and another ") },
		"to":     func(d *driver) { d.keys(", +14155550199") },
		"from":   func(d *driver) { d.keys("tab", "backspace", "9") },
		"url":    func(d *driver) { d.keys("tab", "tab", "tab", "right") },
		"undone": func(d *driver) { d.keys("shift+tab", "x", "backspace") },
	} {
		d := staged80(t)
		d.keys("n", "hello", "tab", "+14155550123")
		answer := d.pressHeld("ctrl+s")
		edit(d)
		text, to := d.m.compose.text.Value(), d.m.compose.inputs[fieldTo].Value()
		answer()
		if d.m.at != onCompose || d.m.compose.text.Value() != text || d.m.compose.inputs[fieldTo].Value() != to {
			t.Errorf("%s: the answer left screen %d, text %q, to %q", name, d.m.at, d.m.compose.text.Value(), d.m.compose.inputs[fieldTo].Value())
		}
		d.expect("Sent 1 message.")
	}
}

// TestAnAnswerFindsTheUserElsewhere holds that an answer clears the draft that it is for, and takes
// nobody away from another screen.
func TestAnAnswerFindsTheUserElsewhere(t *testing.T) {
	d := staged80(t)
	d.keys("n", "hello", "tab", "+14155550123")
	answer := d.pressHeld("ctrl+s")
	d.keys("esc", "j", "j")
	at := d.selected()
	answer()
	if d.selected() != at || d.m.compose.text.Value() != "" {
		t.Errorf("selected %d, want %d; the text is %q", d.selected(), at, d.m.compose.text.Value())
	}
}

func TestADraftIsNotSentTwice(t *testing.T) {
	d := staged80(t)
	d.keys("n", "hello", "tab", "+14155550123")
	answer := d.pressHeld("ctrl+s")
	d.keys("ctrl+s")
	d.expect("has not answered")
	answer()
	if n := len(d.core.sends); n != 1 {
		t.Errorf("%d sends", n)
	}
}

func TestQuitAsksAboutADraft(t *testing.T) {
	d := staged80(t)
	d.keys("n", "a long careful draft", "esc", "q")
	d.expect("The draft was not sent and would be lost. Quit all the same?")
	d.pause()
	d.keys("esc", "q")
	d.pause()
	d.keys("y")
	if !d.quit {
		t.Error("q and y did not quit")
	}
	d = staged80(t)
	d.keys("n", "a draft", "ctrl+c")
	if !d.quit {
		t.Error("ctrl+c asked")
	}
	d = staged80(t)
	d.keys("n", " ", "esc", "q")
	if !d.quit {
		t.Error("q asked about white space")
	}
}

// TestTypingDoesNotSpend goes on typing when the question about money comes up.
func TestTypingDoesNotSpend(t *testing.T) {
	asked := func() *driver {
		d := staged(t, true, false, 80, 24, nil)
		d.keys("n", "hello", "tab", "+14155550123", "ctrl+s")
		d.expect("This costs money")
		return d
	}
	none := func(d *driver, what string) {
		t.Helper()
		if n := len(d.core.sends); n != 0 {
			t.Errorf("%s: %d sends", what, n)
		}
	}
	d := asked()
	for _, r := range " really yours" {
		d.keys(string(r))
		d.now = d.now.Add(180 * time.Millisecond)
	}
	none(d, "typed letter by letter")
	d.expect("This costs money")
	d = asked()
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("only")})
	none(d, "typed in one go")
	d = asked()
	d.pause()
	d.keys("a", "x", "space", "Q")
	d.expect("This costs money")
	d.send(paste("y"))
	d.pause()
	d.keys("enter") // on the choice to go back
	none(d, "enter on going back")
	d.absent("This costs money")
	d.keys("ctrl+s")
	d.pause()
	d.keys("tab", "enter")
	if n := len(d.core.sends); n != 1 {
		t.Errorf("enter on sending: %d sends", n)
	}
	d = asked()
	d.keys("esc") // at once
	d.absent("This costs money")
	d.keys("ctrl+s")
	d.pause()
	d.keys("n")
	d.absent("This costs money")
	none(d, "no")
	if v := d.m.compose.inputs[fieldTo].Value(); v != "+14155550123" {
		t.Errorf("the answers were typed into the form: %q", v)
	}
}

func TestTooSmallTakesNoKeys(t *testing.T) {
	d := staged(t, true, false, 80, 24, nil)
	d.keys("n", "hello", "tab", "+14155550123")
	d.send(sizeOf(50, 12))
	d.keys("ctrl+s")
	d.pause()
	d.keys("y", "x", "q")
	d.send(paste("zzz"))
	if len(d.core.sends) != 0 || d.quit {
		t.Errorf("%d sends, quit %v", len(d.core.sends), d.quit)
	}
	d.expect("ctrl+c quits")
	d.send(sizeOf(80, 24))
	d.absent("This costs money")
	if v := d.m.compose.inputs[fieldTo].Value(); v != "+14155550123" {
		t.Errorf("typed blindly: %q", v)
	}
	d = staged(t, false, false, 50, 12, nil)
	d.keys("q")
	if !d.quit {
		t.Error("q does not quit where nothing would be lost")
	}
}

// TestOnlyWhatCostsMoneyIsAsked sends live through an API on this machine.
func TestOnlyWhatCostsMoneyIsAsked(t *testing.T) {
	core := newFakeCore()
	(&driver{core: core}).stage(true, false)
	core.status.Spends = false
	d := newDriver(t, core, 80, 24)
	d.keys("n", "hello", "tab", "+14155550123", "ctrl+s")
	if n := len(core.sends); n != 1 {
		t.Errorf("%d sends:\n%s", n, d.screen())
	}
}

// TestTwoEscsInOneGo leaves the detail and takes the filter away by what a slow connection makes of two escs.
func TestTwoEscsInOneGo(t *testing.T) {
	d := staged80(t)
	d.keys("/", "status:delivered", "enter", "enter")
	d.expect("esc back", "status:delivered")
	d.send(tea.KeyMsg{Type: tea.KeyEscape, Alt: true})
	d.expect("enter open", "Messages (11)")
}

// TestTypedInOneGo gives what was typed fast, or pasted into a terminal that does not say so, as the
// one message that it arrives as: text stays text, even where it is the name of a key.
func TestTypedInOneGo(t *testing.T) {
	d := staged80(t)
	for _, word := range []string{"up", "tab", "enter", "esc", "right", "ctrl+s", "f1"} {
		d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("n" + word)})
		if got := d.m.compose.text.Value(); got != word {
			t.Errorf("%q gave the text %q", word, got)
		}
		d.keys("tab")
		d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(word)})
		if got := d.m.compose.inputs[fieldTo].Value(); got != word {
			t.Errorf("%q gave the number %q", word, got)
		}
		d.m.compose.inputs[fieldTo].Reset()
		d.m.compose.text.Reset()
		d.m.compose.setFocus(fieldText)
		d.keys("esc")
	}
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("/up")})
	if got := d.m.messages.filter.input.Value(); got != "up" {
		t.Errorf("the filter is %q", got)
	}
	d.keys("esc")
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("iesc")})
	d.expect("│ esc")
}

// TestNumbersAreCheckedWhenTheyChange holds that a key in another field does not look at the numbers
// again: for a thousand of them that is too slow.
func TestNumbersAreCheckedWhenTheyChange(t *testing.T) {
	d := staged80(t)
	d.keys("n", "tab")
	var all strings.Builder
	for i := range 300 {
		fmt.Fprintf(&all, "+1415555%04d,", i)
	}
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(all.String())})
	d.expect("300 destinations")
	first := &d.m.compose.draft.To[0]
	d.keys("shift+tab", "h", "e", "l", "l", "o", "enter", "tab", "tab")
	d.send(tea.KeyMsg{Type: tea.KeyLeft})
	if &d.m.compose.draft.To[0] != first {
		t.Error("the numbers were looked at again though they did not change")
	}
	if got := d.m.compose.draft; len(got.To) != 300 || got.Text != "hello\n" || got.From != "+14155550100" {
		t.Errorf("the draft is from %q to %d: %q", got.From, len(got.To), got.Text)
	}
}

func TestTheFirstWrongFieldGetsTheFocus(t *testing.T) {
	d := staged80(t)
	d.keys("n", "tab", "tab", "ctrl+s")
	if d.m.compose.focus != fieldText {
		t.Errorf("focus %d", d.m.compose.focus)
	}
	d.expect("Not sent: There is no text")
	d.keys("x")
	d.absent("Not sent")
	d.keys("ctrl+s")
	d.expect("Not sent: There is no destination")
	if d.m.compose.focus != fieldTo {
		t.Errorf("focus %d", d.m.compose.focus)
	}
	d.keys("esc")
	d.absent("Not sent")
}

func TestTheNextDraftBeginsAfresh(t *testing.T) {
	d := staged80(t)
	d.keys("n", "hello", "tab", "+14155550123, +14155550124", "tab", "tab", "down", "ctrl+s", "n")
	c := d.m.compose
	if c.text.Value() != "" || c.inputs[fieldTo].Value() != "" || c.inputs[fieldFate].Value() != "" || c.focus != fieldText {
		t.Errorf("text %q, to %q, fate %q, focus %d", c.text.Value(), c.inputs[fieldTo].Value(), c.inputs[fieldFate].Value(), c.focus)
	}
	d.expect("→ +14155550123 and 1 more again", "decided by the number")
	d.keys("tab", "right")
	if v := c.inputs[fieldTo].Value(); v != "+14155550123, +14155550124" {
		t.Errorf("to %q", v)
	}
	d.keys("shift+tab", "again", "ctrl+s")
	if n := len(d.core.sends); n != 2 || len(d.core.sends[1].Draft.To) != 2 {
		t.Errorf("sends: %+v", d.core.sends)
	}
}

func TestACursorKeyKeepsTheFailure(t *testing.T) {
	d := staged80(t)
	d.core.sendErr = errors.New("the network is unreachable")
	d.keys("n", "hello", "tab", "+14155550123", "ctrl+s")
	d.send(tea.KeyMsg{Type: tea.KeyLeft})
	if d.m.compose.failure == "" {
		t.Error("a cursor key cleared the failure")
	}
	d.keys("backspace")
	if d.m.compose.failure != "" {
		t.Error("the failure is still there after an edit")
	}
}

func TestNumbersOneALine(t *testing.T) {
	for in, want := range map[string]string{
		"14155550123\n14155550124\n":           "14155550123, 14155550124",
		"14155550123\r\n\r\n14155550124":       "14155550123, 14155550124",
		"+14155550123,\n+14155550124;\n +4930": "+14155550123, +14155550124, +4930",
		"+14155550123\r":                       "+14155550123",
	} {
		d := staged80(t)
		d.keys("n", "hello", "tab")
		d.send(paste(in))
		if got := d.m.compose.inputs[fieldTo].Value(); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	d := staged80(t)
	d.keys("n")
	d.send(paste("two\nlines"))
	if got := d.m.compose.text.Value(); got != "two\nlines" {
		t.Errorf("the text is %q", got)
	}
}

// Emoji that the area takes for narrower than they are drawn hide nothing of the text.
func TestNothingOfTheTextIsCut(t *testing.T) {
	d := newDriver(t, newFakeCore(), 80, 24)
	d.keys("n")
	var words []string
	for i := range 24 {
		words = append(words, fmt.Sprintf("w%02d", i), "1\ufe0f\u20e3")
	}
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(strings.Join(words, " ")), Paste: true})
	d.expect(words...)
}
