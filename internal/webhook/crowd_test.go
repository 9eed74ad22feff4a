package webhook_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// However many callbacks without a valid signature wait to be stored, one that verifies waits for none of them.
func TestACrowdWithoutSignaturesIsNotWaitedFor(t *testing.T) {
	recorder := &memory{gate: make(chan struct{}), came: make(chan struct{}, 10)}
	s := start(t, webhook.Config{Tokens: []signature.Token{account}, Recorder: recorder, Limits: webhook.Limits{Unverified: 2, RateLimitOff: true}})
	const crowd = 5
	answers := make(chan int, crowd+1)
	send := func(token signature.Token) {
		r := signedPost(t, s.url+"/sms/inbound", s.url+"/sms/inbound", token)
		go func() {
			status, _, _ := do(t, r)
			answers <- status
		}()
	}
	for range crowd {
		send(another)
	}
	<-recorder.came
	<-recorder.came
	eventually(t, "the whole crowd was judged", func() bool { return s.Stats().Invalid == crowd })
	send(account)
	<-recorder.came // the valid one: no other is let through while the recorder answers nobody
	eventually(t, "it was judged", func() bool { return s.Stats().Valid == 1 })
	if n := len(recorder.came); n != 0 {
		t.Errorf("%d more are being stored", n)
	}
	close(recorder.gate)
	for range crowd + 1 {
		if status := <-answers; status != 200 {
			t.Errorf("answered %d", status)
		}
	}
}

// stuck stores nothing until it is let go, whatever its context says.
type stuck struct{ came, gate chan struct{} }

func (s *stuck) Record(context.Context, *webhook.Callback) error {
	s.came <- struct{}{}
	<-s.gate
	return nil
}

// startWith starts a server with a recorder of its own.
func startWith(t *testing.T, c webhook.Config) *running {
	t.Helper()
	server, err := webhook.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return startServer(t, server)
}

// One of a crowd that cannot be stored in time is refused as what is over a limit is: nothing is wrong with the history,
// and no stranger can have it look so.
func TestACrowdIsRefusedAsOverALimit(t *testing.T) {
	recorder := &stuck{came: make(chan struct{}, 2), gate: make(chan struct{})}
	told := make(chan string, 9)
	s := startWith(t, webhook.Config{
		Tokens: []signature.Token{account}, Recorder: recorder,
		Limits:    webhook.Limits{Unverified: 1, Record: 50 * time.Millisecond, RateLimitOff: true},
		OnProblem: func(level slog.Level, text string) { told <- level.String() + " " + text },
	})
	first := make(chan int, 1)
	r := signedPost(t, s.url+"/sms/inbound", s.url+"/sms/inbound", another)
	go func() {
		status, _, _ := do(t, r)
		first <- status
	}()
	<-recorder.came
	status, body, header := do(t, signedPost(t, s.url+"/sms/inbound", s.url+"/sms/inbound", another))
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" || !strings.Contains(body, "without a valid signature") || !strings.Contains(body, "send it again") {
		t.Errorf("answered %d, %v, %q", status, header, body)
	}
	if got := s.Stats(); got.Refused != 1 || got.Crowded != 1 || got.Dropped != 0 {
		t.Errorf("stats %+v", got)
	}
	if n := s.Tally().Refused[webhook.RefusedCrowd]; n != 1 {
		t.Errorf("%d are counted as one of a crowd", n)
	}
	if text := <-told; !strings.HasPrefix(text, "WARN ") || !strings.Contains(text, "127.0.0.1") || !strings.Contains(text, "without a valid signature") || strings.Contains(text, "deadline") {
		t.Errorf("told %q", text)
	}
	close(recorder.gate)
	if status := <-first; status != http.StatusOK {
		t.Errorf("the one before it is answered %d", status)
	}
}

// hurried tells how long it was given.
type hurried struct {
	stuck
	left chan time.Duration
}

func (h *hurried) Record(ctx context.Context, c *webhook.Callback) error {
	until, _ := ctx.Deadline()
	h.left <- time.Until(until)
	return h.stuck.Record(ctx, c)
}

// Who waited for a place has as much time to be stored as who did not.
func TestAPlaceInTheCrowdTakesNoTime(t *testing.T) {
	const given = time.Hour
	recorder := &hurried{stuck{make(chan struct{}, 2), make(chan struct{})}, make(chan time.Duration, 2)}
	s := startWith(t, webhook.Config{Recorder: recorder, Tokens: []signature.Token{account}, Limits: webhook.Limits{Unverified: 1, Record: given, RateLimitOff: true}})
	var all sync.WaitGroup
	for range 2 {
		r := signedPost(t, s.url+"/sms/inbound", s.url+"/sms/inbound", another)
		all.Go(func() { do(t, r) })
	}
	<-recorder.left
	eventually(t, "the second was judged", func() bool { return s.Stats().Invalid == 2 })
	time.Sleep(5 * time.Millisecond) // of its time, if it runs while it waits
	begun := time.Now()
	close(recorder.gate)
	if second := <-recorder.left; second < given-time.Since(begun) {
		t.Errorf("the second had %v of %v", second, given)
	}
	all.Wait()
}

// failing panics where it is to store.
type failing struct{}

func (failing) Record(context.Context, *webhook.Callback) error { panic(http.ErrAbortHandler) }

// What ends a request ends its place among those without a valid signature too.
func TestAPlaceIsGivenBackWhateverHappens(t *testing.T) {
	s := startWith(t, webhook.Config{
		Tokens: []signature.Token{account}, Recorder: failing{}, Limits: webhook.Limits{Unverified: 1, Record: time.Second, RateLimitOff: true},
	})
	for range 2 {
		resp, err := client.Do(signedPost(t, s.url+"/sms/inbound", s.url+"/sms/inbound", another))
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("answered %d", resp.StatusCode)
		}
	}
	if n := s.Stats().Crowded; n > 0 {
		t.Errorf("%d found no place", n)
	}
}
