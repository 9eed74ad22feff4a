package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// life is the callbacks of one message from queued to its final status.
func life(i int) []*webhook.Callback {
	id := uuid.NewString()
	to := fmt.Sprintf("1415%07d", i%10_000_000)
	final, code := plivo.Delivered, "000"
	switch {
	case i%100 == 7:
		final, code = plivo.Undelivered, "30"
	case i%1000 == 8:
		final, code = plivo.Failed, "450"
	}
	times := []string{"To", to, "MessageTime", "2026-01-31 12:00:00.244057", "QueuedTime", "2026-01-31 12:00:00.344057", "MCC", "310", "MNC", "004", "TotalRate", "0.00250", "TotalAmount", "0.00250", "PartInfo", "", "ParentMessageUUID", id, "requester_ip", "192.0.2.1", "PowerpackUUID", ""}
	cs := []*webhook.Callback{
		report(id, plivo.Queued, 1, times...),
		report(id, plivo.Sent, 2, append(times, "SentTime", "2026-01-31 12:00:01.244057")...),
		report(id, final, 3, append(times, "ErrorCode", code, "DeliveryReportTime", "2026-01-31 12:00:02.244057")...),
	}
	for _, c := range cs {
		c.ReceivedAt = start.Add(time.Duration(i) * time.Millisecond)
		if i%1000 == 9 {
			c.Verdict = signature.Result{Outcome: signature.Invalid, Scheme: signature.V3, Header: signature.V3.Header()}
		}
	}
	return cs
}

// BenchmarkRecord stores three callbacks a message from many callers at once, beside the least that a
// commit can cost: an append to a file and fsync.
func BenchmarkRecord(b *testing.B) {
	for _, callers := range []int{1, 64, 512} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := openStore(b, store.Options{})
			n := b.N/3 + 1
			lives := make([][]*webhook.Callback, n)
			for i := range lives {
				lives[i] = life(i)
			}
			wakes, end := s.Subscribe()
			defer end()
			commits := atomic.Int64{}
			go func() {
				for range wakes {
					commits.Add(1)
				}
			}()
			var next atomic.Int64
			var wg sync.WaitGroup
			took := make([][]time.Duration, callers)
			b.ReportAllocs()
			b.ResetTimer()
			for caller := range callers {
				wg.Go(func() {
					for i := next.Add(1) - 1; int(i) < n; i = next.Add(1) - 1 {
						for _, c := range lives[i] {
							begun := time.Now()
							if err := s.Record(context.Background(), c); err != nil {
								b.Error(err)
								return
							}
							took[caller] = append(took[caller], time.Since(begun))
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(3*n)/b.Elapsed().Seconds(), "callbacks/s")
			all := slices.Sorted(slices.Values(slices.Concat(took...)))
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(commits.Load())/b.Elapsed().Seconds(), "wakes/s")
		})
	}
	b.Run("append and fsync", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "log"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		line := make([]byte, 1024)
		for b.Loop() {
			if _, err := f.Write(line); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "syncs/s")
	})
}

// fill gives a history with so many messages, all with one callback.
func fill(b *testing.B, n int) *store.Store {
	b.Helper()
	// A history of a million takes minutes to make, so it can be kept between runs.
	path := filepath.Join(b.TempDir(), "history.db")
	if dir := os.Getenv("PLIVOSCOPE_BENCH_DIR"); dir != "" {
		path = filepath.Join(dir, fmt.Sprintf("%d.db", n))
	}
	s := openStore(b, store.Options{Path: path, Keep: 10 * n})
	have := int(totals(b, s).Messages)
	var wg sync.WaitGroup
	var next atomic.Int64
	next.Store(int64(have))
	for range 256 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := s.Record(context.Background(), life(i)[2]); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return s
}

func size() int {
	if n, err := strconv.Atoi(os.Getenv("PLIVOSCOPE_BENCH_ROWS")); err == nil {
		return n
	}
	return 100_000
}

// BenchmarkWindow reads first pages, pages in the middle and filtered ones of a history with 100,000
// messages; PLIVOSCOPE_BENCH_ROWS sets another number.
func BenchmarkWindow(b *testing.B) {
	s := fill(b, size())
	b.Run("first page", func(b *testing.B) { window(b, s, store.Window{}) })
	b.Run("middle", func(b *testing.B) { window(b, s, store.Window{Before: int64(size() / 2)}) })
	b.Run("oldest", func(b *testing.B) { window(b, s, store.Window{Oldest: true}) })
	for _, f := range []string{
		"status:delivered", "status:failed", "status:failed,undelivered", "status:read", "code:30", "code:999", "-status:delivered",
		"sig:invalid", "sig:missing", "sig:valid", "dir:in", "dir:out", "uuid:5b40a4", "since:1000000h", "since:1s", "to:+14150000123", "to:0099999", "path:/nowhere",
		"nowhere", "größe", "status:delivered nowhere",
	} {
		b.Run(f, func(b *testing.B) { window(b, s, store.Window{Filter: filter(b, f)}) })
	}
	b.Run("totals", func(b *testing.B) {
		for b.Loop() {
			totals(b, s)
		}
	})
}

func window(b *testing.B, s *store.Store, w store.Window) {
	rows := 0
	for b.Loop() {
		ms, err := s.Messages(b.Context(), w)
		if err != nil {
			b.Fatal(err)
		}
		rows = len(ms)
	}
	b.ReportMetric(float64(rows), "rows")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/window")
}
