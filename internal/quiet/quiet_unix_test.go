//go:build unix

package quiet_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"testing"

	_ "github.com/charmbracelet/bubbletea"
	"github.com/creack/pty"

	_ "dev.internal/plivoscope/internal/quiet"
)

// TestAsksTheTerminalNothing starts this test binary, which holds Bubble Tea as the program does, on a
// terminal that never answers, with no test to run: all that it writes before main is written by
// package initialisation.
func TestAsksTheTerminalNothing(t *testing.T) {
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "CI=")
	terminal, err := pty.Start(child)
	if err != nil {
		t.Fatalf("start on a terminal: %v", err)
	}
	defer terminal.Close()
	var written bytes.Buffer
	// Reading a terminal whose other side is gone ends with an error on Linux; what was written by
	// then is all there is.
	_, _ = io.Copy(&written, terminal)
	if err := child.Wait(); err != nil {
		t.Fatalf("%v, having written %q", err, written.String())
	}
	if !bytes.Contains(written.Bytes(), []byte("testing: warning: no tests to run")) && !bytes.Contains(written.Bytes(), []byte("PASS")) {
		t.Fatalf("the program wrote %q, which is not what it writes when it runs to its end", written.String())
	}
	if bytes.IndexByte(written.Bytes(), '\x1b') >= 0 {
		t.Errorf("an escape sequence before main: %q", written.String())
	}
}
