package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// TestRemarksAreWhole writes a remark below a field without cutting a line of it, at every width.
func TestRemarksAreWhole(t *testing.T) {
	const words = "A message is queued, sent and delivered; the three reports go at once."
	d := newDriver(t, newFakeCore(), 80, 24)
	for w := fieldIndent + 14; w < 120; w++ {
		s := newFields(d.m.env.th)
		s.setSize(w, 10)
		s.say(span{s.th.text, words})
		if got := strings.Join(strings.Fields(ansi.Strip(strings.Join(s.lines, " "))), " "); got != words {
			t.Errorf("in %d cells it reads %q", w, got)
		}
	}
}
