package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// markSuffix is what the name of the mark has after that of the history.
const markSuffix = "-mark"

// committed is the mark beside a history: up to which IDs callbacks and messages were committed. SQLite takes a damaged
// log for one that ends before the damage; by the mark it is seen what was lost with the rest. It is written without a
// sync: after a crash of the system it may be behind, never ahead of what was synced.
//
// Who has the lock on it has the history alone: each transaction, who mends the log, and who looks whether all is there.
// The lock is on the mark, for closing a file that SQLite has locks on gives those up.
//
// It belongs to the writer's goroutine, after Open.
type committed struct {
	path     string   // empty for an ephemeral history, which no other program has
	file     *os.File // open while this program has the lock
	identity int64    // of the history, once it was looked at
	own      bool     // the file is as this program makes it
	told     int64    // each callback below this ID that is missing was told of
	marked   marked   // as it was when the lock was taken or not to be had, or was written since
}

// marked is what the mark says, and of which history; nothing where there is none.
type marked struct {
	identity int64
	next     int64 // the ID after the last callback
	message  int64 // the ID after the last message; 0 also where an earlier version made the mark
}

const (
	markSize      = 24
	markSizeFirst = 16 // that of earlier versions: without the message
)

// hold has the history for this program alone until it is let go with free; where that is so already it does nothing. It
// waits for other programs until then. Before anything was stored there may be no mark, and then no lock is needed; and
// where the mark cannot be made or has no locks it goes on without.
func (s *Store) hold(until time.Time) error {
	c := &s.mark
	if c.path == "" || c.file != nil {
		return nil
	}
	flags := os.O_RDWR
	if c.identity != 0 {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(c.path, flags, 0o600)
	if errors.Is(err, fs.ErrPermission) {
		f, err = os.Open(c.path) // what it says counts all the same
	}
	if err != nil {
		c.marked = marked{}
		if c.identity == 0 && !errors.Is(err, fs.ErrNotExist) { // when it is opened, once
			s.log.Warn("the mark of a history cannot be read", "path", c.path, "err", err)
		}
		return nil
	}
	alone := flock(f, until)
	c.read(f)
	if !alone {
		_ = f.Close()
		return failure(ErrLocked, nil, "the history %s "+isLocked, s.path)
	}
	c.file = f
	return nil
}

// waitToRead is how long who only reads waits for others before it goes on beside them.
const waitToRead = 200 * time.Millisecond

// holdToOpen is hold for the opening. Who only reads goes on without where another program does not let go soon, as one that
// is stopped; but not on a log that was cut, which is being mended.
func (s *Store) holdToOpen(until time.Time) (alone bool, err error) {
	if !s.reads {
		return true, s.hold(until)
	}
	if s.hold(time.Now().Add(waitToRead)) == nil {
		return true, nil
	}
	if at, err := s.settled(); err == nil {
		if s.place = at; s.logCut() {
			return true, s.hold(until)
		}
	}
	return false, nil
}

// free lets the history go.
func (c *committed) free() {
	if c.file != nil {
		_ = c.file.Close()
		c.file = nil
	}
}

func (c *committed) read(f *os.File) {
	c.marked = marked{}
	b := make([]byte, markSize+1)
	n, _ := f.ReadAt(b, 0)
	if n != markSize && n != markSizeFirst {
		return
	}
	c.marked = marked{
		identity: int64(binary.BigEndian.Uint64(b)),      //nolint:gosec // as it was written
		next:     int64(binary.BigEndian.Uint64(b[8:])),  //nolint:gosec // likewise
		message:  int64(binary.BigEndian.Uint64(b[16:])), //nolint:gosec // likewise
	}
}

// mine is what the mark says of this history.
func (c *committed) mine() marked {
	if c.marked.identity != c.identity {
		return marked{}
	}
	return c.marked
}

// see notes that all callbacks before next, and all messages before message, are committed. The caller has the lock.
func (c *committed) see(next, message int64) error {
	was := c.mine()
	if c.path == "" || next <= was.next && message <= was.message {
		return nil
	}
	if c.file == nil {
		return errors.New("it cannot be made or locked")
	}
	if !c.own {
		// What somebody else made by that name may be longer, and open to others.
		_ = c.file.Chmod(0o600)
		c.own = c.file.Truncate(markSize) == nil
	}
	now := marked{c.identity, max(next, was.next), max(message, was.message)}
	var b [markSize]byte
	binary.BigEndian.PutUint64(b[:], uint64(now.identity))  //nolint:gosec // all of its bits
	binary.BigEndian.PutUint64(b[8:], uint64(now.next))     //nolint:gosec // no ID is below 0
	binary.BigEndian.PutUint64(b[16:], uint64(now.message)) //nolint:gosec // likewise
	_, err := c.file.WriteAt(b[:], 0)
	if err == nil {
		c.marked = now
	}
	return err
}

// compare looks whether the history, in which nothing was when it was opened if it is fresh, has all that its mark says,
// which was read before. If not it tells the user and makes sure that no ID of what is lost is given again: in this order,
// for the second is what another start would not tell it for. Where there is nobody to tell, it is left to who opens it next.
// What is missing is waited for until then where another program has the history.
func (s *Store) compare(ctx context.Context, fresh, alone bool, until time.Time) error {
	var identity, next int64
	if err := s.conn.QueryRowContext(ctx, "SELECT number, next_callback FROM identity, counters").Scan(&identity, &next); err != nil {
		return s.explain(doingOpen, err)
	}
	was := s.mark.marked
	s.mark.identity = identity
	if !fresh && was.identity != identity {
		return nil // it is of a history that was there before
	}
	lost := was.next - next
	if !alone && (fresh || lost > 0) {
		if err := s.hold(until); err != nil {
			return err
		}
		return s.compare(ctx, fresh, true, until)
	}
	if lost > 0 {
		s.mark.free() // others need not wait while all is looked through
		if err := s.whole(ctx); err != nil {
			return err
		}
		if err := s.hold(time.Now().Add(busyTimeout)); err != nil {
			return err
		}
		if s.onProblem != nil {
			s.tellLost(lost)
			s.mark.told = was.next
			if _, err := s.conn.ExecContext(ctx, "UPDATE counters SET next_callback = max(next_callback, ?), next_message = max(next_message, ?)", was.next, was.message); err != nil {
				s.log.Warn("the IDs of lost callbacks were not left out", "err", err) // it is told again
			}
		}
	}
	if err := s.mark.see(was.next, was.message); err != nil {
		s.log.Warn("the mark of the history was not written", "err", err)
	}
	return nil
}

// tellLost tells the user that so many callbacks are gone.
func (s *Store) tellLost(lost int64) {
	are := "callbacks that were stored are"
	if lost == 1 {
		are = "callback that was stored is"
	}
	s.tell(fmt.Sprintf("%d %s no longer in the history %s: it or its log was damaged or emptied, or an older copy was put in its place. "+
		"Plivo still has the messages: \"plivoscope reconcile\" asks it for their status, and its console shows them.", lost, are, s.path))
}

// whole is an error where pages of the history do not fit together, as where the rest of a log that was cut brought some
// back as they were before others in the file.
func (s *Store) whole(ctx context.Context) error {
	if info, err := os.Stat(s.path); err == nil && info.Size() >= salvageLong {
		s.tell(fmt.Sprintf("Callbacks that were stored are no longer in the history %s. Whether it is damaged is being looked at, which may take a minute for each gigabyte.", s.path))
	}
	var says string
	if err := s.conn.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&says); err != nil {
		return s.explain(doingOpen, err)
	}
	if says != "ok" {
		return failure(ErrDamaged, nil, "cannot open the history %s: its log was cut, and it is damaged; move it away to start a new one, or name another file with --db", s.path)
	}
	return nil
}
