package cli

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// startSimulate is simulates [FLAG …]: it runs the program as simulate with a port of its own, and makes it what
// PLIVO_API_URL, PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN name.
func startSimulate(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: simulates [FLAG …]")
	}
	path, err := exec.LookPath("plivoscope")
	ts.Check(err)
	cmd := exec.Command(path, append([]string{"simulate", "--addr", "127.0.0.1:0", "-o", "json"}, args...)...)
	cmd.Dir = ts.Getenv("WORK")
	for _, name := range []string{"PATH", "HOME", "XDG_STATE_HOME", "LocalAppData", "SYSTEMROOT", "TMPDIR"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	var failed strings.Builder
	cmd.Stderr = &failed
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		ts.Fatalf("simulate did not start: %s", failed.String())
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	var ready simulatorReadyJSON
	ts.Check(json.Unmarshal([]byte(line), &ready))
	ts.Setenv("PLIVO_API_URL", ready.APIURL)
	ts.Setenv("SIMULATOR_ADDR", strings.TrimPrefix(ready.APIURL, "http://"))
	ts.Setenv("METRICS_URL", ready.Metrics)
	ts.Setenv("PLIVO_AUTH_ID", ready.AuthID)
	ts.Setenv("PLIVO_AUTH_TOKEN", ready.AuthToken)
}

// startApp is app STATUS [FILE]: a callback server at APP_URL that answers so.
func startApp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: app STATUS [FILE]")
	}
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	body := ""
	if len(args) > 1 {
		body = ts.ReadFile(args[1])
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	ts.Defer(server.Close)
	ts.Setenv("APP_URL", server.URL)
}
