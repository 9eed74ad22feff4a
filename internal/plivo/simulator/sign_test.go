package simulator_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestFamilies has the callbacks carry the signature headers that were asked for, and the nonces of these alone.
func TestFamilies(t *testing.T) {
	t.Parallel()
	families, err := scenario.ParseFamilies("ma-v3")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, simulator.Options{Sign: families, MainToken: "token-of-the-main-account"})
	uuid := b.send(b.draft("+14155550123"), "")[0]
	b.settle()
	for _, c := range b.receiver.of(uuid) {
		var signed []string
		for name := range c.header {
			if strings.HasPrefix(name, "X-Plivo-") {
				signed = append(signed, name)
			}
		}
		if c.verdict.Outcome != signature.Valid || len(c.verdict.Checks) != 1 || len(signed) != 2 || c.header.Get(signature.V3.NonceHeader()) == "" {
			t.Errorf("it is %s, with the headers %q", c.verdict.Outcome, signed)
		}
	}
}
