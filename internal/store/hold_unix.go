//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// hold keeps other programs from mending the log of this history until free is called; alone also from storing
// anything. It waits as long as for a lock of SQLite, and is let go with the process. It is on the mark, for closing a
// file that SQLite has locks on gives those up. Where there is no mark nothing was stored yet, or somebody
// deleted it; then, and where the file system has no such locks, it goes on without.
func (s *Store) hold(alone bool) (free func(), err error) {
	f, err := os.Open(s.path + markSuffix)
	if err != nil {
		return func() {}, nil //nolint:nilerr // as is said above
	}
	free = func() { _ = f.Close() }
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	for deadline := time.Now().Add(busyTimeout); ; time.Sleep(time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return free, nil
		case time.Now().After(deadline):
			free()
			return nil, failure(ErrLocked, err, "the history %s is locked by another program while its log is mended, which was emptied or cut; wait for that, and continue the program if it is stopped", s.path)
		}
	}
}
