package tui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// TestReplayFromEverywhere brings callbacks to the Replay screen: that of a message, a selected, an open one,
// those that are marked and those that are compared; esc goes back.
func TestReplayFromEverywhere(t *testing.T) {
	for _, c := range []struct {
		name string
		play func(*driver)
		ids  []int64
		back screenID
	}{
		{"a message", func(d *driver) { d.keys("end") }, []int64{2}, onMessages},
		{"a message's detail", func(d *driver) { d.keys("end", "enter") }, []int64{2}, onMessages},
		{"a callback", func(d *driver) { d.onCallback(203) }, []int64{203}, onCallbacks},
		{"an open one", openedAt(204, "tab"), []int64{204}, onCallbacks},
		{"marked ones", func(d *driver) {
			for _, id := range []int64{209, 202, 205} {
				d.onCallback(id)
				d.keys("space")
			}
		}, []int64{202, 205, 209}, onCallbacks},
		{"compared ones", compared(202, 203), []int64{202, 203}, onCallbacks},
		{"its number", func(d *driver) { d.keys("4") }, []int64{209}, onMessages},
	} {
		core := newStocked()
		stockRequests(core)
		d := newDriver(t, core, 120, 36)
		c.play(d)
		if d.m.at != onReplay {
			d.keys("r")
		}
		if d.m.at != onReplay || !slices.Equal(d.m.replay.source.ids, c.ids) {
			t.Errorf("%s: screen %d with %v, want %v", c.name, d.m.at, d.m.replay.source.ids, c.ids)
			continue
		}
		d.keys("esc")
		if d.m.at != c.back {
			t.Errorf("%s: esc goes to screen %d", c.name, d.m.at)
		}
	}
	d := newDriver(t, newStocked(), 120, 36)
	d.keys("r") // of one that the API refused
	d.expect("There is nothing to send again")
	if d.m.at != onMessages {
		t.Error("it went to another screen")
	}
}

// TestReplayOfOneGoesAtOnce sends one request to this machine by one key, and any other after a question.
func TestReplayOfOneGoesAtOnce(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want string // the question
	}{
		{nil, ""},
		{[]string{"/hooks"}, ""},
		{[]string{"tab", "tab", "2"}, "Send 2 requests to http://localhost:3000?"},
		{[]string{".example.com:80"}, "Send 1 request to http://localhost:3000.example.com:80? That is not on this machine."},
	} {
		d := newDriver(t, newStocked(), 120, 36)
		if strings.HasPrefix(strings.Join(c.keys, ""), ".") {
			replayOf(203)(d)
			d.m.replay.setValue(fieldTarget, "http://app.example.com")
			c.want = "Send 1 request to http://app.example.com? That is not on this machine."
			d.keys("tab")
		} else {
			replayOf(203, c.keys...)(d)
		}
		d.keys("ctrl+s")
		if c.want != "" {
			d.expect(c.want)
			if len(d.core.replays) != 0 {
				t.Errorf("%v: it was sent before the answer", c.keys)
			}
			d.pause()
			d.keys("y")
		}
		if len(d.core.replays) != 1 || !slices.Equal(d.core.replays[0].IDs, []int64{203}) {
			t.Fatalf("%v: sent %+v", c.keys, d.core.replays)
		}
		d.expect("On its way to")
	}
}

// TestSendWaitsForThePreview sends what was typed just before, once it was looked at.
func TestSendWaitsForThePreview(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	replayOf(203)(d)
	d.m.replay.wait = func(int) tea.Cmd { return nil } // nobody looks by itself
	d.keys("/late")
	d.keys("ctrl+s")
	if len(d.core.replays) != 1 || d.core.replays[0].Options.To != "http://localhost:3000/late" {
		t.Errorf("sent %+v", d.core.replays)
	}
	edit := d.m.replay.edit
	d.answers(answered(203, 200, "the answer"))
	d.send(replaySettledMsg{edit}) // it was looked at already, and is over
	d.expect("the answer")

	d.keys("tab", "tab", "tab", "tab", "5000", "ctrl+s")
	d.expect("Send 5,000 requests to http://localhost:3000/late?")
	if len(d.core.replays) != 1 {
		t.Errorf("%d replays were sent without an answer", len(d.core.replays))
	}
}

