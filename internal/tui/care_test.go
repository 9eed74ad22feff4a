package tui

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
)

// TestMissedIsGiven sends the selected message's callback to where replays go, after a question.
func TestMissedIsGiven(t *testing.T) {
	core := newStocked()
	d := newDriver(t, core, 120, 36)
	d.keys("m")
	d.expect("There is nothing to give your app")
	silence(d)
	d.keys("g", "m")
	d.expect("Where your app listens is not known: give the target on Replay (4)")
	d.m.replay.setValue(fieldTarget, ":3000/sms")
	ask := func(answer string) {
		t.Helper()
		d.keys("m")
		d.expect("Send :3000/sms the callback that it missed?", "(undelivered so far)", "marked as synthetic")
		d.keys(answer) // at once: somebody may be typing
		d.pause()
		d.keys(answer)
	}
	ask("n")
	if len(core.given) != 0 {
		t.Fatalf("given to %q", core.given)
	}
	ask("y")
	d.expect("Your app did not take the missed callback: nothing listens there; m tries again.")
	core.answer = 500
	ask("y")
	d.expect("Your app answered the missed callback with 500, where only 2xx counts")
	core.answer = 200
	ask("y")
	d.expect("Your app took the missed callback, undelivered, and answered 200.")
	d.wake()
	d.keys("m")
	d.expect("It took one at 12:03:45 already.")
	d.keys("esc")
	core.giveErr = errors.New("cannot reach the API")
	ask("y")
	d.expect("Give your app the missed callback: cannot reach the API; m tries again.")
	if !slices.Equal(core.given, slices.Repeat([]string{":3000/sms"}, 4)) {
		t.Errorf("given to %q", core.given)
	}
	// A second one waits for the first.
	d.keys("m")
	d.pause()
	d.hold = true
	d.keys("y")
	held := d.held
	d.hold, d.held = false, nil
	d.keys("m")
	d.expect("A missed callback is on its way to your app already.")
	d.hold, d.held = true, held
	d.release()
	if len(core.given) != 5 {
		t.Errorf("given to %q", core.given)
	}
	// What callbacks told meanwhile is not sent.
	core.mu.Lock()
	core.giveErr, core.messages[len(core.messages)-1].Provider.Status = nil, plivo.Sent
	core.mu.Unlock()
	ask("y")
	d.expect("Nothing was sent: Plivo says sent, and callbacks have told that by now.")
}

// TestMissedGoesWhereReplaysWent takes the target of an earlier run, though the Replay screen was not seen yet.
func TestMissedGoesWhereReplaysWent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "replay-target")
	if err := os.WriteFile(file, []byte("http://localhost:3000/in\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDriverOn(t, newStocked(), 120, 36, Options{Renderer: rendererOf(termenv.Ascii, true), TargetFile: file})
	silence(d)
	d.keys("m")
	d.expect("Send http://localhost:3000/in the callback that it missed?")
}

// TestForeignURLIsAskedAbout asks the question of before the start once the API could be asked, without taking
// what is typed for an answer, and again when the user wants it.
func TestForeignURLIsAskedAbout(t *testing.T) {
	core := newStocked()
	d := newDriver(t, core, 120, 36)
	d.keys("I")
	d.expect("No application is attached")
	d.keys("n", "hello")
	attached(d, app.Attachment{State: app.AttachFailed, Why: "it is in the way", Foreign: foreign()})
	d.absent("let them come here")
	d.keys("esc")
	d.wake()
	d.expect("Application 20000000000000001 (shop) sends inbound messages to "+foreignURL+".", "put that URL back at the end?")
	d.keys("y") // it has just come up
	d.pause()
	d.keys("n")
	d.wake()
	d.absent("put that URL back")
	d.keys("I")
	d.pause()
	d.keys("y")
	if len(core.allowed) != 1 || core.allowed[0] != *foreign() {
		t.Fatalf("allowed %+v", core.allowed)
	}
	d.absent("put that URL back")
	d.keys("6")
	d.expect("application 20000000000000001 (shop) is to send", "waits for a public URL")
	// Another URL is another question.
	other := foreign()
	other.URL = "https://other.example.com/sms/inbound"
	other.Sibling = true
	attached(d, app.Attachment{State: app.AttachFailed, Foreign: other})
	d.expect("https://other.example.com/sms/inbound, which looks", "like that of another plivoscope.")

	// What was declined before the screens is asked when the user wants it.
	d = newDriver(t, newStocked(), 120, 36)
	attached(d, app.Attachment{State: app.AttachFailed, Foreign: foreign(), Declined: true})
	d.absent("let them come here")
	d.keys("I")
	d.expect("let them come here")
}

// TestADetailIsMarkedWhenTheURLChanges holds that it is seen at once that reports go to a URL of before.
func TestADetailIsMarkedWhenTheURLChanges(t *testing.T) {
	core := newStocked()
	d := newDriver(t, core, 120, 60)
	d.keys("j", "j", "j", "enter")
	d.expect("reports to http://127.0.0.1:4141/sms")
	core.mu.Lock()
	core.stranded = map[string]bool{"http://127.0.0.1:4141/sms/delivery-report": true}
	core.status.CallbackURL = "https://new.example.com/sms/delivery-report"
	core.mu.Unlock()
	d.wake()
	d.expect("reports to ! http://127.0.0.1:4141/sms", "now it is https://new.example.com, and what")
}

func TestSilenceEndsWithACallback(t *testing.T) {
	core := newStocked()
	d := newDriver(t, core, 120, 36)
	silence(d)
	d.expect("∅", "Plivo: undelivered", "callback lost, Plivo says undelivered")
	core.mu.Lock()
	m := &core.messages[len(core.messages)-1]
	m.Status, m.ErrorCode, m.UpdatedAt, m.FinalAt = plivo.Undelivered, "30", testNow, testNow
	core.mu.Unlock()
	d.wake()
	d.absent("∅")
	d.absent("callback lost")
	d.absent("Plivo says")
	d.expect("error 30")
}

func TestPlainCares(t *testing.T) {
	d := newPlain(t)
	silence(d.driver)
	d.press("g", "enter")
	d.hears("Plivo: undelivered", "reports to: https://old-otter.example.com", "Callback lost, Plivo says undelivered, for 5 minutes.", "missed: The callback did not come", "m sends your app the callback",
		"Plivo says: undelivered with error 30 since 11:58:46", "asked 3 times", "error 30: A carrier's spam filter")
	d.m.replay.setValue(fieldTarget, "http://localhost:3000")
	d.core.answer = 200
	d.press("m")
	d.hears("Send http://localhost:3000 the callback that it missed?", "y: send it.")
	d.pause()
	d.press("y")
	d.hears("Your app took the missed callback, undelivered, and answered 200.")
	d.press("6")
	d.hears("missed: of 3 messages a callback did not come; Plivo knows the end of 1")
}

// TestPlainAsksAboutAForeignURL waits for the end of another question.
func TestPlainAsksAboutAForeignURL(t *testing.T) {
	d := newPlain(t)
	d.press("/")
	d.core.mu.Lock()
	d.core.status.Attachment = app.Attachment{State: app.AttachFailed, AppID: "1", Foreign: foreign(), Since: testNow.Add(-time.Minute)}
	d.core.mu.Unlock()
	d.tell(wakeMsg{})
	d.silent("put that URL back")
	d.press("esc")
	d.tell(tickMsg{})
	d.hears("sends inbound messages to "+foreignURL, "y: let them come here.")
	d.pause()
	d.press("y")
	if len(d.core.allowed) != 1 {
		t.Errorf("allowed %+v", d.core.allowed)
	}
}
