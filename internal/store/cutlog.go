package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What SQLite's file format says of the log and of its index: https://www.sqlite.org/walformat.html.
const (
	logHead     = 32 // bytes before the first frame
	frameHead   = 24 // bytes of a frame before its page
	indexHeader = 48 // bytes, which are there twice
	indexInfo   = 2*indexHeader + 4
)

// indexes are the indexes of logs that were looked at. Closing one would give up all locks that SQLite has on it in
// this process, so they stay open.
var indexes struct {
	sync.Mutex
	open []*os.File
}

// indexOf opens the index of this history's log, once.
func (s *Store) indexOf() (*os.File, error) {
	indexes.Lock()
	defer indexes.Unlock()
	at, err := os.Stat(s.path + indexSuffix)
	if err != nil {
		return nil, err
	}
	for _, f := range indexes.open {
		if info, err := f.Stat(); err == nil && os.SameFile(info, at) {
			return f, nil
		}
	}
	f, err := os.OpenFile(s.path+indexSuffix, os.O_RDWR, 0)
	if err == nil {
		indexes.open = append(indexes.open, f)
	}
	return f, err
}

// logState is what the index says of the log.
type logState struct {
	pageSize int64
	frames   int64 // that are valid
	moved    int64 // of these, from the first on, are in the file too
}

func (l logState) frame(n int64) int64 { return logHead + n*(frameHead+l.pageSize) }

// readIndex reads what the index says, and its bytes.
func readIndex(index io.ReaderAt) (l logState, raw []byte, err error) {
	raw = make([]byte, indexInfo)
	if _, err := index.ReadAt(raw, 0); err != nil {
		return l, nil, err
	}
	l.pageSize = int64(binary.NativeEndian.Uint16(raw[14:]))
	if l.pageSize == 1 {
		l.pageSize = 1 << 16
	}
	l.frames = int64(binary.NativeEndian.Uint32(raw[16:]))
	l.moved = int64(binary.NativeEndian.Uint32(raw[2*indexHeader:]))
	return l, raw, nil
}

// logCut tells whether the log is shorter than what is in it: somebody else emptied or cut it. SQLite would write the
// next frame where the log ended, and take the gap before that for pages of zeros. It is shortened rightly only by
// who closes the history after all of it was moved into the file.
func (s *Store) logCut() bool {
	if s.place.log == nil {
		return false
	}
	now, err := os.Stat(s.path + logSuffix)
	if err != nil || !os.SameFile(s.place.log, now) {
		return false
	}
	if now.Size() >= s.logSize {
		s.logSize = now.Size()
		return false
	}
	index, err := s.indexOf()
	if err != nil {
		return true
	}
	for range 10 {
		l, before, err := readIndex(index)
		if err != nil {
			return true
		}
		if now, err = os.Stat(s.path + logSuffix); err != nil {
			return false
		}
		_, after, err := readIndex(index)
		if err != nil {
			return true
		}
		if bytes.Equal(before, after) { // nobody wrote meanwhile
			if l.frames > 0 && now.Size() < l.frame(l.frames) {
				return true
			}
			s.logSize = now.Size()
			return false
		}
	}
	return false // it is being written, and looked at again soon
}

// logGap tells whether the log was cut while something was written: the last frame that was there before is not there.
func (s *Store) logGap() bool {
	if s.place.log == nil || s.logSize <= logHead {
		return false
	}
	f, err := os.Open(s.path + logSuffix)
	if err != nil {
		return false
	}
	defer f.Close() // SQLite has no locks on it
	now, err := f.Stat()
	if err != nil || !os.SameFile(s.place.log, now) {
		return false
	}
	head := make([]byte, logHead)
	if _, err := f.ReadAt(head, 0); err != nil {
		return false
	}
	l := logState{pageSize: int64(binary.BigEndian.Uint32(head[8:]))}
	if l.pageSize == 0 {
		return true
	}
	if now.Size() < s.logSize { // begun anew it may be longer than what is in it
		return s.incomplete(f)
	}
	if n := (s.logSize - logHead) / (frameHead + l.pageSize); n > 0 {
		frame := make([]byte, frameHead)
		_, err := f.ReadAt(frame, l.frame(n-1))
		return err == nil && binary.BigEndian.Uint32(frame) == 0 // no page has this number
	}
	return false
}

// incomplete tells whether frames are missing in the log that its index has.
func (s *Store) incomplete(log io.ReaderAt) bool {
	index, err := s.indexOf()
	if err != nil {
		return false
	}
	l, _, err := readIndex(index)
	return err == nil && l.left(log) < l.frames
}

// left counts the frames from the first on that the log still has.
func (l logState) left(log io.ReaderAt) (n int64) {
	head, frame, end := make([]byte, logHead), make([]byte, frameHead), make([]byte, 1)
	if _, err := log.ReadAt(head, 0); err != nil {
		return 0
	}
	for ; n < l.frames; n++ {
		if _, err := log.ReadAt(frame, l.frame(n)); err != nil || !bytes.Equal(frame[8:16], head[16:24]) {
			return n
		}
		if _, err := log.ReadAt(end, l.frame(n+1)-1); err != nil {
			return n
		}
	}
	return n
}

