package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/escape"
)

// bracketed shows what is marked.
func bracketed(pieces []piece) string {
	s := ""
	for _, p := range pieces {
		switch {
		case p.text == "":
		case p.kind == other:
			s += "[" + p.text + "]"
		default:
			s += p.text
		}
	}
	return s
}

func TestDifferMarksWhatTheOtherLacks(t *testing.T) {
	for _, c := range []struct{ a, b, x, y string }{
		{"same", "same", "same", "same"},
		{"", "", "", ""},
		{"", "new", "", "[new]"},
		{"http://h/cb", "http://h/cb/", "http://h/cb", "http://h/cb[/]"},
		{"https://h/cb", "https://h:8443/cb", "https://h/cb", "https://h[:8443]/cb"},
		{"https://otter.example.com/cb", "https://other.example.com/cb", "https://[otter.example.com]/cb", "https://[other.example.com]/cb"},
		{"https://h/sms/report", "https://h/sms/reports", "https://h/sms/[report]", "https://h/sms/[reports]"},
		{"?a=1&b=2", "?a=1&b=3", "?a=1&[b=2]", "?a=1&[b=3]"},
		// A mark joins with the character before it, which is marked with it.
		{"a/\u0301b", "a/c", "a[/\u0301b]", "a/[c]"},
	} {
		as, bs := differ(c.a, c.b)
		if x, y := bracketed(as), bracketed(bs); x != c.x || y != c.y {
			t.Errorf("%q against %q: %s and %s, want %s and %s", c.a, c.b, x, y, c.x, c.y)
		}
	}
}

// TestDifferLosesNothing holds that the pieces make up the texts, and that the lines they are broken into
// hold all of it.
func TestDifferLosesNothing(t *testing.T) {
	all := func(pieces []piece, kinds ...pieceKind) string {
		s := ""
		for _, p := range pieces {
			for _, k := range kinds {
				if p.kind == k {
					s += p.text
				}
			}
		}
		return s
	}
	text := rapid.OneOf(rapid.Map(clusters(), escape.Line), rapid.StringMatching(`https?://h(:80)?(/[ab%2F.]{0,3}){0,3}(\?[ab=&]{0,6})?`))
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		as, bs := differ(a, b)
		if all(as, plain, other) != a || all(bs, plain, other) != b {
			t.Fatalf("%q and %q come out as %v and %v", a, b, as, bs)
		}
		w := rapid.IntRange(2, 30).Draw(t, "w")
		joined := ""
		for _, l := range chop(as, w) {
			row := all(l, plain, other)
			if ansi.StringWidth(row) > w {
				t.Fatalf("a line of %d cells in %d: %q", ansi.StringWidth(row), w, row)
			}
			joined += row
		}
		if joined != a {
			t.Fatalf("%q was broken into %q", a, joined)
		}
	})
}

// TestDifferIsBounded compares texts as long as the detail shows them.
func TestDifferIsBounded(t *testing.T) {
	a, b := strings.Repeat("a.", detailBytes/2), strings.Repeat("b.", detailBytes/2)
	as, bs := differ(a, b)
	if len(as)+len(bs) > 20 {
		t.Errorf("%d pieces", len(as)+len(bs))
	}
}
