package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"dev.internal/plivoscope/internal/redact"
)

// Options say where the history is and how much of it is kept.
type Options struct {
	Path string // the file; empty for an ephemeral history, deleted on Close

	// Keep is how many valid callbacks are kept, KeepUnverified how many others; 0 for 1,000,000 and
	// 10,000. A hundredth more of each may be there: only then the oldest are taken away, down to the bound.
	Keep           int
	KeepUnverified int
	// KeepAttempts is how many attempts are kept, 0 for KeptAttempts, with the same hundredth more.
	KeepAttempts int

	Hide *redact.Tokens // what callbacks and attempts are kept without; nil for nothing

	// OnProblem is told of trouble with the file that the user should see, in a sentence, from any goroutine; nil for
	// nobody. It must not wait for the history.
	OnProblem func(text string)

	// Serves is that callbacks are taken from here: where the history is deleted it is written again at once, before the
	// next command finds nothing there and begins another. Else that is done with what is stored next.
	Serves bool

	// Reads is that only what is there is looked at: no program is waited for that has the history for itself, but one that
	// is about to write again what is missing.
	Reads bool

	Now    func() time.Time // nil for time.Now
	Logger *slog.Logger     // nil for none
}

// Store is the history: one writer, many readers. Its methods may be called from any goroutine.
type Store struct {
	path      string
	ephemeral bool
	keep      int64
	keepOther int64
	keepTries int64
	hide      *redact.Tokens
	now       func() time.Time
	log       *slog.Logger

	onProblem func(string)
	serves    bool
	reads     bool

	mark    committed
	place   place // of the writer goroutine alone, after Open
	logSize int64 // of the log when it was looked at last, likewise
	writeDB *sql.DB
	conn    *sql.Conn // of the writer goroutine alone
	readDB  *reading

	mu       sync.RWMutex // guards the queues against being closed while something is put in
	queue    chan *request
	attempts chan *request // those that keep attempts: they wait, and take no room from callbacks
	closed   atomic.Bool
	done     chan struct{} // closed when the writer has ended
	closing  sync.Once
	err      error // of Close

	damaged  atomic.Bool // was seen
	unmended bool        // the log was cut, and no checkpoint may read it; of who closes, after the writer ended

	size  atomic.Int64 // of the files, in bytes
	stats stats

	writer      *writer // its methods run in its goroutine alone
	subscribers subscribers
	followers   followers
}

// Open opens or makes the history. Its errors are one sentence with what to do. ctx bounds the opening
// alone.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{
		path: behindLinks(o.Path), keep: int64(o.Keep), keepOther: int64(o.KeepUnverified), keepTries: int64(o.KeepAttempts), hide: o.Hide,
		now: o.Now, log: o.Logger, onProblem: o.OnProblem, serves: o.Serves, reads: o.Reads,
		queue: make(chan *request, queueSize), attempts: make(chan *request, maxBatch), done: make(chan struct{}),
	}
	if s.keep <= 0 {
		s.keep = 1_000_000
	}
	if s.keepOther <= 0 {
		s.keepOther = 10_000
	}
	if s.keepTries <= 0 {
		s.keepTries = KeptAttempts
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.path == "" {
		dir, err := os.MkdirTemp("", "plivoscope-")
		if err != nil {
			return nil, failure(ErrReadOnly, err, "cannot make a folder for an ephemeral history: %v; set TMPDIR to a folder that can be written", err)
		}
		s.path, s.ephemeral = filepath.Join(dir, "history.db"), true
	}
	if err := s.open(ctx); err != nil {
		s.release()
		if errors.Is(err, ErrDamaged) {
			if kept := s.salvage(ctx); kept != "" {
				err = failure(ErrDamaged, err, "%v; %s", err, kept)
			}
		}
		return nil, err
	}
	w, err := newWriter(ctx, s)
	if err != nil {
		s.release()
		return nil, s.explain("prepare to write", err)
	}
	s.writer = w
	if err := w.doubtForgotten(); err != nil {
		s.log.Warn("sends that a program left behind could not be marked", "err", err)
	}
	s.measure()
	go w.run()
	return s, nil
}

// Path is the history's file.
func (s *Store) Path() string { return s.path }

// Close commits what is queued and closes the file. What comes later gets ErrClosed. Where the history turned out to be
// damaged its error says where that is kept which can be read.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.mu.Lock()
		s.closed.Store(true)
		close(s.queue)
		close(s.attempts)
		s.mu.Unlock()
		<-s.done
		s.err = s.release()
		if s.damaged.Load() && !s.ephemeral {
			kept := s.salvage(context.Background())
			if kept == "" {
				kept = "nothing of it can be read; move it away to start a new one, or name another file with --db"
			}
			s.err = failure(ErrDamaged, s.err, "the history %s is damaged: %s", s.path, kept)
		}
	})
	return s.err
}

// release closes the connections, the writing one last: it then moves the write-ahead log into the
// file.
func (s *Store) release() error {
	var err error
	if s.readDB != nil {
		err = s.readDB.Close()
	}
	if s.unmended {
		// The last connection that is closed moves the log into the file: the system closes them with the process.
		return failure(ErrTaken, err, "the log of the history %s was emptied or cut while it was in use, and could not be read anew", s.path)
	}
	if s.stray() {
		return err // likewise, and deletes the log of the other, by its name
	}
	if s.conn != nil {
		// Where another process still reads, the log stays: no harm, it is read with the file.
		_, _ = s.conn.ExecContext(context.Background(), "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)")
		_ = s.conn.Close()
	}
	if s.writeDB != nil {
		if e := s.writeDB.Close(); err == nil {
			err = e
		}
	}
	s.dropIndexes()
	if s.ephemeral {
		if e := os.RemoveAll(filepath.Dir(s.path)); err == nil {
			err = e
		}
	}
	if err != nil {
		return explainCode(s.path, doingClose, err)
	}
	return nil
}
