package app

import (
	"context"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

// Examination is all that can be said of a request's signature.
type Examination struct {
	Case        signature.Case // what was examined
	Verdict     signature.Verdict
	Comparisons []signature.Comparison
	Diagnosis   signature.Diagnosis // empty where the signature verifies or nothing was there to check
	SDKs        []sdk.Answer
}

// Examine verifies a request, says why it does not verify, and what the official SDKs would say. It is
// pure, and takes some milliseconds at the most.
func Examine(c signature.Case) Examination {
	e := Examination{Case: c, Verdict: signature.Verify(c.Request, c.Tokens), Comparisons: signature.Compare(c.Request, c.Tokens)}
	if fails(e.Verdict) {
		e.Diagnosis = signature.Diagnose(c)
	}
	e.SDKs = sdk.Ask(c.Request, e.Verdict, c.Tokens)
	return e
}

// fails tells whether there is something to explain: a signature that does not match, or one without
// its nonce. A request without any is no riddle.
func fails(v signature.Verdict) bool {
	return v.Outcome == signature.Invalid || v.Outcome == signature.Missing && len(v.Checks) > 0
}

// Examine examines a request with what this program knows beside it: where c has no tokens, those
// configured; the tokens and auth ids of other accounts at hand; the URLs of this history.
func (a *App) Examine(ctx context.Context, c signature.Case) (Examination, error) {
	panic("unwritten")
}

// ExamineCallback examines a callback of the history by its ID; ErrNoCallback where there is none.
func (a *App) ExamineCallback(ctx context.Context, id int64) (Examination, error) {
	panic("unwritten")
}
