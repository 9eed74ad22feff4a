//go:build unix

package cli

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestInterruptedSend has Ctrl-C come while Plivo looks at the request: what may have happened is told, and how it is
// found out; the row is printed.
func TestInterruptedSend(t *testing.T) {
	t.Parallel()
	asked, over := make(chan struct{}, 1), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if r.Method == http.MethodPost {
			asked <- struct{}{}
			select {
			case <-over:
			case <-r.Context().Done():
			}
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(over) })
	for name, more := range map[string]struct {
		args []string
		want string
	}{
		"kept":      {nil, "plivoscope history --filter is:unclear"},
		"ephemeral": {[]string{"--ephemeral"}, "message logs"},
	} {
		cmd := command(t, append([]string{"send", "--from", "+14155550100", "--to", "+14155550199", "--text", "hi", "-o", "json"}, more.args...)...)
		cmd.Env = append(cmd.Env, "PLIVO_API_URL="+server.URL)
		var out, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func(cmd *exec.Cmd) { ended <- cmd.Wait() }(cmd)
		select {
		case <-asked:
		case err := <-ended:
			t.Fatalf("%s: it ended before it asked: %v\n%s", name, err, &stderr)
		}
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("%s: it ended with %d", name, code)
		}
		if !strings.Contains(stderr.String(), "may have gone out") || !strings.Contains(stderr.String(), more.want) {
			t.Errorf("%s: it said\n%s", name, &stderr)
		}
		if !strings.Contains(out.String(), `"unclear":true`) {
			t.Errorf("%s: it printed\n%s", name, &out)
		}
	}
}
