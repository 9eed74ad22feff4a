package tui

import (
	"context"
	"errors"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

func TestTheDetailSaysWhyASignatureDoesNotMatch(t *testing.T) {
	d := staged(t, false, false, 120, 50, nil)
	d.onBad()
	d.keys("enter")
	d.expect(`signature  ✗ does not verify; matches if the URL ends in "/"`, "checked    "+reportURL+" ", "signed     "+reportURL+"/", "→ Give Plivo the URL without the slash")
	if n := len(d.core.examined); n != 1 {
		t.Errorf("%d questions about one callback", n)
	}
	d.wake()
	d.send(tickMsg{})
	if n := len(d.core.examined); n != 1 {
		t.Errorf("%d questions after a wake", n)
	}
	d.keys("esc", "k", "enter")
	d.absent("signature  ✗")
	d.keys("esc", "end", "enter")
	d.absent("signature  ✗")
	if n := len(d.core.examined); n != 1 {
		t.Errorf("%d questions after a look at callbacks that verify", n)
	}
}

func TestTheDetailTellsHowSureItIs(t *testing.T) {
	for want, diagnosis := range map[string]signature.Diagnosis{
		"✗ does not verify: no change that was tried makes it match; s examines it": unexplained(),
		"? the signature looks cut":                  {Findings: []signature.Finding{{Causes: []signature.Cause{signature.CauseHeader}, Hypotheses: []string{"header-malformed"}, Confidence: signature.Possible, Detail: "looks cut"}}},
		"✗ likely: the signature does not match yet": {Findings: []signature.Finding{{Causes: []signature.Cause{signature.CauseHeader}, Hypotheses: []string{"header-malformed"}, Confidence: signature.Likely, Detail: "does not match yet"}}},
	} {
		d := staged(t, false, false, 120, 50, nil)
		d.core.diagnosis = diagnosis
		d.onBad()
		d.keys("enter")
		d.expect(want)
	}
}

func TestACauseThatCannotBeLookedForSaysSo(t *testing.T) {
	d := staged(t, false, false, 120, 50, nil)
	d.core.examineErr = errors.New("read callback 17: the disk is gone")
	d.onBad()
	d.keys("enter")
	d.expect("✗ does not verify; the cause could not be looked for: read callback 17: the disk is gone")
}

// TestATokenThatVerifiesByNow looks at a callback that came before its token was configured.
func TestATokenThatVerifiesByNow(t *testing.T) {
	d := staged(t, false, false, 120, 50, nil)
	c := d.core.cases[2]
	c.Params = nil
	sig, err := signature.Sign(testToken, signature.V3, "POST", reportURL, testNonce, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Header["X-Plivo-Signature-V3"] = []string{sig}
	d.core.cases[17] = c
	d.onBad()
	d.keys("enter")
	d.expect(`✓ matches by now: V3 with the token "account"; when it came it did not`)
}

// TestAnotherSelectionEndsTheQuestion moves on while the cause is looked for.
func TestAnotherSelectionEndsTheQuestion(t *testing.T) {
	d := staged(t, false, false, 120, 50, nil)
	var asked []context.Context
	d.core.onExamine = func(ctx context.Context) { asked = append(asked, ctx) }
	d.onBad()
	if len(asked) != 1 || asked[0].Err() != nil {
		t.Fatalf("%d questions, or one that was ended", len(asked))
	}
	late := causeMsg{17, d.m.messages.detail.cause.exam, nil}
	d.keys("j")
	if asked[0].Err() == nil {
		t.Error("the question about the message before goes on")
	}
	d.send(late)
	d.absent("✗ matches if")
	d.m.close()
}
