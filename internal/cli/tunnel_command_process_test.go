//go:build unix

package cli

import (
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// byCommand is a listen with a tunnel by a command; the folder holds the process IDs of what was started.
func byCommand(t *testing.T, more ...string) (cmd *exec.Cmd, folder string) {
	t.Helper()
	if _, err := exec.LookPath("env"); err != nil {
		t.Skip("no env to start the command with")
	}
	folder = t.TempDir()
	words := append([]string{"env", asEdge + "=1", os.Args[0], "{addr}", folder}, more...)
	cmd = command(t, "listen", "--addr", "127.0.0.1:0", "-o", "json", "--tunnel", strings.Join(words, " "))
	known := httptest.NewTLSServer(nil)
	defer known.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: known.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+ca, "PLIVO_API_URL=http://127.0.0.1:9")
	return cmd, folder
}

// left are the processes of a folder that live.
func left(t *testing.T, folder string) (pids []int) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		pid, err := strconv.Atoi(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if syscall.Kill(pid, 0) == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestListenOverACommand(t *testing.T) {
	t.Parallel()
	cmd, folder := byCommand(t)
	listen := watch(t, cmd)
	at := listen.state("online")["url"].(string)
	client := httptest.NewTLSServer(nil)
	defer client.Close()
	r, err := http.NewRequest(http.MethodPost, at+"/nothing", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", "203.0.113.66")
	resp, err := client.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	c := listen.until("of a callback", func(l map[string]any) bool { return l["remote_addr"] != nil })
	if from, _ := c["remote_addr"].(string); !strings.HasPrefix(from, "127.0.0.1:") {
		t.Errorf("it came from %v: who called is not known through this command, whatever the header says", c["remote_addr"])
	}
	pids := left(t, folder)
	if len(pids) != 1 {
		t.Fatalf("processes %v", pids)
	}
	// The program is killed: another one comes, at another URL.
	if err := syscall.Kill(pids[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	listen.state("reconnecting")
	if again := listen.state("online")["url"]; again == at {
		t.Errorf("the URL is %v again", again)
	}
	if code := listen.end(os.Interrupt); code != exitInterrupted || len(left(t, folder)) > 0 {
		t.Errorf("it ended with %d and left %v", code, left(t, folder))
	}
}

// Whenever it is stopped, nothing that it started lives on.
func TestNoChildIsLeft(t *testing.T) {
	t.Parallel()
	var wait sync.WaitGroup
	for _, stop := range []struct {
		when string
		sig  os.Signal
		at   func(*eventsOf)
	}{
		{"at once", os.Interrupt, func(*eventsOf) { time.Sleep(30 * time.Millisecond) }},
		{"while it connects", syscall.SIGTERM, func(e *eventsOf) { time.Sleep(120 * time.Millisecond) }},
		{"online", os.Interrupt, func(e *eventsOf) { e.state("online") }},
		{"while it is down", os.Interrupt, func(e *eventsOf) { e.state("reconnecting") }},
		{"when its terminal is closed", syscall.SIGHUP, func(e *eventsOf) { e.state("online") }},
	} {
		wait.Go(func() {
			cmd, folder := byCommand(t, "flap")
			p := watch(t, cmd)
			stop.at(p)
			p.end(stop.sig)
			if pids := left(t, folder); len(pids) > 0 {
				t.Errorf("stopped %s: %v are left", stop.when, pids)
			}
		})
	}
	wait.Wait()
}

// A command that cannot be a tunnel ends listen with a sentence.
func TestTunnelCommandsThatFail(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]struct {
		code  int
		words string
	}{
		"no-such-program {addr}": {exitUpstream, "was not found"},
		"cloudflared tunnel":     {exitUser, "does not say where the local server is"},
		"ngork":                  {exitUser, "is no tunnel"},
	} {
		cmd := command(t, "listen", "--addr", "127.0.0.1:0", "-o", "text", "--tunnel", spec)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != want.code || !strings.Contains(string(out), want.words) {
			t.Errorf("%q: %v\n%s", spec, err, out)
		}
		if n := strings.Count(string(out), want.words); n != 1 {
			t.Errorf("%q: what is wrong is said %d times:\n%s", spec, n, out)
		}
	}
}

// One that is still opening when the time is over is told with what it has said so far.
func TestTunnelLateWithItsWords(t *testing.T) {
	t.Parallel()
	cmd := command(t, "listen", "--addr", "127.0.0.1:0", "--timeout", "2s", "--tunnel", "sh -c 'echo at http://name.example; sleep 60; true {addr}'")
	cmd.Env = append(cmd.Env, "PLIVO_API_URL=http://127.0.0.1:9")
	out, _ := cmd.CombinedOutput()
	want := "was not online within 2s (--timeout changes that): It has printed no public URL yet. It printed http://name.example, which is not taken: only an https URL is. Its last words: “at http://name.example”."
	if code := cmd.ProcessState.ExitCode(); code != exitUpstream || !strings.Contains(string(out), want) {
		t.Errorf("it ended with %d\n%s", code, out)
	}
}
