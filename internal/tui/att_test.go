package tui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/webhook"
)

// triedStock is a driver at the attempts of callback 203.
func triedStock(t *testing.T) *driver {
	d := newDriver(t, newStocked(), 120, 36)
	triedAt()(d)
	return d
}

// TestAttemptsOfACallback goes through the list, opens one, and goes to the others from there.
func TestAttemptsOfACallback(t *testing.T) {
	d := triedStock(t)
	d.expect("4 attempts, newest first", "›    26-07-13  as captured         ✗ 500", "✗ nothing listens there", "changed-body        ✓ 403", "✓ 200", "localhost:3000/sms/delivery-report")
	d.keys("j", "enter")
	d.expect("Attempt 3 of callback 203 · re-signed · ✗ nothing listens there", "Nothing listens at localhost:3000; start your app", "connect       0.30 ms")
	d.absent("Answer  HTTP")
	d.keys("J")
	d.expect("Attempt 2 of callback 203 · changed-body · ✓ 403", "To expect of an app that checks V2 alone: 200; of one that checks V3: 403.", "invalid signature", "the connection was open already")
	d.keys("v")
	d.expect("shown as bytes")
	d.keys("J", "J")
	d.expect("This is the oldest attempt of the list.", "Attempt 1")
	d.keys("tab")
	d.expect("Callback 203 · report")
	d.keys("shift+tab")
	d.expect("Attempt 1 of callback 203")
	d.keys("esc")
	d.expect("›    12:03:05  re-signed           ✓ 200")
	d.keys("K")
	d.expect("Callback 204")
	d.expect("This callback was not sent again.")
	d.keys("enter")
	d.expect("There is no attempt to open")
	d.keys("esc")
	d.expect("Callbacks (")
}

// TestUnexpectedAnswerToAFault says that an app took what it should not have.
func TestUnexpectedAnswerToAFault(t *testing.T) {
	a := attemptOf(requestOf(1, webhook.DeliveryReport, "POST", "/", formType, nil))
	a.Mode, a.Fault = webhook.Faulty, "wrong-token"
	if said := strings.Join(faultSays(a), " "); !strings.Contains(said, "V3: 403. 200 is neither: look at how your app checks") {
		t.Errorf("of a wrong token that was answered 200: %q", said)
	}
	a.Answer.Status = 403
	if said := strings.Join(faultSays(a), " "); strings.Contains(said, "neither") {
		t.Errorf("of one that was answered 403: %q", said)
	}
}

// TestAttemptsKeepTheirPlace holds that what comes while one looks moves neither the cursor nor the marks, and
// that what is opened stays.
func TestAttemptsKeepTheirPlace(t *testing.T) {
	d := triedStock(t)
	d.keys("j", "j", "space")
	d.expect("1 marked", " ● 12:03:06  changed-body", "›    12:03:05  re-signed           ✓ 200")
	again := func() {
		a := attemptOf(d.core.strangers[2])
		a.At, a.Answer.Status = testNow, 204
		d.core.try(a)
		d.wake()
	}
	again()
	d.expect("5 attempts", "✓ 204", " ● 12:03:06  changed-body", "›    12:03:05  re-signed           ✓ 200")
	d.keys("enter")
	again()
	d.expect("Attempt 1 of callback 203", "Attempts 6")
	d.keys("esc")
	d.expect("6 attempts", "›    12:03:05  re-signed           ✓ 200")
	d.keys("u")
	d.absent("marked")
	d.absent("● 12:03:06")

	// One that is listed no more stays, and from it the oldest that is listed is the next.
	d.keys("enter")
	again()
	tries := &d.m.requests.open.tries
	tries.list = tries.list[:2]
	d.keys("J")
	d.expect("Attempt 1 of callback 203", "This is the oldest attempt of the list.")
	d.keys("K")
	d.expect("Attempt 6 of callback 203")
}

// TestAttemptsAskOnlyForWhatChanged reads the list once, and again only after another attempt.
func TestAttemptsAskOnlyForWhatChanged(t *testing.T) {
	d := triedStock(t)
	calls := func() int64 {
		before := d.core.calls.Load()
		d.wake()
		return d.core.calls.Load() - before
	}
	idle := calls()
	a := attemptOf(d.core.strangers[2])
	d.core.try(a)
	if more := calls() - idle; more != 1 {
		t.Errorf("after another attempt %d more calls than without, want the one for the list", more)
	}
	if now := calls(); now != idle {
		t.Errorf("%d calls where nothing changed, %d before", now, idle)
	}
	other := attemptOf(d.core.strangers[0])
	d.core.try(other)
	if now := calls(); now != idle {
		t.Errorf("%d calls where another callback was sent, %d before", now, idle)
	}
}

