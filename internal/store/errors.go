package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What errors of this package are, for errors.Is.
var (
	ErrClosed     = errors.New("the history is closed")
	ErrQueueFull  = errors.New("the history's queue is full")
	ErrDiskFull   = errors.New("the disk is full")
	ErrNotHistory = errors.New("not a history of plivoscope")
	ErrNewer      = errors.New("written by a newer version of plivoscope")
	ErrDamaged    = errors.New("the history is damaged")
	ErrReadOnly   = errors.New("the history cannot be written")
	ErrLocked     = errors.New("the history is locked")
	ErrTaken      = errors.New("the history was taken away")
	ErrLeased     = errors.New("another process serves this history")
)

// Error is what went wrong with a history: a sentence that says what to do, one of the errors above
// as its kind, and the cause where there was one.
type Error struct {
	Kind  error
	Cause error
	text  string
}

// Error gives the sentence.
func (e *Error) Error() string { return e.text }

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.Kind, e.Cause} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func failure(kind, cause error, format string, args ...any) error {
	return &Error{Kind: kind, Cause: cause, text: fmt.Sprintf(format, args...)}
}

// The attempts that are about the history itself, not something in it.
const (
	doingOpen  = "open"
	doingClose = "close"
)

// attempt is what was tried on the history of path.
func attempt(doing, path string) string {
	if doing == doingOpen || doing == doingClose {
		return doing + " the history " + path
	}
	return doing + " in the history " + path
}

// isLocked is said of a history that another program has, with what to do. Closing that comes last: it may be writing again
// what it alone still knows.
const isLocked = "is locked by another program; wait a moment and try again; continue it if it is stopped; close it only if neither helps, or name another file with --db"

// explain puts an error of SQLite into a sentence; doing is what was tried, as "store a callback".
func (s *Store) explain(doing string, err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("cannot %s: %w", attempt(doing, s.path), err)
	}
	if s.closed.Load() {
		return failure(ErrClosed, err, "cannot %s: the history %s is closed", doing, s.path)
	}
	err = explainCode(s.path, doing, err)
	if errors.Is(err, ErrDamaged) {
		s.damaged.Store(true)
	}
	return err
}

func explainCode(path, doing string, err error) error {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		if errors.Is(err, syscall.EFBIG) {
			return tooLarge(path, doing, err)
		}
		return fmt.Errorf("cannot %s: %w", attempt(doing, path), err)
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL: // as lockIsToBlame has them
		return failure(ErrLocked, err, "cannot %s: the history %s "+isLocked, doing, path)
	case sqlite3.SQLITE_FULL:
		return failure(ErrDiskFull, err, "cannot %s: no room is left for the history %s; free some space on its disk and it goes on by itself", doing, path)
	case sqlite3.SQLITE_NOTADB:
		return failure(ErrNotHistory, err, "cannot %s: %s is not a database; it was left as it is, name another file with --db", doing, path)
	case sqlite3.SQLITE_CORRUPT:
		return failure(ErrDamaged, err, "cannot %s: the history %s is damaged (%v); move it away to start a new one, or name another file with --db", doing, path, err)
	case sqlite3.SQLITE_CANTOPEN:
		return failure(ErrReadOnly, err, "cannot %s: the history %s or its folder cannot be opened (%v); make both writable, raise \"ulimit -n\", or name another file with --db", doing, path, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return failure(ErrReadOnly, err, "cannot %s: the history %s or its folder cannot be written (%v); make both writable, or name another file with --db", doing, path, err)
	case sqlite3.SQLITE_IOERR:
		if cannotGrow(path, se.Code()) {
			return tooLarge(path, doing, err)
		}
		return fmt.Errorf("cannot %s: the disk of the history %s answers with errors (%w); check the disk and its free space", doing, path, err)
	}
	return fmt.Errorf("cannot %s: %w", attempt(doing, path), err)
}

// cannotGrow reports whether an error of the disk is that a file would be larger than this process may write.
func cannotGrow(path string, code int) bool {
	switch code {
	case sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE:
	default:
		return false
	}
	limit, limited := fileSizeLimit()
	size := int64(64 << 10) // more than any of the files grows by at once, but for what the log has
	for _, name := range []string{path, path + logSuffix} {
		if info, err := os.Stat(name); err == nil {
			size += info.Size()
		}
	}
	return limited && size > limit
}

// tooLarge says that a file would be larger than this process may write.
func tooLarge(path, doing string, err error) error {
	limit, _ := fileSizeLimit()
	return failure(ErrDiskFull, err, "cannot %s: the history %s would be larger than files may be, %d bytes (\"ulimit -f\"); raise that and start again, or name another file with --db", doing, path, limit)
}

// rowIsToBlame reports whether an error is about a value that was to be stored, so that other rows may
// still be stored; all else (a full disk, a lock, damage) concerns every row.
func rowIsToBlame(err error) bool {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return true
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_ERROR:
		return true
	}
	return false
}

// lockIsToBlame reports whether another program kept the transaction from being made at all.
func lockIsToBlame(err error) bool {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return false
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return true
	}
	return false
}
