package bench

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkForward posts 10,000 signed callbacks of as many messages to listen, which forwards each to an app,
// until the app has all of them; beside it in the same run the same flood on a listen that forwards nothing.
func BenchmarkForward(b *testing.B) {
	var alone, took, arrived time.Duration
	for b.Loop() {
		alone += onServer(b, listen(b))

		var came atomic.Int64
		all := make(chan struct{})
		app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if came.Add(1) == before+flooded {
				close(all)
			}
		}))
		s := listen(b, "--forward-to", app.URL)
		call(b, order{s.url, 0, before, 0}).post(b)
		flood := call(b, order{s.url, before, flooded, 0})
		began := time.Now()
		took += flood.post(b)
		select {
		case <-all:
		case <-time.After(2 * time.Minute):
			b.Fatalf("%d of %d arrived", came.Load(), before+flooded)
		}
		arrived += time.Since(began)
		s.close()
		app.Close()
	}
	total := float64(flooded * b.N)
	b.ReportMetric(total/took.Seconds(), "acks/s")
	b.ReportMetric(total/arrived.Seconds(), "forwarded/s")
	b.ReportMetric(total/alone.Seconds(), "listen-acks/s")
	b.ReportMetric(alone.Seconds()/took.Seconds(), "of-listen")
	b.ReportMetric(0, "ns/op") // of both together: no number to compare
}