// TestLargeAttemptIsReadWhole opens an attempt of which the list left out the bodies.
func TestLargeAttemptIsReadWhole(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	stockRequests(d.core)
	a := attemptOf(d.core.strangers[2])
	a.Answer.Body, a.Answer.Truncated = []byte(strings.Repeat("all of it ", 1000)), true
	a.Answer.Header.Set("Content-Type", "text/plain")
	d.core.try(a)
	d.onCallback(203)
	d.keys("enter", "shift+tab", "y")
	d.expect("attempt ID")
	d.absent("answer body")
	d.absent("curl command")
	d.keys("esc", "enter")
	d.expect("all of it all of it", "The body was longer: the rest was not kept.")
	d.keys("y")
	d.expect("answer body", "curl command")
}

// TestCompareAttempts compares two marked ones, or a marked one with that of the cursor.
func TestCompareAttempts(t *testing.T) {
	d := triedStock(t)
	d.keys("=")
	d.expect("Mark an attempt with space and go to another one to compare them.")
	d.keys("space", "G", "=")
	d.expect("Attempt 1 beside attempt 4", "≠ how", "re-signed", "as captured")
	d.keys("/", "request headers", "enter")
	d.expect("• Request headers")
	d.keys("esc")
	d.keys("y")
	d.expect("answer body")
	d.keys("esc", "esc")
	d.expect("4 attempts, newest first · 1 marked")
	d.keys("u", "g", "space", "space", "space", "=")
	d.expect("Two attempts can be compared, 3 are marked")
	d.core.attempts = d.core.attempts[:1]
	d.keys("u", "g", "space", "space", "=")
	d.expect("Compare the marked attempts: attempt", "is not in the history any more")
}

// TestAttemptsCannotBeRead says so, and shows them once they can.
func TestAttemptsCannotBeRead(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	stockRequests(d.core)
	stockAttempts(d.core)
	d.onCallback(203)
	d.keys("enter", "shift+tab", "esc")
	d.core.failReads = errors.New("the disk is gone")
	d.keys("enter", "shift+tab")
	d.expect("✗ the disk is gone")
	d.core.failReads = nil
	d.wake()
	d.expect("4 attempts, newest first")
	d.core.failReads = errors.New("the disk is gone")
	d.keys("enter")
	d.expect("Open the attempt: the disk is gone; press enter again to retry.")
}

// TestCopiesOfAnAttempt offers the request as a command, what came back, and the attempt as the command line
// prints it.
func TestCopiesOfAnAttempt(t *testing.T) {
	d := triedStock(t)
	copied := ""
	d.m.env.o.Clipboard = func(s string) error { copied = s; return nil }
	d.m.env.o.AttemptJSON = func(a webhook.Attempt) ([]byte, error) { return fmt.Appendf(nil, `{"id":%d}`, a.ID), nil }
	d.keys("j", "j", "j", "enter")
	items := map[string]string{}
	for _, it := range d.m.requests.copies() {
		items[it.name] = it.text
	}
	if got := items["answer body"]; got != `{"taken":true,"status":"undelivered"}` {
		t.Errorf("the answer's body is %q", got)
	}
	if got := items["JSON line"]; got != `{"id":1}` {
		t.Errorf("the JSON is %q", got)
	}
	for _, want := range []string{"curl ", "--url 'http://localhost:3000/sms/delivery-report'", "'X-Plivo-Signature-V3: bmV3IHNpZ25hdHVyZQ=='", "--data-raw 'MessageUUID="} {
		if !strings.Contains(items["curl command"], want) {
			t.Errorf("the command has no %q:\n%s", want, items["curl command"])
		}
	}
	if strings.Contains(items["curl command"], "Host:") {
		t.Errorf("curl sends that Host by itself:\n%s", items["curl command"])
	}
	d.keys("y", "y")
	if copied != `{"taken":true,"status":"undelivered"}` {
		t.Errorf("y copies %q", copied)
	}
	d.keys("esc", "g") // the one that went as captured
	for _, it := range d.m.requests.copies() {
		items[it.name] = it.text
	}
	for _, want := range []string{"--url 'https://staging.example.com/hooks/", "--header 'Host: 127.0.0.1:4141'"} {
		if !strings.Contains(items["curl command"], want) {
			t.Errorf("the command has no %q:\n%s", want, items["curl command"])
		}
	}
}

