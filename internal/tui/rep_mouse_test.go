package tui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// TestReplayTakesTheMouse focuses a field by a click, goes on in one that is chosen, sends by the button, and
// opens an attempt.
func TestReplayTakesTheMouse(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	replayOf(203)(d)
	d.click("re-signed")
	if d.m.replay.focus != fieldMode {
		t.Fatalf("a click goes to field %d", d.m.replay.focus)
	}
	d.click("re-signed")
	d.expect("‹ as captured ›")
	d.click("Count")
	d.keys("3")
	d.click("Send 3 requests")
	d.expect("Send 3 requests to http://localhost:3000?")
	d.pause()
	d.click("y yes")
	halfWay(d)
	x, y := d.find("✗ no whole")
	d.send(click(x, y))
	if a, _ := d.m.replay.selectedAttempt(); a.ID != 98 {
		t.Errorf("a click selects attempt %d", a.ID)
	}
	d.send(click(x, y))
	d.expect("Attempt · callback 203")
	d.send(tea.MouseMsg{X: x, Y: 10, Button: tea.MouseButtonWheelDown, Action: tea.MouseActionPress})
	d.click("esc back")
	d.expect("On its way to")
	d.click("esc stop")
	if !d.fakeRun().stopped {
		t.Error("a click on esc does not stop the run")
	}
}
