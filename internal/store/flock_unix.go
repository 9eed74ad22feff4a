//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// flock has an open file for this program alone until it is closed, as with the process. It waits for other programs until
// then, and tells whether it came to that. Where the file system has no such locks it goes on without.
func flock(f *os.File, until time.Time) bool {
	for ; ; time.Sleep(time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return true
		case time.Now().After(until):
			return false
		}
	}
}
