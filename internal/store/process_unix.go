//go:build unix

package store

import (
	"errors"
	"syscall"
)

// processRuns asks with signal 0, which is delivered to nobody.
func processRuns(pid int) bool {
	return pid > 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
