package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
)

// clusters makes texts of what characters are joined from: selectors, keycaps, flags, joiners, marks,
// letters of Hangul.
func clusters() *rapid.Generator[string] {
	part := rapid.SampledFrom([]string{
		"1", "#", "a", " ", " ", "-", "word", "\n", "\ufe0f", "\u20e3", "\u200d", "👩", "👍", "🏽", "🏴", "\U0001f1e9", "\U0001f1ea", "❤",
		"e", "\u0301", "ご", "한", "\u1100", "\u1161", "\u1160", "ก", "\u0e33", "क", "\u094d", "ि", "\u0600", "ﷺ",
	})
	return rapid.Map(rapid.SliceOf(part), func(parts []string) string { return strings.Join(parts, "") })
}

func TestLinesAreAsWideAsAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := escape.Line(clusters().Draw(t, "a")), escape.Line(clusters().Draw(t, "b"))
		w := rapid.IntRange(0, 40).Draw(t, "w")
		if got := line(w, span{grid.Paint{}, " " + a}, span{grid.Paint{}, " "}, span{grid.Paint{}, b}); ansi.StringWidth(got) != w {
			t.Fatalf("line(%d, %q, %q) is %d cells wide: %q", w, a, b, ansi.StringWidth(got), got)
		}
		raw := clusters().Draw(t, "typed")
		view := strings.ReplaceAll(raw, "\n", "") + "\x1b[7m" + b + "\x1b[0m"
		if got := line(3) + typed(view, w); ansi.StringWidth(got) != 3+w {
			t.Fatalf("typed(%q, %d) is %d cells wide: %q", view, w, ansi.StringWidth(got)-3, got)
		}
	})
}

// TestWrap holds that no line is wider than asked, that nothing is lost but blanks, and that lines are
// not begun before they have to be.
func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{"", 5, ""},
		{"one two three", 7, "one two|three"},
		{"one  two", 4, "one|two"},
		{"abcdefgh ij", 4, "abcd|efgh|ij"},
		{"a well-known one", 8, "a well-|known|one"},
		{"two\n\nlines", 9, "two||lines"},
		{"ご注文ありがとう", 5, "ご注|文あ|りが|とう"},
		{"1\ufe0f\u20e32\ufe0f\u20e3", 3, "1\ufe0f\u20e3|2\ufe0f\u20e3"},
		{"ab", 0, "a|b"},
	} {
		if got := strings.Join(wrap(c.in, c.w), "|"); got != c.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := escape.Block(clusters().Draw(t, "text"))
		w := rapid.IntRange(2, 20).Draw(t, "w")
		lines := wrap(s, w)
		for _, l := range lines {
			if n := ansi.StringWidth(l); n > w && w >= 4 {
				t.Fatalf("wrap(%q, %d) has a line of %d cells: %q", s, w, n, l)
			}
		}
		bare := strings.NewReplacer(" ", "", "\n", "")
		if got := bare.Replace(strings.Join(lines, "")); got != bare.Replace(s) {
			t.Fatalf("wrap(%q, %d) lost something: %q", s, w, lines)
		}
	})
}

// TestNothingUnseenIsTyped pastes what nobody sees into the form.
func TestNothingUnseenIsTyped(t *testing.T) {
	for _, s := range []string{
		"\u200b\u200c\ufeffab", "1\ufe0f\u20e3", "🇩🇪🇩", "e\u0301\u0302", "ก็ำ", "\u0e33", "ﷺ", "\u3164", "👍🏽", "क्षि", "\u00ad-",
		"\u2028x", "\U000e0041", "\t\tx", "한국", "👨‍👩‍👧", "\u0600",
	} {
		for _, size := range [][2]int{{80, 24}, {60, 15}} {
			d := staged(t, false, false, size[0], size[1], nil)
			d.keys("n")
			d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(strings.Repeat(s, 40)), Paste: true})
			d.keys("tab")
			d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(strings.Repeat(s, 40)), Paste: true})
			v := d.m.View()
			checkFrame(t, "compose cjk", v, size[0], size[1])
			if i := strings.IndexAny(v, "\u200b\u200c\ufeff\u2028\u3164\U000e0041\u00ad"); i >= 0 {
				t.Errorf("%q is on the screen as it is", s)
			}
		}
	}
}

// TestSkinTonesAreTyped holds that the colour of a hand is shown as it is typed, in every form, but not one of nothing.
func TestSkinTonesAreTyped(t *testing.T) {
	for _, keys := range [][]string{{"n"}, {"i"}, {"R"}, {"/"}} {
		d := staged80(t)
		d.keys(append(keys, "谢谢 ", "👍", "🏽", "🇩", "🇪")...)
		d.expect("谢谢 👍🏽🇩🇪")
	}
	if got := seen("a🏽"); got != "a\ufffd" {
		t.Errorf("a colour of a letter is shown as %q", got)
	}
}
