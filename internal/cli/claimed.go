package cli

import (
	"context"
	"fmt"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// claims tells whether a callback says that a message came to a status, with no valid signature to vouch
// for it.
func claims(c webhook.Callback, want plivo.Status) bool {
	if want == "" || c.Verdict.Outcome == signature.Valid {
		return false
	}
	ok, _ := app.Reached([]plivo.Message{{Status: c.Report.Status()}}, want)
	return ok
}

// claimed says of a callback that claims a status why that does not count, as the end of a sentence;
// empty where there is none.
func claimed(ctx context.Context, a *app.App, c webhook.Callback, p *printer) string {
	if c.ID == 0 {
		return ""
	}
	said := "their signature does not verify"
	switch e, err := a.ExamineCallback(ctx, c.ID); {
	case c.Verdict.Outcome == signature.Unchecked:
		said = "their signature cannot be checked"
	case c.Verdict.Outcome == signature.Missing && c.Verdict.Header == "":
		said = "they are not signed"
	case err == nil && e.Diagnosis.Cause() != signature.UnknownCause:
		said += fmt.Sprintf(" (%s: %s)", e.Diagnosis.Cause(), p.mask.Of(e.Case).Sentence(e.Diagnosis.Findings[0].Detail))
	}
	if p.more != nil {
		said += ": see " + p.more(c.ID)
	}
	return fmt.Sprintf("; the callbacks say %s, but %s", c.Report.Status(), said)
}
