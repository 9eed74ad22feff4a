package tui

import (
	"testing"
	"time"

	"dev.internal/plivoscope/internal/webhook/replay"
)

// TestPlainReplays chooses what to send by questions, sends it, and hears what came of it.
func TestPlainReplays(t *testing.T) {
	core := newStocked()
	stockRequests(core)
	d := newPlainDriver(t, core, Options{})
	d.withRuns()
	d.press("2", "r")
	d.hears("Replay. Callback 209, report")
	d.press("?")
	d.hears("tab: what to send, where and how.", "ctrl+s: send.")
	d.press("tab")
	d.hears("1: callback 209", "2: all that a filter finds. 3: a scenario.")
	d.press("enter", "ftp://x", "enter")
	d.hears("is no http or https URL")
	d.press(":3000", "enter", "wrong", "enter")
	d.hears(`There is no "wrong"`)
	d.press("wrong-token", "enter", "3", "enter")
	d.hears("Signs with another auth token.", "first: POST http://localhost:3000/sms/delivery-report", "ctrl+s sends 3 requests.")
	d.press("ctrl+s")
	d.hears("Send 3 requests to http://localhost:3000?")
	d.pause()
	d.press("y")
	if len(core.replays) != 1 || core.replays[0].Run.Count != 3 || core.replays[0].Options.Fault != "wrong-token" {
		t.Fatalf("sent %+v", core.replays)
	}
	r := d.fakeRun()
	r.progress = replay.Progress{Total: 3, Sent: 2, InFlight: 1, ByClass: [6]int64{4: 1}}
	d.tell(watchRun(t.Context(), d.m.replay.run, time.Nanosecond)())
	d.now = d.now.Add(2 * progressSaid)
	d.tell(watchRun(t.Context(), d.m.replay.run, time.Nanosecond)())
	d.hears("2 of 3 requests sent.")
	a := answered(209, 403, "Invalid signature")
	r.last = append(r.last, a)
	r.progress = replay.Progress{Total: 3, Sent: 3, ByClass: [6]int64{4: 3}}
	r.end(replay.Summary{Requests: 3, Answers: map[int]int64{403: 3}, Took: time.Second}, nil)
	d.tell(watchRun(t.Context(), d.m.replay.run, time.Nanosecond)())
	d.hears("Sent 3 requests, all answered.", "answers: 3 × 403 Forbidden")
	d.press("enter")
	d.hears("The newest attempt.", "answer: 403 Forbidden", "Invalid signature")
}
