package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// markSuffix is what the name of the mark has after that of the history.
const markSuffix = "-mark"

// committed is the mark beside a history: up to which IDs callbacks and messages were committed. SQLite takes a damaged
// log for one that ends before the damage; by the mark it is seen what was lost with the rest. It is written without a
// sync: after a crash of the system it may be behind, never ahead of what was synced.
//
// It belongs to the writer's goroutine, after Open.
type committed struct {
	path     string
	file     *os.File // nil before something is written
	identity int64    // of the history
	next     int64    // the ID after the last callback; 0 where there is no mark
	message  int64    // the ID after the last message; 0 also where an earlier version made the mark
}

const (
	markSize      = 24
	markSizeFirst = 16 // that of earlier versions: without the message
)

// readMark reads the mark beside a history; one that is not there or cannot be read has next 0.
func readMark(path string) (committed, error) {
	c := committed{path: path + markSuffix}
	b, err := os.ReadFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil && (len(b) == markSize || len(b) == markSizeFirst) {
		b = append(b, make([]byte, markSize-len(b))...)
		c.identity, c.next = int64(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:])) //nolint:gosec // as it was written
		c.message = int64(binary.BigEndian.Uint64(b[16:]))                                            //nolint:gosec // likewise
	}
	return c, err
}

// see notes that all callbacks before next, and all messages before message, are committed.
func (c *committed) see(next, message int64) error {
	if c.path == "" || next <= c.next && message <= c.message {
		return nil
	}
	next, message = max(next, c.next), max(message, c.message)
	if c.file == nil {
		f, err := os.OpenFile(c.path, os.O_WRONLY|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		// What somebody else made by that name may be longer, and open to others.
		_, _ = f.Chmod(0o600), f.Truncate(markSize)
		c.file = f
	}
	var b [markSize]byte
	binary.BigEndian.PutUint64(b[:], uint64(c.identity)) //nolint:gosec // all of its bits
	binary.BigEndian.PutUint64(b[8:], uint64(next))      //nolint:gosec // no ID is below 0
	binary.BigEndian.PutUint64(b[16:], uint64(message))  //nolint:gosec // likewise
	_, err := c.file.WriteAt(b[:], 0)
	if err == nil {
		c.next, c.message = next, message
	}
	return err
}

func (c *committed) close() {
	if c.file != nil {
		_ = c.file.Close()
		c.file = nil
	}
}

// compare looks whether the history, in which nothing was when it was opened if it is fresh, has all that its mark
// says, tells the user if not, and makes sure that no ID of what is lost is given again. Where there is nobody to tell,
// it is left to who opens it next. A mend of the log may go on when the history was looked at, by free.
func (s *Store) compare(ctx context.Context, marked committed, fresh bool, free func()) error {
	var identity, next int64
	if err := s.conn.QueryRowContext(ctx, "SELECT number, next_callback FROM identity, counters").Scan(&identity, &next); err != nil {
		return s.explain(doingOpen, err)
	}
	free()
	mine := fresh || marked.identity == identity
	lost := int64(0)
	if mine && marked.next > 0 {
		lost = marked.next - next
	}
	if lost > 0 {
		if err := s.whole(ctx); err != nil {
			return err
		}
	}
	if lost > 0 && s.onProblem != nil {
		if _, err := s.conn.ExecContext(ctx, "UPDATE counters SET next_callback = max(next_callback, ?), next_message = max(next_message, ?)", marked.next, marked.message); err != nil {
			s.log.Warn("the IDs of lost callbacks were not left out", "err", err) // it is told again
		}
		are := "callbacks that were stored are"
		if lost == 1 {
			are = "callback that was stored is"
		}
		s.tell(fmt.Sprintf("%d %s no longer in the history %s: it or its log was damaged or emptied, or an older copy was put in its place. "+
			"Plivo still has the messages: \"plivoscope reconcile\" asks it for their status, and its console shows them.", lost, are, s.path))
	}
	s.mark.close()
	s.mark = committed{path: marked.path, identity: identity}
	if !mine {
		return nil // it is of a history that was there before
	}
	if marked.identity == identity {
		s.mark.next, s.mark.message = marked.next, marked.message
		return nil
	}
	if err := s.mark.see(marked.next, marked.message); err != nil {
		s.log.Warn("the mark of the history was not written", "err", err)
	}
	return nil
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
