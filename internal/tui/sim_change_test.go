package tui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestPanelKeepsWhatIsTyped holds that a typed value stays while something else is done, and where it fails; no key
// acts as another one meanwhile.
func TestPanelKeepsWhatIsTyped(t *testing.T) {
	d := panelled(staged80(t), 2, 0)
	d.hold = true
	d.keys("+", "a", "1h", "enter")
	d.expect("Move by", "1h", "✗ Not done: still moving the clock on by 1m0s")
	d.release()
	d.keys("enter")
	if n := len(d.core.changes); n != 2 || d.core.changes[1].Advance != time.Hour {
		t.Fatalf("the changes are %+v", d.core.changes)
	}
	d.absent("Move by")

	d.keys("tab", "tab", "tab")
	d.core.simFail = errors.New("cannot load the rules: there is no file rulez.yaml")
	d.hold = true
	d.keys("o", "rulez.yaml", "enter", "p", "x", "0", "tab")
	d.expect("› File      │ ", "rulez.yaml", "… loading the rules")
	d.absent("rulez.yamlp")
	d.release()
	d.expect("› File      │ ", "rulez.yaml", "✗ cannot load the rules")
	d.core.simFail = nil
	d.keys("enter")
	d.absent("✗")
	if n := len(d.core.changes); n != 3 || d.core.changes[2].RulesFile != "rulez.yaml" {
		t.Errorf("the changes are %+v", d.core.changes)
	}
	d.keys("a", "1000h", "enter")
	d.expect("up to 720h (30 days) at once", "1000h")
}

// TestPanelChaosWhileBusy holds that no slider shows what the simulator was not told.
func TestPanelChaosWhileBusy(t *testing.T) {
	for _, keys := range [][]string{{"right"}, {"b"}, {"enter", "5s", "enter"}} {
		d := panelled(staged80(t), 2, 2)
		d.hold = true
		d.keys("+")
		d.keys(keys...)
		d.expect("✗ Not done: still moving the clock on", "delay            ●────────────── 0")
		d.release()
		if n := len(d.core.changes); n != 1 {
			t.Errorf("%q: %d changes", keys, n)
		}
	}
}

// TestPanelChaosShownAtOnce holds that a slider goes not back before the answer comes.
func TestPanelChaosShownAtOnce(t *testing.T) {
	d := panelled(staged80(t), 0, 2)
	d.hold = true
	d.keys("right")
	st := d.core.sim
	d.send(simStateMsg{st: st})
	d.expect("delay            ━━●")
	d.core.simFail = errors.New("no")
	d.release()
	d.expect("delay            ●─", "✗ no")
}

// TestPanelGivesUp ends a change that takes long, and stops the clock beside it.
func TestPanelGivesUp(t *testing.T) {
	d := panelled(staged80(t), 2, 0)
	d.hold = true
	d.keys("+", "p", ">")
	d.expect("✗ Not done: still ")
	d.keys("esc")
	d.expect("Schedule  Fates")
	d.release()
	d.expect("Given up: ")
	if n := len(d.core.changes); n != 0 {
		t.Errorf("%d changes", n)
	}
	d.hold = true
	d.keys("+", "p")
	d.release()
	d.expect("■ 12:04:45.000 stands still")
	d.keys("esc")
	d.absent("Schedule  Fates")
}

// TestPanelNamesWhatEscDoes holds that the last line says of esc what it does: while something is done, it gives that
// up first.
func TestPanelNamesWhatEscDoes(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		for name, keys := range map[string][]string{"the panel": {}, "an input": {"a"}, "a written message": {"shift+tab", "shift+tab", "enter"}} {
			d := panelled(staged(t, false, false, width, 24, nil), 2, 0)
			foot := func() string {
				lines := strings.Split(strings.TrimRight(d.screen(), "\n"), "\n")
				return lines[len(lines)-1]
			}
			d.hold = true
			d.keys("+")
			d.keys(keys...)
			if !strings.Contains(foot(), "esc give up") {
				t.Errorf("%s of %d cells says %q", name, width, foot())
			}
			d.keys("esc")
			if strings.Contains(foot(), "give up") {
				t.Errorf("%s of %d cells says after that %q", name, width, foot())
			}
			d.release()
			d.expect("Given up: ")
		}
	}
}

