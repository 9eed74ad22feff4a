//go:build unix

package cli

import (
	"bufio"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEndThatWaitsForTheAPI has the API hang when the application is put back: Ctrl-C says at once what is waited for,
// and a second one ends the process.
func TestEndThatWaitsForTheAPI(t *testing.T) {
	t.Parallel()
	acc := newLiveAccount(t)
	cmd := acc.command(nil, listenArgs("--attach-app", shopApp, "--yes")...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	hang := func() { <-over }
	t.Cleanup(func() { close(over) })
	hangs := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer hangs.Stop()
	said := ""
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		said += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "come to") { // it is attached
			acc.asks.Store(&hang)
			_ = cmd.Process.Signal(os.Interrupt)
		}
		if strings.Contains(lines.Text(), "stopping: waiting for") {
			break
		}
	}
	if !strings.Contains(said, "stopping: waiting for the API's answer about the application") || !strings.Contains(said, "plivoscope restore") || !strings.Contains(said, "Ctrl-C now ends at once") {
		t.Errorf("it said\n%s", said)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	_, _ = io.Copy(io.Discard, stderr)
	_ = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v after\n%s", cmd.ProcessState, said)
	}
}
