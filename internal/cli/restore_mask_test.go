package cli

import (
	"strings"
	"sync/atomic"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/store"
)

// TestRestoredURLsAreMasked hides the texts in URLs that were put back, as everywhere.
func TestRestoredURLsAreMasked(t *testing.T) {
	s := Streams{mask: new(atomic.Pointer[mask.Masker])}
	s.mask.Store(newMasker())
	r := app.Restored{Present: "https://other.example/?text=heron&to=14155550123", Outcome: store.Changed}
	r.Former = "https://shop.example/?text=heron"
	for _, asJSON := range []bool{true, false} {
		line, err := restoredLine(s, r, asJSON)
		if err != nil || strings.Contains(string(line), "heron") || strings.Contains(string(line), "5550123") || !strings.Contains(string(line), ".example/") {
			t.Errorf("%s %v", line, err)
		}
	}
}
