package plivo_test

import (
	"testing"

	"dev.internal/plivoscope/internal/plivo"
)

func TestStatusesAreOrdered(t *testing.T) {
	life := [][]plivo.Status{
		{plivo.Sending},
		{"scheduled", "", "Delivered"},
		{plivo.Queued},
		{plivo.Sent},
		{plivo.Delivered, plivo.Undelivered, plivo.Failed, plivo.Rejected, plivo.Received},
		{plivo.Read},
	}
	for i, stage := range life {
		for _, s := range stage {
			if s.Rank() != stage[0].Rank() {
				t.Errorf("%q ranks %d, %q of the same stage %d", s, s.Rank(), stage[0], stage[0].Rank())
			}
			if i > 0 && s.Rank() <= life[i-1][0].Rank() {
				t.Errorf("%q does not rank above %q", s, life[i-1][0])
			}
			if s.Known() != (i >= 2) {
				t.Errorf("%q known: %v", s, s.Known())
			}
			if s.Terminal() != (i >= 4) {
				t.Errorf("%q terminal: %v", s, s.Terminal())
			}
		}
	}
}
