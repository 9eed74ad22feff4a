package tui

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// wholeInFakeList is how many bytes of bodies the fake list reads with an attempt.
const wholeInFakeList = 2000

func (c *fakeCore) AttemptsOf(_ context.Context, callbackID int64, limit int) ([]webhook.Attempt, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []webhook.Attempt
	for _, a := range slices.Backward(c.attempts) {
		if a.CallbackID != callbackID || len(out) == limit {
			continue
		}
		if len(a.Body)+len(a.Answer.Body) > wholeInFakeList {
			a.Size, a.Answer.Size = len(a.Body), len(a.Answer.Body)
			a.Omitted, a.Header, a.Body, a.Answer.Header, a.Answer.Body = true, nil, nil, nil, nil
		}
		out = append(out, a)
	}
	return out, c.failReads
}

func (c *fakeCore) Attempt(_ context.Context, id int64) (webhook.Attempt, bool, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.attempts {
		if a.ID == id {
			return a, true, c.failReads
		}
	}
	return webhook.Attempt{}, false, c.failReads
}

func (c *fakeCore) Tried(_ context.Context, ids []int64) (map[int64]store.Tried, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[int64]store.Tried{}
	for _, a := range c.attempts {
		if slices.Contains(ids, a.CallbackID) {
			out[a.CallbackID] = store.Tried{Count: out[a.CallbackID].Count + 1, Last: a.ID}
		}
	}
	return out, c.failReads
}

// try adds an attempt of a callback, and wakes the readers.
func (c *fakeCore) try(a webhook.Attempt) {
	c.mu.Lock()
	a.ID = int64(len(c.attempts)) + 1
	c.attempts = append(c.attempts, a)
	c.mu.Unlock()
	c.hint()
}

// attemptOf is a callback signed anew for an app, which took it.
func attemptOf(cb webhook.Callback) webhook.Attempt {
	const to = "http://localhost:3000"
	h := http.Header{}
	maps.Copy(h, cb.Header)
	h.Set("X-Plivo-Signature-V3-Nonce", "90157386284163920471")
	h.Set("X-Plivo-Signature-V3", "bmV3IHNpZ25hdHVyZQ==")
	h.Set("X-Plivoscope-Sent", "replay")
	return webhook.Attempt{
		CallbackID: cb.ID, Mode: webhook.Resigned, At: testNow.Add(-40 * time.Second), Method: cb.Method,
		URL: to + pathOf(cb.URL), SignedURL: to + pathOf(cb.URL), Host: "localhost:3000", Header: h, Body: cb.Body,
		Answer: webhook.TargetAnswer{
			Status: 200, Protocol: "HTTP/1.1", Header: http.Header{"Content-Type": {"application/json"}, "X-Powered-By": {"Express"}}, Body: []byte(`{"taken":true,"status":"undelivered"}`),
		},
		Timings: webhook.Timings{DNS: 210 * time.Microsecond, Connect: 420 * time.Microsecond, FirstByte: 11 * time.Millisecond, Total: 12400 * time.Microsecond},
	}
}

// stockAttempts are attempts of callback 203, one of each kind that the list has to show, oldest first.
func stockAttempts(c *fakeCore) {
	cb := c.strangers[2]
	taken := attemptOf(cb)
	c.try(taken)
	forged := attemptOf(cb)
	forged.Mode, forged.Fault, forged.At = webhook.Faulty, "changed-body", taken.At.Add(time.Second)
	forged.Body = append([]byte("Status=delivered&"), cb.Body...)
	forged.Answer = webhook.TargetAnswer{Status: 403, Protocol: "HTTP/1.1", Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("invalid signature\n")}
	forged.Timings = webhook.Timings{FirstByte: 1100 * time.Microsecond, Total: 1300 * time.Microsecond, Reused: true}
	c.try(forged)
	down := attemptOf(cb)
	down.At, down.Answer, down.Failure, down.Err = taken.At.Add(2*time.Second), webhook.TargetAnswer{}, webhook.Refused, "Nothing listens at localhost:3000; start your app, or give the port that it listens on."
	down.Timings = webhook.Timings{DNS: 200 * time.Microsecond, Connect: 300 * time.Microsecond, Total: 600 * time.Microsecond}
	c.try(down)
	captured := attemptOf(cb)
	captured.Mode, captured.At, captured.SignedURL, captured.Header = webhook.AsCaptured, taken.At.Add(-24*time.Hour), "", cb.Header
	captured.URL, captured.Host = "https://staging.example.com/hooks/sms/delivery-report?tenant=a", "127.0.0.1:4141"
	captured.Answer.Status, captured.Timings.TLS, captured.Timings.Total = 500, 31*time.Millisecond, 6200*time.Millisecond
	captured.Answer.Header, captured.Answer.Body = http.Header{"Content-Type": {"text/html"}}, []byte("<h1>Internal error</h1>\n")
	c.try(captured)
}

// triedAt opens callback 203 at its attempts, and presses keys there.
func triedAt(keys ...string) func(*driver) {
	return func(d *driver) {
		stockRequests(d.core)
		stockAttempts(d.core)
		d.onCallback(203)
		d.keys(append([]string{"enter", "shift+tab"}, keys...)...)
	}
}
