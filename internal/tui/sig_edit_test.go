package tui

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

// TestTheAnswerToAnEditIsSeen edits after the result was scrolled.
func TestTheAnswerToAnEditIsSeen(t *testing.T) {
	d := staged(t, false, false, 80, 24, nil)
	d.onBad()
	d.keys("s", "end")
	d.absent("matches if the URL")
	d.expect("── Result ", "✗ url · end")
	d.keys("tab", "tab", "x")
	d.expect("matches if the URL", "✗ url · ")
	d.keys("pgdown")
	d.absent("matches if the URL")
	d.keys("pgup")
	d.expect("matches if the URL")
	x, y := d.find("matches if the URL")
	d.send(tea.MouseMsg{X: x, Y: y, Button: tea.MouseButtonWheelDown, Action: tea.MouseActionPress})
	d.absent("matches if the URL")
}

// TestACancelledQuestionIsNoAnswer opens a callback again before the first answer has come.
func TestACancelledQuestionIsNoAnswer(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.onBad()
	d.m.show(onSignature)
	first := d.m.sig.open(17, nil)
	second := d.m.sig.open(17, nil)
	d.run(first)
	d.absent("canceled")
	d.expect("Reading callback 17")
	d.run(second)
	d.expect("matches if the URL")
	d.send(openedMsg{edit: d.m.sig.edit, id: 17, err: context.Canceled})
	d.expect("matches if the URL")
}

func TestTheMethodIsToggledSideways(t *testing.T) {
	d := staged80(t)
	d.toSignature()
	d.keys("up")
	d.expect("← → POST or GET")
	for i, k := range []string{"left", "right", "space"} {
		d.keys(k)
		if got, want := d.m.sig.value(fieldMethod), []string{"GET", "POST"}[i%2]; got != want {
			t.Errorf("after %s the method is %q, want %q", k, got, want)
		}
	}
	d.keys("up", "down")
	if s := d.m.sig; s.focus != fieldSigned || s.value(fieldMethod) != "GET" {
		t.Errorf("↓ went to %d and the method is %q", s.focus, s.value(fieldMethod))
	}
	d.keys("f1")
	d.expect("← → space", "POST or GET")
}

func TestNothingFoundSaysWhatRemainsFirst(t *testing.T) {
	d := staged(t, false, false, 120, 60, nil)
	d.core.diagnosis = unexplained()
	d.core.diagnosis.Findings = []signature.Finding{{Causes: []signature.Cause{signature.CauseHost}, Hypotheses: []string{"url-private"}, Confidence: signature.Possible, Detail: "is checked over a private address", Remedy: "Give the public one."}}
	d.onBad()
	d.keys("s")
	at := -1
	for _, words := range []string{"✗ does not verify", "Worth a look", "? the signature is checked over", "What remains", "Ruled out", "· another configured token", "· http for https"} {
		i := strings.Index(d.screen(), words)
		if i <= at {
			t.Fatalf("%q is not where it belongs:\n%s", words, d.screen())
		}
		at = i
	}
	if n := strings.Count(d.screen(), "812"); n != 1 {
		t.Errorf("the number of signatures is said %d times:\n%s", n, d.screen())
	}
}

func TestSmallFootersNameTheWayToTheFields(t *testing.T) {
	d := staged(t, false, false, 60, 15, nil)
	d.onBad()
	d.keys("s")
	d.expect("esc back   tab to the fields", "? all keys")
}

// TestNoticesGoWithWhatTheyAreAbout leaves what a notice was about.
func TestNoticesGoWithWhatTheyAreAbout(t *testing.T) {
	const nothing = "There is no signature to look at"
	d := staged(t, false, false, 120, 36, nil)
	d.keys("g", "s")
	d.expect(nothing)
	d.keys("j")
	d.absent(nothing)
	d.keys("g", "s")
	d.expect(nothing)
	d.keys("n")
	d.absent(nothing)
	d.keys("esc")
	d.toSignature()
	d.send(paste(captured(t, "https://example.com/cb", "https://example.com/cb", "a-token-of-tests", "Status=sent")))
	d.expect("Filled in the pasted request.")
	d.keys("esc")
	d.absent("Filled in the pasted request.")
	d.toSignature()
	d.send(paste("no request"))
	d.expect("Not filled in")
	d.keys("esc")
	d.absent("Not filled in")
}