// forgetCut has SQLite read the log anew, as after a crash: all connections, of other processes too, then know that it
// has no more than it has. What is left of the log and is in the file already would bring pages back as they were
// before, and is left out. lost is whether something was in the log alone that it has no more.
func (s *Store) forgetCut() (lost bool, err error) {
	index, err := s.indexOf()
	if err != nil {
		return false, err
	}
	l, _, err := readIndex(index)
	if err != nil {
		return false, err
	}
	log, err := os.OpenFile(s.path+logSuffix, os.O_RDWR, 0)
	if err != nil {
		return false, err
	}
	defer log.Close() // SQLite has no locks on it
	left := l.left(log)
	if left <= l.moved {
		if err := log.Truncate(0); err != nil {
			return false, err
		}
	}
	if _, err := index.WriteAt(make([]byte, 2*indexHeader), 0); err != nil {
		return false, err
	}
	info, err := log.Stat()
	if err == nil {
		s.logSize = info.Size()
	}
	return l.frames > max(left, l.moved), err
}

// mendLog goes on with a history of which the log was cut: with all that was in it where that is still known, else with
// what is in its file. No ID is given again. Nothing is written before. written is whether something was written over
// the gap, which then reads as zeros; lost is whether what was in it may be gone.
func (w *writer) mendLog(written bool) (lost bool, err error) {
	s := w.s
	kept := ""
	if !written && s.logAlone() {
		// Pages that are kept in memory are as they were; one that is not is an error.
		path := s.keptName()
		if err := w.copyTo(path); err == nil {
			kept = path
		} else {
			s.log.Warn("what was in a log that was cut is not known", "err", err)
		}
	}
	if !written && !s.logCut() { // another program has mended it, and tells what is lost
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

// forgotten is a log that was cut and is read anew, of which the rest has not been done yet.
type forgotten struct {
	kept string // where all that was in the history is kept; empty for nowhere
	lost bool   // what was in the log alone may be gone
	told bool   // kept was told of
}

// goOn does the rest of mendLog. It is done again where it fails, as while another program holds the lock.
func (w *writer) goOn() (lost bool, err error) {
	s, kept, lost := w.s, w.forgot.kept, w.forgot.lost
	what := fmt.Sprintf("The log of the history %s was emptied or cut while it is in use.", s.path)
	was := w.known
	// Others may have stored something since; each callback of theirs made one message at most.
	if mark, err := readMark(s.path); err == nil && mark.identity == s.mark.identity && mark.next > was.nextCallback {
		was.nextMessage += mark.next - was.nextCallback
		was.nextCallback = mark.next
	}
	var left counters
	err = migrate(w.ctx, w.conn, s.path) // of a new history not even the tables need have been in the file
	if err == nil {
		left, err = w.counted(w.ctx)
	}
	if err != nil {
		if kept != "" && !w.forgot.told {
			w.forgot.told = true
			s.tell(what + " All that was in it is kept in " + kept + ".")
		}
		return true, s.explain("go on with", err)
	}
	missing := was.nextCallback - left.nextCallback
	w.known = was // what follows may fail
	if lost {     // at once: others go on storing
		if err := w.neverAgain(was); err != nil {
			return true, s.explain("go on with", err)
		}
	}
	switch {
	case !lost:
		_ = os.Remove(kept)
		s.tell(what + " All that was stored is in the history, and nothing is lost.")
	case kept != "" && w.restore(kept) == nil:
		_ = os.Remove(kept)
		lost = false
		s.tell(what + " All that was in it was still known and was written again, and nothing is lost.")
	default:
		text := fmt.Sprintf("%s The history is as it was when its log was last moved into it: up to %d callbacks that were acknowledged since may be missing.", what, max(missing, 0))
		if kept != "" {
			text += " All that was in it is kept in " + kept + "."
		}
		s.tell(text)
	}
	s.damaged.Store(false)
	w.forgot = nil
	return lost, w.know(w.ctx)
}

// logAlone tells whether the log had something that is not in the file.
func (s *Store) logAlone() bool {
	index, err := s.indexOf()
	if err != nil {
		return true
	}
	l, _, err := readIndex(index)
	return err != nil || l.frames > l.moved
}

// doubtLog has the next look be at what is in the log, where a read found its end too soon: another program may have
// written what is cut, and this one never seen the log as long as it was.
func (s *Store) doubtLog(err error) {
	var se *sqlite.Error
	if errors.As(err, &se) && se.Code() == sqlite3.SQLITE_IOERR_SHORT_READ {
		s.logSize = math.MaxInt64
	}
}

// neverAgain has no ID given below these, and the mark beside the history still be its own.
func (w *writer) neverAgain(was counters) error {
	if mark := w.s.mark; mark.path != "" {
		if err := w.exec("UPDATE identity SET number = ?", mark.identity); err != nil {
			return err
		}
	}
	return w.exec("UPDATE counters SET next_message = max(next_message, ?), next_callback = max(next_callback, ?)", was.nextMessage, was.nextCallback)
}

// restore writes the copy of the history at path into it, but where another process has written something into the
// history that is not in the copy.
func (w *writer) restore(path string) error {
	from, done, err := single(w.ctx, dsn(path, "rw"))
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
		b, err = source.NewBackup(dsn(w.s.path, "rw"))
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

// leaveOut has no ID given again that this process knows to be given: where the log was cut, another may have had it be
// read anew, and be about to note what was given before.
func (w *writer) leaveOut(c *counters) {
	c.nextMessage, c.nextCallback = max(c.nextMessage, w.known.nextMessage), max(c.nextCallback, w.known.nextCallback)
}
