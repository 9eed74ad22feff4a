package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"modernc.org/sqlite"
)

// mendLog goes on with a history of which the log was cut: with all that was in it where that is still known, else with
// what is in its file. No ID is given again. Nothing is written before, nor by another program meanwhile. written is
// whether something was written over the gap, which then reads as zeros; lost is whether what was in it may be gone.
func (w *writer) mendLog(written bool) (lost bool, err error) {
	s := w.s
	if err := s.hold(w.until); err != nil {
		return true, err
	}
	defer s.mark.free()
	kept := ""
	if !written && s.logCut() && s.logAlone() {
		if kept = w.copyKnown(); kept == "" { // another program may know it, and looks as often as this one
			s.mark.free()
			for end := time.Now().Add(othersMend); s.logCut() && time.Now().Before(end); {
				time.Sleep(pollInterval / 10)
			}
			if err := s.hold(w.until); err != nil {
				return true, err
			}
		}
	}
	// What retention took away may be there again.
	w.trim = trimmer{}
	if !s.logCut() && !(written && s.logTorn()) { // another program has mended it, and tells what is lost
		_ = os.Remove(kept)
		s.followers.changed()
		s.subscribers.wake(true)
		return true, w.know(w.ctx)
	}
	lost, err = s.forgetCut()
	if err != nil {
		_ = os.Remove(kept)
		return true, failure(ErrTaken, err, "the log of the history %s was emptied or cut while it is in use, and cannot be read anew: %v; start this program again", s.path, reason(err))
	}
	before := w.forgot
	w.forgot = &forgotten{kept: kept, lost: lost || written}
	if before != nil {
		w.forgot.lost = w.forgot.lost || before.lost
		if kept == "" {
			w.forgot.kept = before.kept
		}
	}
	s.followers.changed()
	defer s.subscribers.wake(true)
	return w.goOn()
}

// othersMend is how long another program may need to begin to mend a log of which this one does not know all.
var othersMend = 2 * pollInterval

// copyKnown writes all that is stored into a new file, where all of it is in the history's file or in memory, and gives
// its name. Pages in memory are as they were; one that is not there is an error.
func (w *writer) copyKnown() string {
	path := w.s.keptName()
	if err := w.copyTo(path); err != nil {
		w.s.log.Warn("what was in a log that was cut is not known", "err", err)
		return ""
	}
	return path
}

// forgotten is a log that was cut and is read anew, of which the rest has not been done yet.
type forgotten struct {
	kept string // where all that was in the history is kept; empty for nowhere
	lost bool   // what was in the log alone may be gone
	told string // what the user was told of it last
}

// keptAll is said of what is kept, behind its name: that comes first, for a screen may have no room for the rest.
const keptAll = " has all that was in the history. "

// goOn does the rest of mendLog. It is done again where it fails, as while another program holds the lock.
func (w *writer) goOn() (lost bool, err error) {
	s, kept, lost := w.s, w.forgot.kept, w.forgot.lost
	what := fmt.Sprintf("The log of the history %s was emptied or cut while it is in use.", s.path)
	was := w.known
	// Others may have stored something since.
	mark := s.mark.mine()
	theirs := max(mark.next-was.nextCallback, 0)
	if mark.message <= was.nextMessage { // or an earlier version stored it, which notes no messages: a callback made one at most
		was.nextMessage += theirs
	}
	was.nextMessage, was.nextCallback = max(was.nextMessage, mark.message), was.nextCallback+theirs
	w.patience()
	var left counters
	err = migrate(w.ctx, w.conn, s.path) // of a new history not even the tables need have been in the file
	if err == nil {
		left, err = w.counted(w.ctx)
	}
	if err != nil {
		if kept != "" {
			w.tellOnce(kept + keptAll + what)
		}
		return true, s.explain("go on with", err)
	}
	w.known = was // what follows may fail
	if lost && kept != "" {
		switch err := w.restore(kept); {
		case err == nil:
			lost = false
			what += " All that was in it was still known and was written again, and nothing is lost."
		case lockIsToBlame(err):
			return true, s.explain("go on with", err)
		}
	} else if !lost {
		what += " All that was stored is in the history, and nothing is lost."
	}
	if lost {
		text := fmt.Sprintf("%s The history is as it was when its log was last moved into it: up to %d callbacks that were acknowledged since may be missing.", what, max(was.nextCallback-left.nextCallback, 0))
		if kept != "" {
			text = kept + keptAll + text
		}
		// In this order: what is not noted yet is told by the next program, where this one is killed.
		w.tellOnce(text)
		if err := w.neverAgain(was); err != nil {
			return true, s.explain("go on with", err)
		}
	} else {
		_ = os.Remove(kept)
		s.tell(what)
	}
	s.damaged.Store(false)
	w.forgot = nil
	return lost, w.know(w.ctx)
}

