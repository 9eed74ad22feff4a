package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// salvaged are the tables that are worth keeping of a damaged history: first those that have few rows, for the time
// in which it is read is bounded.
var salvaged = []string{"custody", "routes", "outages", "refusals", "urls", "watch", "watched", "marks", "messages", "callbacks", "attempts"}

// salvageTime bounds how long a damaged history is read.
var salvageTime = 5 * time.Minute

const (
	// salvagedMost is how many states of a history are kept: one that goes on being used has a new one each time.
	salvagedMost = 8
	// salvageLong is from how many bytes on the user is told that looking through a history takes a while.
	salvageLong = 64 << 20
	// unfinished is the end of the name of what is kept while it is written.
	unfinished = ".part"
	// unfinishedFor is after how long nobody writes to such a file any more, but a program was ended meanwhile.
	unfinishedFor = 30 * time.Minute
	// maxID is beyond any ID that is ever given: what has a greater one is garbage.
	maxID = 1 << 62
	// maxRow is how many bytes a row may have, several times what the longest has. A length that is garbage would
	// otherwise have memory for it taken first.
	maxRow = 16 << 20
)

// salvage keeps what can be read of a damaged history in a new one beside it, once for each state of the damaged file,
// and gives the sentence that says so; empty where nothing can be read. The damaged one stays as it is.
func (s *Store) salvage(ctx context.Context) string {
	info, err := os.Stat(s.path)
	if err != nil || s.ephemeral {
		return ""
	}
	begin := s.path + ".readable-"
	name := begin + info.ModTime().UTC().Format("20060102-150405.000000")
	says := func(whole bool) (kept, sentence string) {
		if whole {
			return name + ".db", fmt.Sprintf("all that can be read of it is kept in %s.db, which --db takes too", name)
		}
		return name + "-some.db", fmt.Sprintf("what could be read of it within %s is kept in %s-some.db, which --db takes too", salvageTime, name)
	}
	for _, whole := range []bool{true, false} {
		if kept, sentence := says(whole); isThere(kept) {
			return sentence
		}
	}
	if earlier := beside(begin, s.now()); len(earlier) >= salvagedMost {
		return fmt.Sprintf("what could be read of it before is kept in %s; beside %d such files it is not kept again", earlier[len(earlier)-1], len(earlier))
	}
	if info.Size() >= salvageLong {
		s.tell(fmt.Sprintf("The history %s is damaged. All that can be read of it is being kept beside it, which may take up to %s.", s.path, salvageTime))
	}
	// What is written has a name of its own until it is all there: another process may do the same now.
	part, err := newFile(begin, unfinished)
	if err != nil {
		return notKept(err)
	}
	defer os.Remove(part)
	rows, whole, err := copyReadable(ctx, s.path, part)
	s.log.Warn("what can be read of a damaged history", "path", s.path, "rows", rows, "whole", whole, "err", err)
	kept, sentence := says(whole)
	switch {
	case ctx.Err() != nil:
		return ""
	case err == nil && rows == 0:
		return ""
	case err == nil:
		err = putInPlace(part, kept)
	}
	if err != nil {
		return notKept(explainCode(part, "keep", err))
	}
	return sentence
}

