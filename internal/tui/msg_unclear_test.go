package tui

import (
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// A send whose outcome is not known was not refused.
func TestUnclearIsNoRefusal(t *testing.T) {
	m := plivo.Message{To: "+14155550123", Direction: plivo.Outbound, Status: plivo.Sending, Unclear: true, Refusal: "No answer came in time."}
	said := []string{statusWords(m), endWords(m), messageSentence(m, time.Now())}
	for _, s := range said {
		if !strings.Contains(s, "unclear") || strings.Contains(s, "refused") {
			t.Errorf("said %q", s)
		}
	}
	if s := codeWords(m, 20); s != "" {
		t.Errorf("its code is %q", s)
	}
	// Nor what never reached the API.
	m.Unclear, m.Status, m.NotTaken, m.Refusal = false, plivo.Failed, true, "the connection failed"
	for _, s := range []string{endWords(m), codeWords(m, 20), messageSentence(m, time.Now())} {
		if !strings.Contains(s, "not taken") || strings.Contains(s, "refused") {
			t.Errorf("said %q", s)
		}
	}
	// Its refusal says why, which is not always that no answer came.
	m.Refusal = "The send was cancelled before its turn."
	for _, s := range []string{endWords(m), messageSentence(m, time.Now())} {
		if strings.Contains(s, "no answer") {
			t.Errorf("said %q", s)
		}
	}
	m.Unclear, m.Status, m.NotTaken = true, plivo.Sending, false
	clear := m
	clear.Unclear = false
	if sameRow(m, clear) {
		t.Error("its row is not drawn anew when it is clear")
	}
}
