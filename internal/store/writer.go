package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"sync/atomic"
	"time"
)

const (
	// queueSize is how many requests wait at most; one more is refused, so that the server answers 503.
	queueSize = 8192
	// maxBatch is how many callbacks are stored in one transaction at most, and how many attempts.
	maxBatch = 512
	// maxAttemptBytes is about how much of attempts goes into one transaction, so that callbacks that are in
	// it, or come while it is written, do not wait for more.
	maxAttemptBytes = 1 << 20
	// pollInterval is how often another process's changes are looked for while anybody subscribes.
	pollInterval = 150 * time.Millisecond
	// pollWait is how long that waits for other programs, while requests wait for it.
	pollWait = 10 * time.Millisecond
)

// request is what the writer is asked to do: keep a callback or an attempt, or run a function in a
// transaction.
type request struct {
	ctx      context.Context
	callback *pending
	attempt  *sent
	do       func() error
	at       time.Time   // when it came
	begun    atomic.Bool // of do: it is being done, or will never be, whichever side was first
	quiet    bool        // wake nobody
	done     chan error  // has room for the one answer
}

// writer owns the write connection. All its methods run in its goroutine.
type writer struct {
	s        *Store
	ctx      context.Context
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	version  int64      // PRAGMA data_version: changes with another process's commits alone
	batch    []*request // callbacks
	tries    []*request // attempts
	rows     []*messageRow
	args     []any
	count    *counters // as the running transaction read and changed them; nil when it did not
	attempts int64     // that there are after the running transaction, where it stored any
	trim     trimmer

	took       time.Duration   // by the last transaction that was committed, once it had the history for itself
	commit     time.Duration   // of that, by the COMMIT: what the disk takes
	committed  bool            // the last transaction was committed, after which an error is no proof that nothing is stored
	deliveries []time.Duration // that the running transaction completes

	wait   time.Duration // for other programs, of all that one transaction or look needs together
	until  time.Time     // when that is over
	waits  time.Duration // for a lock of SQLite, as the connection has it
	gaveUp time.Time     // when that was over last for a transaction

	known  counters   // as this process saw them last
	forgot *forgotten // nil but between reading a log anew that was cut and going on with it

	taken    bool   // the files were not where they are looked for
	shut     bool   // there is no connection: opening what is in their place failed
	kept     string // where all that was stored is kept, since their place has something else
	identity int64  // of the history that is or was open
}

func newWriter(ctx context.Context, s *Store) (*writer, error) {
	w := &writer{s: s, ctx: context.Background(), conn: s.conn, prepared: map[string]*sql.Stmt{}, identity: s.mark.identity, wait: busyTimeout, waits: busyTimeout}
	if err := w.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&w.version); err != nil {
		return nil, err
	}
	return w, w.know(ctx)
}

// ask queues r and waits for its answer. The queue never blocks: it takes r or refuses it. A function that
// has begun when r's context ends is waited for.
func (s *Store) ask(doing string, r *request) error {
	if err := r.ctx.Err(); err != nil {
		return s.explain(doing, err)
	}
	r.done, r.at = make(chan error, 1), time.Now()
	s.mu.RLock()
	if s.closed.Load() {
		s.mu.RUnlock()
		return failure(ErrClosed, nil, "cannot %s: the history %s is closed", doing, s.path)
	}
	select {
	case s.queue <- r:
		s.mu.RUnlock()
	default:
		s.mu.RUnlock()
		return failure(ErrQueueFull, nil, "cannot %s: %d requests wait for the history %s already; its disk is too slow for what comes in, try again later", doing, queueSize, s.path)
	}
	select {
	case err := <-r.done:
		return s.explain(doing, err)
	case <-r.ctx.Done():
		if r.do != nil && !r.begun.CompareAndSwap(false, true) {
			return s.explain(doing, <-r.done) // what it works on is not the caller's before it has ended
		}
		return s.explain(doing, r.ctx.Err())
	}
}

