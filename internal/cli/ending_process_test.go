//go:build unix

package cli

import (
	"bufio"
	"io"
	"os"
	"strings"
	"sync"
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
	said, last := "", ""
	var interrupted time.Time
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		last = lines.Text()
		said += last + "\n"
		if strings.Contains(last, "come to") { // it is attached
			acc.asks.Store(&hang)
			interrupted = time.Now()
			_ = cmd.Process.Signal(os.Interrupt)
		}
		if strings.Contains(last, "stopping: waiting for the API's answer about the application") {
			break // other parts may end slowly before
		}
	}
	if !strings.Contains(last, "plivoscope restore") || !strings.Contains(last, "Ctrl-C now ends at once") {
		t.Errorf("it said\n%s", said)
	}
	if after := time.Since(interrupted); after < signalPause {
		t.Errorf("a second Ctrl-C ends it after %s, when it may still be the first one\n%s", after, said)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	_, _ = io.Copy(io.Discard, stderr)
	_ = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v after\n%s", cmd.ProcessState, said)
	}
}

// TestSignalAtAnEndOfItsOwn has a signal come while a listen whose time is over puts the application back: it is the
// first one, and cuts nothing short.
func TestSignalAtAnEndOfItsOwn(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]os.Signal{"the terminal is closed": syscall.SIGHUP, "terminated": syscall.SIGTERM, "Ctrl-C": os.Interrupt} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acc := newLiveAccount(t)
			cmd := acc.command(nil, listenArgs("--attach-app", shopApp, "--yes", "--timeout", "3s")...)
			stderr, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = cmd.Process.Kill() })
			over := make(chan struct{})
			goOn := sync.OnceFunc(func() { close(over) })
			t.Cleanup(goOn)
			hang := func() { <-over }
			said, promised := "", false
			for lines := bufio.NewScanner(stderr); lines.Scan(); {
				said += lines.Text() + "\n"
				switch {
				case strings.Contains(lines.Text(), "come to"):
					acc.asks.Store(&hang)
				case strings.Contains(lines.Text(), "Ctrl-C twice ends at once"):
					_ = cmd.Process.Signal(signal)
					if signal != os.Interrupt {
						_ = cmd.Process.Signal(signal)
					}
				case strings.Contains(lines.Text(), "stopping:"): // that it took the signal
					promised = strings.Contains(lines.Text(), "Ctrl-C now ends at once")
					if signal != os.Interrupt { // a shell may tell its jobs a second time
						_ = cmd.Process.Signal(signal)
					}
					goOn()
				}
			}
			_ = cmd.Wait()
			if at := acc.at(); at != shopURL || !promised || !cmd.ProcessState.Exited() {
				t.Errorf("it ended with %v and leaves message_url %s\n%s", cmd.ProcessState, at, said)
			}
		})
	}
}
