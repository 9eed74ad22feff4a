//go:build unix && !linux

package store

import (
	"bytes"
	"os/exec"
	"strconv"
)

// processEnded tells of a process that has an entry whether that is all that is left of it. Where it cannot be looked
// up it is taken to run.
func processEnded(pid int) bool {
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && bytes.HasPrefix(bytes.TrimSpace(state), []byte("Z"))
}
