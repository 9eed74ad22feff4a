package tui

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// fakeRun is a run that tests move on by hand.
type fakeRun struct {
	mu       sync.Mutex
	progress replay.Progress
	last     []webhook.Attempt
	summary  replay.Summary
	err      error
	stopped  bool
	done     chan struct{}
}

func (r *fakeRun) Progress() replay.Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.progress
}

func (r *fakeRun) Last() []webhook.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.last)
}

func (r *fakeRun) Done() <-chan struct{}           { return r.done }
func (r *fakeRun) Result() (replay.Summary, error) { return r.summary, r.err }

func (r *fakeRun) Stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopped {
		r.stopped = true
	}
}

// end ends the run.
func (r *fakeRun) end(sum replay.Summary, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary, r.err = sum, err
	close(r.done)
}

var fakeNonces = func() string { return testNonce }

// callbacksFor are the callbacks of a plan.
func (c *fakeCore) callbacksFor(p app.ReplayPlan) []webhook.Callback {
	var out []webhook.Callback
	for _, cb := range c.allCallbacks() {
		if p.UseFilter && takes(p.Filter, cb) && cb.Method != "" || slices.Contains(p.IDs, cb.ID) {
			out = append(out, cb)
		}
	}
	return out
}

func (c *fakeCore) PreviewReplay(ctx context.Context, p app.ReplayPlan) (app.ReplayPreview, error) {
	c.calls.Add(1)
	if err := ctx.Err(); err != nil {
		return app.ReplayPreview{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.replayErr != nil {
		return app.ReplayPreview{}, c.replayErr
	}
	if c.preview != nil {
		return *c.preview, nil
	}
	if p.Make != nil {
		return c.previewScenario(p)
	}
	all := c.callbacksFor(p)
	if len(all) == 0 {
		return app.ReplayPreview{}, errors.New("no callback of the history matches the filter; look with / on Callbacks")
	}
	p.Options.Keys, p.Options.Nonce = replay.Keys{Account: testToken, Main: testToken}, fakeNonces
	first, err := replay.Build(all[0], p.Options)
	if err != nil {
		return app.ReplayPreview{}, err
	}
	var warnings []string
	if first.Unverified {
		warnings = append(warnings, "It goes as captured to another path or query, or edited, so its signatures cannot match any more; send it re-signed, or to the same path.")
	}
	return app.ReplayPreview{Warnings: warnings, Callback: all[0], Callbacks: len(all), Requests: int64(len(all) * max(p.Run.Count, 1) * (1 + p.Run.Duplicates)), First: first}, nil
}

// previewScenario makes the scenario, as the app does.
func (c *fakeCore) previewScenario(p app.ReplayPlan) (app.ReplayPreview, error) {
	keys := replay.Keys{Account: testToken, Main: testToken}
	made, err := app.NewScenario(p.Make.Scenario, app.ScenarioOptions{Vars: p.Make.Vars, To: p.Options.To, Keys: keys, Now: testNow, Rounds: p.Run.Count, Seed: 1})
	if err != nil {
		return app.ReplayPreview{}, err
	}
	all, err := made.Callbacks()
	if err != nil {
		return app.ReplayPreview{}, err
	}
	p.Options.Keys, p.Options.Nonce = keys, fakeNonces
	first, err := replay.Build(all[0], made.Options(all[0], p.Options))
	n := made.Source().Len
	return app.ReplayPreview{Callback: all[0], Callbacks: n, Requests: int64(n * (1 + p.Run.Duplicates)), First: first}, err
}

func (c *fakeCore) StartReplay(context.Context, app.ReplayPlan) (*app.Replaying, error) {
	return nil, errors.New("the tests begin their own runs")
}

// startReplay begins a run that nothing moves.
func (c *fakeCore) startReplay(_ context.Context, p app.ReplayPlan) (replaying, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.replays = append(c.replays, p)
	if c.replayErr != nil {
		return nil, c.replayErr
	}
	r := &fakeRun{done: make(chan struct{})}
	c.runs = append(c.runs, r)
	return r, nil
}

// withRuns makes the driver's replays fake ones, which progress shows as they are.
func (d *driver) withRuns() {
	d.m.env.replay = d.core.startReplay
	d.m.replay.wait = func(edit int) tea.Cmd { return func() tea.Msg { return replaySettledMsg{edit} } }
	d.m.replay.followRun = func(*sending) tea.Cmd { return nil }
}

// lookAtRun shows how far the last run is.
func (d *driver) lookAtRun() {
	d.t.Helper()
	d.send(watchRun(d.t.Context(), d.m.replay.run, time.Nanosecond)())
}

// fakeRun is the last run that was begun.
func (d *driver) fakeRun() *fakeRun {
	d.t.Helper()
	if len(d.core.runs) == 0 {
		d.t.Fatalf("nothing was sent:\n%s", d.screen())
	}
	return d.core.runs[len(d.core.runs)-1]
}

// replayOf brings a callback to the Replay screen, with a target.
func replayOf(id int64, keys ...string) func(*driver) {
	return func(d *driver) {
		stockRequests(d.core)
		d.onCallback(id)
		d.keys("r", "http://localhost:3000")
		d.keys(keys...)
	}
}

// answered is an attempt that was answered.
func answered(id int64, status int, body string) webhook.Attempt {
	return webhook.Attempt{
		CallbackID: id, Mode: webhook.Resigned, At: testNow.Add(-time.Duration(id%7) * time.Second), Method: "POST", URL: "http://localhost:3000/sms/delivery-report",
		Host: "localhost:3000", SignedURL: "http://localhost:3000/sms/delivery-report",
		Header: map[string][]string{"Content-Type": {formType}, "X-Plivo-Signature-V3": {"c2ln"}, "X-Plivo-Signature-V3-Nonce": {testNonce}},
		Body:   formOf(wholeReport("undelivered", "30", 3)),
		Answer: webhook.TargetAnswer{Status: status, Protocol: "HTTP/1.1", Header: map[string][]string{"Content-Type": {"text/plain"}, "X-Powered-By": {"Express"}}, Body: []byte(body)},
		Timings: webhook.Timings{
			Connect: 400 * time.Microsecond, FirstByte: 3 * time.Millisecond, Total: 3200 * time.Microsecond,
		},
	}
}

// halfWay is a run of 5,000 at its middle.
func halfWay(d *driver) {
	r := d.fakeRun()
	r.progress = replay.Progress{Total: 5000, Sent: 2508, InFlight: 8, ByClass: [6]int64{2: 2400, 4: 80, 5: 16}, Failed: 4, Rate: 1241.6, Elapsed: 2020 * time.Millisecond}
	r.last = nil
	for i := range 20 {
		a := answered(203, 200, "ok")
		if i%5 == 4 {
			a = answered(203, 403, "Invalid signature")
		}
		a.ID, a.At = int64(100-i), testNow.Add(-time.Duration(i)*time.Millisecond)
		r.last = append(r.last, a)
	}
	r.last[2].Answer, r.last[2].Failure, r.last[2].Err = webhook.TargetAnswer{}, webhook.TimedOut, "localhost:3000 did not answer within 10s; look what your app waits for (Plivo itself waits 5 s), or allow more time."
	r.last[2].Timings.Total = 10 * time.Second
	d.lookAtRun()
}

// wholeSummary is what came of 5,000.
func wholeSummary() replay.Summary {
	return replay.Summary{
		Requests: 5000, Answers: map[int]int64{200: 4800, 403: 160, 500: 32}, Failures: map[webhook.Failure]int64{webhook.TimedOut: 6, webhook.Refused: 2},
		Latency:  meter.Latency{Count: 4992, P50: 1200 * time.Microsecond, P95: 5 * time.Millisecond, P99: 21 * time.Millisecond, Max: 6200 * time.Millisecond},
		BytesOut: 2_410_000, BytesIn: 10_400, Slow: 3, Took: 4100 * time.Millisecond,
	}
}

func endedRun(d *driver) {
	halfWay(d)
	r := d.fakeRun()
	r.progress = replay.Progress{Total: 5000, Sent: 5000, ByClass: [6]int64{2: 4800, 4: 160, 5: 32}, Failed: 8, Rate: 1219, Elapsed: 4100 * time.Millisecond}
	r.end(wholeSummary(), nil)
	d.lookAtRun()
}

func (c *fakeCore) Attempts(context.Context, int64, int) ([]webhook.Attempt, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.Clone(c.attempts)
	slices.Reverse(all)
	return all, c.failReads
}
