package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// salvaged are the tables that are worth keeping of a damaged history, the first of them first.
var salvaged = []string{"messages", "callbacks", "attempts", "urls", "custody", "routes", "outages", "refusals", "watched", "marks"}

// salvageTime bounds how long a damaged history is read.
const salvageTime = 2 * time.Minute

// salvage keeps what can be read of a damaged history in a new one beside it, once for each state of the damaged file,
// and gives the sentence that says so; empty where nothing can be read. The damaged one stays as it is.
func (s *Store) salvage() string {
	info, err := os.Stat(s.path)
	if err != nil || s.ephemeral {
		return ""
	}
	kept := fmt.Sprintf("%s.readable-%s.db", s.path, info.ModTime().UTC().Format("20060102-150405.000000"))
	if _, err := os.Stat(kept); err != nil {
		ctx, cancel := context.WithTimeout(context.Background(), salvageTime)
		defer cancel()
		messages, callbacks, err := s.copyReadable(ctx, kept)
		if err != nil || messages+callbacks == 0 {
			s.log.Warn("nothing of a damaged history can be read", "path", s.path, "err", err)
			_ = os.Remove(kept)
			return ""
		}
		s.log.Warn("what can be read of a damaged history is kept", "path", s.path, "in", kept, "messages", messages, "callbacks", callbacks)
	}
	return fmt.Sprintf("all that can be read of it is kept in %s, which --db takes too", kept)
}

// copyReadable makes a history at path of what can be read of this one.
func (s *Store) copyReadable(ctx context.Context, path string) (messages, callbacks int64, err error) {
	fresh, err := Open(ctx, Options{Path: path, Now: s.now})
	if err != nil {
		return 0, 0, err
	}
	if err := fresh.Close(); err != nil {
		return 0, 0, err
	}
	from, closeFrom, err := single(ctx, patient(dsn(s.path, "ro")))
	if err != nil {
		return 0, 0, err
	}
	defer closeFrom()
	to, closeTo, err := single(ctx, dsn(path, "rw"))
	if err != nil {
		return 0, 0, err
	}
	defer closeTo()
	if _, err := to.ExecContext(ctx, "BEGIN"); err != nil {
		return 0, 0, err
	}
	for _, table := range salvaged {
		n, err := copyTable(ctx, from, to, table)
		if err != nil {
			return messages, callbacks, err
		}
		switch table {
		case "messages":
			messages = n
		case "callbacks":
			callbacks = n
		}
	}
	// An earlier version named the message by its UUID alone. Of what is lost no ID is given again that something else
	// still names: a route would take a new callback for one that it forwarded.
	_, err = to.ExecContext(ctx, `UPDATE callbacks SET message_id = (SELECT id FROM messages WHERE uuid = message_uuid);
		UPDATE counters SET
		next_message = max((SELECT coalesce(max(id), 0) + 1 FROM messages), (SELECT coalesce(max(message_id), 0) + 1 FROM watched),
			(SELECT coalesce(max(next_message), 0) FROM marks)),
		next_callback = max((SELECT coalesce(max(id), 0) + 1 FROM callbacks), (SELECT coalesce(max(callback_id), 0) + 1 FROM attempts),
			(SELECT coalesce(max(read), 0) + 1 FROM routes), (SELECT coalesce(max(next_callback), 0) FROM marks)),
		messages = (SELECT count(*) FROM messages),
		valid = (SELECT count(*) FROM callbacks WHERE outcome = 'valid'), invalid = (SELECT count(*) FROM callbacks WHERE outcome = 'invalid'),
		missing = (SELECT count(*) FROM callbacks WHERE outcome = 'missing'),
		unchecked = (SELECT count(*) FROM callbacks WHERE outcome NOT IN ('valid', 'invalid', 'missing')),
		latest = max((SELECT coalesce(max(updated_at), 0) FROM messages), (SELECT coalesce(max(received_at), 0) FROM callbacks)),
		marked = (SELECT coalesce(max(at), 0) FROM marks); COMMIT`)
	return messages, callbacks, err
}

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
	put, err := to.PrepareContext(ctx, "INSERT OR REPLACE INTO "+table+" ("+list+") VALUES "+places(1, len(columns)))
	if err != nil {
		return 0, err
	}
	defer put.Close()
	r := tableReader{from, "SELECT rowid, " + list + " FROM " + table + " NOT INDEXED WHERE rowid > ? ORDER BY rowid LIMIT ?", len(columns)}
	after := int64(0)
	for {
		last, err := r.read(ctx, after, math.MaxInt64, func(values []any) error {
			_, err := put.ExecContext(ctx, values...)
			if err != nil && rowIsToBlame(err) {
				return nil // garbage that a column does not take
			}
			n++
			return err
		})
		if err == nil || ctx.Err() != nil {
			return n, ctx.Err()
		}
		var unwritten *unwrittenError
		if errors.As(err, &unwritten) {
			return n, unwritten.err
		}
		next, found := r.beyond(ctx, last)
		if !found {
			return n, nil
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

// tableReader reads a table that is damaged in places.
type tableReader struct {
	from    *sql.Conn
	query   string
	columns int
}

// unwrittenError is one of where the rows go to.
type unwrittenError struct{ err error }

func (e *unwrittenError) Error() string { return e.err.Error() }

// read gives the rows after an ID up to the first that cannot be read, which is its error; last is the one before.
func (r tableReader) read(ctx context.Context, after, limit int64, put func([]any) error) (last int64, err error) {
	last = after
	rows, err := r.from.QueryContext(ctx, r.query, after, limit)
	if err != nil {
		return last, err
	}
	defer rows.Close()
	values := make([]any, r.columns+1)
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return last, err
		}
		id, _ := values[0].(int64)
		if id <= last {
			return last, fmt.Errorf("row %d comes after row %d", id, last) // a page that is part of another
		}
		last = id
		for i, v := range values {
			if b, ok := v.([]byte); ok && b == nil {
				values[i] = []byte{} // which the driver reads as nil, and would write as NULL
			}
		}
		if err := put(values[1:]); err != nil {
			return last, &unwrittenError{err}
		}
	}
	return last, rows.Err()
}

// beyond finds the least ID after one, as far as the tree still leads there, after which a row can be read.
func (r tableReader) beyond(ctx context.Context, after int64) (next int64, found bool) {
	readable := func(id int64) bool {
		some := false
		_, err := r.read(ctx, id, 1, func([]any) error { some = true; return nil })
		return err == nil && some
	}
	low, step := after, int64(1)
	for ; !readable(after + step); step *= 2 {
		if low = after + step; step > 1<<40 || ctx.Err() != nil {
			return 0, false
		}
	}
	high := after + step
	for high-low > 1 {
		if middle := low + (high-low)/2; readable(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high, true
}
