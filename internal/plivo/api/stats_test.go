package api_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/api"
)

func TestCallsAreCounted(t *testing.T) {
	var status int
	var body string
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
	c := newClient(t, url, nil)
	if got := c.Stats(); !cmp.Equal(got, api.Stats{}) {
		t.Errorf("before any call: %+v", got)
	}
	send := func(code int, text string) error {
		status, body = code, text
		_, err := c.Send(t.Context(), draft("+14155550123"), nil)
		return err
	}
	if err := send(202, `{"message":"message(s) queued","message_uuid":["`+someUUID+`"],"api_id":"x"}`); err != nil {
		t.Fatal(err)
	}
	if got := c.Stats(); got.Calls != 1 || got.Failures != nil || got.LastFailure != "" || got.Latency.Count != 1 || got.Latency.Max <= 0 {
		t.Errorf("after a send: %+v", got)
	}
	before := time.Now()
	if send(429, `{"error":"slow down"}`) == nil || send(401, "") == nil || send(202, `{}`) == nil {
		t.Fatal("an error is missing")
	}
	status, body = 404, `{"error":"none \u001b[2J"}`
	_, last := c.Message(t.Context(), someUUID)
	if _, err := c.Message(t.Context(), "no UUID"); err == nil || last == nil {
		t.Fatal("an error is missing")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	got := c.Stats()
	want := map[api.Kind]int64{api.RateLimited: 1, api.Credentials: 1, api.Upstream: 1, api.BadRequest: 1}
	if diff := cmp.Diff(want, got.Failures); diff != "" || got.Calls != 5 || got.Latency.Count != 5 {
		t.Errorf("after four failures (-want +got):\n%s%+v", diff, got)
	}
	if got.LastFailure != last.Error() || strings.Contains(got.LastFailure, "\x1b") || got.LastFailureAt.Before(before) {
		t.Errorf("the last failure is %q at %v, want %q", got.LastFailure, got.LastFailureAt, last)
	}
	_, _ = c.Send(gone, draft("+14155550123"), nil)
	if got := c.Stats(); got.Failures[api.Cancelled] != 1 || got.Calls != 6 || got.Latency.Count != 5 {
		t.Errorf("after a call that was given up: %+v", got)
	}
}
