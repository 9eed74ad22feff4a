package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// keepStrayLog puts a log aside whose history is gone or was emptied: SQLite would delete it, with what it holds.
func (s *Store) keepStrayLog() error {
	// A log that is there before its file has anything in it is none that is just being begun: in that order.
	log, err := os.Stat(s.path + logSuffix)
	if err != nil || log.Size() == 0 {
		return nil
	}
	file, err := os.Stat(s.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || err == nil && file.Size() > 0 {
		return nil
	}
	kept := fmt.Sprintf("%s.kept-%s%s", s.path, s.now().UTC().Format("20060102-150405.000000"), logSuffix)
	if err := os.Rename(s.path+logSuffix, kept); err != nil {
		return failure(ErrReadOnly, err, "cannot open the history %s: it is gone or empty, but its log is there, and cannot be put aside: %v; move %s away", s.path, reason(err), s.path+logSuffix)
	}
	_ = os.Remove(s.path + indexSuffix)
	s.tell(fmt.Sprintf("The history %s is gone or was emptied, but its log was there. A new one was begun; the log is kept as %s.", s.path, kept))
	return nil
}
