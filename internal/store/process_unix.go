//go:build unix

package store

import (
	"errors"
	"syscall"
)

// processRuns asks with signal 0, which is delivered to nobody. That reaches a process too that has ended and that
// its parent has not asked for yet, as one that was killed in a container may stay for long: it does nothing any more.
func processRuns(pid int) bool {
	return pid > 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) && !processEnded(pid)
}
