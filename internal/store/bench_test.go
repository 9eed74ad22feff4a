package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