// run serves the queue until it is closed and empty.
func (w *writer) run() {
	defer func() {
		w.until = time.Now().Add(w.wait)
		w.s.unmended = w.look() != nil
		// SQLite keeps a connection open, and the log with it, as long as it has statements.
		for _, st := range w.prepared {
			_ = st.Close()
		}
		close(w.s.done)
	}()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	measure := time.NewTicker(sizeEvery)
	defer measure.Stop()
	for {
		if w.trim.late() {
			w.trimChunk()
		}
		select {
		case r, open := <-w.s.queue:
			if !open {
				// The other queue was closed with it.
				for r := range w.s.attempts {
					w.serve(r)
				}
				return
			}
			for r != nil {
				r = w.serve(r)
			}
		case r, open := <-w.s.attempts:
			if !open {
				continue // the other queue is closed too, and is emptied first
			}
			for r != nil {
				r = w.serve(r)
			}
		case <-w.trim.due:
			if !w.trim.went || len(w.s.queue)+len(w.s.attempts) == 0 {
				w.trimChunk()
			}
		case <-tick.C:
			w.poll()
		case <-measure.C:
			w.s.measure()
		}
	}
}

// serve does r. What is to be kept is kept together with all that is queued behind it, callbacks first;
// the request that was taken from the queue without being done is given.
func (w *writer) serve(r *request) (next *request) {
	w.trim.went = false
	if r.do != nil {
		if !r.begun.CompareAndSwap(false, true) {
			return nil // nobody waits for it any more
		}
		err := r.ctx.Err()
		if err == nil {
			err = w.transaction(r.at, r.do)
		}
		if err == nil && !r.quiet {
			w.s.followers.changed()
		}
		r.done <- err
		if err == nil && !r.quiet {
			w.s.subscribers.wake(true)
		}
		return nil
	}
	w.batch, w.tries = w.batch[:0], w.tries[:0]
	bytes := 0
	if r.callback != nil {
		w.batch = append(w.batch, r)
	} else {
		w.tries, bytes = append(w.tries, r), r.attempt.bytes
	}
	next = w.takeCallbacks()
	w.takeAttempts(bytes)
	w.trim.stored += len(w.batch) + len(w.tries)
	w.store(w.batch, w.tries)
	clear(w.batch)
	clear(w.tries)
	return next
}

// takeCallbacks fills the batch with the callbacks that are queued, and gives what comes after them.
func (w *writer) takeCallbacks() (next *request) {
	for len(w.batch) < maxBatch {
		select {
		case r := <-w.s.queue:
			if r == nil || r.callback == nil {
				return r
			}
			w.batch = append(w.batch, r)
		default:
			return nil
		}
	}
	return nil
}

// takeAttempts adds the attempts that are queued to those of so many bytes.
func (w *writer) takeAttempts(bytes int) {
	for len(w.tries) < maxBatch && bytes < maxAttemptBytes {
		select {
		case r := <-w.s.attempts:
			if r == nil {
				return
			}
			w.tries = append(w.tries, r)
			bytes += r.attempt.bytes
		default:
			return
		}
	}
}

