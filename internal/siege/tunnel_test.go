//go:build unix

package siege

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/webhook/tunnel/ngroktest"
)

// state waits for a line of the tunnel's state and gives its URL.
func (r *running) state(tb testing.TB, state string) (url string) {
	tb.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case line, open := <-r.events:
			var e struct{ Event, State, URL string }
			if err := json.Unmarshal([]byte(line), &e); err == nil && e.Event == "tunnel" && e.State == state {
				return e.URL
			}
			if !open {
				tb.Fatalf("it ended before its tunnel was %s\n%s", state, r.said())
			}
		case <-late:
			tb.Fatalf("its tunnel was not %s within a minute\n%s", state, r.said())
		}
	}
}

// TestCutTunnel: the tunnel is cut in a flood that comes through it, and comes back by itself.
func TestCutTunnel(t *testing.T) {
	t.Parallel()
	service, err := ngroktest.Start(t.TempDir())
	must(t, err)
	t.Cleanup(service.Close)
	h, l := newHouse(t), newLedger(t)
	l.client = service.Client()
	l.client.Timeout = 10 * time.Second
	cmd := h.command("listen", "-o", "json", "--addr", "127.0.0.1:0")
	cmd.Env = append(cmd.Env, "NGROK_AUTHTOKEN=2madeUpForTests_0123456789abcdef",
		"PLIVOSCOPE_NGROK_SERVER="+service.Addr(), "PLIVOSCOPE_NGROK_CA="+service.CAFile())
	r := start(t, cmd)
	url := r.state(t, "online") + "/sms/delivery-report"
	tries, survived := times(1, 15), 0
	for range tries {
		ctx, cancel := context.WithCancel(t.Context())
		done := l.flood(ctx, url, 4)
		enough := l.count() + 10
		wait(t, "callbacks", func() bool { return l.count() > enough })
		service.Cut()
		again := r.state(t, "online") + "/sms/delivery-report"
		cancel()
		done()
		url = again
		l.until(t, url, http.StatusOK)
		survived++
	}
	must(t, r.cmd.Process.Signal(syscall.SIGTERM))
	_ = r.cmd.Wait()
	if said := r.said(); strings.Contains(said, "2madeUpForTests") {
		t.Error("the tunnel's token is told")
	}
	figures.Tell(t, figures.Attack{What: "the tunnel cut in a flood", Tries: tries, Survived: survived, Lost: l.lost(t, h.exported(t))})
}
