package plivo_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
)

// TestCheckSaysTheSameAgain checks more destinations than are remembered, several times and at once: what
// is remembered of them is what would be read.
func TestCheckSaysTheSameAgain(t *testing.T) {
	d := good()
	d.To = []string{"+442079460018", "+4915112345678"}
	for i := range 9000 {
		d.To = append(d.To, fmt.Sprintf("0171-%05d", i))
	}
	checked, problems := d.Check()
	for range 3 {
		t.Run("again", func(t *testing.T) {
			t.Parallel()
			again, same := d.Check()
			if diff := cmp.Diff(checked, again) + cmp.Diff(problems, same); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// BenchmarkCheckDestinations checks 1,000 destinations: that were never seen, and again after one was
// changed, as a form does at each key.
func BenchmarkCheckDestinations(b *testing.B) {
	numbers := func(from int) []string {
		all := make([]string, plivo.MaxDestinations)
		for i := range all {
			all[i] = fmt.Sprintf("+1415%07d", from+i)
		}
		return all
	}
	b.Run("first", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			d := good()
			d.To = numbers(2_000_000 + i*plivo.MaxDestinations)
			d.Check()
		}
	})
	b.Run("again", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			d := good()
			d.To = append(numbers(5_550_000), fmt.Sprintf("+1416%07d", i))
			d.Check()
		}
	})
}