func TestRestoringKeepsTheTokenAndEmptiesWhatIsUnedited(t *testing.T) {
	d := staged(t, false, false, 160, 40, nil)
	d.onBad()
	d.keys("s", "shift+tab", "typed", "tab", "tab", "tab", "x")
	d.expect("ctrl+r as captured")
	d.keys("ctrl+r")
	if s := d.m.sig; s.value(fieldToken) != "typed" || s.value(fieldSigned) != reportURL {
		t.Errorf("restored to %q", s.entries())
	}
	if c := d.asked(); len(c.Tokens) != 1 || c.URL != reportURL {
		t.Errorf("asked about %s with %d tokens", c.URL, len(c.Tokens))
	}
	d.expect("✗ does not verify; matches", "ctrl+r empty the fields")
	d.keys("ctrl+r")
	d.expect("Why does a signature not match?")
	if s := d.m.sig; s.value(fieldToken) != "typed" || s.value(fieldSigned)+s.value(fieldHeaders)+s.value(fieldBody) != "" {
		t.Errorf("emptied to %q", s.entries())
	}
}

// TestRestoringBeforeTheAnswerAsksAnew restores while another callback is read.
func TestRestoringBeforeTheAnswerAsksAnew(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.toSignature()
	d.send(paste(captured(t, "https://example.com/cb", "https://example.com/cb", "a-token-of-tests", "Status=sent")))
	d.hold = true
	d.m.sig.open(17, nil) // no answer ever comes
	d.hold = false
	d.keys("ctrl+r")
	d.expect("callback 17", "matches if the URL")
}

func TestAFailedOpenNamesTheCallbackAndClearsTheForm(t *testing.T) {
	d := staged(t, false, false, 160, 36, nil)
	d.onBad()
	d.keys("s", "esc", "end")
	delete(d.core.cases, 2)
	d.keys("s")
	d.expect("Signature · callback 2", "✗ callback 2 could not be read: there is no callback with this id")
	if got := d.m.sig.value(fieldSigned) + d.m.sig.value(fieldHeaders); got != "" {
		t.Errorf("the form shows %q", got)
	}
	d.keys("tab", "tab", "https://example.com")
	d.absent("callback 2")
}

// TestStepsThroughTheCallbacksOfAMessage goes to the callbacks beside the one that was opened.
func TestStepsThroughTheCallbacksOfAMessage(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.onBad()
	d.keys("s")
	d.expect("callback 17 (3 of 3)", "[ ]")
	d.keys("[")
	d.expect("callback 16 (2 of 3)", "matches if the URL")
	d.keys("[", "[")
	d.expect("callback 17 (3 of 3)")
	d.keys("]")
	d.expect("callback 15 (1 of 3)")
	d.keys("tab", "tab", "[")
	if got := d.m.sig.value(fieldSigned); got != reportURL+"[" {
		t.Errorf("typed into the URL it is %q", got)
	}
	d.send(paste(captured(t, "https://example.com/cb", "https://example.com/cb", "a-token-of-tests", "Status=sent")))
	d.keys("]")
	d.expect("Signature · pasted request ")
}

func TestPassingAOneLineBodyDoesNotJump(t *testing.T) {
	d := staged(t, false, false, 80, 24, nil)
	c := d.core.cases[17]
	c.Body = []byte("First=1&" + strings.Repeat("Name=some+value&", 40) + "Last=1")
	d.core.cases[17] = c
	d.onBad()
	d.keys("s", "tab", "tab", "tab", "tab")
	d.expect("│ First=1&Name", "↓ more")
}

