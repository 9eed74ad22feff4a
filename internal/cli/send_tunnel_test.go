//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
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
		_, _ = fmt.Fprintf(w, `{"api_id":"i","message":"message(s) queued","message_uuid":["%s0"]}`, standInUUID)
	}))
	t.Cleanup(server.Close)
	cmd := overNgrok(t, service.Addr(), service.CAFile(), "send", "--tunnel", "ngrok", "--from", "+14155550100", "--to", "+14155550199", "--text", "hi", "--wait", "delivered", "-o", "json")
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
	if !strings.Contains(stderr.String(), "tunnel") && !strings.Contains(stderr.String(), "ngrok") {
		t.Errorf("it said\n%s", &stderr)
	}
}
