package simulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

func TestRequestsAreLimited(t *testing.T) {
	limits := simulator.PlivoLimits()
	limits.Lists = -1
	b := newBench(t, simulator.Options{Stopped: true, Speed: 0.001, Limits: limits, Subaccounts: make([]simulator.Subaccount, 1)})
	const most = 300
	for i := range most + 1 {
		status, _, body := b.call("GET", "Message/", "", nil)
		if want := map[bool]int{true: 200, false: 429}[i < most]; status != want || status == 429 && !strings.Contains(body, `"error":"too many requests: `) {
			t.Fatalf("request %d is answered %d %s", i+1, status, body)
		}
	}
	if status, body := b.as(b.Subaccounts()[0], "GET", "Message/", ""); status != 200 {
		t.Errorf("another account is answered %d %s", status, body)
	}
	b.advance(4 * time.Second)
	if status, _, _ := b.call("GET", "Message/", "", nil); status != 429 {
		t.Errorf("after 4 s, and some of this machine's, it is answered %d", status)
	}
	b.advance(time.Second)
	if status, _, body := b.call("GET", "Message/", "", nil); status != 200 {
		t.Errorf("after 5 s it is answered %d %s", status, body)
	}
}

// TestLimitsOfAStoppedClock pass with this machine's time: who waits is let in, though the clock stands.
func TestLimitsOfAStoppedClock(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1e4, Limits: simulator.Limits{Requests: 1, Lists: 1}})
	before := b.Clock().Now
	for range 3 {
		wait(t, func() bool {
			status, _, _ := b.call("GET", "Message/", "", nil)
			return status == 200
		})
	}
	if now := b.Clock().Now; !now.Equal(before) {
		t.Errorf("the clock shows %s", now)
	}
}

// TestConcurrentRequestsAreLimited keeps one request waiting for the rest of its body.
func TestConcurrentRequestsAreLimited(t *testing.T) {
	b := newBench(t, simulator.Options{Limits: simulator.Limits{Concurrent: 1}})
	body, rest := io.Pipe()
	answered := make(chan int, 1)
	go func() {
		r, _ := http.NewRequestWithContext(t.Context(), "POST", b.url+"/v1/Account/"+b.AuthID()+"/Message/", body)
		r.SetBasicAuth(b.AuthID(), b.AuthToken())
		r.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			answered <- 0
			return
		}
		_ = response.Body.Close()
		answered <- response.StatusCode
	}()
	_, _ = io.WriteString(rest, `{"src":"14155550100","dst":"14155550123",`)
	wait(t, func() bool {
		status, _, _ := b.call("GET", "", "", nil)
		return status == 429
	})
	_, _ = io.WriteString(rest, `"text":"x"}`)
	_ = rest.Close()
	if status := <-answered; status != 202 {
		t.Errorf("the one that came first is answered %d", status)
	}
	wait(t, func() bool {
		status, _, _ := b.call("GET", "", "", nil)
		return status == 200
	})
}
