package webhook_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// flaky cannot keep every seventh callback.
type flaky struct{ n atomic.Int64 }

func (f *flaky) Record(context.Context, *webhook.Callback) error {
	if f.n.Add(1)%7 == 0 {
		return errors.New("the disk is full")
	}
	return nil
}

// TestTheCountersAddUp sends all that can happen to a callback, from several callers at once, while others
// look at the counters all the time.
func TestTheCountersAddUp(t *testing.T) {
	const callers, each = 8, 250
	server, err := webhook.New(webhook.Config{
		PublicURLs: []string{"https://public.example"}, Tokens: []signature.Token{account}, OnInvalid: webhook.Reject,
		Recorder: &flaky{}, Limits: webhook.Limits{Body: 1 << 10, Rate: 1, Burst: 100},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(t, server)
	connections := &http.Transport{MaxIdleConnsPerHost: callers}
	defer connections.CloseIdleConnections()

	var looking, calling sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		looking.Go(func() {
			var before webhook.Stats
			for {
				got := s.Stats()
				if ends := got.Stored + got.Refused + got.Dropped; ends > got.Received || got.Rejected > got.Stored {
					t.Errorf("%d ends of %d requests: %+v", ends, got.Received, got)
					return
				}
				if got.Received < before.Received || got.Stored < before.Stored || got.Latency.Count < before.Latency.Count {
					t.Errorf("a counter fell: %+v after %+v", got, before)
					return
				}
				before = got
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	var answers [600]atomic.Int64
	for n := range callers {
		calling.Go(func() {
			for i := range each {
				var r *http.Request
				switch (n + i) % 4 {
				case 0, 1:
					r = signedPost(t, s.url+"/sms/delivery-report", "https://public.example/sms/delivery-report", account)
				case 2:
					r = post(t, s.url+"/sms/inbound", formType, "Text=unsigned")
				default:
					r = post(t, s.url+"/x", formType, strings.Repeat("long", 1<<9))
				}
				resp, err := connections.RoundTrip(r)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				answers[resp.StatusCode].Add(1)
			}
		})
	}
	calling.Wait()
	close(done)
	looking.Wait()

	got, told := s.Stats(), map[int]int64{}
	for status := range answers {
		if n := answers[status].Load(); n > 0 {
			told[status] = n
		}
	}
	const all = callers * each
	if got.Received != all || got.Stored+got.Refused+got.Dropped != all {
		t.Errorf("at rest, after %d requests: %+v", all, got)
	}
	if got.Dropped != told[503] || got.Refused != told[429] || got.Rejected != told[400]+told[413] || got.Stored != told[200]+got.Rejected {
		t.Errorf("%+v, answered %v", got, told)
	}
	if got.Valid != all/2 || got.Valid+got.Invalid+got.Missing+got.Unchecked != all {
		t.Errorf("the outcomes do not add up: %+v", got)
	}
	if told[200] == 0 || told[400] == 0 || told[413] == 0 || told[429] == 0 || told[503] == 0 {
		t.Errorf("not all that can happen did: %v", told)
	}
	if l := got.Latency; l.Count != got.Stored || l.P50 <= 0 || l.P50 > l.P95 || l.P95 > l.P99 || l.P99 > l.Max {
		t.Errorf("latency %+v of %d", l, got.Stored)
	}
}

func TestCallbacksPerSecond(t *testing.T) {
	at := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	since := at.Now()
	s := start(t, webhook.Config{Now: at.Now})
	for _, n := range []int{2, 0, 3} {
		for range n {
			do(t, post(t, s.url+"/sms/inbound", formType, "a=1"))
		}
		at.move(time.Second)
	}
	got := s.Stats()
	if last := got.PerSecond[57:]; last[0] != 2 || last[1] != 0 || last[2] != 3 || got.PerSecond[56] != 0 {
		t.Errorf("got %v", got.PerSecond)
	}
	if !got.Since.Equal(since) {
		t.Errorf("since %v, want %v", got.Since, since)
	}
	at.move(time.Minute)
	if got := s.Stats().PerSecond; got != [60]uint32{} {
		t.Errorf("a minute later: %v", got)
	}
}

// TestRefusedAreThoseOfTheirReasons: who reads at any moment sees no request refused for a reason that is not counted.
func TestRefusedAreThoseOfTheirReasons(t *testing.T) {
	t.Parallel()
	server, err := webhook.New(webhook.Config{Recorder: &memory{}, PublicURLs: []string{"http://127.0.0.1:1"}, Allow: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}})
	if err != nil {
		t.Fatal(err)
	}
	handler := server.Handler()
	var callers sync.WaitGroup
	var done atomic.Int32
	const each = 3000
	for range 2 {
		callers.Go(func() {
			defer done.Add(1)
			for range each {
				handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/sms/delivery-report", nil))
			}
		})
	}
	for done.Load() < 2 {
		if st := server.Stats(); st.Refused != st.Barred {
			t.Errorf("refused %d, of these 403 %d", st.Refused, st.Barred)
			break
		}
	}
	callers.Wait()
	if st := server.Stats(); st.Refused != 2*each {
		t.Errorf("refused %d of %d", st.Refused, 2*each)
	}
}
