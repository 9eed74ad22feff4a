package tui

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestComposeHoldsWhatIsOfUse pastes far more than a message takes, in one line and in many, by the
// terminal and from the clipboard: the beginning is kept, and it is said that there was more.
func TestComposeHoldsWhatIsOfUse(t *testing.T) {
	for name, text := range map[string]string{
		"long": strings.Repeat("words ", 40_000), "lines": strings.Repeat("a line\r\n", 40_000), "empty lines": strings.Repeat("\r", 2000),
	} {
		for _, way := range []string{"terminal", "clipboard"} {
			core := newFakeCore()
			d := newDriver(t, core, 120, 36)
			d.m.env.o.ReadClipboard = func() (string, error) { return text, nil }
			d.keys("n", "Hello ")
			if way == "terminal" {
				d.paste(text)
			} else {
				d.keys("ctrl+v")
			}
			d.expect("Not all of it was taken")
			got := d.m.compose.text.Value()
			if n := utf8.RuneCountInString(got); n > textMost || d.m.compose.text.LineCount() > linesMost || n < linesMost-10 || !strings.HasPrefix(got, "Hello ") {
				t.Errorf("%s by the %s: the text has %d characters in %d lines", name, way, n, d.m.compose.text.LineCount())
			}
			if name == "long" {
				d.keys("x")
				d.expect("Not all of it was taken")
				d.keys("backspace")
				d.absent("Not all of it was taken")
			}
		}
	}
}

// TestDestinationsAreNotCutWithinANumber pastes more destinations than there is room for: no number is
// left that was cut short.
func TestDestinationsAreNotCutWithinANumber(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 36)
	d.keys("n", "tab")
	d.paste(strings.Repeat("+14155550123, ", 6000))
	d.expect("Not all of it was taken", "1 destination · United States · 4,680 repeated")
	if got := d.m.compose.inputs[fieldTo].Value(); !strings.HasSuffix(got, "+14155550123") || len(got) > inputMost {
		t.Errorf("%d characters that end in %q", len(got), got[len(got)-20:])
	}
	d.absent("invalid")
}
