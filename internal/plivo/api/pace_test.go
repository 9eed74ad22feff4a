package api_test

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// most is the greatest number of times within any window.
func most(times []time.Time, window time.Duration) int {
	worst, from := 0, 0
	for i, t := range times {
		for t.Sub(times[from]) >= window {
			from++
		}
		worst = max(worst, i-from+1)
	}
	return worst
}

// TestLimitsOfTheAccount asks for turns in any rhythm: no window has more than Plivo takes.
func TestLimitsOfTheAccount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		turns := api.NewTurns(api.Limits{Account: true})
		now := noon
		var requests, lists []time.Time
		for range rapid.IntRange(1, 8).Draw(t, "bursts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 9000).Draw(t, "pause in ms")) * time.Millisecond)
			for range rapid.IntRange(1, 400).Draw(t, "requests") {
				requests = append(requests, now.Add(turns.Request(now)))
			}
			for range rapid.IntRange(0, 10).Draw(t, "lists") {
				lists = append(lists, now.Add(turns.List(now)))
			}
		}
		if n := most(requests, 5*time.Second); n > 300 {
			t.Fatalf("%d requests in 5 s", n)
		}
		if n := most(lists, time.Minute); n > 20 {
			t.Fatalf("%d lists in a minute", n)
		}
	})
}

func TestLimitsLetOrdinaryUseThrough(t *testing.T) {
	turns := api.NewTurns(api.Limits{Account: true})
	for i := range 50 {
		if wait := turns.Request(noon); wait != 0 {
			t.Fatalf("request %d at once waits %s", i, wait)
		}
	}
	if wait := turns.Request(noon); wait != 20*time.Millisecond {
		t.Errorf("the one after 50 waits %s, want 20ms", wait)
	}
	none := api.NewTurns(api.Limits{})
	for range 1000 {
		if none.Request(noon) != 0 || none.List(noon) != 0 {
			t.Fatal("without limits something waits")
		}
	}
}

func TestMessagesOfASourceAreSpread(t *testing.T) {
	turns := api.NewTurns(api.Limits{MPS: 5})
	wait := func(at time.Duration, source, kind string, n int) time.Duration {
		d, _ := turns.Messages(noon.Add(at), source, kind, n)
		return d
	}
	for i, c := range []struct {
		at     time.Duration
		source string
		kind   string
		n      int
		want   time.Duration
	}{
		{0, "a", plivo.SMS, 5, 0},                                                    // a second's worth at once
		{0, "a", plivo.SMS, 1, 200 * time.Millisecond},                               // the sixth a fifth of a second later
		{0, "b", plivo.SMS, 1000, 0},                                                 // another source; Plivo queues these
		{0, "b", plivo.SMS, 1, (1000-5)*200*time.Millisecond + 200*time.Millisecond}, // behind that queue
		{time.Hour, "b", plivo.SMS, 1, 0},
		{0, "a", plivo.MMS, 1, 0},
		{0, "a", plivo.MMS, 1, 4 * time.Second}, // a twentieth: one in 4 s
	} {
		if got := wait(c.at, c.source, c.kind, c.n); got.Round(time.Millisecond) != c.want {
			t.Errorf("%d: %d %s of %s at %s wait %s, want %s", i, c.n, c.kind, c.source, c.at, got, c.want)
		}
	}

	// A turn that is given back is the next one's.
	turns = api.NewTurns(api.Limits{MPS: 1})
	turns.Messages(noon, "a", plivo.SMS, 1)
	first, giveBack := turns.Messages(noon, "a", plivo.SMS, 3)
	giveBack(noon)
	second, _ := turns.Messages(noon, "a", plivo.SMS, 1)
	if first != time.Second || second != time.Second {
		t.Errorf("after one that was given back: %s and %s, want 1s twice", first, second)
	}
	if d, _ := api.NewTurns(api.Limits{}).Messages(noon, "a", plivo.SMS, 100); d != 0 {
		t.Errorf("without a limit: %s", d)
	}
}

// TestClientsShareAPace has what one client used of the account's limits be gone for the other.
func TestClientsShareAPace(t *testing.T) {
	var asked atomic.Int32
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, `{"meta":{"next":null},"objects":[]}`)
	})
	pace := api.NewPace(api.Limits{Account: true})
	with := func(c *api.Config) { c.Pace = pace }
	one, two := newClient(t, base, with), newClient(t, base, with)
	for i := range 5 {
		if _, err := []*api.Client{one, two}[i%2].Messages(t.Context(), api.ListFilter{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []*api.Client{one, two} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := c.Messages(ctx, api.ListFilter{})
		cancel()
		if err == nil || asked.Load() != 5 {
			t.Errorf("after %d lists the error is %v", asked.Load(), err)
		}
	}
}
