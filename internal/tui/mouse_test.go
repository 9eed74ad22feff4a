package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"
)

// find is the place of a text on the screen.
func (d *driver) find(text string) (x, y int) {
	d.t.Helper()
	for y, l := range strings.Split(d.screen(), "\n") {
		if before, _, ok := strings.Cut(l, text); ok {
			return ansi.StringWidth(before), y
		}
	}
	d.t.Fatalf("the screen does not show %q:\n%s", text, d.screen())
	return 0, 0
}

func (d *driver) click(text string) {
	d.t.Helper()
	x, y := d.find(text)
	d.send(click(x+1, y))
}

func TestHintsCanBeClicked(t *testing.T) {
	d := staged(t, false, false, 100, 30, nil)
	d.click("/ filter   ?")
	if !d.m.messages.typing() {
		t.Fatal("a click on / filter does not open the filter")
	}
	d.absent("? help")
	d.click("esc leave it")
	d.click("? help")
	d.expect("Keys · plivoscope")
	d.absent("/ filter   ? help")
	d.click("esc close")
	d.absent("Keys · plivoscope")
	d.click("n new message")
	d.expect("── Compose ──")
	d.click("esc back")
	d.click("enter open")
	if !d.m.messages.focused {
		t.Error("a click on enter does not open the detail")
	}
}

// TestEveryFooterKeyCanBeClicked holds that a click on a key of a footer does what the key does.
func TestEveryFooterKeyCanBeClicked(t *testing.T) {
	confirm := []string{"n", "x", "tab", "+14155550123", "ctrl+s"}
	for _, prepare := range [][]string{nil, {"enter"}, {"/"}, {"n"}, confirm, {"?"}, {"n", "f1"}, {"n", "ctrl+r"}, {"n", "ctrl+o"}, {"n", "ctrl+x"}, {"n", "tab", "tab", "ctrl+n"}, {"i"}, {"5"}, {"4"}, {"4", "ctrl+o"}, {"5"}, {"5", "f1"}, {"end", "s"}, {"end", "r"}, {"end", "r", ":3000", "ctrl+s"}} {
		stage := func() *driver {
			d := staged(t, len(prepare) == len(confirm), false, 120, 36, nil)
			d.keys(prepare...)
			d.pause()
			return d
		}
		for i, k := range stage().m.footerKeys() {
			pressed, clicked := stage(), stage()
			pressed.send(pressKey(k))
			clicked.send(click(placeKeys(120, clicked.m.footerKeys())[i].from, 35))
			if got, want := clicked.screen(), pressed.screen(); got != want {
				t.Errorf("%v: a click on %q shows\n%s\nthe key shows\n%s", prepare, k.Help().Key, got, want)
			}
			if !key.Matches(pressKey(k), k) {
				t.Errorf("%v: %q is not the key that a click presses", prepare, k.Help().Key)
			}
		}
	}
}

// TestADialogHasNoOtherHints clicks beside the dialog.
func TestADialogHasNoOtherHints(t *testing.T) {
	d := staged(t, true, false, 100, 30, nil)
	x, y := d.find("/ filter")
	d.keys("n", "hello", "tab", "+14155550123", "ctrl+s")
	d.send(click(x, y))
	d.send(click(2, 1))
	d.expect("This costs money")
	d.click("y yes") // at once, as a second click by mistake
	if len(d.core.sends) != 0 {
		t.Error("a click at once sent")
	}
	d.pause()
	d.click("y yes")
	if len(d.core.sends) != 1 {
		t.Errorf("%d sends", len(d.core.sends))
	}
}

func TestLeavingByMouseTakesTheNoticeAlong(t *testing.T) {
	d := staged80(t)
	d.keys("n", "ctrl+s")
	d.expect("Not sent")
	d.send(click(3, 1))
	d.expect("Messages (11)")
	d.absent("Not sent")
}

// TestASmallFormShowsTheFieldWithTheFocus goes through the form where it does not fit.
func TestASmallFormShowsTheFieldWithTheFocus(t *testing.T) {
	d := staged(t, false, false, 60, 15, nil)
	d.keys("n", strings.Repeat("Grüße “zusammen” 👍 ", 12), "tab", "12, 13, 14")
	d.expect("↓ more")
	d.keys("shift+tab", "ctrl+s", "shift+tab") // problems are shown
	for range 2 * len(d.m.compose.order) {
		d.keys("tab")
		if f := d.m.compose.focus; f == fieldSend {
			d.expect("› ", "Send")
			d.expect("↑ more")
		} else {
			d.expect(" › " + map[field]string{fieldText: "Text", fieldTo: "To", fieldFrom: "From", fieldFate: "Fate", fieldURL: "Callbacks"}[f])
		}
	}
	d = staged(t, false, false, 120, 36, nil)
	d.keys("n")
	d.absent("more ─")
}

func TestTooSmallSaysWhatIsNeeded(t *testing.T) {
	for size, want := range map[[2]int]string{
		{59, 15}: "plivoscope needs at least 60×15", {30, 8}: "too small: 60×15 needed", {23, 2}: "too small: 60×15 needed", {12, 5}: "60×15",
	} {
		d := staged(t, false, false, size[0], size[1], nil)
		d.expect(want)
		checkFrame(t, want, d.m.View(), size[0], size[1])
	}
}

func TestTheFooterKeepsTheWayBack(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}, {60, 15}} {
		d := staged(t, false, false, size[0], size[1], nil)
		d.keys("n")
		d.expect("ctrl+s send", "esc back", "f1 all keys")
		d.keys("esc", "enter")
		d.expect("esc back")
	}
}

func TestTheHelpKnowsTheDetail(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.keys("enter", "?")
	d.expect("The detail", "g home     top", "G end      end", "esc        back")
	d.absent("newest, and follow it")
}
