package bench

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// BenchmarkForward posts 10,000 signed callbacks of as many messages to listen, which forwards each to an app,
// until the app has all of them; beside it in the same run the same flood on a listen that forwards nothing.
func BenchmarkForward(b *testing.B) {
	var alone, took, arrived []time.Duration
	for b.Loop() {
		for range floodRounds {
			alone = append(alone, onServer(b, listen(b)))

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
			took = append(took, flood.post(b).Took)
			select {
			case <-all:
			case <-time.After(2 * time.Minute):
				b.Fatalf("%d of %d arrived", came.Load(), before+flooded)
			}
			arrived = append(arrived, time.Since(began))
			s.close()
			app.Close()
		}
	}
	figures.Tell(b, figures.Measure{
		What:     "acknowledged, forwarding all / none",
		Measured: rateText(perSecond(flooded, median(took))), Baseline: rateText(perSecond(flooded, median(alone))), Ratio: timesText(ratio(alone, took)),
	})
	figures.Tell(b, figures.Measure{
		What:     "forwarded / acknowledged meanwhile",
		Measured: rateText(perSecond(flooded, median(arrived))), Baseline: rateText(perSecond(flooded, median(took))), Ratio: timesText(ratio(took, arrived)),
	})
	b.ReportMetric(perSecond(flooded, median(took)), "acks/s")
	b.ReportMetric(perSecond(flooded, median(arrived)), "forwarded/s")
	b.ReportMetric(perSecond(flooded, median(alone)), "listen-acks/s")
	b.ReportMetric(ratio(alone, took), "of-listen")
	b.ReportMetric(0, "ns/op") // of both together: no number to compare
}

// forwardedSingly is how many callbacks are posted one after the other, forwardPause what lies between two.
const forwardedSingly, forwardPause = 500, 5 * time.Millisecond

// BenchmarkForwardLatency posts callbacks to listen, at most 200 a second, and takes the time from the acknowledgement
// of each to its arrival at the app, in turns with the same request posted to the app itself, from its beginning to its
// arrival.
func BenchmarkForwardLatency(b *testing.B) {
	arrivals := arrivals{at: map[string]time.Time{}, changed: make(chan struct{}, 1)}
	app := httptest.NewServer(&arrivals)
	defer app.Close()
	var added, direct []time.Duration
	for b.Loop() {
		s := listen(b, "--forward-to", app.URL)
		through, err := callbacks(order{Target: s.url, N: forwardedSingly})
		if err != nil {
			b.Fatal(err)
		}
		straight, err := callbacks(order{Target: app.URL + "/sms/delivery-report", First: forwardedSingly, N: forwardedSingly})
		if err != nil {
			b.Fatal(err)
		}
		client := &http.Client{Transport: &http.Transport{}}
		for i := range forwardedSingly {
			if err := exchange(client, through[i]); err != nil {
				b.Fatal(err)
			}
			acknowledged := time.Now()
			took := arrivals.wait(b, i).Sub(acknowledged)
			began := time.Now()
			if err := exchange(client, straight[i]); err != nil {
				b.Fatal(err)
			}
			if i >= before { // what is slower at first is not counted
				added = append(added, took)
				direct = append(direct, arrivals.wait(b, forwardedSingly+i).Sub(began))
			}
			time.Sleep(forwardPause)
		}
		client.CloseIdleConnections()
		s.close()
	}
	for _, q := range []struct {
		name string
		at   float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		of, against := quantile(added, q.at), quantile(direct, q.at)
		figures.Tell(b, figures.Measure{
			What:     "acknowledged to forwarded " + q.name + " / posted to the app itself",
			Measured: msText(of), Baseline: msText(against), Ratio: timesText(float64(of) / float64(against)),
		})
		b.ReportMetric(ms(of), "ms/forward-"+q.name)
		b.ReportMetric(ms(against), "ms/direct-"+q.name)
	}
	b.ReportMetric(0, "ns/op")
}

// arrivals is an app that remembers when the callback of each message came.
type arrivals struct {
	mu      sync.Mutex
	at      map[string]time.Time
	changed chan struct{} // one slot
}

func (a *arrivals) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	body, err := io.ReadAll(r.Body)
	form, parseErr := url.ParseQuery(string(body))
	if err != nil || parseErr != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	a.at[form.Get("MessageUUID")] = now
	a.mu.Unlock()
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

// wait waits for the callback of a message by its number, and gives when it came, once.
func (a *arrivals) wait(b *testing.B, number int) time.Time {
	b.Helper()
	late := time.After(time.Minute)
	for {
		a.mu.Lock()
		at, came := a.at[uuidOf(number)]
		delete(a.at, uuidOf(number)) // the next run has the same messages
		a.mu.Unlock()
		if came {
			return at
		}
		select {
		case <-a.changed:
		case <-late:
			b.Fatalf("the callback of message %d was not forwarded", number)
		}
	}
}
