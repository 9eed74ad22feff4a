package store

import (
	"bytes"
	"os"
	"strconv"
)

// processEnded tells of a process that has an entry whether that is all that is left of it. Where it cannot be looked
// up it is taken to run.
func processEnded(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	// The state follows the name in parentheses, which may hold anything.
	state := bytes.TrimLeft(stat[bytes.LastIndexByte(stat, ')')+1:], " ")
	return bytes.HasPrefix(state, []byte("Z")) || bytes.HasPrefix(state, []byte("X"))
}
