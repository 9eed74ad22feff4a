package plivo_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo"
)

func TestEveryErrorCodeIsFullyExplained(t *testing.T) {
	codes := plivo.Codes()
	if len(codes) != 27 {
		t.Errorf("the table has %d codes, want 27", len(codes))
	}
	seen := map[string]bool{}
	for _, c := range codes {
		if seen[c.Code] {
			t.Errorf("%s: twice in the table", c.Code)
		}
		seen[c.Code] = true
		if !slices.Contains([]string{"none", "sender", "recipient", "carrier", "account", "plivo"}, c.Fault) {
			t.Errorf("%s: fault %q", c.Code, c.Fault)
		}
		if !slices.Contains([]string{"yes", "no", "maybe"}, c.Retryable) {
			t.Errorf("%s: retryable %q", c.Code, c.Retryable)
		}
		if c.Short == "" || utf8.RuneCountInString(c.Short) > 24 {
			t.Errorf("%s: short meaning %q, want 1 to 24 characters", c.Code, c.Short)
		}
		if c.Meaning == "" || strings.HasSuffix(c.Meaning, ".") {
			t.Errorf("%s: meaning %q, want a sentence without its full stop", c.Code, c.Meaning)
		}
		if !strings.HasSuffix(c.Advice, ".") {
			t.Errorf("%s: advice %q, want whole sentences", c.Code, c.Advice)
		}
		switch c.Status {
		case plivo.Undelivered, plivo.Failed:
		case plivo.Delivered:
			if c.Code != "000" {
				t.Errorf("%s: a delivered message has no error", c.Code)
			}
		case "":
			if c.Code != "2403" {
				t.Errorf("%s: only 2403 is of inbound messages", c.Code)
			}
		default:
			t.Errorf("%s: status %q", c.Code, c.Status)
		}
	}
}

func TestHasError(t *testing.T) {
	for code, want := range map[string]bool{"": false, "0": false, "000": false, "30": true, "030": true, "900": true, "strange": true} {
		if got := plivo.HasError(code); got != want {
			t.Errorf("%q: %v", code, got)
		}
	}
}

func TestLookupCode(t *testing.T) {
	for give, want := range map[string]string{
		"30": "30", "030": "30", "0030": "30", "000": "000", "0": "000", "0000": "000", "1000": "1000",
		"2403": "2403", "420": "420",
	} {
		c, ok := plivo.LookupCode(give)
		if !ok || c.Code != want {
			t.Errorf("LookupCode(%q) = %q, %v; want %q", give, c.Code, ok, want)
		}
	}
	for _, unknown := range []string{"", "3", "300000", "-30", " 30", "30 ", "thirty", "453"} {
		if c, ok := plivo.LookupCode(unknown); ok {
			t.Errorf("LookupCode(%q) found %q", unknown, c.Code)
		}
	}
	if c, _ := plivo.LookupCode("420"); c.Status != plivo.Failed {
		t.Errorf("420 ends as %q, want failed", c.Status)
	}
}
