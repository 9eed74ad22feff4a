//go:build unix

package store

import (
	"math"
	"syscall"
)

// fileSizeLimit is the size in bytes beyond which this process cannot have a file grow; false where there is none.
func fileSizeLimit() (int64, bool) {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil || uint64(l.Cur) >= math.MaxInt64 {
		return 0, false
	}
	return int64(l.Cur), true
}