func TestAnEmptyURLIsAskedFor(t *testing.T) {
	d := pureDriver(t, 120, 36)
	d.toSignature()
	d.keys("tab")
	d.send(paste("X-Plivo-Signature-V3: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nX-Plivo-Signature-V3-Nonce: 1"))
	d.expect("give the URL", "! no URL")
	d.absent("no change that was tried")
}

// TestTheFirstBaseStringIsOneThatThereIs examines a request whose strongest family has no nonce.
func TestTheFirstBaseStringIsOneThatThereIs(t *testing.T) {
	r := signature.Request{Method: "POST", URL: reportURL, Header: http.Header{
		"X-Plivo-Signature-V3": {"abc="}, "X-Plivo-Signature-V2": {"abc="}, "X-Plivo-Signature-V2-Nonce": {"1"},
	}}
	e := app.Examination{Case: signature.Case{Request: r}, Verdict: signature.Verify(r, []signature.Token{testToken})}
	if b, ok := firstBase(e); !ok || b.scheme != "V2" || b.text != reportURL+"1" {
		t.Errorf("%v %q %q", ok, b.scheme, b.text)
	}
	// A nonce alone stands before the family that decided.
	r.Header = http.Header{"X-Plivo-Signature-V3-Nonce": {"9"}, "X-Plivo-Signature-V2": {"abc="}, "X-Plivo-Signature-V2-Nonce": {"1"}}
	e = app.Examination{Case: signature.Case{Request: r}, Verdict: signature.Verify(r, []signature.Token{testToken})}
	if b, ok := firstBase(e); !ok || b.scheme != "V2" {
		t.Errorf("%v %q", ok, b.scheme)
	}
}

func TestCopyingControlCharactersSaysSo(t *testing.T) {
	core := newStocked()
	core.pure = true
	var copied string
	d := newDriverOn(t, core, 120, 36, Options{Clipboard: func(text string) error { copied = text; return nil }})
	d.toSignature()
	d.send(paste(captured(t, "https://example.com/cb", "https://example.com/cb", "a-token-of-tests", "Status=sent&Text=a\x01b")))
	d.expect("✓ verifies")
	d.keys("b")
	d.expect("Copied the V3 base string, as checked; 1 character that would act where it is pasted is written out, as")
	if !strings.Contains(copied, `a\x01b`) {
		t.Errorf("copied %q", copied)
	}
}

func TestAnErrorOfAnSDKIsSaidOnce(t *testing.T) {
	p := &page{th: newDriver(t, newStocked(), 120, 36).m.env.th, w: 120}
	writeSDKs(p, []sdk.Answer{
		{SDK: "python", Quirk: "raises UnicodeEncodeError", Err: &sdk.Error{SDK: "python", Text: "UnicodeEncodeError: 'latin-1' codec"}},
		{SDK: "java", Quirk: "drops :8443, throws MalformedURLException", Err: &sdk.Error{SDK: "java", Text: "MalformedURLException: no protocol"}},
	})
	text := strings.Join(p.lines, "\n")
	for _, once := range []string{"UnicodeEncodeError", "MalformedURLException", "drops :8443"} {
		if n := strings.Count(text, once); n != 1 {
			t.Errorf("%s is said %d times:\n%s", once, n, text)
		}
	}
}

func TestLabelsOfSettingsAreWhole(t *testing.T) {
	d := staged(t, false, false, 120, 70, nil)
	d.core.diagnosis.Findings[0].Settings = []signature.Setting{{Framework: "ASP.NET Core", Text: "app.UseForwardedHeaders()"}}
	d.onBad()
	d.keys("s")
	d.expect(" ASP.NET Core  app.UseForwardedHeaders()")
}

