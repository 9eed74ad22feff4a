package store

import (
	"errors"
	"time"
)

// transaction runs do under the write lock and commits it, or leaves nothing of it. Where another program has the lock it
// gives up w.wait after it was asked for, but has a fifth of that where it waited for the writer so long; and hardly any of
// it where that waited for the lock, too.
func (w *writer) transaction(asked time.Time, do func() error) error {
	least := w.wait / 5
	if asked.Before(w.gaveUp) {
		least = min(least, pollWait)
	}
	w.until = latest(asked.Add(w.wait), time.Now().Add(least))
	w.committed = false
	err := w.transact(do)
	if errors.Is(err, ErrLocked) || lockIsToBlame(err) {
		w.gaveUp = time.Now()
	}
	return err
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// transact is transaction until w.until.
func (w *writer) transact(do func() error) error {
	if w.taken {
		if err := w.putBack(); err != nil {
			return err
		}
	}
	if err := w.look(); err != nil {
		return err
	}
	// The history is this program's alone until it was looked at after the commit and the mark is written.
	waited := time.Now()
	if err := w.s.hold(w.until); err != nil {
		return err
	}
	defer w.s.mark.free()
	w.patience()
	began := time.Now()
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		w.s.doubtLog(err)
		return w.mendTorn(err)
	}
	w.count, w.attempts, w.deliveries = nil, 0, w.deliveries[:0]
	err := do()
	if err == nil {
		commits := time.Now()
		err = w.exec("COMMIT")
		w.commit, w.committed = time.Since(commits), err == nil
	}
	if err == nil && w.s.logGap() {
		return w.mendCommitted(true)
	}
	if err == nil {
		if w.count != nil {
			known := *w.count // which may be behind, where nothing was made
			w.leaveOut(&known)
			w.known = known
			w.trim.see(w.s, w.count)
			if err := w.s.mark.see(w.count.nextCallback, w.count.nextMessage); err != nil {
				w.s.log.Debug("the mark of the history was not written", "err", err)
			}
		}
		w.trim.seeAttempts(w.s, w.attempts)
		w.took = time.Since(began)
		w.s.stats.committed(time.Since(waited), w.deliveries)
	}
	if err != nil {
		// SQLite may have rolled back by itself; then there is nothing to roll back, and no harm.
		_, _ = w.conn.ExecContext(w.ctx, "ROLLBACK")
		w.s.doubtLog(err)
		return w.mendTorn(err)
	}
	if !w.s.stands() {
		return w.putBack() // before anybody is told that it is stored
	}
	if w.s.logCut() {
		return w.mendCommitted(false)
	}
	return nil
}

// patience has SQLite wait for its locks no longer than is left of the time to wait for other programs.
func (w *writer) patience() {
	left := w.left()
	if d := left - w.waits; d.Abs() < left/10 {
		return
	}
	if _, err := w.conn.ExecContext(w.ctx, "PRAGMA busy_timeout = "+ms(left)); err == nil {
		w.waits = left
	}
}

// left is how long other programs may be waited for still.
func (w *writer) left() time.Duration { return max(time.Until(w.until), time.Millisecond) }

// mendCommitted is mendLog after a commit, which fails where what it wrote may be gone.
func (w *writer) mendCommitted(written bool) error {
	lost, err := w.mendLog(written)
	if err == nil && lost {
		return failure(ErrTaken, nil, "the log of the history %s was emptied or cut while it was written: what came at that moment is not kept", w.s.path)
	}
	return err
}

// look mends a log that was cut: before anything is written into it.
func (w *writer) look() error {
	var err error
	switch {
	case w.shut:
	case w.s.logCut():
		_, err = w.mendLog(false)
	case w.forgot != nil:
		if err = w.s.hold(w.until); err == nil {
			_, err = w.goOn()
			w.s.mark.free()
		}
	}
	return err
}
