package store

import (
	"context"
	"database/sql"
	"time"
)

// Totals are counters of what the history holds, kept up to date by the writer. The last four are of
// callbacks, and Callbacks is their sum.
type Totals struct {
	Messages  int64
	Callbacks int64
	Valid     int64
	Invalid   int64
	Missing   int64
	Unchecked int64
}

// Totals gives the counters.
func (s *Store) Totals(ctx context.Context) (Totals, error) { return s.totals(ctx, s.readDB) }

func (s *Store) totals(ctx context.Context, from interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
},
) (Totals, error) {
	var t Totals
	err := from.QueryRowContext(ctx, "SELECT messages, valid, invalid, missing, unchecked FROM counters").
		Scan(&t.Messages, &t.Valid, &t.Invalid, &t.Missing, &t.Unchecked)
	if err != nil {
		return Totals{}, s.explain("read the totals", err)
	}
	t.Callbacks = t.Valid + t.Invalid + t.Missing + t.Unchecked
	return t, nil
}

// counters is the row of what is held, of the IDs to give next and of the marks.
type counters struct {
	nextMessage, nextCallback          int64
	messages                           int64
	valid, invalid, missing, unchecked int64
	latest                             int64 // no row is of a later time, in microseconds
	marked                             int64 // latest when the last mark was made
}

func (c *counters) unverified() int64 { return c.invalid + c.missing + c.unchecked }

func (w *writer) readCounters() (*counters, error) {
	st, err := w.stmt("SELECT " + countersText + " FROM counters")
	if err != nil {
		return nil, err
	}
	c := &counters{}
	w.count = c
	return c, st.QueryRowContext(w.ctx).Scan(c)
}

func (w *writer) writeCounters(c *counters, before counters) error {
	if *c == before {
		return nil
	}
	return w.exec(`UPDATE counters SET next_message = ?, next_callback = ?, messages = ?, valid = ?, invalid = ?,
		missing = ?, unchecked = ?, latest = ?, marked = ?`,
		c.nextMessage, c.nextCallback, c.messages, c.valid, c.invalid, c.missing, c.unchecked, c.latest, c.marked)
}

// mark notes, at most once for a minute, that all rows so far are of no later time than the latest.
func (w *writer) mark(c *counters) error {
	if c.latest-c.marked < time.Minute.Microseconds() {
		return nil
	}
	c.marked = c.latest
	return w.exec("INSERT OR IGNORE INTO marks (at, next_message, next_callback) VALUES (?, ?, ?)", c.latest, c.nextMessage, c.nextCallback)
}
