package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// tableReader reads a table that is damaged in places.
type tableReader struct {
	from    *sql.Conn
	choose  string // the statement up to which rows, of which the first column is the ID
	columns int    // beside that
}

// unwrittenError is one of where the rows go to.
type unwrittenError struct{ err error }

func (e *unwrittenError) Error() string { return e.err.Error() }

// unwritten is the error of where the rows go to, if it is one of that.
func unwritten(err error) error {
	var e *unwrittenError
	if errors.As(err, &e) {
		return e.err
	}
	return nil
}

// maxGarbage is how many rows are passed over because of their IDs, a page of the shortest: pages may lead to each
// other in a circle.
const maxGarbage = 1000

// read gives the rows after an ID up to the first that cannot be read, which is its error; last is the one before.
func (r tableReader) read(ctx context.Context, after, limit int64, put func([]any) error) (last int64, err error) {
	last = after
	err = r.each(ctx, "WHERE rowid > ? ORDER BY rowid LIMIT ?", []any{after, limit}, func(id int64, values []any) error {
		if id <= last {
			return fmt.Errorf("row %d comes after row %d", id, last) // a page that is part of another
		}
		last = id
		return put(values)
	})
	return last, err
}

// readBack gives the rows from the last on down to the first that cannot be read: behind an ID that is garbage, and
// greater than those that follow, nothing is found by an ID.
func (r tableReader) readBack(ctx context.Context, put func([]any) error) error {
	last := int64(maxID)
	return r.each(ctx, "WHERE rowid > 0 ORDER BY rowid DESC", nil, func(id int64, values []any) error {
		if id >= last {
			return fmt.Errorf("row %d comes before row %d", id, last)
		}
		last = id
		return put(values)
	})
}

// readByKey gives the rows of a small table by its key, from both ends.
func (r tableReader) readByKey(ctx context.Context, first, second string, put func([]any) error) error {
	for _, way := range []string{"", " DESC"} {
		err := r.each(ctx, "ORDER BY "+first+way+", "+second+way+" LIMIT ?", []any{maxGarbage}, func(_ int64, values []any) error { return put(values) })
		if err == nil || unwritten(err) != nil {
			return unwritten(err)
		}
	}
	return nil
}

// each gives rows as they come but those whose ID none can have.
func (r tableReader) each(ctx context.Context, which string, args []any, row func(id int64, values []any) error) error {
	rows, err := r.from.QueryContext(ctx, r.choose+which, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]any, r.columns+1)
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	for garbage := 0; rows.Next(); {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		id, _ := values[0].(int64)
		if id >= maxID {
			if garbage++; garbage > maxGarbage {
				return errors.New("nothing but garbage")
			}
			continue
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok && b == nil {
				values[i] = []byte{} // which the driver reads as nil, and would write as NULL
			}
		}
		if err := row(id, values[1:]); err != nil {
			return err
		}
	}
	return rows.Err()
}

// beyond finds the least ID after one, as far as the tree still leads there, after which a row can be read.
func (r tableReader) beyond(ctx context.Context, after int64) (next int64, found bool) {
	readable := func(id int64) bool {
		some := false
		_, err := r.read(ctx, id, 1, func([]any) error { some = true; return nil })
		return err == nil && some
	}
	low, step := after, int64(1) // both are below maxID
	for ; !readable(after + step); step *= 2 {
		if low = after + step; low >= maxID || ctx.Err() != nil {
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
