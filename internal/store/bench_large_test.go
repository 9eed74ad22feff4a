package store_test

import (
	"fmt"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/store/storetest"
)

// The sizes of the large history of the benchmarks and of the one beside it.
const (
	largeRows = 1_000_000
	smallRows = 100
)

// beside reports how long something takes in the large history, and how many times as long as in the small
// one in the same run.
func beside(b *testing.B, do func(s *store.Store) error, large, small *store.Store) {
	measure := func(s *store.Store) {
		if err := do(s); err != nil {
			b.Fatal(err)
		}
	}
	measure(large) // what SQLite and the system keep in memory is as in use
	measure(small)
	for b.Loop() {
		measure(large)
	}
	took, begun := b.Elapsed(), time.Now()
	for range b.N {
		measure(small)
	}
	b.ReportMetric(float64(took.Microseconds())/1000/float64(b.N), "ms")
	b.ReportMetric(float64(took)/float64(max(time.Since(begun), 1)), "x-of-100-rows")
}

// BenchmarkLarge reads from a history of 1,000,000 messages and 333,333 callbacks, which storetest
// makes.
func BenchmarkLarge(b *testing.B) {
	ls := openStore(b, store.Options{Path: storetest.Large(b, largeRows)})
	ss := openStore(b, store.Options{Path: storetest.Large(b, smallRows)})
	run := func(name string, do func(*store.Store) error) {
		b.Run(name, func(b *testing.B) { beside(b, do, ls, ss) })
	}
	const page = 100
	for _, c := range []struct {
		name string
		w    store.Window
	}{
		{"newest", store.Window{Limit: page}},
		{"oldest", store.Window{Limit: page, Oldest: true}},
		{"middle", store.Window{Limit: page, Before: 150_000}},
		{"middle up", store.Window{Limit: page, After: 150_000}},
	} {
		run("messages/page/"+c.name, func(s *store.Store) error { _, err := s.Messages(b.Context(), c.w); return err })
		run("callbacks/page/"+c.name, func(s *store.Store) error { _, err := s.ListCallbacks(b.Context(), c.w); return err })
	}
	for _, words := range []string{
		"status:failed", "status:failed,undelivered", "status:read", "code:30", "code:999", "sig:invalid", "sig:slash", "dir:in", "uuid:5b40a428", "since:1s", // by an index
		"dir:out", "sig:valid", "-status:delivered", "from:+1415555120", "to:+33", "to:+14150000123", "path:/nowhere", "thousandth", "needle", "größe",
		"-status:delivered needle", "status:delivered needle", "code:30 needle", "uuid:5,6 needle",
	} {
		f := filter(b, words)
		w := store.Window{Filter: f, Limit: page}
		// A step is what the screen waits for, the end what it takes to see all hits or a page of them.
		for _, budget := range []time.Duration{15 * time.Millisecond, time.Hour} {
			what := map[bool]string{true: "step", false: "page or end"}[budget < time.Second]
			run("messages/"+what+"/"+words, func(s *store.Store) error { _, err := s.ScanMessages(b.Context(), w, budget); return err })
			run("callbacks/"+what+"/"+words, func(s *store.Store) error { _, err := s.ScanCallbacks(b.Context(), w, budget); return err })
		}
	}
	run("watch/unfinished", func(s *store.Store) error {
		_, _, err := s.Unfinished(b.Context(), 1000, time.Now())
		return err
	})
	run("watch/paces", func(s *store.Store) error { _, err := s.Paces(b.Context(), 2000); return err })
	run("watch/due", func(s *store.Store) error { _, err := s.Due(b.Context(), time.Now(), 500); return err })
	run("watch/bad answers", func(s *store.Store) error { _, err := s.BadAnswers(b.Context()); return err })
	run("totals", func(s *store.Store) error { _, err := s.Totals(b.Context()); return err })
}

// BenchmarkListOfLargeBodies reads a page of callbacks of 64 KiB each, beside one of those that Plivo sends.
func BenchmarkListOfLargeBodies(b *testing.B) {
	history := func(text string) *store.Store {
		s := openStore(b, store.Options{})
		for i := range 150 {
			record(b, s, report(fmt.Sprint(i), "sent", 2, "Text", text))
		}
		return s
	}
	b.Run("page", func(b *testing.B) {
		beside(b, func(s *store.Store) error {
			_, err := s.ListCallbacks(b.Context(), store.Window{Limit: 150})
			return err
		}, history(string(make([]byte, 20<<10))), history("Your code is 482913"))
	})
}
