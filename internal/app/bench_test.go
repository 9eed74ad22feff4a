package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"testing"
	"time"

	sdk "github.com/plivo/plivo-go/v7"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/plivo"
)

// BenchmarkSend sends messages one after the other through the app, which checks the draft and notes the message in
// its history before and after the call, in turns with the SDK's own client, both over HTTP to the embedded simulator.
// The reports go to a server that forgets them.
func BenchmarkSend(b *testing.B) {
	const rounds, each = 5, 200
	reports := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer reports.Close()
	a := serving(b)
	status := a.Status()
	base, err := url.Parse(status.APIURL)
	if err != nil {
		b.Fatal(err)
	}
	client, err := sdk.NewClient(status.AuthID, a.SimulatorToken(), &sdk.ClientOptions{HttpClient: &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}})
	if err != nil {
		b.Fatal(err)
	}
	client.BaseUrl = base

	const from, to, text = "+14155550100", "+14155550123", "Your code is 482913."
	ours := func() error {
		_, err := a.Send(b.Context(), app.SendRequest{Draft: plivo.Draft{From: from, To: []string{to}, Text: text, CallbackURL: reports.URL}})
		return err
	}
	bare := func() error {
		_, err := client.Messages.Create(sdk.MessageCreateParams{Src: from, Dst: to, Text: text, URL: reports.URL, Method: "POST"})
		return err
	}
	var took, least, ratios []float64 // µs a send
	for b.Loop() {
		for round := range rounds + 1 {
			of, against := perSend(b, each, ours), perSend(b, each, bare)
			if round == 0 {
				continue // what is slower at first is not counted
			}
			took, least, ratios = append(took, of), append(least, against), append(ratios, of/against)
		}
	}
	middle := func(values []float64) float64 { return slices.Sorted(slices.Values(values))[len(values)/2] }
	figures.Tell(b, figures.Measure{
		What:     "a send with its history / the bare SDK",
		Measured: fmt.Sprintf("%.2f ms", middle(took)/1000), Baseline: fmt.Sprintf("%.2f ms", middle(least)/1000), Ratio: fmt.Sprintf("%.2f", middle(ratios)),
	})
	b.ReportMetric(middle(took), "µs/send")
	b.ReportMetric(middle(least), "µs/bare-send")
	b.ReportMetric(0, "ns/op") // of both together
}

// perSend is what one of n sends takes, in microseconds.
func perSend(b *testing.B, n int, send func() error) float64 {
	b.Helper()
	began := time.Now()
	for range n {
		if err := send(); err != nil {
			b.Fatal(err)
		}
	}
	return float64(time.Since(began).Microseconds()) / float64(n)
}

// serving is an app on its simulator, with a history in a file.
func serving(b *testing.B) *app.App {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.Open(ctx, app.Options{
		Mode: app.Simulator, Speed: 1, Addr: "127.0.0.1:0", AddrGiven: true, HistoryPath: filepath.Join(b.TempDir(), "history.db"),
	})
	if err != nil {
		cancel()
		b.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- a.Run(ctx, func() { close(ready) }) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Errorf("run: %v", err)
		}
		if err := a.Close(); err != nil {
			b.Errorf("close: %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		b.Fatalf("ended before it was ready: %v", err)
	}
	return a
}
