package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"modernc.org/sqlite"
)

// logSuffix and indexSuffix are what SQLite appends to a file's name for those beside it.
const (
	logSuffix   = "-wal"
	indexSuffix = "-shm"
)

// place is which files the connections have open. A file that is deleted or moved is written on without an error, and
// nobody finds again what was stored in it: so it is looked after each commit whether they are still where they are
// looked for.
type place struct{ file, log, index os.FileInfo }

// settled is where the files are now. Nothing is known where the system keeps open files from being taken away.
func (s *Store) settled() (p place, err error) {
	if runtime.GOOS == "windows" {
		return p, nil
	}
	if p.file, err = os.Stat(s.path); err != nil {
		return p, err
	}
	if p.log, err = os.Stat(s.path + logSuffix); err != nil {
		return p, err
	}
	s.logSize = p.log.Size()
	p.index, err = os.Stat(s.path + indexSuffix)
	return p, err
}

// stands tells whether the files are all where they were.
func (s *Store) stands() bool {
	return s.place.file == nil ||
		isAt(s.place.file, s.path) && isAt(s.place.log, s.path+logSuffix) && isAt(s.place.index, s.path+indexSuffix)
}

func isAt(file os.FileInfo, path string) bool {
	now, err := os.Stat(path)
	return err == nil && os.SameFile(file, now)
}

// putBack makes sure that what the connections write is found again: it writes a history that was taken away once
// more, from what is still open, and goes on with that. Where something else has its place that is left as it is, what
// was stored is kept beside it, and the error says so until the place is free.
func (w *writer) putBack() error {
	s := w.s
	if w.taken = w.shut || !s.stands(); !w.taken {
		return nil
	}
	_, err := os.Lstat(s.path)
	here := isAt(s.place.file, s.path) // the user may have a link there
	switch {
	case w.shut && w.kept == "":
		err = w.reopen(nil)
	case errors.Is(err, fs.ErrNotExist):
		err = w.writeAgain()
	case here && !w.shut && !s.stray():
		if err = w.reopen(nil); err == nil {
			s.tell(fmt.Sprintf("The log of the history %s was deleted while it is in use. All that was in it was moved into the history before, and nothing is lost.", s.path))
		}
	default:
		err = w.keepAside()
	}
	if err != nil {
		return s.explain("go on with", err)
	}
	w.taken = false
	return nil
}

// stray tells whether another program has a log of its own beside the history. What this one's log has must not get into
// the file any more.
func (s *Store) stray() bool {
	log, index := s.path+logSuffix, s.path+indexSuffix
	if s.place.file == nil || !isAt(s.place.file, s.path) {
		return false
	}
	if info, err := os.Stat(log); err == nil && info.Size() == 0 && isAt(s.place.index, index) {
		return false // SQLite makes it for who only reads, where the log is gone: nothing was stored in it
	}
	return foreign(s.place.log, log) || foreign(s.place.index, index)
}

// foreign tells whether another file than this one is at path.
func foreign(file os.FileInfo, path string) bool {
	now, err := os.Stat(path)
	return err == nil && !os.SameFile(file, now)
}

// writeAgain puts all that was stored where the history was, and opens that.
func (w *writer) writeAgain() error {
	s := w.s
	const sentence = "the history %s was deleted or moved while it is in use, and cannot be written again: %v; what comes is not kept before it can be"
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return failure(ErrTaken, err, sentence, s.path, reason(err))
	}
	again := w.kept
	if !w.shut {
		again = s.keptName()
		if err := w.copyTo(again); err != nil {
			return failure(ErrTaken, err, sentence, s.path, err)
		}
	}
	err := w.reopen(func() error {
		for suffix, file := range map[string]os.FileInfo{logSuffix: s.place.log, indexSuffix: s.place.index} {
			if isAt(file, s.path+suffix) { // what was in it is in the copy
				_ = os.Remove(s.path + suffix)
			}
		}
		w.kept = again
		if err := putFile(os.Link, again, s.path); err != nil {
			return failure(ErrTaken, err, "the history %s was deleted or moved while it is in use, and cannot be written again: %v; all that was in it is in %s", s.path, errors.Unwrap(err), again)
		}
		w.kept = ""
		return nil
	})
	switch {
	case err == nil:
		s.tell(fmt.Sprintf("The history %s was deleted or moved while it is in use. All that was in it was written there again, and nothing is lost.", s.path))
	case !w.shut:
		_ = os.Remove(again) // all is still open, and each try writes a copy of its own
	}
	return err
}

