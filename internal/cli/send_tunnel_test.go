//go:build unix

package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// TestTunnelThatFailsDuringTheSend has a tunnel end for good while Plivo looks at the request: that is brought to its
// end, and told before the tunnel's failure.
func TestTunnelThatFailsDuringTheSend(t *testing.T) {
	t.Parallel()
	service := ngrokService(t)
	var cancelled atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.NotFound(w, r)
			return
		}
		_, _ = io.ReadAll(r.Body)
		service.Stop()
		for service.Seen().Sessions > 0 && r.Context().Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		select {
		case <-r.Context().Done(): // given up
			cancelled.Store(true)
			return
		case <-time.After(time.Second): // as long as it is not
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = fmt.Fprintf(w, `{"api_id":"i","message":"message(s) queued","message_uuid":["%s0"],"invalid_number":["14155550198"]}`, standInUUID)
	}))
	t.Cleanup(server.Close)
	cmd := overNgrok(t, service.Addr(), service.CAFile(), "send", "--tunnel", "ngrok", "--from", "+14155550100", "--to", "+14155550199,+14155550198", "--text", "hi", "--wait", "delivered", "-o", "json")
	cmd.Env = append(cmd.Env, "PLIVO_API_URL="+server.URL)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, _ := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != exitUpstream || cancelled.Load() {
		t.Errorf("it ended with %d, the request was given up: %v\n%s%s", code, cancelled.Load(), out, &stderr)
	}
	if !strings.Contains(string(out), standInUUID+"0") || strings.Contains(string(out), `"unclear":true`) {
		t.Errorf("it printed\n%s", out)
	}
	if !strings.Contains(stderr.String(), "tunnel") && !strings.Contains(stderr.String(), "ngrok") || !strings.Contains(stderr.String(), "1 of 2 destinations were refused") {
		t.Errorf("it said\n%s", &stderr)
	}
}

// TestUnmetAsTheTunnelEnds holds that what was found out of the messages is told, though the tunnel ends just then.
func TestUnmetAsTheTunnelEnds(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	unmet := &app.UnmetError{Message: plivo.Message{Status: plivo.Failed}, Want: plivo.Delivered}
	failed := &tunnel.Error{}
	if endedBy(ctx, unmet) {
		t.Error("by a tunnel that runs")
	}
	cancel(failed)
	if endedBy(ctx, unmet) || !endedBy(ctx, fmt.Errorf("follow: %w", failed)) {
		t.Error("what ended the waiting is taken for another")
	}
}
