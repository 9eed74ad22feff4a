package app

import (
	"time"

	"golang.org/x/time/rate"
)

// Share keeps work to a part of the time that passes.
type Share struct{ spent *rate.Limiter } // in microseconds

// NewShare allows work a part of all time, as 0.05 for a twentieth, and burst of it at once.
func NewShare(part float64, burst time.Duration) Share {
	const second = float64(time.Second / time.Microsecond)
	return Share{rate.NewLimiter(rate.Limit(part*second), int(burst.Microseconds()))}
}

// Spend counts work that ended at a time and took so long, all of it: what is beyond the share is owed.
func (s Share) Spend(at time.Time, took time.Duration) {
	for left := int(took.Microseconds()); left > 0; {
		n := min(left, s.spent.Burst())
		s.spent.ReserveN(at, n)
		left -= n
	}
}

// Owed is how long it takes from a time on until work is allowed again; zero where it is.
func (s Share) Owed(at time.Time) time.Duration {
	left := s.spent.TokensAt(at)
	if left >= 0 {
		return 0
	}
	return time.Duration(-left / float64(s.spent.Limit()) * float64(time.Second))
}
