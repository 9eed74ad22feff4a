package tui

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/webhook/replay"
)

func maskedReplayDriver(t *testing.T) *driver {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	return newDriverOn(t, newStocked(), 200, 60, Options{Renderer: r, Mask: true})
}

// TestAMaskedReplayShowsNoNumber shows neither in its fields nor in its notices what is masked, and sends it.
func TestAMaskedReplayShowsNoNumber(t *testing.T) {
	const number = "14155550177"
	d := maskedReplayDriver(t)
	hidden := func(when string) {
		t.Helper()
		for _, secret := range []string{number, "Is+the", "Is the table"} {
			if s := d.screen(); strings.Contains(s, secret) {
				t.Errorf("%s, %q is shown:\n%s", when, secret, s)
			}
		}
	}
	replayOf(204)(d) // asked by GET
	hidden("previewed")
	d.keys("ctrl+o", "tab", "tab", "tab", "tab")
	hidden("with all fields")

	d.keys("ctrl+s")
	if len(d.core.replays) != 1 || d.core.replays[0].Options.Edits.Path != "" {
		t.Fatalf("sent %+v", d.core.replays)
	}
	d.core.runs[0].end(replay.Summary{Skipped: 1, Problem: "The number " + number + " cannot be sent."}, nil)
	d.lookAtRun()
	d.expect("Nothing was sent")
	hidden("ended")

	d.core.replayErr = errors.New("the number " + number + " cannot be sent")
	d.keys("tab", "tab", "2", "ctrl+s")
	d.expect("cannot be sent")
	hidden("refused")
}