// putFile gives a file another name, and unlike a renaming leaves what has that. Where the file system has no links,
// what comes in the same moment is not seen.
func putFile(link func(from, to string) error, from, to string) error {
	err := link(from, to)
	if err == nil {
		_ = os.Remove(from)
		return nil
	}
	if _, e := os.Lstat(to); errors.Is(err, fs.ErrExist) || !errors.Is(e, fs.ErrNotExist) {
		return err
	}
	return os.Rename(from, to)
}

// keptName is the name of a file beside the history that nothing has.
func (s *Store) keptName() string {
	return fmt.Sprintf("%s.kept-%s.db", s.path, s.now().UTC().Format("20060102-150405.000000"))
}

// copyTo writes all that is stored into a new file.
func (w *writer) copyTo(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err = f.Close(); err == nil {
		_, err = w.conn.ExecContext(w.ctx, "VACUUM INTO ?", path)
	}
	if err != nil {
		_ = os.Remove(path)
	}
	return err
}

// keepAside writes what is stored to a file of its own, once, since the history's place has something else.
func (w *writer) keepAside() error {
	s := w.s
	if w.kept == "" {
		path := s.keptName()
		if err := w.copyTo(path); err != nil {
			return failure(ErrTaken, err, "the history %s was replaced by something else, and what was in it cannot be kept: %v; move that away and it goes on by itself", s.path, err)
		}
		w.kept = path
		s.tell(fmt.Sprintf("%s has all that was in the history %s, which was replaced by something else while it is in use. That is left as it is.", path, s.path))
	}
	return failure(ErrTaken, nil, "the history is kept in %s: %s was replaced by something else; move that away and it goes on by itself, or start this program again to use that", w.kept, s.path)
}

// reopen moves the log into the file, closes what is open, has put do what is to be done between, and opens the file
// that is at the history's path.
func (w *writer) reopen(put func() error) error {
	s := w.s
	s.readDB.gate.Lock()
	defer s.readDB.gate.Unlock()
	if !w.shut {
		for _, st := range w.prepared {
			_ = st.Close()
		}
		clear(w.prepared)
		var busy, pages, moved int
		if err := s.conn.QueryRowContext(w.ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
			return err
		}
		if busy != 0 {
			return failure(ErrLocked, nil, "the history %s or its log was deleted or moved while it is in use, and another program reads it: close that program, and it goes on by itself", s.path)
		}
		s.letGo()
		w.shut = true
	}
	if put != nil {
		if err := put(); err != nil {
			return err
		}
	} else if isAt(s.place.index, s.path+indexSuffix) {
		_ = os.Remove(s.path + indexSuffix) // that of the log which is gone
	}
	if err := s.open(w.ctx); err != nil {
		s.letGo()
		return err
	}
	w.conn, w.shut, w.kept, w.waits = s.conn, false, "", busyTimeout
	w.trim = trimmer{} // it may be another one, or an older copy
	if s.mark.identity != w.identity {
		w.identity = s.mark.identity
		s.tell(fmt.Sprintf("The history %s was deleted again before it could be opened. What was in it is gone; what comes is kept in the one that is there now.", s.path))
		return failure(ErrTaken, nil, "the history %s was deleted again before it could be opened: what was in it is gone, and what came at that moment is not kept", s.path)
	}
	return nil
}

// letGo closes all connections.
func (s *Store) letGo() {
	s.readDB.empty()
	if s.conn != nil {
		// The last connection would delete the log by its name, which may be that of somebody else by now.
		_ = s.conn.Raw(func(c any) error {
			if control, ok := c.(sqlite.FileControl); ok {
				_, _ = control.FileControlPersistWAL("main", 1)
			}
			return nil
		})
		_ = s.conn.Close()
	}
	_ = s.writeDB.Close()
	s.dropIndexes()
}

// tell shows the user a sentence.
func (s *Store) tell(text string) {
	s.log.Warn(text)
	if s.onProblem != nil {
		s.onProblem(text)
	}
}
