package tui

import (
	"io"
	"slices"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// markedReplay brings two callbacks to the Replay screen, with a target.
func markedReplay(d *driver) {
	stockRequests(d.core)
	for _, id := range []int64{202, 205} {
		d.onCallback(id)
		d.keys("space")
	}
	d.keys("r", "http://localhost:3000")
}

// TestAnotherSourceIsLookedAtAnew says what another source comes to before any of it is sent.
func TestAnotherSourceIsLookedAtAnew(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	markedReplay(d)
	d.expect("Send 2 requests")
	d.keys("shift+tab", "right") // a filter
	d.absent("Send 2 requests")
	d.expect("finds 9 callbacks")
	d.keys("right") // a scenario
	d.expect("What it tells")
	d.keys("right") // the marked ones again
	d.absent("What it tells")
	d.expect("Send 2 requests")
	d.keys("ctrl+s")
	d.expect("Send 2 requests to http://localhost:3000?")
	d.pause()
	d.keys("y")
	if len(d.core.replays) != 1 || !slices.Equal(d.core.replays[0].IDs, []int64{202, 205}) || d.core.replays[0].Make != nil {
		t.Errorf("sent %+v", d.core.replays)
	}
}

// TestNothingToSendIsForgotten takes another source where the history is empty.
func TestNothingToSendIsForgotten(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 36)
	d.keys("4", "http://localhost:3000", "shift+tab")
	d.expect("There is no callback to send yet")
	d.keys("right")
	d.absent("There is no callback to send yet")
}

// TestAnEditedBodyIsLookedAt shows a body that was edited before it is sent.
func TestAnEditedBodyIsLookedAt(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("EDITOR", "'"+program(t, `printf 'another body\n' >"$1.body"; sed '/^$/q' "$1" | cat - "$1.body" >"$1.new"; mv "$1.new" "$1"; rm "$1.body"`)+"'")
	d := newDriver(t, newStocked(), 200, 60)
	withoutTerminal(d, io.Discard)
	replayOf(206)(d)
	d.keys("ctrl+e")
	d.expect("edited", "12 bytes of")
	d.keys("ctrl+r")
	d.absent("12 bytes of")
}

// TestADroppedTextIsNoMoreTold takes back what was said of a text that could not be read.
func TestADroppedTextIsNoMoreTold(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("EDITOR", "'"+program(t, `echo "no pair" >>"$1"`)+"'")
	d := newDriver(t, newStocked(), 200, 60)
	withoutTerminal(d, io.Discard)
	replayOf(203)(d)
	d.keys("ctrl+e")
	d.expect("The edited request cannot be read")
	d.keys("ctrl+r")
	d.absent("The edited request cannot be read")
}

// TestTypingLeavesTheReadingAlone types while the callback is read: it is read all the same.
func TestTypingLeavesTheReadingAlone(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	stockRequests(d.core)
	d.onCallback(203)
	d.hold = true
	d.keys("r")
	opened := d.held
	d.held, d.hold = nil, false
	var read tea.Cmd // of the callback
	for _, cmd := range opened {
		if cmd == nil {
			continue
		}
		if msg, ok := cmd().(replayMsg); ok {
			_, read = d.m.Update(msg)
		}
	}
	d.keys("http://localhost:3000")
	d.run(read)
	if !d.m.replay.source.single() {
		t.Fatalf("the callback was not read:\n%s", d.screen())
	}
	d.expect("POST http://localhost:3000/sms/delivery-report")
}

// TestASendThatWasLeftIsNotSent forgets a send that waited for its preview.
func TestASendThatWasLeftIsNotSent(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	replayOf(203)(d)
	d.m.replay.wait = func(int) tea.Cmd { return nil }
	d.keys("/late")
	d.hold = true
	d.keys("ctrl+s", "esc")
	d.release()
	if d.m.at == onReplay || len(d.core.replays) != 0 || d.m.env.sheet != nil {
		t.Errorf("on screen %d, sent %+v", d.m.at, d.core.replays)
	}
}

// TestTheTimesOfAScenarioStayWithIt sends callbacks one after the other also where a scenario had times of its
// own.
func TestTheTimesOfAScenarioStayWithIt(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	markedReplay(d)
	d.keys("shift+tab", "right", "right")
	d.m.replay.chooseScenario("lifecycle")
	if d.m.replay.choices[fieldTiming] != timingOriginal {
		t.Fatal("lifecycle has no times of its own")
	}
	d.keys("right")
	if d.m.replay.plan.Run.Original || d.m.replay.choices[fieldTiming] != timingAtOnce {
		t.Error("the callbacks go as far apart as they came")
	}
}

// TestVariablesAreKept keeps what was typed for a variable, for the next scenario that has it.
func TestVariablesAreKept(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	markedReplay(d)
	d.keys("shift+tab", "right", "right", "tab")
	s := d.m.replay
	s.put(fieldVariable, "14155550123")
	name := s.scene.vars[0].Name
	d.keys("right", "left", "shift+tab", "right", "left")
	if got := s.scenePlan().Vars; len(got) != 1 || got[name] != "14155550123" {
		t.Errorf("%s is kept as %v", name, got)
	}
}
