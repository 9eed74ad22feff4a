package tui

import (
	"testing"
	"time"

	"dev.internal/plivoscope/internal/webhook"
)

// TestScreensLookLessOftenInAFlood lets callbacks come at several rates: what can be read one by one is looked at as
// often as ever, what goes by unread less often, and the end of a flood as soon as its beginning.
func TestScreensLookLessOftenInAFlood(t *testing.T) {
	p := pace{at: testNow, seen: 5_000} // what was there before does not count
	at, callbacks := testNow, p.seen
	for i, look := range []struct {
		after time.Duration
		came  int64
		want  time.Duration
	}{
		{0, 0, pullEvery},
		{time.Hour, 1, pullEvery},        // one callback in the quiet
		{time.Hour, 1_000, pullEvery},    // many, but not lately: the one before was long ago
		{pullEvery, 1, pullEvery},        // 30 a second
		{pullEvery, 7, pullEvery},        // 200 a second
		{pullEvery, 100, rushPause},      // 3,000 a second
		{rushPause, 500, rushPause},      // the same, looked at less often
		{rushPause, 33, pullEvery},       // 200 a second, after a flood
		{pullEvery, rushFrom, pullEvery}, // a screen full
		{pullEvery, 0, pullEvery},        // something else has changed
		{pullEvery, -4_000, pullEvery},   // old ones were deleted
		{0, 100, pullEvery},              // a clock that stands still
		{-time.Minute, 100, pullEvery},   // or was set back
	} {
		at, callbacks = at.Add(look.after), callbacks+look.came
		if got := p.next(at, callbacks); got != look.want {
			t.Errorf("look %d, %d callbacks in %v: the pause is %v, want %v", i, look.came, look.after, got, look.want)
		}
	}
}

// TestEveryWakeSetsThePace lets the model itself find that a flood comes, and that it is over.
func TestEveryWakeSetsThePace(t *testing.T) {
	core := newFakeCore()
	d := newDriver(t, core, 120, 36)
	come := func(n int) {
		core.mu.Lock()
		core.strangers = append(core.strangers, make([]webhook.Callback, n)...)
		core.mu.Unlock()
		d.now = d.now.Add(pullEvery)
		d.wake()
	}
	come(500)
	if d.waits != rushPause {
		t.Errorf("500 callbacks came since the last look, and the next one is after %v", d.waits)
	}
	come(1)
	if d.waits != pullEvery {
		t.Errorf("the flood is over, and the next look is after %v", d.waits)
	}
}
