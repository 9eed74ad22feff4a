package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// benchRounds is how often what is compared is measured, in turns; the median counts.
const benchRounds = 5

func middle[T float64 | time.Duration](values []T) T {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

// ratios is the median of the ratios of each round.
func ratios(of, to []time.Duration) float64 {
	each := make([]float64, len(of))
	for i := range of {
		each[i] = float64(of[i]) / float64(to[i])
	}
	return middle(each)
}

// firsts are the first callbacks of so many new messages.
func firsts(n int) []*webhook.Callback {
	all := make([]*webhook.Callback, n)
	for i := range all {
		all[i] = life(i)[0]
	}
	return all
}

// recordAll stores the callbacks from so many callers at once and gives what one took on average.
func recordAll(b *testing.B, s *store.Store, all []*webhook.Callback, callers int) time.Duration {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range callers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(all); i = int(next.Add(1)) - 1 {
				if err := s.Record(b.Context(), all[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began) / time.Duration(len(all))
}

// BenchmarkCommit stores callbacks of new messages one after the other, a commit each, and from 64 callers at once, many
// a commit, in turns with what the disk itself costs: as many bytes as one commit writes, appended to a file of
// the same folder and synced.
func BenchmarkCommit(b *testing.B) {
	const serial, group, callers = 200, 4000, 64
	for b.Loop() {
		path := filepath.Join(b.TempDir(), "history.db")
		s := openStore(b, store.Options{Path: path})
		bytes := make([]byte, commitBytes(b, s, path))
		f, err := os.Create(filepath.Join(filepath.Dir(path), "appended"))
		if err != nil {
			b.Fatal(err)
		}
		var one, many, least []time.Duration
		for range benchRounds {
			one = append(one, recordAll(b, s, firsts(serial), 1))
			began := time.Now()
			for range serial {
				if _, err := f.Write(bytes); err != nil {
					b.Fatal(err)
				}
				if err := f.Sync(); err != nil {
					b.Fatal(err)
				}
			}
			least = append(least, time.Since(began)/serial)
			many = append(many, recordAll(b, s, firsts(group), callers))
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		baseline := fmt.Sprintf("%v", middle(least).Round(time.Microsecond))
		figures.Tell(b, figures.Measure{
			What:     fmt.Sprintf("a commit of one callback / %d KiB appended and synced", (len(bytes)+512)>>10),
			Measured: fmt.Sprint(middle(one).Round(time.Microsecond)), Baseline: baseline, Ratio: fmt.Sprintf("%.2f", ratios(one, least)),
		})
		figures.Tell(b, figures.Measure{
			What:     "a callback of 64 callers, which share commits / that append",
			Measured: fmt.Sprint(middle(many).Round(time.Microsecond)), Baseline: baseline, Ratio: fmt.Sprintf("%.2f", ratios(many, least)),
		})
		b.ReportMetric(float64(len(bytes)), "B/commit")
		b.ReportMetric(float64(middle(one).Microseconds()), "µs/commit")
		b.ReportMetric(float64(middle(least).Microseconds()), "µs/append")
		b.ReportMetric(float64(middle(many).Microseconds()), "µs/grouped-callback")
		b.ReportMetric(0, "ns/op") // of all together
	}
}

// commitBytes is what the commit of one callback appends to the write-ahead log on average.
func commitBytes(b *testing.B, s *store.Store, path string) int64 {
	b.Helper()
	const n = 50 // few enough that the log is not begun anew
	size := func() int64 {
		info, err := os.Stat(path + "-wal")
		if err != nil {
			b.Fatal(err)
		}
		return info.Size()
	}
	recordAll(b, s, firsts(1), 1)
	before := size()
	recordAll(b, s, firsts(n), 1)
	return (size() - before) / n
}