// TestReplayIsNotSentAsItIs goes to the field that is wrong.
func TestReplayIsNotSentAsItIs(t *testing.T) {
	for _, c := range []struct {
		keys  []string
		focus field
		want  string
	}{
		{[]string{"tab", "tab", "x"}, fieldCount, `"x" is no number`},
		{[]string{"ctrl+o", "tab", "tab", "tab", "tab", "tab", "x"}, fieldPath, `does not begin with "/"`},
	} {
		d := newDriver(t, newStocked(), 80, 24)
		replayOf(203, c.keys...)(d)
		d.keys("ctrl+o", "ctrl+s")
		d.expect("Not sent: ", c.want)
		if d.m.replay.focus != c.focus || len(d.core.replays) != 0 {
			t.Errorf("%v: field %d has the focus, %d were sent", c.keys, d.m.replay.focus, len(d.core.replays))
		}
	}
	d := newDriver(t, newStocked(), 60, 15)
	d.core.replayErr = errors.New("there is no token to sign with")
	replayOf(203, "ctrl+s")(d)
	d.expect("Not sent: there is no token")
}

// TestAReplayIsStopped stops a run by esc, before it has begun too; quitting asks, and another one waits.
func TestAReplayIsStopped(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	replayOf(203, "tab", "tab", "5000", "ctrl+s")(d)
	d.pause()
	d.keys("y")
	halfWay(d)
	d.expect("2,500 of 5,000", "esc stop")
	d.keys("ctrl+s")
	d.expect("Not sent again: a replay is on its way")
	d.keys("1", "q")
	d.expect("A replay is on its way, 2,508 of 5,000 requests sent; it would stop. Quit all the same?")
	d.pause()
	d.keys("n", "end", "r")
	d.expect("it ends or is stopped before the next one begins", "On its way to")
	d.keys("esc")
	r := d.fakeRun()
	if !r.stopped {
		t.Fatal("esc does not stop it")
	}
	d.expect("stopping …")
	r.end(replay.Summary{Requests: 2508, Answers: map[int]int64{200: 2500}}, context.Canceled)
	d.lookAtRun()
	d.expect("Stopped: 2,508 of 5,000 requests sent.", "✓ 2,500 × 200 OK")
	if d.m.unfinished() != "" {
		t.Errorf("unfinished: %s", d.m.unfinished())
	}
	d.keys("esc")
	if d.m.at == onReplay {
		t.Error("esc does not leave")
	}

	d = newDriver(t, newStocked(), 120, 36)
	replayOf(203)(d)
	d.hold = true
	d.keys("ctrl+s")
	d.keys("esc")
	d.release()
	if !d.fakeRun().stopped {
		t.Error("what was to begin is not stopped")
	}
}

// TestAProgressOfAnEarlierRunIsDropped holds that figures are those of the run that is shown.
func TestAProgressOfAnEarlierRunIsDropped(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	replayOf(203, "ctrl+s")(d)
	late := d.m.replay.run
	d.answers(answered(203, 200, "first"))
	d.keys("ctrl+s")
	d.send(progressMsg{of: late, progress: replay.Progress{Sent: 77}, over: true})
	if !d.m.replay.running() {
		t.Error("the end of an earlier run ends this one")
	}
	d.answers(answered(203, 500, "second"))
	d.expect("✗ 500 Internal Server Error", "second")
}

