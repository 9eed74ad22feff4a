package simulator

import (
	"strings"
	"testing"
)

// TestMagicNumbers holds the list of what is offered against what the simulator does.
func TestMagicNumbers(t *testing.T) {
	for _, n := range MagicNumbers() {
		_, _, magic, err := magicFate(strings.TrimPrefix(n.Number, "+"))
		if !magic || err != nil {
			t.Errorf("%s (%s) is magic: %v, %v", n.Number, n.About, magic, err)
		}
	}
}