// TestPanelMovesOnToWhatFollows of callbacks that are on their way: what is posted next may be of these.
func TestPanelMovesOnToWhatFollows(t *testing.T) {
	d := panelled(staged80(t), 0, 0)
	d.core.sim.Clock.Pending = 2
	d.wake()
	d.expect("2 on the way")
	d.keys(".")
	d.absent("✗ Nothing is due")
	if n := len(d.core.changes); n != 1 || !d.core.changes[0].ToNext {
		t.Errorf("the changes are %+v", d.core.changes)
	}
}

// TestPanelClickBelowRows selects none of the rows that are not seen.
func TestPanelClickBelowRows(t *testing.T) {
	d := panelled(staged80(t), 60, 0)
	lines := strings.Split(strings.TrimRight(d.screen(), "\n"), "\n")
	rows := d.m.env.sim.parts[0].(*simSchedule)
	for y := range lines[:len(lines)-1] { // the last one has keys
		if y == d.m.frame.tabs.y {
			continue // there it goes to another screen
		}
		if d.send(click(10, y)); d.m.env.sheet == nil {
			t.Fatalf("a click on line %d closes the panel", y)
		}
		if sel, _ := rows.selected(); !strings.Contains(strings.Join(strings.Split(d.screen(), "\n")[2:], "\n"), " › ") {
			t.Errorf("a click on line %d, %q, selects %q, which is not seen", y, lines[y], sel.key)
		}
	}
}

// TestPanelRefusesAloud: who hears the panel is told that a key did nothing, and why.
func TestPanelRefusesAloud(t *testing.T) {
	d := newPlain(t)
	d.core.simulate(2)
	d.press("S")
	_, moving := d.p.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("+")}) // which goes on
	d.press(">")
	d.hears("Not done: still moving the clock on by 1m0s")
	d.play(moving)
	d.hears("The clock shows 12:04:45 and runs as fast as Plivo")
}

// TestPanelDoesNotGuess holds that the clock is not counted on where the simulator does not answer.
func TestPanelDoesNotGuess(t *testing.T) {
	d := panelled(staged80(t), 2, 0)
	d.m.env.simPace.patience = time.Millisecond
	d.core.simHang = true
	d.now = d.now.Add(time.Minute)
	d.wake()
	d.expect("? 12:03:48 when it was read last", "✗ the simulator has not answered within 1ms")
	d.absent("● 12:0")
	d.core.simHang = false
	d.wake()
	d.expect("● 12:03:45 runs")
}

// TestPanelKeysNeedState holds that no key changes what was not read yet.
func TestPanelKeysNeedState(t *testing.T) {
	d := staged80(t)
	d.core.simulate(2)
	d.wake()
	d.hold = true
	d.keys("S", "tab", "enter", "tab", "right", "b", "0", "+", "p", "tab", "x", "o")
	d.send(click(10, 10))
	d.expect("… reading what the simulator holds")
	d.absent("› File ")
	d.release()
	if n := len(d.core.changes); n != 0 {
		t.Errorf("the changes are %+v", d.core.changes)
	}
}

// TestPanelAsksSeldom holds that changes in the core make the panel ask only so often.
func TestPanelAsksSeldom(t *testing.T) {
	d := panelled(staged80(t), 2, 0)
	d.m.env.simPace.every = 250 * time.Millisecond
	before := d.core.states
	d.hold = true
	for range 30 {
		d.now = d.now.Add(8 * time.Millisecond)
		d.wake()
	}
	if d.m.env.sim.asking || !d.m.env.sim.due {
		t.Fatalf("it asks at once")
	}
	d.held = nil
	d.hold = false
	d.send(simDueMsg{})
	if n := d.core.states - before; n != 1 {
		t.Errorf("it asked %d times", n)
	}
}

// TestPanelKeepsTheAttempt holds that no other attempt is selected once the simulator tells no more of it.
func TestPanelKeepsTheAttempt(t *testing.T) {
	d := panelled(staged(t, false, false, 120, 36, nil), 200, 0)
	d.keys("end")
	d.expect("")
	sel := d.m.env.sim.parts[0].(*simSchedule).sel
	d.core.sim.Tried = d.core.sim.Tried[:199]
	d.core.post()
	d.wake()
	d.expect("no longer listed")
	if now, _ := d.m.env.sim.parts[0].(*simSchedule).selected(); now.key != sel {
		t.Errorf("%q became %q", sel, now.key)
	}
	d.keys("k")
	d.wake()
	d.absent("no longer listed")
}

