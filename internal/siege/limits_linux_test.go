package siege

import (
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// limited has a shell lower a limit and become the program. With -S it can be lifted; Go lifts that of descriptors by itself.
func limited(cmd *exec.Cmd, ulimit string) *exec.Cmd {
	cmd.Args = append([]string{"sh", "-c", "ulimit " + ulimit + ` && exec "$@"`, "sh", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	return cmd
}

// lift raises a limit of a process to what is allowed.
func lift(tb testing.TB, process *os.Process, resource int) {
	tb.Helper()
	var now unix.Rlimit
	if err := unix.Prlimit(process.Pid, resource, nil, &now); err != nil {
		tb.Fatal(err)
	}
	now.Cur = now.Max
	if err := unix.Prlimit(process.Pid, resource, &now, nil); err != nil {
		tb.Fatal(err)
	}
}