// TestTheResultStaysOnItsAttempt keeps the cursor on an attempt while others come, and opens it.
func TestTheResultStaysOnItsAttempt(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	replayOf(203, "tab", "tab", "5000", "ctrl+s")(d)
	d.pause()
	d.keys("y")
	halfWay(d)
	d.keys("j", "j")
	was, _ := d.m.replay.selectedAttempt()
	r := d.fakeRun()
	newer := answered(203, 201, "")
	newer.ID = 101
	r.last = slices.Insert(r.last, 0, newer)
	d.lookAtRun()
	if now, _ := d.m.replay.selectedAttempt(); now.ID != was.ID || was.Failure != webhook.TimedOut {
		t.Errorf("the cursor went from attempt %d to %d", was.ID, now.ID)
	}
	d.keys("enter")
	d.expect("Attempt · callback 203 · re-signed · ✗ no whole answer in time", "did not answer within 10s", "longer than the five seconds")
	d.keys("K", "K")
	d.expect("✓ 200 OK")
	d.keys("K")
	d.expect("201 Created")
	d.keys("K")
	d.expect("This is the newest attempt.")
	d.keys("esc")
	d.expect("On its way to")
}

// TestAnOpenAttemptIsListedNoMore keeps an attempt open when so many came that the list has others alone, and goes
// from there to the oldest of them.
func TestAnOpenAttemptIsListedNoMore(t *testing.T) {
	d := newDriver(t, newStocked(), 60, 15)
	replayOf(203, "tab", "tab", "5000", "ctrl+s")(d)
	d.pause()
	d.keys("y")
	halfWay(d)
	d.keys("j", "j")
	d.expect("esc stop   enter open   tab to the fields")
	d.keys("enter")
	d.expect("did not answer within 10s")
	r := d.fakeRun()
	r.last = nil
	for i, status := range []int{204, 202} {
		newer := answered(203, status, "")
		newer.ID = int64(201 - i)
		r.last = append(r.last, newer)
	}
	d.lookAtRun()
	d.expect("did not answer within 10s")
	d.keys("J")
	d.expect("did not answer within 10s", "This is the oldest attempt that is kept here.")
	if d.m.replay.cursor != 1 {
		t.Errorf("the cursor is on attempt %d of the list", d.m.replay.cursor)
	}
	d.keys("K")
	d.expect("202 Accepted")
	d.keys("K")
	d.expect("204 No Content")
}

// TestEarlierAttemptsAreOpened reads an attempt of the history whole.
func TestEarlierAttemptsAreOpened(t *testing.T) {
	core := newStocked()
	a := answered(2, 200, "the whole body of an earlier answer")
	a.ID = 7
	core.attempts = []webhook.Attempt{a}
	d := newDriver(t, core, 120, 36)
	d.keys("4", "shift+tab", "shift+tab")
	d.expect("Earlier attempts", "› 12:03:43  ✓ 200 OK")
	d.keys("enter")
	d.expect("the whole body of an earlier answer", "Express")
	core.attempts = nil
	d.keys("esc", "enter")
	d.expect("The history keeps this attempt no more.")
	core.failReads = errors.New("the disk is gone")
	d.keys("enter")
	d.expect("Read the attempt: the disk is gone; open it again to retry.")
}

// TestTheTargetIsRemembered fills in the target of the run before, and keeps none that may hold a secret.
func TestTheTargetIsRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "replay-target")
	open := func(o Options) *driver {
		o.Renderer, o.TargetFile = rendererOf(termenv.Ascii, true), path
		d := newDriverOn(t, newStocked(), 120, 36, o)
		stockRequests(d.core)
		d.onCallback(203)
		d.keys("r")
		return d
	}
	send := func(d *driver, target string) {
		d.m.replay.setValue(fieldTarget, target)
		d.keys("tab", "ctrl+s")
		if len(d.core.runs) == 0 {
			t.Fatalf("%s: nothing was sent:\n%s", target, d.screen())
		}
	}
	send(open(Options{}), "localhost:4000/hooks")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	d := open(Options{})
	if got := d.m.replay.value(fieldTarget); got != "localhost:4000/hooks" {
		t.Errorf("the target is %q", got)
	}
	send(d, "localhost:4000/?token=secret")
	masked := open(Options{Mask: true})
	send(masked, "localhost:5000")
	if got, _ := os.ReadFile(path); string(got) != "localhost:4000/hooks\n" {
		t.Errorf("kept is %q", got)
	}
	if err := os.WriteFile(path, []byte("\x1b[2J\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := open(Options{}).m.replay.value(fieldTarget); got != "" {
		t.Errorf("a target that is none is filled in: %q", got)
	}
}

