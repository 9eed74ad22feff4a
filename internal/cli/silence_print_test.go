package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/plivo"
)

// TestSilenceAsText says in a sentence of which message a callback is missed and why, and what ended that.
func TestSilenceAsText(t *testing.T) {
	at := time.Date(2026, 7, 28, 12, 0, 0, 0, time.Local)
	m := plivo.Message{
		ID: 1, UUID: "5b40a428", To: "+4915187654321", Status: plivo.Queued, UpdatedAt: at,
		Silence: plivo.Silence{Cause: plivo.OtherURL, At: at.Add(time.Minute), Detail: "https://old.example/x?to=4915187654321\x1b[2J"},
	}
	given := m
	given.Provider = plivo.Provider{Status: plivo.Delivered, AskedAt: at, GivenAt: at.Add(2 * time.Minute)}
	came := m
	came.Status, came.UpdatedAt = plivo.Delivered, at.Add(3*time.Minute)
	for want, test := range map[string]struct {
		m      plivo.Message
		missed bool
	}{
		"plivoscope: 5b40a428 to +4915187654321: No callback yet: its callbacks go to https://old.example/x?to=4915187654321\\x1b[2J, which is not served here now.\n": {m, true},
		"plivoscope: 5b40a428 to +4915187654321: Your app took a synthetic callback in place of the missed one.\n":                                                     {given, false},
		"plivoscope: 5b40a428 to +4915187654321: A callback came after all: it is delivered.\n":                                                                        {came, false},
	} {
		var out bytes.Buffer
		p := newPrinter(Streams{Out: io.Discard, Err: &out}, false, nil)
		if err := p.silence(test.m, test.missed); err != nil || out.String() != want {
			t.Errorf("%v; it says\n%swant\n%s", err, out.String(), want)
		}
		out.Reset()
		p.mask = mask.New(bytes.Repeat([]byte{1}, mask.KeySize))
		if err := p.silence(test.m, test.missed); err != nil || strings.Contains(out.String(), "15187654321") {
			t.Errorf("%v; masked it says %s", err, out.String())
		}
	}
}
