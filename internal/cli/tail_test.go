package cli

import (
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// TestTailKeepsUp prints without a diagnosis while earlier ones took more than their share.
func TestTailKeepsUp(t *testing.T) {
	c := webhook.Callback{ID: 1, Verdict: signature.Result{Outcome: signature.Invalid, Header: signature.V3.Header()}}
	k := tail{looking: app.NewShare(lookingShare, lookingBurst)}
	k.looking.Spend(time.Now(), time.Hour)
	if d := k.diagnose(t.Context(), &c); d != nil || c.Cause != "" {
		t.Errorf("it is diagnosed in spite of what is owed: %+v", d)
	}
	c.Verdict = signature.Result{Outcome: signature.Missing}
	if d := k.diagnose(t.Context(), &c); d == nil || len(d.Findings) != 1 || c.Cause != "" {
		t.Errorf("one without a signature takes no time to look at: %+v", d)
	}
}