// TestReplayCopies copies the request as curl and raw, and the answer.
func TestReplayCopies(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	replayOf(203, "tab", "right", "shift+tab", "shift+tab", "shift+tab")(d)
	var names []string
	for _, it := range d.m.replay.copies() {
		names = append(names, it.name)
		switch it.name {
		case "curl command":
			if !strings.Contains(it.text, " --header 'Host: 127.0.0.1:4141' ") {
				t.Errorf("curl has not the Host of the original: %s", it.text)
			}
		case "raw HTTP":
			if !strings.HasPrefix(it.text, "POST /sms/delivery-report HTTP/1.1\r\nHost: 127.0.0.1:4141\r\n") {
				t.Errorf("raw: %q", it.text)
			}
			if text, _ := pasteable(it); !strings.Contains(text, "\nHost: 127.0.0.1:4141\n") {
				t.Errorf("pasted it is %q", text)
			}
		}
	}
	if want := []string{"curl command", "raw HTTP", "URL", "body"}; !slices.Equal(names, want) {
		t.Errorf("offered are %q", names)
	}
	d.keys("ctrl+s")
	d.answers(answered(203, 403, "Invalid signature"))
	d.keys("y")
	d.expect("answer body", "Invalid signature")
}

// TestScenariosAreSent chooses a scenario and a value of it.
func TestScenariosAreSent(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	replayOf(203, "shift+tab", "left", "tab", "enter")(d)
	d.expect("Scenarios", "lifecycle", "steps")
	for range 40 {
		if strings.Contains(d.screen(), " › lifecycle") {
			break
		}
		d.keys("down")
	}
	d.keys("enter", "tab", "tab", "15005550001", "tab", "hello", "ctrl+s")
	d.pause()
	d.keys("y")
	p := d.core.replays[0].Make
	if p == nil || p.Scenario.Name != "lifecycle" || !p.Paced || p.Vars["to"] != "15005550001" || p.Vars["text"] != "hello" || len(p.Vars) != 2 {
		t.Errorf("sent %+v", p)
	}
}

// TestReplayFilters sends all that a filter finds, and takes over the one of the list.
func TestReplayFilters(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	stockRequests(d.core)
	d.keys("2", "/", "status:undelivered", "enter", "r", "shift+tab", "right", "tab")
	d.expect("status:undelivered", "all that a filter finds")
	d.keys("tab", ":3000")
	d.expect("finds 2 callbacks")
	d.keys("ctrl+s")
	d.expect("Send 2 requests to")
	d.pause()
	d.keys("y")
	d.fakeRun().progress = replay.Progress{Total: 3, Sent: 1, InFlight: 1}
	d.lookAtRun() // one more came meanwhile
	d.expect("0 of 3")
	if p := d.core.replays[0]; !p.UseFilter || p.Filter.String() != "status:undelivered" || len(p.IDs) != 0 {
		t.Errorf("sent %+v", p)
	}
}

// TestWhatWouldBeSentIsCopied copies the request that is shown, also where there were attempts before.
func TestWhatWouldBeSentIsCopied(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	earlier := answered(202, 200, "earlier")
	earlier.ID, earlier.URL = 7, "http://localhost:3000/earlier"
	d.core.attempts = []webhook.Attempt{earlier}
	replayOf(203)(d)
	s := d.m.replay
	d.keys("shift+tab", "shift+tab")
	d.expect("Earlier attempts")
	i := slices.IndexFunc(s.copies(), func(c copyItem) bool { return c.name == "URL" })
	if i < 0 || s.copies()[i].text != "http://localhost:3000/sms/delivery-report" {
		t.Errorf("copied are %v", s.copies())
	}
}