func TestHeadersBeginWithWhatTheSignatureNeeds(t *testing.T) {
	text := headerText(map[string][]string{
		"X-Plivo-Signature-V3": {"s"}, "X-Forwarded-Host": {"f"}, "Accept": {"a"}, "Content-Type": {"c"},
	}, "http://h/")
	if want := "X-Plivo-Signature-V3: s\nHost: h\nContent-Type: c\nX-Forwarded-Host: f\nAccept: a"; text != want {
		t.Errorf("the headers are\n%s\nwant\n%s", text, want)
	}
}

func TestNamesOfHeadersAreNotBroken(t *testing.T) {
	for _, l := range wrap("does not verify: no token makes the signature in X-Plivo-Signature-V3, and no change", 60) {
		if strings.HasSuffix(l, "-") {
			t.Errorf("a line ends in %q", l)
		}
	}
	if got := wrap("a long-ish word", 7); got[0] != "a long-" {
		t.Errorf("%q", got)
	}
}

func TestACauseThatWasNotFoundIsToldFromOneThatNobodyLookedFor(t *testing.T) {
	th := newDriver(t, newStocked(), 120, 36).m.env.th
	r := signature.Result{Outcome: signature.Invalid, Scheme: signature.V3}
	for cause, want := range map[string]string{"": "✗ V3", signature.UnknownCause: "✗ ?", "slash": "✗ url"} {
		if _, got := th.signature(r, cause, 8); got != want {
			t.Errorf("%q is %q, want %q", cause, got, want)
		}
	}
}

// TestAFailedLookForTheCauseIsRepeated looks again with the next second.
func TestAFailedLookForTheCauseIsRepeated(t *testing.T) {
	d := staged(t, false, false, 120, 50, nil)
	d.core.examineErr = errors.New("read callback 17: the disk is busy")
	d.onBad()
	d.keys("enter")
	d.expect("could not be looked for: read callback 17")
	d.send(tickMsg{})
	d.expect("could not be looked for: read callback 17")
	d.core.examineErr = nil
	d.send(tickMsg{})
	d.expect("matches if the URL")
	n := len(d.core.examined)
	d.send(tickMsg{})
	if len(d.core.examined) != n {
		t.Error("it is asked again after the answer")
	}
}

func TestTheDetailOfNothingFoundIsShort(t *testing.T) {
	d := staged(t, false, false, 120, 50, nil)
	d.core.diagnosis = unexplained()
	d.core.diagnosis.Findings = []signature.Finding{
		{Causes: []signature.Cause{signature.CauseHeader}, Hypotheses: []string{"header-malformed"}, Confidence: signature.Possible, Detail: "looks cut"},
		{Causes: []signature.Cause{signature.CauseParams}, Hypotheses: []string{"value-masked"}, Confidence: signature.Possible, Detail: "looks masked"},
	}
	d.onBad()
	d.keys("enter")
	d.expect("no change that was tried makes it match; s examines it", "? the signature looks cut")
	d.absent("looks masked")
	d.absent("The request may have been signed")
}

func TestTheDetailListsTheIDsOfCallbacks(t *testing.T) {
	for _, w := range []int{60, 80, 120} {
		d := staged(t, false, false, w, 50, nil)
		d.onBad()
		d.keys("enter", "end")
		d.expect("  ID  TIME", " 15  12:02:50.102", " 17  12:02:51.408", "✗ url")
	}
}

// TestATypedTokenChecksTheNextCallbackToo steps on with a token of one's own.
func TestATypedTokenChecksTheNextCallbackToo(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.onBad()
	d.keys("s", "shift+tab", "a-token", "tab", "[")
	d.expect("callback 16 (2 of 3) + token")
	if c := d.asked(); len(c.Tokens) != 1 || c.Tokens[0].Label != "typed here" {
		t.Errorf("checked with %v", c.Tokens)
	}
	d.keys("esc", "s")
	if got := d.m.sig.value(fieldToken); got != "" {
		t.Error("the token is still there for a callback that was opened from the messages")
	}
}
