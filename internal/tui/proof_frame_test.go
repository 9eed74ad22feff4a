package tui

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/escape"
)

// masked are the scenes with text in an input, where what cannot be seen stands as the replacement
// character: an input cannot hold several characters for one.
var masked = map[string]bool{"compose cjk": true, "signature hostile": true}

// checkFrame holds that a frame is h lines of w cells, and that nothing in it acts on a terminal but the
// colours of the theme: what is left without them could be shown as it is.
func checkFrame(t testing.TB, name, view string, w, h int) {
	t.Helper()
	checkCells(t, name, view, w, h, masked[name])
}

// checkCells is checkFrame; typed is whether the frame shows an input with text that may be masked.
func checkCells(t testing.TB, name, view string, w, h int, typed bool) {
	t.Helper()
	lines := strings.Split(view, "\n")
	if len(lines) != h {
		t.Fatalf("%s at %dx%d: %d lines", name, w, h, len(lines))
	}
	for y, l := range lines {
		text, ok := uncoloured(l)
		if !ok {
			t.Fatalf("%s at %dx%d: line %d has an escape sequence that is no colour: %q", name, w, h, y, l)
		}
		if n := ansi.StringWidth(text); n != w {
			t.Fatalf("%s at %dx%d: line %d is %d cells wide: %q", name, w, h, y, n, text)
		}
		if typed {
			text = strings.ReplaceAll(text, "\u200d", "") // part of a picture that is typed
		} else if strings.ContainsRune(text, utf8.RuneError) {
			t.Fatalf("%s at %dx%d: line %d does not tell what stood there: %q", name, w, h, y, text)
		}
		if safe := escape.Line(text); safe != text {
			t.Fatalf("%s at %dx%d: line %d is not safe to show:\n%q\nas it should be:\n%q", name, w, h, y, text, safe)
		}
	}
}

// uncoloured takes the sequences for colours and attributes out of a line, and reports whether there are
// no others.
func uncoloured(l string) (string, bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(l, '\x1b')
		if i < 0 {
			b.WriteString(l)
			return b.String(), true
		}
		b.WriteString(l[:i])
		l = l[i+1:]
		if !strings.HasPrefix(l, "[") {
			return "", false
		}
		l = strings.TrimLeft(l[1:], "0123456789;")
		if !strings.HasPrefix(l, "m") {
			return "", false
		}
		l = l[1:]
	}
}

// oneInSixteen skips a case with -short, as the races run: these proofs compute in one goroutine, many times what
// few of them show there.
func oneInSixteen(t *testing.T, i int) {
	t.Helper()
	if testing.Short() && i%16 != 0 {
		t.Skip("one in sixteen with -short")
	}
}

func TestUncoloured(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "\x1b[38;2;1;2;3mred\x1b[0m x": "red x", "\x1b[mx": "x",
		"\x1b[2J": "", "\x1b]0;x\x07": "", "x\x1b": "", "\x1b[3": "", "\x1bc": "", "\x1b[?25l": "", "\x1b[1;\x1b[m": "",
	} {
		if got, ok := uncoloured(in); got != want || ok != (want != "") {
			t.Errorf("%q without its colours is %q, %v", in, got, ok)
		}
	}
}

// rendererOf is a renderer of a terminal with these colours.
func rendererOf(p termenv.Profile, dark bool) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	r.SetHasDarkBackground(dark)
	return r
}