// store keeps callbacks and attempts in one transaction and answers who waits for them.
func (w *writer) store(callbacks, attempts []*request) {
	callbacks, attempts = alive(callbacks), alive(attempts)
	if len(callbacks)+len(attempts) == 0 {
		return
	}
	asked := time.Now() // attempts have no bound
	if len(callbacks) > 0 {
		asked = callbacks[0].at
	}
	err := w.transaction(asked, func() error {
		if len(callbacks) > 0 {
			if err := w.record(callbacks); err != nil {
				return err
			}
		}
		return w.putAttempts(attempts)
	})
	switch {
	case err == nil:
	case w.committed: // none is tried again: it could be stored twice
		w.s.log.Error("what came after a commit failed", "callbacks", len(callbacks), "attempts", len(attempts), "err", err)
	case w.someHaveTime(err, callbacks, attempts):
		over := w.over(callbacks)
		w.s.log.Error("callbacks were not stored", "callbacks", over, "err", err)
		for _, r := range callbacks[:over] {
			r.done <- err
		}
		w.store(callbacks[over:], attempts)
		return
	case errors.As(err, new(*Error)): // of the files, not of what was to be stored
		w.s.log.Error("a batch was not stored", "callbacks", len(callbacks), "attempts", len(attempts), "err", err)
	case len(callbacks) > 0 && len(attempts) > 0 && !lockIsToBlame(err):
		// No attempt keeps a callback from being stored.
		w.store(callbacks, nil)
		w.store(nil, attempts)
		return
	case len(callbacks)+len(attempts) > 1 && rowIsToBlame(err):
		w.s.log.Warn("a batch was not stored, trying each alone", "callbacks", len(callbacks), "attempts", len(attempts), "err", err)
		for i := range callbacks {
			w.store(callbacks[i:i+1:i+1], nil)
		}
		for i := range attempts {
			w.store(nil, attempts[i:i+1:i+1])
		}
		return
	default:
		w.s.log.Error("a batch was not stored", "callbacks", len(callbacks), "attempts", len(attempts), "err", err)
	}
	if err == nil {
		w.trim.committed(w.commit)
		w.s.followers.recorded(callbacks)
	}
	for _, r := range callbacks {
		r.done <- err
	}
	for _, r := range attempts {
		r.done <- err
	}
	if err == nil {
		w.s.subscribers.wake(len(callbacks) > 0)
	}
}

// someHaveTime tells whether a batch failed for the lock alone, and only for those in it that had waited long enough for it.
func (w *writer) someHaveTime(err error, callbacks, attempts []*request) bool {
	over := w.over(callbacks)
	return (errors.Is(err, ErrLocked) || lockIsToBlame(err)) && over > 0 && over < len(callbacks)+len(attempts)
}

// over is how many of callbacks, the oldest, have waited as long as they may.
func (w *writer) over(callbacks []*request) int {
	n := 0
	for n < len(callbacks) && time.Since(callbacks[n].at) >= w.wait {
		n++
	}
	return n
}

// alive gives the requests that somebody still waits for, in the place of all.
func alive(batch []*request) []*request {
	live := batch[:0]
	for _, r := range batch {
		if err := r.ctx.Err(); err != nil {
			r.done <- err
			continue
		}
		live = append(live, r)
	}
	return live
}

// poll wakes the subscribers when another process has changed the history.
func (w *writer) poll() {
	if !w.taken {
		w.until = time.Now().Add(pollWait)
		_ = w.look() // who writes next is told
		if _, err := os.Stat(w.s.path); w.s.serves && errors.Is(err, fs.ErrNotExist) {
			_ = w.putBack()
		}
	}
	if !w.s.subscribers.any() {
		return
	}
	stmt, err := w.stmt("PRAGMA data_version")
	if err != nil {
		return
	}
	var version int64
	if err := stmt.QueryRowContext(w.ctx).Scan(&version); err != nil || version == w.version {
		return
	}
	w.version = version
	_ = w.know(w.ctx)
	w.s.followers.changed()
	w.s.subscribers.wake(true)
}

// stmt gives the prepared statement of query.
func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if st, ok := w.prepared[query]; ok {
		return st, nil
	}
	st, err := w.conn.PrepareContext(w.ctx, query)
	if err != nil {
		return nil, err
	}
	w.prepared[query] = st
	return st, nil
}

func (w *writer) exec(query string, args ...any) error {
	st, err := w.stmt(query)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(w.ctx, args...)
	return err
}

func (w *writer) query(query string, args ...any) (*sql.Rows, error) {
	st, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(w.ctx, args...)
}