// tellOnce tells the user of a log that was cut, which is tried again.
func (w *writer) tellOnce(text string) {
	if w.forgot.told != text {
		w.forgot.told = text
		w.s.tell(text)
	}
}

// neverAgain has no ID given below these, and the mark beside the history still be its own.
func (w *writer) neverAgain(was counters) error {
	if mark := &w.s.mark; mark.path != "" {
		if err := w.exec("UPDATE identity SET number = ?", mark.identity); err != nil {
			return err
		}
	}
	return w.exec("UPDATE counters SET next_message = max(next_message, ?), next_callback = max(next_callback, ?)", was.nextMessage, was.nextCallback)
}

// restore writes the copy of the history at path into it, but where another process has written something into the
// history that is not in the copy.
func (w *writer) restore(path string) error {
	from, done, err := single(w.ctx, dsn(path, "rw", busyTimeout))
	if err != nil {
		return err
	}
	defer done()
	var b *sqlite.Backup
	err = from.Raw(func(c any) error {
		source, ok := c.(interface {
			NewBackup(to string) (*sqlite.Backup, error)
		})
		if !ok {
			return errors.ErrUnsupported
		}
		b, err = source.NewBackup(dsn(w.s.path, "rw", w.left()))
		return err
	})
	if err != nil {
		return err
	}
	// From the first page on nobody else writes; what is not finished is rolled back.
	if _, err = b.Step(1); err == nil {
		err = w.isIn(from)
	}
	if err == nil {
		_, err = b.Step(-1)
	}
	return errors.Join(err, b.Finish())
}

// isIn is an error where the newest rows of the history are not in a copy of it.
func (w *writer) isIn(from *sql.Conn) error {
	for table, when := range map[string]string{"callbacks": "received_at", "messages": "created_at"} {
		var id, at, there int64
		err := w.conn.QueryRowContext(w.ctx, "SELECT id, "+when+" FROM "+table+" ORDER BY id DESC LIMIT 1").Scan(&id, &at)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err == nil {
			err = from.QueryRowContext(w.ctx, "SELECT 1 FROM "+table+" WHERE id = ? AND "+when+" = ?", id, at).Scan(&there)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// know reads what IDs were given so far, by other processes too.
func (w *writer) know(ctx context.Context) error {
	c, err := w.counted(ctx)
	if err == nil {
		w.leaveOut(&c)
		w.known = c
	}
	return err
}

// counted reads the counters as they are in the history.
func (w *writer) counted(ctx context.Context) (c counters, err error) {
	err = w.conn.QueryRowContext(ctx, "SELECT "+countersText+" FROM counters").Scan(&c)
	return c, err
}

// notAgain is leaveOut for what a transaction is about to give. Where the history has less than the mark beside it, what was
// lost is told before that can no longer be seen: who mended the log was ended before it could. Where there is nobody to tell,
// the log of this program alone has it: no ID is left to be given twice for that.
func (w *writer) notAgain(c *counters) {
	mark := w.s.mark.mine()
	if lost := mark.next - max(c.nextCallback, w.s.mark.told); lost > 0 {
		w.s.tellLost(lost)
		w.s.mark.told = mark.next // where this transaction fails the next one finds the same
	}
	c.nextMessage, c.nextCallback = max(c.nextMessage, mark.message), max(c.nextCallback, mark.next)
	w.leaveOut(c)
}

// leaveOut has no ID given again that this process knows to be given.
func (w *writer) leaveOut(c *counters) {
	c.nextMessage, c.nextCallback = max(c.nextMessage, w.known.nextMessage), max(c.nextCallback, w.known.nextCallback)
}
