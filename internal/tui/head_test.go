package tui

import "testing"

// TestTheHeadCountsThisRun holds that what is counted in the first line is told from what the lists have, where there is
// room, and else in the help; and that what was dropped comes before that.
func TestTheHeadCountsThisRun(t *testing.T) {
	for width, words := range map[int]string{120: "received 214 · stored 214 this run \n", 80: " 214 stored this run \n", 62: " 214 this run \n", 60: " 214 this run \n"} {
		d := staged(t, false, false, width, 24, nil)
		d.expect(words, "● ", "127.0.0.1:4141  ")
		d.keys("?", "G")
		for range 60 {
			d.keys("down")
		}
		d.expect("The first line counts this run")
		d.core.mu.Lock()
		d.core.status.Server.Dropped = 2
		d.core.mu.Unlock()
		d.wake()
		d.expect("dropped")
		d.absent("214 this run")
	}
}
