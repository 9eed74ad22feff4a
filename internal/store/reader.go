package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// ErrOlder says that a history has to be brought up to date before it can be looked at: what opens it does that.
var ErrOlder = errors.New("written by an older version of plivoscope")

// Reader looks at a history and leaves no trace: nothing is made, migrated or repaired, and no file comes
// beside it. It is for what has to be quick and must not be in the way of a program that runs.
type Reader struct{ s *Store }

// OpenReader opens the history at path to be looked at. One that is not there, of another program or
// of another version of this one is an error: fs.ErrNotExist,
// ErrNotHistory, ErrNewer and ErrOlder among them.
func OpenReader(ctx context.Context, path string) (*Reader, error) {
	path = behindLinks(path)
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot look at the history %s: %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, failure(ErrNotHistory, nil, "cannot look at the history %s: it is no regular file; name another file with --db", path)
	}
	if err := registerFunctions(); err != nil {
		return nil, err
	}
	source := dsn(path, "ro", readerPatience)
	// Without a log beside it nothing is being written, and the file is all. SQLite would otherwise make the log
	// and its index, to tell others that it reads. A log beside an empty file it would delete.
	if _, err := os.Stat(path + logSuffix); errors.Is(err, fs.ErrNotExist) || info.Size() == 0 {
		source += "&immutable=1"
	}
	pool, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, explainCode(path, doingOpen, err)
	}
	r := &Reader{&Store{path: path, now: time.Now, log: slog.New(slog.DiscardHandler), readDB: newReading(pool)}}
	if err := r.check(ctx, pool); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// readerPatience is how long a Reader waits for who holds the file.
const readerPatience = 50 * time.Millisecond

func (r *Reader) check(ctx context.Context, pool *sql.DB) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return r.s.explain(doingOpen, err)
	}
	defer conn.Close()
	st, err := readState(ctx, conn)
	if err != nil {
		return r.s.explain(doingOpen, err)
	}
	if err := st.check(r.s.path); err != nil {
		return err
	}
	if st.version != len(migrations) {
		return failure(ErrOlder, nil, "cannot look at the history %s: an older version of plivoscope wrote it; it is brought up to date when the program next runs on it", r.s.path)
	}
	return nil
}

// Messages gives the rows of a window, as Store.Messages does.
func (r *Reader) Messages(ctx context.Context, w Window) ([]plivo.Message, error) {
	return r.s.Messages(ctx, w)
}

// Callbacks gives the rows of a window, as Store.Callbacks does.
func (r *Reader) Callbacks(ctx context.Context, w Window) ([]webhook.Callback, error) {
	return r.s.Callbacks(ctx, w)
}

// Custodies gives what is owed for an account's applications, as Store.Custodies does.
func (r *Reader) Custodies(ctx context.Context, authID string) ([]Custody, error) {
	return r.s.Custodies(ctx, authID)
}

// Lease gives the lease of a live server on this history; false where there is none or it is stale.
func (r *Reader) Lease(ctx context.Context) (Lease, bool, error) { return r.s.Lease(ctx) }

// Check looks through all pages of the history, which takes about a second for 300 MB, and gives ErrDamaged where they do
// not fit together. Where ctx ends before, nothing is wrong with what was looked at.
func (r *Reader) Check(ctx context.Context) error {
	var says string
	err := r.s.readDB.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&says)
	if err = interrupted(ctx, err); err != nil && ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return r.s.explain("look through", err)
	}
	if says != "ok" {
		return failure(ErrDamaged, nil, "the history %s is damaged", r.s.path)
	}
	return nil
}

// Close lets the file go.
func (r *Reader) Close() error { return r.s.release() }
