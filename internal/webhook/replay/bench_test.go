package replay_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

const benchConcurrency = 16

// BenchmarkReplay sends re-signed callbacks, each built afresh, beside a bare loop of net/http that posts
// the same bytes to the same target, and reports the ratio of the two.
func BenchmarkReplay(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	cb := capturedReport(b)
	s := replay.NewSender(replay.SenderOptions{})
	defer s.Close()
	var bare, ours time.Duration
	for b.Loop() {
		const requests = 2000
		began := time.Now()
		bareLoop(b, server.URL, cb, requests)
		bare += time.Since(began)

		run, err := replay.NewRun(s, replay.Source{Len: requests, Load: func(context.Context, int) (webhook.Callback, error) { return cb, nil }},
			builds(replay.Options{To: server.URL, Keys: keys}), replay.RunOptions{Concurrency: benchConcurrency})
		if err != nil {
			b.Fatal(err)
		}
		sum, err := run.Send(b.Context())
		if err != nil || sum.Answers[200] != requests {
			b.Fatalf("%v: %+v", err, sum)
		}
		ours += sum.Took
	}
	n := float64(b.N) * 2000
	b.ReportMetric(n/ours.Seconds(), "replayed/s")
	b.ReportMetric(n/bare.Seconds(), "bare/s")
	b.ReportMetric(bare.Seconds()/ours.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}

func bareLoop(b *testing.B, at string, cb webhook.Callback, requests int) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchConcurrency}}
	defer client.CloseIdleConnections()
	var group errgroup.Group
	for worker := range benchConcurrency {
		group.Go(func() error {
			for i := worker; i < requests; i += benchConcurrency {
				r, err := http.NewRequest(cb.Method, at+"/sms/delivery-report", bytes.NewReader(cb.Body))
				if err != nil {
					return err
				}
				r.Header = cb.Header.Clone()
				r.Header.Del("Connection")
				answer, err := client.Do(r)
				if err != nil {
					return err
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBuild is what a request costs before it is sent.
func BenchmarkBuild(b *testing.B) {
	cb := capturedReport(b)
	o := replay.Options{To: "http://localhost:3000", Keys: keys}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := replay.Build(cb, o); err != nil {
			b.Fatal(err)
		}
	}
}
