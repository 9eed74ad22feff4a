package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
)

// TestStatusTellsOfAllParts lets messages go out and come in and looks at what is counted of it.
func TestStatusTellsOfAllParts(t *testing.T) {
	t.Parallel()
	before := time.Now()
	a := running(t, app.Options{})
	ctx := within(t)
	for _, to := range []string{"+14155550199", "+15005559429"} {
		_, err := a.Send(ctx, app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{to}, Text: "hi"}})
		if (err != nil) != strings.HasSuffix(to, "9429") {
			t.Fatal(err)
		}
	}
	if err := a.Inbound(ctx, "+14155550177", "+14155550100", "hello"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(a.Status().ListenURL+"/sms/inbound", "application/x-www-form-urlencoded", strings.NewReader("Text=unsigned"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if err := a.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	st := a.Status()
	// Queued, sent and delivered of the one message, the inbound message, and the unsigned one.
	if s := st.Server; s.Received != 5 || s.Stored != 5 || s.Valid != 4 || s.Missing != 1 || s.Refused+s.Dropped != 0 {
		t.Errorf("server: %+v", s)
	}
	if s := st.Server; s.Latency.Count != 5 || s.Latency.Max <= 0 || s.Since.Before(before) {
		t.Errorf("server: %+v", s)
	}
	if s := st.API; s.Calls != 2 || s.Failures[api.RateLimited] != 1 || !strings.Contains(s.LastFailure, "429") || s.Latency.Count != 2 {
		t.Errorf("API: %+v", s)
	}
	if s := st.Simulator; !st.Embedded || s.Accepted != 1 || s.Refused != 1 || s.Posted != 3 || s.Inbound != 1 || s.Pending != 0 {
		t.Errorf("simulator: %+v", s)
	}
	if !st.Ephemeral || st.HistorySize <= 0 {
		t.Errorf("history: %+v", st)
	}
}
