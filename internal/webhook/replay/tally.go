package replay

import (
	"maps"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/webhook"
)

// plivoWaits is how long Plivo waits for an answer before it takes it for a time-out.
const plivoWaits = 5 * time.Second

// Progress is how far a run is; its figures belong to one moment, so that Sent is InFlight, Failed and all
// of ByClass together.
type Progress struct {
	Total    int64 // that are to be sent
	Sent     int64
	InFlight int64
	ByClass  [6]int64 // answers by the first digit of their status; those from 600 up are at 0
	Failed   int64    // without an answer, or not all of one
	Skipped  int64    // that could not be loaded or built
	Rate     float64  // ended a second, over the last few
	Elapsed  time.Duration
}

// Summary is what came of a run.
type Summary struct {
	Requests int64         // that were sent
	Answers  map[int]int64 // by status; whole ones alone
	Failures map[webhook.Failure]int64
	Latency  meter.Latency // of the answers, to their last byte
	BytesOut int64         // of bodies
	BytesIn  int64         // of bodies, as far as they were read
	Slow     int64         // longer than the 5 s that Plivo waits
	Skipped  int64         // that could not be loaded or built
	Problem  string        // why the first of them could not; empty for none
	Took     time.Duration
}

// tally counts for a run. One lock is cheap beside a request, and makes the figures agree.
type tally struct {
	total int64

	mu       sync.Mutex
	began    time.Time
	over     time.Time // zero while it runs
	rate     *meter.Rate
	latency  meter.Histogram
	progress Progress
	s        Summary
}

func (t *tally) start(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.began, t.rate = now, meter.NewRate(now)
	t.s.Answers, t.s.Failures = map[int]int64{}, map[webhook.Failure]int64{}
}

func (t *tally) sent(bytes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.progress.Sent++
	t.progress.InFlight++
	t.s.BytesOut += int64(bytes)
}

func (t *tally) ended(a *webhook.Attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.progress.InFlight--
	t.rate.Add(a.At.Add(a.Timings.Total))
	t.s.BytesIn += int64(len(a.Answer.Body))
	if a.Timings.Total > plivoWaits && a.Failure != webhook.Cancelled {
		t.s.Slow++
	}
	if a.Failure != "" {
		t.progress.Failed++
		t.s.Failures[a.Failure]++
		return
	}
	class := a.Answer.Status / 100
	if class >= len(t.progress.ByClass) {
		class = 0
	}
	t.progress.ByClass[class]++
	t.s.Answers[a.Answer.Status]++
	t.latency.Observe(a.Timings.Total)
}

func (t *tally) skipped(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.progress.Skipped++
	if t.s.Problem == "" {
		t.s.Problem = err.Error()
	}
}

// Progress tells how far the run is. It may be called from any goroutine, at any time.
func (r *Run) Progress() Progress { return r.tally.snapshot(time.Now()) }

func (t *tally) snapshot(now time.Time) Progress {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.progress
	p.Total = t.total
	if t.began.IsZero() {
		return p
	}
	if !t.over.IsZero() {
		now = t.over
	}
	p.Elapsed = now.Sub(t.began)
	const most = 5
	if whole := min(int(p.Elapsed/time.Second), most); whole > 0 {
		counts := t.rate.Last(now)
		for _, n := range counts[len(counts)-whole:] {
			p.Rate += float64(n) / float64(whole)
		}
	} else if p.Elapsed > 0 {
		p.Rate = float64(p.Sent-p.InFlight) / p.Elapsed.Seconds()
	}
	return p
}

func (t *tally) end(now time.Time) Summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = now
	s := t.s
	s.Answers, s.Failures = maps.Clone(s.Answers), maps.Clone(s.Failures)
	s.Requests, s.Skipped, s.Latency, s.Took = t.progress.Sent, t.progress.Skipped, t.latency.Latency(), now.Sub(t.began)
	return s
}
