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
	// The index first: it is that of the new history for who opens that as soon as the log is away.
	if index, err := os.Stat(s.path + indexSuffix); err == nil {
		if moved, err := moveSeen(index, s.path+indexSuffix, kept+indexSuffix); err == nil && moved {
			defer os.Remove(kept + indexSuffix)
		}
	}
	moved, err := moveSeen(log, s.path+logSuffix, kept)
	if err != nil {
		return failure(ErrReadOnly, err, "cannot open the history %s: it is gone or empty, but its log is there, and cannot be put aside: %v; move %s away", s.path, reason(err), s.path+logSuffix)
	}
	if moved {
		s.tell(fmt.Sprintf("%s has the log of the history %s, which is gone or was emptied. A new one was begun.", kept, s.path))
	}
	return nil
}

// moveSeen moves the file that was seen by a name. Where another process was faster, that is gone, or is that of a new
// history: it stays then.
func moveSeen(seen os.FileInfo, from, to string) (moved bool, err error) {
	if err := os.Rename(from, to); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return false, err
	}
	if isAt(seen, to) {
		return true, nil
	}
	return false, os.Rename(to, from)
}
