package replay_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

const benchConcurrency = 16

// BenchmarkReplay sends re-signed callbacks, each built afresh, beside a bare loop of net/http that posts
// the same bytes to the same target, and beside wrk where that is installed, and reports the ratios.
func BenchmarkReplay(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	cb := capturedReport(b)
	s := replay.NewSender(replay.SenderOptions{})
	defer s.Close()
	var bare, ours time.Duration
	var wrks float64
	var ratios []float64
	for b.Loop() {
		const requests = 2000
		wrks += wrk(b, server.URL, cb)
		began := time.Now()
		bareLoop(b, server.URL, cb, requests)
		least := time.Since(began)
		bare += least

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
		ratios = append(ratios, least.Seconds()/sum.Took.Seconds())
	}
	n := float64(b.N) * 2000
	figures.Tell(b, figures.Measure{
		What:     "replayed, signed anew / a bare loop",
		Measured: fmt.Sprintf("%.0f/s", n/ours.Seconds()), Baseline: fmt.Sprintf("%.0f/s", n/bare.Seconds()),
		Ratio: fmt.Sprintf("%.2f", slices.Sorted(slices.Values(ratios))[len(ratios)/2]),
	})
	b.ReportMetric(n/ours.Seconds(), "replayed/s")
	b.ReportMetric(n/bare.Seconds(), "bare/s")
	b.ReportMetric(bare.Seconds()/ours.Seconds(), "of-bare")
	if wrks > 0 {
		b.ReportMetric(wrks/float64(b.N), "wrk/s")
		b.ReportMetric(n/ours.Seconds()/(wrks/float64(b.N)), "of-wrk")
	}
	b.ReportMetric(0, "ns/op")
}

var wrkRate = regexp.MustCompile(`Requests/sec:\s*([0-9.]+)`)

// wrk lets wrk post the callback for a second over as many connections, always with the signatures that it
// came with, and gives its requests a second; 0 where it is not installed.
func wrk(b *testing.B, at string, cb webhook.Callback) float64 {
	path, err := exec.LookPath("wrk")
	if err != nil {
		return 0
	}
	var script strings.Builder
	fmt.Fprintf(&script, "wrk.method = %q\nwrk.body = %q\n", cb.Method, cb.Body)
	for name, values := range cb.Header {
		if name != "Connection" {
			fmt.Fprintf(&script, "wrk.headers[%q] = %q\n", name, values[0])
		}
	}
	file := filepath.Join(b.TempDir(), "post.lua")
	if err := os.WriteFile(file, []byte(script.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	out, err := exec.Command(path, "-t2", fmt.Sprintf("-c%d", benchConcurrency), "-d1s", "-s", file, at+"/sms/delivery-report").CombinedOutput()
	found := wrkRate.FindSubmatch(out)
	if err != nil || found == nil {
		b.Fatalf("wrk: %v\n%s", err, out)
	}
	rate, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return rate
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
