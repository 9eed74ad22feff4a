package tui

import (
	"slices"
	"testing"
)

// TestWritingFromEverywhere writes a message by its key wherever that has no other use, and names it in the help there.
func TestWritingFromEverywhere(t *testing.T) {
	searched := []string{
		"callback overview", "callback parameters", "callback answer", "callback attempts", "attempt", "attempts compared", "callbacks compared",
	}
	seen := 0
	for _, sc := range scenes {
		if !slices.Contains(untyped, sc.name) || slices.Contains(searched, sc.name) {
			continue
		}
		seen++
		t.Run(sc.name, func(t *testing.T) {
			oneInSixteen(t, seen-1)
			t.Parallel()
			d := staged(t, sc.live, sc.bare, 120, 60, nil)
			sc.play(d)
			d.keys("?")
			d.expect("n          new message")
			d.keys("esc", "n", "hello q")
			d.expect("│ hello q", "── Compose")
			if d.m.env.sheet != nil || d.m.env.under != nil {
				t.Errorf("%T is open over it", d.m.env.sheet)
			}
		})
	}
	if want := len(untyped) - len(searched); seen != want {
		t.Errorf("%d places of %d", seen, want)
	}
	// Where the key searches on it does so still, and the palette has the action without it.
	d := staged80(t)
	d.keys("2", "enter", "n")
	d.expect("Nothing is searched for")
	d.keys(":", "new message")
	d.expect("›           new message")
	d.keys("enter")
	d.expect("── Compose")
}

// TestKeysSayWhyNothingHappens holds that a key which has nothing to act on says so.
func TestKeysSayWhyNothingHappens(t *testing.T) {
	d := staged80(t)
	d.keys("/", "status:read", "enter")
	for _, k := range []string{"s", "r", "c", "t", "m", "a"} {
		d.m.env.forget(aboutSelection)
		d.keys(k)
		d.expect("No message is selected: the filter finds none. esc shows all.")
	}
	d = newDriver(t, newFakeCore(), 80, 24)
	d.keys("s")
	d.expect("There is no message yet.")

	d = staged80(t)
	d.keys("a") // on one that went out
	d.expect("Only an inbound message can be answered")
	d.keys("j", "s", "]") // on one with one callback
	d.expect("There is no other callback to go to")
}

// TestMessagesThatAreReadAreNotMissed claims of no message that it is not there, nor of a filter that it finds none,
// before that was read.
func TestMessagesThatAreReadAreNotMissed(t *testing.T) {
	for _, k := range []string{"t", "m", "a"} {
		d := staged80(t)
		answer := d.pressHeld("/", "status:failed", "enter", k)
		d.expect("The messages are still being read; try again in a moment.")
		answer()
	}
}
