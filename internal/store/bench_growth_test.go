package store_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/store/storetest"
)

// benchLarge names the variable of the environment that has BenchmarkGrowth measure 5,000,000 messages too.
const benchLarge = "PLIVOSCOPE_BENCH_LARGE"

// BenchmarkGrowth is what a callback of a new message costs in histories of more and more messages, with a third as
// many callbacks each, in turns with an empty one: from 64 callers at once, which share commits, and one after
// the other.
func BenchmarkGrowth(b *testing.B) {
	sizes := []int{0, 100_000, 1_000_000}
	if os.Getenv(benchLarge) != "" {
		sizes = append(sizes, 5_000_000)
	}
	for b.Loop() {
		stores := make([]*store.Store, len(sizes))
		for i, size := range sizes {
			stores[i] = openStore(b, store.Options{Path: storetest.Copy(b, size), Keep: 10_000_000}) // nothing is taken away
			recordAll(b, stores[i], firsts(500), 64)                                                 // what is slower at first is not counted
		}
		for _, way := range []struct {
			name       string
			n, callers int
		}{{"of 64 callers", 4000, 64}, {"alone", 200, 1}} {
			took := make([][]time.Duration, len(sizes))
			for range benchRounds {
				for i, s := range stores {
					took[i] = append(took[i], recordAll(b, s, firsts(way.n), way.callers))
				}
			}
			for i, size := range sizes[1:] {
				of := ratios(took[i+1], took[0])
				figures.Tell(b, figures.Measure{
					What:     fmt.Sprintf("a callback %s, %d messages stored / none", way.name, size),
					Measured: fmt.Sprint(middle(took[i+1]).Round(time.Microsecond)), Baseline: fmt.Sprint(middle(took[0]).Round(time.Microsecond)),
					Ratio: fmt.Sprintf("%.2f", of), Goal: "<= 1.3", Reached: of <= 1.3,
				})
				b.ReportMetric(of, fmt.Sprintf("x-%s-at-%d", strings.ReplaceAll(way.name, " ", "-"), size))
			}
		}
		b.ReportMetric(0, "ns/op") // of all together
	}
}
