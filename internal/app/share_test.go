package app_test

import (
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
)

func TestShare(t *testing.T) {
	s := app.NewShare(0.05, 50*time.Millisecond)
	at := time.Unix(1, 0)
	for _, step := range []struct {
		took, owed, pause time.Duration
	}{
		{20 * time.Millisecond, 0, 0},
		{30 * time.Millisecond, 0, 0},
		{5 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond},
		{time.Second, 20 * time.Second, 5 * time.Second}, // far beyond the burst
		{time.Second, 35 * time.Second, 40 * time.Second},
		{0, 0, time.Hour},
		{50 * time.Millisecond, 0, 0}, // no more is saved up than the burst
		{time.Millisecond, 20 * time.Millisecond, 0},
	} {
		s.Spend(at, step.took)
		if owed := s.Owed(at).Round(time.Millisecond); owed != step.owed {
			t.Errorf("after work of %v %v is owed, want %v", step.took, owed, step.owed)
		}
		at = at.Add(step.pause)
	}
}