// TestMessageSaysHowItWasSentAgain has the detail of a message say it, as it is by now.
func TestMessageSaysHowItWasSentAgain(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	d.keys("G", "k", "enter")
	m, _ := d.m.messages.grid.Selected()
	cbs := d.core.callbacks[m.UUID]
	d.absent("sent again")
	a := attemptOf(cbs[0])
	d.core.try(a)
	d.wake()
	d.expect("sent again ✓ 200 at the last of 1 attempt at your app, re-signed, 12:03:05.000, in 12 ms")
	a.CallbackID, a.Failure, a.Err = cbs[2].ID, webhook.TimedOut, "It did not answer."
	d.core.try(a)
	d.wake()
	d.expect("sent again ✗ no whole answer in time at the last of 2 attempts")
	d.keys("esc", "j", "enter")
	d.absent("sent again")
}

// TestAttemptsInPlainLines says the same in lines.
func TestAttemptsInPlainLines(t *testing.T) {
	core := newStocked()
	stockRequests(core)
	stockAttempts(core)
	a := attemptOf(core.callbacks[core.messages[0].UUID][0])
	a.At = testNow.Add(-time.Minute)
	core.try(a)
	list, last := core.attempts[:4], core.attempts[3]
	e := newDriver(t, core, 80, 24).m.env
	cb := core.strangers[2]
	said := strings.Join(e.speakAttempts(cb, 4, []webhook.Attempt{list[3], list[2], list[1], list[0]}, last, nil), "\n")
	for _, want := range []string{
		"4 attempts, newest first.", "Attempt 4: answered 500, as captured, 2026-07-13 12:03:05.000, in 6.2 s, to https://staging.example.com",
		"Attempt 3: got no whole answer, refused, re-signed", "Attempt 2: answered 403, changed-body", "Attempt 4 at length.", "TLS: 31 ms, the handshake.",
		"URL: was http://127.0.0.1:4141/sms/delivery-report; is https://staging.example.com/hooks", "Answer 500.", "<h1>Internal error</h1>",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %q\n%s", want, said)
		}
	}
	if said := e.speakAttempts(cb, 0, nil, webhook.Attempt{}, nil); said[0] != "This callback was not sent again." {
		t.Errorf("of none: %q", said)
	}
}

// TestMaskingAnOpenAttempt masks what is open, also in what is copied, and shows it again.
func TestMaskingAnOpenAttempt(t *testing.T) {
	d := triedStock(t)
	d.keys("G", "enter")
	const number = "15005550030"
	held := func() bool {
		t.Helper()
		all := ""
		for _, it := range d.m.requests.copies() {
			all += it.text
		}
		d.keys("esc")
		for _, a := range d.m.requests.open.tries.list {
			all += string(a.Body)
		}
		d.keys("enter")
		return strings.Contains(all, number)
	}
	if !held() {
		t.Fatal("the number is not there to begin with")
	}
	d.keys("M")
	d.expect("Attempt 1 of callback 203")
	if held() {
		t.Error("masked, the number is copied or listed")
	}
	d.keys("M")
	d.expect("Attempt 1 of callback 203")
	if !held() {
		t.Error("the number does not come back")
	}
}

// TestAFaultIsJudgedByWhatIsExpected calls a refused forgery right, and an accepted one wrong.
func TestAFaultIsJudgedByWhatIsExpected(t *testing.T) {
	th := newDriver(t, newStocked(), 120, 36).m.env.th
	a := attemptOf(requestOf(1, webhook.DeliveryReport, "POST", "/", formType, nil))
	a.Mode, a.Fault = webhook.Faulty, "wrong-token"
	for status, want := range map[int][2]string{403: {"✓ 403", "as expected of this fault"}, 200: {"✗ 200", "which no app that checks signatures answers"}} {
		a.Answer.Status = status
		if _, words := answeredWords(th, a); words != want[0] {
			t.Errorf("%d is told as %q, not %q", status, words, want[0])
		}
		if _, words := answerOf(th, a); !strings.HasPrefix(words, want[0]) {
			t.Errorf("on the Replay screen %d is told as %q", status, words)
		}
		if _, words := wholeAnswer(th, a); !strings.Contains(words, want[1]) {
			t.Errorf("%d at length: %q", status, words)
		}
	}
}
