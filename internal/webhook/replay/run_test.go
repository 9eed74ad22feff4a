package replay_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// counter is a target that keeps what arrived.
type counter struct {
	app    http.Handler
	mu     sync.Mutex
	order  []string // the parameter Text
	nonces map[string]bool
	hold   func(*http.Request)
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.app.ServeHTTP(w, r)
	c.mu.Lock()
	c.order = append(c.order, r.PostForm.Get("Text"))
	c.nonces[r.Header.Get(signature.V2.NonceHeader())] = true
	c.mu.Unlock()
	if c.hold != nil {
		c.hold(r)
	}
}

func counts(t testing.TB, hold func(*http.Request)) (*counter, string) {
	c := &counter{app: app{v3: true}, nonces: map[string]bool{}, hold: hold}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return c, server.URL
}

// numbered is a source whose callbacks have their number as the text, a second apart.
func numbered(t testing.TB, n int) replay.Source {
	base := capturedReport(t)
	return replay.Source{Len: n, Load: func(_ context.Context, i int) (webhook.Callback, error) {
		cb := base
		cb.ID = int64(i + 1)
		cb.ReceivedAt = base.ReceivedAt.Add(time.Duration(i) * time.Second)
		cb.Body = []byte("Text=" + strconv.Itoa(i))
		return cb, nil
	}}
}

func builds(o replay.Options) func(webhook.Callback) (replay.Request, error) {
	return func(cb webhook.Callback) (replay.Request, error) { return replay.Build(cb, o) }
}

