package signature_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

func TestLongURL(t *testing.T) {
	const most = 1 << 20
	start := "https://example.com/?"
	for n, long := range map[int]bool{most: false, most + 1: true} {
		c := unexplained(t)
		c.URL = start + strings.Repeat("a", n-len(start))
		_, err := signature.Base(signature.V2, "POST", c.URL, "5", nil)
		if (err != nil) != long || long && !strings.Contains(err.Error(), "1048576 bytes") {
			t.Errorf("a URL of %d bytes: %v", n, err)
		}
		d := signature.Diagnose(c)
		if said := len(d.Findings) > 0 && strings.Contains(d.Findings[0].Detail, "the URL has 1048577 bytes"); said != long {
			t.Errorf("of a URL of %d bytes it finds %+v", n, d.Findings)
		}
	}
}
