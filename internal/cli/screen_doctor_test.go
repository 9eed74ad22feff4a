package cli

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/screentest"
)

// TestScreenDoctor looks at everything from within the program that runs, reads it on a small terminal, and
// copies it.
func TestScreenDoctor(t *testing.T) {
	t.Parallel()
	s := screentest.Open(t, command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "20"), 120, 36)
	s.Wait(`Messages \(15\)`)
	s.Press(":")
	s.Wait(`what to do`)
	s.Press("doctor\r")
	s.Wait(`✓ port +callbacks come to http://127\.0\.0\.1:\d+`)
	s.Wait(`✓ signature +a request that was signed as Plivo does it came in and verified`)
	s.Wait(`Doctor · (everything is in order|nothing failed)`)
	s.Resize(60, 15)
	s.Wait(`✓ signature`)
	s.Press("g")
	s.Wait(`env file`)
	s.Press("y")
	s.Wait(`Copied 17 findings`)
	copied := regexp.MustCompile("\x1b\\]52;c;([^\x07]*)\x07").FindSubmatch(s.Written())
	if copied == nil {
		t.Fatal("the terminal was given nothing to copy")
	}
	if text, err := base64.StdEncoding.DecodeString(string(copied[1])); err != nil || !strings.Contains(string(text), "✓ round trip") {
		t.Errorf("%v; copied:\n%s", err, text)
	}
	s.Press("\x1b")
	s.Wait(`Messages \(15\)`)
	s.Press("q")
}
