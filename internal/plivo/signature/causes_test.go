package signature_test

import (
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// TestCauseWords has a phrase for each cause that the search finds, which is longer than its word.
func TestCauseWords(t *testing.T) {
	for _, h := range signature.Hypotheses() {
		if words := signature.CauseWords(string(h.Cause)); len(words) <= len(h.Cause) {
			t.Errorf("%s is %q", h.Cause, words)
		}
	}
	for cause, want := range map[string]string{
		"slash":        `a "/" too many or too few in the URL`,
		"scheme+slash": `http for https, or https for http, and a "/" too many or too few in the URL`,
		"other":        "other",
	} {
		if got := signature.CauseWords(cause); got != want {
			t.Errorf("%s is %q", cause, got)
		}
	}
}