// TestPanelRowsStay holds that no row of the panel hops when something is said below.
func TestPanelRowsStay(t *testing.T) {
	for _, size := range [][2]int{{60, 15}, {80, 24}, {120, 36}} {
		d := panelled(staged(t, false, false, size[0], size[1], nil), 60, 0)
		row := func() int {
			for y, l := range strings.Split(d.screen(), "\n") {
				if strings.HasPrefix(l, " Tried") {
					return y
				}
			}
			return -1
		}
		y := row()
		for _, said := range []struct{ name, key string }{{"an input", "a"}, {"a problem", "enter"}} {
			d.keys(said.key)
			if now := row(); now != y {
				t.Errorf("%v: with %s the row %d became %d", size, said.name, y, now)
			}
		}
	}
}

// TestQuitWithStoppedClock asks before what the simulator has still to post is lost.
func TestQuitWithStoppedClock(t *testing.T) {
	d := panelled(staged80(t), 4, 0)
	d.keys("p", "esc", "q")
	d.expect("The simulator's clock stands still, and what it has still to post would be")
	if d.quit {
		t.Error("it quit")
	}
}

// TestPanelSaysOfAnother holds that the first line tells how another process's simulator is as the core knows it.
func TestPanelSaysOfAnother(t *testing.T) {
	d := staged80(t)
	d.core.simulate(2)
	d.core.status.Embedded, d.core.status.Chaos = false, "lost=2%"
	d.wake()
	d.expect("! chaos")
	d.keys("S", "esc")
	d.core.status.Chaos, d.core.status.Clock.Stopped = "", true
	d.wake()
	d.absent("! chaos")
	d.expect("! clock stands still")
}

// TestPanelMasks holds that no number and no text of a rule or an attempt is shown masked.
func TestPanelMasks(t *testing.T) {
	d := panelled(staged(t, false, false, 120, 36, nil), 20, 0)
	d.expect("+14155550123")
	d.core.sim.Rules = someRules()
	d.core.sim.RulesFile = "/home/me/+14155550123.yaml"
	d.core.sim.Rules[0].Name = "of +14155550123"
	d.keys("esc", "M", "S")
	check := func() {
		t.Helper()
		for _, secret := range []string{"4155550123", "4155550100", "4915", "(?i)", "too "} {
			if strings.Contains(d.screen(), secret) {
				t.Errorf("%q is shown:\n%s", secret, d.screen())
			}
		}
	}
	check()
	d.keys("tab", "tab", "tab")
	d.expect("4 rules", "masked")
	check()
}

// TestPanelScrollsTheAnswer reads the whole answer to an inbound message, also where it has more lines than there is
// room for.
func TestPanelScrollsTheAnswer(t *testing.T) {
	d := panelled(staged(t, false, false, 60, 15, nil), 0, 4)
	d.core.receipt = simulator.Receipt{UUID: "u", Method: "POST", URL: "http://127.0.0.1:4141/sms/inbound", Answered: 200, Replies: []string{"a", "b"}}
	for i := range 30 {
		d.core.receipt.Answer += fmt.Sprintf("line %d\n", i+1)
	}
	d.keys("enter", "enter")
	d.expect("✓ 200 of POST", "line 1 ", "↑↓ lines 1–")
	d.absent("line 30")
	d.keys("j")
	d.absent("✓ 200")
	d.keys("end")
	d.expect("line 30", "↑ 2 replies sent: a, b")
	d.keys("home")
	d.expect("✓ 200 of POST")
}

// TestPanelSpeed says what a minute of Plivo's is at another speed.
func TestPanelSpeed(t *testing.T) {
	d := panelled(staged(t, false, false, 160, 36, nil), 2, 0)
	d.keys(">", ">")
	d.expect("+ 1 min of Plivo's (12s here)", "> < speed")
	d.hold = true
	d.keys("+")
	d.expect("… moving the clock on by 1m0s of Plivo's time")
}

// TestPanelSpokenAgain offers the good value again after a problem, and asks again where a change fails later.
func TestPanelSpokenAgain(t *testing.T) {
	d := newPlain(t)
	d.core.simulate(2)
	long := strings.Repeat("very ", 20) + "long"
	d.core.sim.Tried[0].Answered, d.core.sim.Tried[0].Problem = 0, long
	d.press("S", "j")
	d.hears(long + ", 2 of 3")
	d.press("tab", "tab", "j", "enter", "5%", "enter")
	d.hears("Selected: duplicate, 5%, a report goes twice, 2 of 13")
	d.press("enter", "5x", "enter")
	d.hears(`"5x" is no`, "enter keeps 5%")
	d.press("esc")
	d.core.simFail = errors.New("the simulator refuses it")
	d.press("a", "1h", "enter")
	d.hears("the simulator refuses it", "Move by, a time of Plivo")
}
