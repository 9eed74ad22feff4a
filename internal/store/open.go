package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// busyTimeout is how long a transaction waits for another process to give up the write lock.
	busyTimeout = 5 * time.Second
	// readers is the size of the pool of read-only connections.
	readers = 4
	magic   = "SQLite format 3\x00"
)

func (s *Store) open(ctx context.Context) error {
	if err := s.keepStrayLog(); err != nil {
		return err
	}
	made, err := prepareFile(s.path)
	if err != nil {
		return err
	}
	if made { // the mark beside it, if there is one, is of another
		_ = os.Remove(s.path + markSuffix)
	}
	s.mark.free() // where it is opened anew
	s.mark = committed{}
	if !s.ephemeral {
		s.mark.path = s.path + markSuffix
	}
	// What another program is about to write again after its log was cut is not missing. In this order: what is in the
	// mark was committed before the history is looked at.
	until := time.Now().Add(busyTimeout)
	alone, err := s.holdToOpen(until)
	if err != nil {
		return err
	}
	defer s.mark.free()
	// The same durability for half the time of a commit; not there on macOS and Windows.
	_, _ = sqlite.Fdatasync(true)
	if err := registerFunctions(); err != nil {
		return s.explain(doingOpen, err)
	}

	if s.writeDB, err = sql.Open("sqlite", dsn(s.path, "rw", busyTimeout)); err != nil {
		return s.explain(doingOpen, err)
	}
	s.writeDB.SetMaxOpenConns(1)
	if s.conn, err = s.writeDB.Conn(ctx); err != nil {
		return s.explain(doingOpen, err)
	}
	fresh, err := s.settle(ctx)
	if err != nil {
		return s.explain(doingOpen, err)
	}
	if !s.ephemeral {
		if err := s.compare(ctx, fresh, alone, until); err != nil {
			return err
		}
	}
	// A file that was given may have been made by hand with wider rights.
	if info, err := os.Stat(s.path); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(s.path, 0o600); err != nil {
			s.log.Warn("history is readable for others", "path", s.path, "err", err)
		}
	}

	pool, err := sql.Open("sqlite", dsn(s.path, "ro", busyTimeout))
	if err != nil {
		return s.explain(doingOpen, err)
	}
	pool.SetMaxOpenConns(readers)
	pool.SetMaxIdleConns(readers)
	if s.readDB == nil {
		s.readDB = newReading(pool)
	} else {
		s.readDB.use(pool)
	}
	if _, err := s.totals(ctx, pool); err != nil {
		return err
	}
	place, err := s.settled()
	if err != nil {
		return failure(ErrReadOnly, err, "cannot open the history %s: it was taken away at once: %v; name another file with --db", s.path, reason(err))
	}
	s.place = place
	return nil
}

// dsn names a file to SQLite; wait is how long its locks are waited for.
func dsn(path, mode string, wait time.Duration) string {
	if runtime.GOOS == "windows" {
		path = filepath.ToSlash(path)
		if filepath.VolumeName(path) != "" {
			path = "/" + path
		}
	}
	q := url.Values{"mode": {mode}, "_busy_timeout": {ms(wait)}, "_dqs": {"0"}, "_error_rc": {"1"}, "_defensive": {"1"}}
	// Of a pool's connection: 8 MiB of pages, and sorts in memory.
	q["_pragma"] = []string{"cache_size(-8192)", "temp_store(memory)"}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// prepareFile makes the folder and the file where they are missing, and refuses what cannot be a
// history before SQLite touches it. made tells that there was none.
func prepareFile(path string) (made bool, err error) {
	if path == "" || strings.ContainsRune(path, 0) {
		return false, failure(ErrReadOnly, nil, "cannot open the history: %q is no file name; name another file with --db", path)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, failure(ErrReadOnly, err, "cannot make the folder %s for the history: %v; name another file with --db", dir, reason(err))
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			if _, err := os.Stat(path); err == nil {
				return prepareFile(path) // another program was first
			}
		}
		if err != nil {
			return false, failure(ErrReadOnly, err, "cannot make the history %s: %v; make its folder writable, or name another file with --db", path, reason(err))
		}
		return true, f.Close()
	case err != nil:
		return false, failure(ErrReadOnly, err, "cannot open the history %s: %v; name another file with --db", path, reason(err))
	case info.IsDir():
		return false, failure(ErrNotHistory, nil, "cannot open the history %s: it is a folder; name a file with --db, as %s", path, filepath.Join(path, "history.db"))
	case !info.Mode().IsRegular():
		return false, failure(ErrNotHistory, nil, "cannot open the history %s: it is no regular file; name another file with --db", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false, failure(ErrReadOnly, err, "cannot open the history %s for writing: %v; make it writable, or name another file with --db", path, reason(err))
	}
	defer f.Close()
	head := make([]byte, len(magic))
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, failure(ErrDamaged, err, "cannot read the history %s: %v; check the disk, or name another file with --db", path, reason(err))
	}
	if n > 0 && !bytes.Equal(head[:n], []byte(magic)) {
		return false, failure(ErrNotHistory, nil, "cannot open the history %s: it is not a database; it was left as it is, name another file with --db", path)
	}
	return false, nil
}

// reason is an error of the file system without the paths that the sentence names already.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		var no syscall.Errno
		if errors.As(pe.Err, &no) {
			return no
		}
		return pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		return le.Err
	}
	return err
}

// settle makes sure that the file is a history of this version, making or migrating it, and sets the
// connection up. A file of another program is only read. fresh tells that nothing was in it.
func (s *Store) settle(ctx context.Context) (fresh bool, err error) {
	state, err := readState(ctx, s.conn)
	if err != nil {
		return false, err
	}
	if err := state.check(s.path); err != nil {
		return false, err
	}
	// Switching to WAL does not wait for a lock as other statements do.
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		var mode string
		err := s.conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		if err == nil && mode != "wal" {
			return false, failure(ErrReadOnly, nil, "cannot open the history %s: its file system has no shared memory for SQLite's write-ahead log; name a file on a local disk with --db", s.path)
		}
		if err == nil {
			break
		}
		var se *sqlite.Error
		if !errors.As(err, &se) || se.Code()&0xff != sqlite3.SQLITE_BUSY || wait >= 100*time.Millisecond {
			return false, err
		}
		select {
		case <-ctx.Done():
			return false, err
		case <-time.After(wait):
		}
	}
	if _, err := s.conn.ExecContext(ctx, "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 500"); err != nil {
		return false, err
	}
	return state.application == 0, migrate(ctx, s.conn, s.path)
}
