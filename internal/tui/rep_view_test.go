package tui

import (
	"context"
	"errors"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

func init() {
	burst := func(then func(*driver)) func(*driver) {
		return func(d *driver) {
			replayOf(203, "tab", "tab", "5000", "ctrl+s")(d)
			d.pause()
			d.keys("y")
			then(d)
		}
	}
	scenes = append(scenes, []scene{
		{name: "replay empty", bare: true, play: func(d *driver) { d.keys("4") }},
		{name: "replay", play: replayOf(203)},
		{name: "replay more", more: true, play: replayOf(203, "ctrl+o")},
		{name: "replay edited", play: editedReplay},
		{name: "replay marked", play: func(d *driver) {
			stockRequests(d.core)
			for _, id := range []int64{201, 202, 209} {
				d.onCallback(id)
				d.keys("space")
			}
			d.keys("r", ":3000/hooks", "tab", "right", "tab", "2")
		}},
		{name: "replay fault", play: replayOf(203, "tab", "left")},
		{name: "replay faults", play: replayOf(203, "tab", "left", "tab", "enter", "down", "down")},
		{name: "replay as captured elsewhere", more: true, play: replayOf(203, "/other", "tab", "right")},
		{name: "replay filter", play: replayOf(203, "shift+tab", "right", "tab", "status:undelivered", "tab")},
		{name: "replay scenario", play: replayOf(203, "shift+tab", "left", "tab", "right", "right")},
		{name: "replay scenarios", play: replayOf(203, "shift+tab", "left", "tab", "enter", "up")},
		{name: "replay wrong", play: replayOf(203, "backspace", "backspace", "backspace", "backspace", "x", "ctrl+s")},
		{name: "replay asked", play: replayOf(203, "tab", "tab", "5000", "ctrl+s")},
		{name: "replay running", play: burst(halfWay)},
		{name: "replay done", play: burst(endedRun)},
		{name: "replay done scrolled", more: true, play: burst(func(d *driver) {
			endedRun(d)
			d.keys("pgdown", "j", "j", "j")
		})},
		{name: "replay stopped", play: burst(func(d *driver) {
			halfWay(d)
			d.keys("esc")
			r := d.fakeRun()
			r.progress.InFlight, r.progress.Failed = 0, 12
			r.end(replay.Summary{
				Requests: 2508, Answers: map[int]int64{200: 2400, 403: 80, 500: 16}, Failures: map[webhook.Failure]int64{webhook.Cancelled: 8, webhook.TimedOut: 4}, Took: 2050 * time.Millisecond,
			}, context.Canceled)
			d.lookAtRun()
		})},
		{name: "replay answered", play: func(d *driver) {
			replayOf(203, "ctrl+s")(d)
			d.answers(answered(203, 200, "ok"))
		}},
		{name: "replay refused", play: func(d *driver) {
			replayOf(203, "ctrl+s")(d)
			a := answered(203, 0, "")
			a.Failure, a.Err = webhook.Refused, "Nothing listens at localhost:3000; start your app, or give the port that it listens on."
			a.Answer = webhook.TargetAnswer{}
			d.answers(a)
		}},
		{name: "replay attempt", play: burst(func(d *driver) {
			endedRun(d)
			d.keys("pgdown", "j", "j", "enter")
		})},
		{name: "replay fails", more: true, play: func(d *driver) {
			d.core.replayErr = errors.New("there is no token to sign with: set PLIVO_AUTH_TOKEN in the environment or .env")
			replayOf(203)(d)
		}},
		{name: "replay hostile", play: replayOf(207, "ctrl+o")},
		{name: "replay hostile answer", play: func(d *driver) {
			replayOf(203, "ctrl+s")(d)
			a := answered(203, 302, "\x1b[2Jred\u202e\x00\n\xff")
			a.Answer.Header["X-\x1b[31m"] = []string{"\x9b31m\u202e"}
			a.Answer.Protocol = "HTTP/\x1b9"
			d.answers(a)
		}},
		{name: "replay help", more: true, play: replayOf(203, "f1")},
		{name: "replay quit asked", more: true, play: burst(func(d *driver) {
			halfWay(d)
			d.keys("1", "q")
		})},
	}...)
}

// editedReplay is a callback of which a parameter, a header and the method are changed.
func editedReplay(d *driver) {
	replayOf(203, "ctrl+o")(d)
	for d.m.replay.focus != fieldParams {
		d.keys("tab")
	}
	d.m.replay.put(fieldParams, strings.Replace(d.m.replay.word(fieldParams), "Status=undelivered", "Status=delivered", 1))
	d.m.replay.put(fieldHeaders, "X-Own: mine\n"+d.m.replay.word(fieldHeaders))
	d.keys("shift+tab")
}

// answers ends the run with one attempt.
func (d *driver) answers(a webhook.Attempt) {
	d.t.Helper()
	r := d.fakeRun()
	a.ID = 1
	r.last = []webhook.Attempt{a}
	sum := replay.Summary{Requests: 1, Took: a.Timings.Total}
	r.progress = replay.Progress{Total: 1, Sent: 1}
	if a.Failure != "" {
		sum.Failures, r.progress.Failed = map[webhook.Failure]int64{a.Failure: 1}, 1
	} else {
		sum.Answers, r.progress.ByClass[a.Answer.Status/100] = map[int]int64{a.Answer.Status: 1}, 1
	}
	r.end(sum, nil)
	d.lookAtRun()
}