func newRun(t *testing.T, to string, source replay.Source, o replay.RunOptions) *replay.Run {
	t.Helper()
	s := replay.NewSender(replay.SenderOptions{})
	t.Cleanup(s.Close)
	r, err := replay.NewRun(s, source, builds(replay.Options{To: to, Keys: keys}), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRunInOrder sends one after the other, each signed afresh, and counts.
func TestRunInOrder(t *testing.T) {
	c, at := counts(t, nil)
	var kept atomic.Int64
	r := newRun(t, at, numbered(t, 5), replay.RunOptions{Count: 2, Duplicates: 1, Each: func(_ context.Context, a *webhook.Attempt) error {
		if a.Answer.Status == 200 && a.CallbackID > 0 {
			kept.Add(1)
		}
		return nil
	}})
	sum, err := r.Send(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	round := strings.Split("0 0 1 1 2 2 3 3 4 4", " ")
	if want := slices.Concat(round, round); !slices.Equal(c.order, want) {
		t.Errorf("they arrive as %v", c.order)
	}
	if len(c.nonces) != 20 || kept.Load() != 20 {
		t.Errorf("%d nonces and %d attempts of 20 requests", len(c.nonces), kept.Load())
	}
	if sum.Requests != 20 || sum.Answers[200] != 20 || len(sum.Failures) != 0 || sum.BytesOut != 20*6 || sum.Latency.Count != 20 || sum.Latency.Max == 0 || sum.Slow != 0 || sum.Took == 0 {
		t.Errorf("%+v", sum)
	}
	p := r.Progress()
	if p.Total != 20 || p.Sent != 20 || p.InFlight != 0 || p.ByClass != [6]int64{2: 20} || p.Elapsed != sum.Took || p.Rate <= 0 {
		t.Errorf("%+v", p)
	}
}

// TestShuffle is the same for a seed, another one each time round, and loses nothing.
func TestShuffle(t *testing.T) {
	send := func(seed uint64) []string {
		c, at := counts(t, nil)
		r := newRun(t, at, numbered(t, 20), replay.RunOptions{Count: 2, Duplicates: 1, Shuffle: true, Seed: seed})
		if _, err := r.Send(t.Context()); err != nil {
			t.Fatal(err)
		}
		return c.order
	}
	one, same, other := send(1), send(1), send(2)
	if !slices.Equal(one, same) || slices.Equal(one, other) || slices.Equal(one[:40], one[40:]) {
		t.Errorf("%v\n%v\n%v", one, same, other)
	}
	times := map[string]int{}
	for _, text := range one {
		times[text]++
	}
	for i := range 20 {
		if times[strconv.Itoa(i)] != 4 {
			t.Errorf("%d came %d times", i, times[strconv.Itoa(i)])
		}
	}
}

// TestConcurrency has as many on their way as it may, and no more.
func TestConcurrency(t *testing.T) {
	const most = 8
	var now, seen atomic.Int64
	full := make(chan struct{})
	var once sync.Once
	_, at := counts(t, func(*http.Request) {
		n := now.Add(1)
		for old := seen.Load(); n > old && !seen.CompareAndSwap(old, n); old = seen.Load() {
		}
		if n == most {
			once.Do(func() { close(full) })
		}
		<-full
		now.Add(-1)
	})
	r := newRun(t, at, numbered(t, 40), replay.RunOptions{Concurrency: most})
	sum, err := r.Send(t.Context())
	if err != nil || sum.Answers[200] != 40 || seen.Load() != most {
		t.Errorf("%v: %+v with %d at once", err, sum, seen.Load())
	}
}

// TestStopsAtOnce ends what is on its way with its context, and tells what was sent.
func TestStopsAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("interrupted")
	var came atomic.Int64
	_, at := counts(t, func(r *http.Request) {
		if came.Add(1) == 10 {
			cancel(why)
		}
		if came.Load() >= 8 {
			<-r.Context().Done()
		}
	})
	var kept atomic.Int64
	r := newRun(t, at, numbered(t, 100_000), replay.RunOptions{Count: 1000, Concurrency: 4, Each: func(ctx context.Context, _ *webhook.Attempt) error {
		kept.Add(1)
		return ctx.Err() // it outlives the run
	}})
	sum, err := r.Send(ctx)
	if !errors.Is(err, why) {
		t.Errorf("it ends by %v", err)
	}
	ended := sum.Answers[200] + sum.Failures[webhook.Cancelled]
	if sum.Requests < 10 || sum.Requests > 16 || ended != sum.Requests || kept.Load() != sum.Requests || sum.Failures[webhook.Cancelled] == 0 {
		t.Errorf("%+v, %d kept", sum, kept.Load())
	}
	if p := r.Progress(); p.InFlight != 0 || p.Sent != sum.Requests || p.Total != 100_000_000 {
		t.Errorf("%+v", p)
	}
}

// TestProgressAddsUp while the run goes on.
func TestProgressAddsUp(t *testing.T) {
	_, at := counts(t, nil)
	r := newRun(t, at, numbered(t, 300), replay.RunOptions{Concurrency: 8})
	over := make(chan struct{})
	go func() {
		defer close(over)
		if _, err := r.Send(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	for running := true; running; {
		select {
		case <-over:
			running = false
		default:
		}
		p := r.Progress()
		sum := p.InFlight + p.Failed
		for _, n := range p.ByClass {
			sum += n
		}
		if sum != p.Sent || p.InFlight > 8 {
			t.Fatalf("%+v", p)
		}
	}
}

// TestRunGoesOnPastWhatCannotBeSent counts it and says why.
func TestRunGoesOnPastWhatCannotBeSent(t *testing.T) {
	_, at := counts(t, nil)
	source := numbered(t, 4)
	load := source.Load
	source.Load = func(ctx context.Context, i int) (webhook.Callback, error) {
		cb, err := load(ctx, i)
		switch i {
		case 1:
			return webhook.Callback{}, errors.New("callback 2 is gone")
		case 2:
			cb.Method = "PO ST"
		}
		return cb, err
	}
	var mu sync.Mutex
	var skipped []int64
	r := newRun(t, at, source, replay.RunOptions{Skipped: func(id int64, _ error) {
		mu.Lock()
		defer mu.Unlock()
		skipped = append(skipped, id)
	}})
	sum, err := r.Send(t.Context())
	if err != nil || sum.Requests != 2 || sum.Skipped != 2 || sum.Problem != "callback 2 is gone" || !slices.Equal(skipped, []int64{0, 3}) {
		t.Errorf("%v: %+v, %v", err, sum, skipped)
	}
}

// TestRunEndsWhereNothingCanBeKept says so.
func TestRunEndsWhereNothingCanBeKept(t *testing.T) {
	_, at := counts(t, nil)
	full := errors.New("the disk is full")
	r := newRun(t, at, numbered(t, 1000), replay.RunOptions{Each: func(context.Context, *webhook.Attempt) error { return full }})
	if sum, err := r.Send(t.Context()); !errors.Is(err, full) || sum.Requests > 3 {
		t.Errorf("%v: %+v", err, sum)
	}
}

// TestPaces wait as long as they say, at least.
func TestPaces(t *testing.T) {
	for name, c := range map[string]struct {
		o     replay.RunOptions
		least time.Duration
	}{
		"rate":     {replay.RunOptions{Rate: 50, Burst: 2}, 60 * time.Millisecond},                   // 5 requests, of which 2 at once
		"original": {replay.RunOptions{Original: true, Speed: 50, Count: 2}, 160 * time.Millisecond}, // 4 s twice over, 50 times as fast
		"began":    {replay.RunOptions{Original: true, Speed: 50, Began: capturedReport(t).ReceivedAt.Add(-4 * time.Second)}, 160 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			c0, at := counts(t, nil)
			r := newRun(t, at, numbered(t, 5), c.o)
			sum, err := r.Send(t.Context())
			if err != nil || sum.Took < c.least || len(c0.order) != 5*max(c.o.Count, 1) {
				t.Errorf("%v: %d in %v, want at least %v", err, len(c0.order), sum.Took, c.least)
			}
		})
	}
}

// TestPaceEndsWithItsContext also where the next turn would come after its deadline.
func TestPaceEndsWithItsContext(t *testing.T) {
	_, at := counts(t, nil)
	for name, o := range map[string]replay.RunOptions{"rate": {Rate: 0.001}, "original": {Original: true, Speed: 0.001}, "tiny speed": {Original: true, Speed: 1e-300}} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		sum, err := newRun(t, at, numbered(t, 5), o).Send(ctx)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || sum.Requests != 1 {
			t.Errorf("%s: %v, %+v", name, err, sum)
		}
	}
}

// TestRunRefuses what does not go together.
func TestRunRefuses(t *testing.T) {
	for _, o := range []replay.RunOptions{
		{Count: -1},
		{Duplicates: -1},
		{Rate: -1},
		{Burst: -1},
		{Concurrency: -1},
		{Speed: -1},
		{Original: true, Rate: 1},
		{Original: true, Shuffle: true},
	} {
		if _, err := replay.NewRun(nil, replay.Source{}, nil, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

// TestRunOfNothing ends.
func TestRunOfNothing(t *testing.T) {
	for _, shuffle := range []bool{false, true} {
		sum, err := newRun(t, "localhost:1", replay.Source{}, replay.RunOptions{Count: 3, Shuffle: shuffle}).Send(t.Context())
		if err != nil || sum.Requests != 0 {
			t.Errorf("%v: %+v", err, sum)
		}
	}
}

// TestFailuresAreCounted by their kind.
func TestFailuresAreCounted(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	sum, err := newRun(t, server.URL, numbered(t, 3), replay.RunOptions{}).Send(t.Context())
	if err != nil || sum.Requests != 3 || sum.Failures[webhook.Refused] != 3 || sum.Latency.Count != 0 {
		t.Errorf("%v: %+v", err, sum)
	}
}

// TestARunIsBounded refuses what cannot be counted or held, before it takes the memory for it.
func TestARunIsBounded(t *testing.T) {
	for _, c := range []struct {
		n    int
		o    replay.RunOptions
		want string
	}{
		{100_000, replay.RunOptions{Count: 10_000_000, Duplicates: 10_000_000}, "requests at a time"},
		{100_000, replay.RunOptions{Duplicates: 10_000_000, Shuffle: true}, "in random order"},
		{100_000, replay.RunOptions{Duplicates: 10_000_000}, ""},
		{10_000_000, replay.RunOptions{Shuffle: true, Count: 3}, ""},
	} {
		_, err := replay.NewRun(nil, replay.Source{Len: c.n}, nil, c.o)
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d callbacks, %+v: %v", c.n, c.o, err)
		}
	}
}
