package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/store/storetest"
)

// BenchmarkTrim is what a callback of a new message costs while old rows are taken away from a history of a million
// messages, in turns with one that keeps all: of 64 callers at once, and how long the slowest of a hundred takes that come
// one after the other.
func BenchmarkTrim(b *testing.B) {
	const size, goal = 1_000_000, 20 * time.Millisecond
	for b.Loop() {
		trims, keeps := storetest.Copy(b, size), storetest.Copy(b, size)
		// A history that is open has its old rows taken away also while the other is measured.
		turn := func(path string, keep int, of func(s *store.Store) time.Duration) time.Duration {
			s, err := store.Open(b.Context(), store.Options{Path: path, Keep: keep})
			if err != nil {
				b.Fatal(err)
			}
			recordAll(b, s, firsts(500), 64) // what is slower at first is not counted
			took := of(s)
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			return took
		}
		measure := func(of func(s *store.Store) time.Duration) (took, least time.Duration, ratio string) {
			var while, without []time.Duration
			for range benchRounds {
				while, without = append(while, turn(trims, size*3/10, of)), append(without, turn(keeps, 10*size, of))
			}
			return middle(while), middle(without), fmt.Sprintf("%.2f", ratios(while, without))
		}
		took, least, ratio := measure(func(s *store.Store) time.Duration { return recordAll(b, s, firsts(4000), 64) })
		figures.Tell(b, figures.Measure{
			What:     "a callback of 64 callers, while old rows are taken away / not",
			Measured: fmt.Sprint(took.Round(time.Microsecond)), Baseline: fmt.Sprint(least.Round(time.Microsecond)), Ratio: ratio,
		})
		took, least, ratio = measure(func(s *store.Store) time.Duration {
			var each []time.Duration
			for _, c := range firsts(200) {
				began := time.Now()
				if err := s.Record(b.Context(), c); err != nil {
					b.Fatal(err)
				}
				each = append(each, time.Since(began))
			}
			slices.Sort(each)
			return each[len(each)*99/100]
		})
		figures.Tell(b, figures.Measure{
			What:     "a callback alone, p99, while old rows are taken away / not",
			Measured: fmt.Sprint(took.Round(time.Microsecond)), Baseline: fmt.Sprint(least.Round(time.Microsecond)), Ratio: ratio,
			Goal: "<= 20 ms", Reached: took <= goal,
		})
		b.ReportMetric(float64(took.Microseconds())/1000, "ms/record-p99-while")
		b.ReportMetric(0, "ns/op") // of all together
	}
}
