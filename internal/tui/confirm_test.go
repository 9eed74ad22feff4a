package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// TestAQuestionHasItsAnswersOnce holds that a question in a low body keeps as much of its words as there is room for,
// and shows its answers below them, once.
func TestAQuestionHasItsAnswersOnce(t *testing.T) {
	d := staged80(t)
	words := "one two three"
	s := &confirmSheet{env: d.m.env, question: words, word: "do"}
	for h := range 8 {
		lines := s.lines(10, h)
		if len(lines) > h {
			t.Fatalf("%d lines of %d", len(lines), h)
		}
		all := ansi.Strip(strings.Join(lines, " "))
		if n := strings.Count(all, " y do"); n != min(h, 1) {
			t.Errorf("%d lines show the answers %d times:\n%s", h, n, strings.Join(lines, "\n"))
		}
		asked := strings.Count(all, "one") + strings.Count(all, "two") + strings.Count(all, "three")
		if want := min(max(h-1, 0), 3); asked != want {
			t.Errorf("%d lines have %d words of the question, want %d:\n%s", h, asked, want, strings.Join(lines, "\n"))
		}
	}
}