// notKept says why what can be read is not kept.
func notKept(err error) string {
	why := reason(err).Error()
	if errors.Is(err, ErrDiskFull) {
		why = "no room is left for it; free some space on the disk and start this program again, which then keeps it"
	}
	return "what can be read of it could not be kept beside it: " + why
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// newFile makes a file that only the user may read, with a name of its own.
func newFile(begin, end string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(begin), strings.ReplaceAll(filepath.Base(begin), "*", "_")+"*"+end)
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// beside gives what was kept earlier, in the order of the names, and takes away what a program left behind that was
// ended while it wrote.
func beside(begin string, now time.Time) (kept []string) {
	entries, err := os.ReadDir(filepath.Dir(begin))
	if err != nil {
		return nil
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !strings.HasPrefix(e.Name(), filepath.Base(begin)) {
			continue
		}
		name := filepath.Join(filepath.Dir(begin), e.Name())
		switch {
		case strings.HasSuffix(name, ".db"):
			kept = append(kept, name)
		case strings.HasSuffix(name, unfinished) && now.Sub(info.ModTime()) > unfinishedFor:
			_ = os.Remove(name)
		}
	}
	return kept
}

// putInPlace gives a file its name, unless another process was faster: that has the same.
func putInPlace(part, name string) error {
	err := os.Link(part, name)
	if err == nil || errors.Is(err, fs.ErrExist) || isThere(name) {
		return nil
	}
	return os.Rename(part, name) // not every file system has links
}

// copyReadable makes a history at path, an empty file, of what can be read of the one at damaged. whole tells that
// there was time for all of it.
func copyReadable(ctx context.Context, damaged, path string) (rows int64, whole bool, err error) {
	from, closeFrom, err := single(ctx, patient(dsn(damaged, "ro", busyTimeout)))
	if err != nil {
		return 0, false, err
	}
	defer closeFrom()
	if _, err := sqlite.Limit(from, sqlite3.SQLITE_LIMIT_LENGTH, maxRow); err != nil {
		return 0, false, err
	}
	to, closeTo, err := single(ctx, dsn(path, "rw", busyTimeout))
	if err != nil {
		return 0, false, err
	}
	defer closeTo()
	if err := migrate(ctx, to, path); err != nil {
		return 0, false, err
	}
	// It is of use whole or not at all, and nearly all of its pages are new: a journal of the few others is small, where
	// a write-ahead log would have all of them, some of them many times.
	if _, err := to.ExecContext(ctx, "PRAGMA journal_mode = MEMORY; PRAGMA cache_size = -65536; BEGIN"); err != nil {
		return 0, false, err
	}
	reading, cancel := context.WithTimeout(ctx, salvageTime)
	defer cancel()
	for _, table := range salvaged {
		n, err := copyTable(reading, from, to, table)
		if rows += n; err != nil && reading.Err() == nil {
			return rows, false, err
		}
	}
	if err := ctx.Err(); err != nil {
		return rows, false, err
	}
	whole = reading.Err() == nil
	var nextMessage, nextCallback int64
	if err := from.QueryRowContext(ctx, "SELECT next_message, next_callback FROM counters").Scan(&nextMessage, &nextCallback); err != nil || max(nextMessage, nextCallback) > maxID {
		nextMessage, nextCallback = 0, 0 // the others know
	}
	_, err = to.ExecContext(ctx, settleSalvaged, nextMessage, nextCallback)
	return rows, whole, err
}

// settleSalvaged makes what was read one history. An earlier version named the message by its UUID alone. Of what is
// lost no ID is given again that something else still names: a route would take a new callback for one that it forwarded.
const settleSalvaged = `
	UPDATE callbacks SET message_id = (SELECT id FROM messages WHERE uuid = message_uuid)
		WHERE message_id IS NOT (SELECT id FROM messages WHERE uuid = message_uuid);
	UPDATE counters SET
		next_message = max(?1, (SELECT coalesce(max(id), 0) + 1 FROM messages), (SELECT coalesce(max(message_id), 0) + 1 FROM watched),
			(SELECT coalesce(max(next_message), 0) FROM marks WHERE next_message < 1 << 62)),
		next_callback = max(?2, (SELECT coalesce(max(id), 0) + 1 FROM callbacks), (SELECT coalesce(max(callback_id), 0) + 1 FROM attempts WHERE callback_id < 1 << 62),
			(SELECT coalesce(max(read), 0) + 1 FROM routes WHERE read < 1 << 62), (SELECT coalesce(max(next_callback), 0) FROM marks WHERE next_callback < 1 << 62)),
		messages = (SELECT count(*) FROM messages),
		valid = (SELECT count(*) FROM callbacks WHERE outcome = 'valid'), invalid = (SELECT count(*) FROM callbacks WHERE outcome = 'invalid'),
		missing = (SELECT count(*) FROM callbacks WHERE outcome = 'missing'),
		unchecked = (SELECT count(*) FROM callbacks WHERE outcome NOT IN ('valid', 'invalid', 'missing')),
		latest = max((SELECT coalesce(max(updated_at), 0) FROM messages), (SELECT coalesce(max(received_at), 0) FROM callbacks)),
		marked = (SELECT coalesce(max(at), 0) FROM marks);
	UPDATE watch SET seen = min(seen, (SELECT next_message FROM counters) - 1);
	COMMIT`

// patient makes the source of a connection one that reads a file though it is shorter than its header says. No other
// setting may come first, for each looks at the file.
func patient(source string) string {
	file, settings, _ := strings.Cut(source, "?")
	q, err := url.ParseQuery(settings)
	if err != nil {
		return source
	}
	q.Set("_pragma", "writable_schema(on)")
	q.Set("_defensive", "0") // which forbids that
	return file + "?" + q.Encode()
}

// single opens one connection.
func single(ctx context.Context, source string) (*sql.Conn, func(), error) {
	pool, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		_ = pool.Close()
		return nil, nil, err
	}
	return conn, func() {
		_ = conn.Close()
		_ = pool.Close()
	}, nil
}

// copyTable copies the rows of a table that can be read. Where a page cannot be, it goes on after that.
func copyTable(ctx context.Context, from, to *sql.Conn, table string) (n int64, err error) {
	columns, err := columnsOf(ctx, to, table)
	if err != nil {
		return 0, err
	}
	had, err := columnsOf(ctx, from, table)
	if err != nil {
		return 0, nil //nolint:nilerr // what is there of it cannot be read
	}
	columns = slices.DeleteFunc(columns, func(c string) bool { return !slices.Contains(had, c) })
	if len(columns) == 0 {
		return 0, nil
	}
	list := strings.Join(columns, ", ")
	statement, err := to.PrepareContext(ctx, "INSERT OR REPLACE INTO "+table+" ("+list+") VALUES "+places(1, len(columns)))
	if err != nil {
		return 0, err
	}
	defer statement.Close()
	put := func(values []any) error {
		_, err := statement.Exec(values...) //nolint:noctx // of one row, where watching a context takes as long as the row
		if err != nil && rowIsToBlame(err) {
			return nil // garbage that a column does not take
		}
		if err != nil {
			return &unwrittenError{err}
		}
		n++
		return nil
	}
	r := tableReader{from, "SELECT rowid, " + list + " FROM " + table + " NOT INDEXED ", len(columns)}
	if table == "refusals" { // which has few, and no rowid
		r.choose = "SELECT 1, " + list + " FROM " + table + " "
		return n, r.readByKey(ctx, "from_at", "status", put)
	}
	after := int64(0)
	for {
		last, err := r.read(ctx, after, math.MaxInt64, put)
		if err == nil || ctx.Err() != nil {
			return n, ctx.Err()
		}
		if err := unwritten(err); err != nil {
			return n, err
		}
		next, found := r.beyond(ctx, last)
		if !found {
			return n, unwritten(r.readBack(ctx, put))
		}
		after = next
	}
}

func columnsOf(ctx context.Context, c *sql.Conn, table string) (names []string, err error) {
	rows, err := c.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
