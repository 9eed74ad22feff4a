package tunnel_test

import (
	"os"
	"os/exec"
	"testing"
)

// TestKilled: a program that has a tunnel command and is killed, without a chance to tidy up, takes the command
// with it.
func TestKilled(t *testing.T) {
	t.Parallel()
	addr, gone := callers(t)
	parent := exec.Command(os.Args[0], "program", "tunnel="+addr)
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := out.Read(make([]byte, 1)); n != 1 { // it is online
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	gone(1)
}
