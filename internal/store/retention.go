package store

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// How much one chunk of retention takes away. It stands between two batches and makes who comes meanwhile wait, so it is
// as many rows as go in trimTime, beside the commit where that alone takes longer, by what the last chunk took: in a large history each of them
// touches pages of its own.
const (
	trimTime  = 4 * time.Millisecond
	trimLeast = 16  // rows of each sort
	trimMost  = 512 // rows of each sort, where no more came
)

// open is a channel that can always be read.
var open = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// trimmer says whether there is more than is to be kept.
type trimmer struct {
	due    <-chan struct{} // readable while there is something to take away
	cursor int64           // messages up to this ID were looked at since the last start from the oldest
	again  bool            // callbacks went since then: a message that was passed may rest on nothing now
	valid  int64           // no callback up to this ID is valid: older others need not be passed each time
	rows   int64           // of each sort that go in a chunk, by what the last one took
	went   bool            // a chunk was the last that was done: who waits goes before another
	stored int             // callbacks and attempts since the last chunk

	commit, last time.Duration // what the disk took for what was stored: the lesser of the last two transactions, and the last

	callback, attempt int64 // the next or newest IDs at the last chunk; 0 before the first
}

// chunk is how many rows a chunk takes away when the ID of the newest was before and is now. Twice as many as came
// meanwhile have to go, or there would be more and more of them in a flood.
func chunk(rows, before, now int64) int64 {
	came := now - before
	if before == 0 {
		came = 0
	}
	return max(min(rows, trimMost), 2*min(came, trimMost/2+maxBatch), 1)
}

// late tells whether so much came since the last chunk that the next does not wait for its turn: with one batch more, what
// came would be more than one chunk has go.
func (t *trimmer) late() bool { return t.due != nil && t.stored >= trimMost/2 }

// committed notes what the disk took for a transaction that stored something. The lesser of the last two counts, for one alone
// may have moved the log into the file.
func (t *trimmer) committed(d time.Duration) { t.commit, t.last = min(t.last, d), d }

// took adapts the chunks to the time that the transaction of one of so many rows needed. Where the disk takes longer for any
// commit, that is none of the rows', for it would take as long for fewer.
func (t *trimmer) took(rows int64, d time.Duration) {
	t.went, t.stored = true, 0
	if t.commit > trimTime {
		d -= t.commit
	}
	switch {
	case d > 2*trimTime:
		t.rows = max(rows/2, trimLeast)
	case d < trimTime:
		t.rows = min(rows*2, trimMost)
	default:
		t.rows = rows
	}
}

// see starts the trimming when there is a hundredth too much of anything.
func (t *trimmer) see(s *Store, c *counters) {
	over := func(n, keep int64) bool { return n > keep+keep/100 }
	if over(c.valid, s.keep) || over(c.unverified(), s.keepOther) || over(c.messages, s.keep+s.keepOther) {
		t.due = open
	}
}

// seeAttempts is see for attempts, of which there are n; 0 where that is not known.
func (t *trimmer) seeAttempts(s *Store, n int64) {
	if n > s.keepTries+s.keepTries/100 {
		t.due = open
	}
}

// trimChunk takes some of the oldest rows beyond the bounds away, and ends the trimming when none is left to take.
func (w *writer) trimChunk() {
	removed, freed := int64(0), false
	rows := max(w.trim.rows, trimLeast)
	defer func() { w.trim.took(rows, w.took) }()
	err := w.transaction(time.Now().Add(-w.wait), func() error {
		c, err := w.readCounters()
		if err != nil {
			return err
		}
		before := *c
		rows = chunk(rows, w.trim.callback, c.nextCallback)
		w.trim.callback = c.nextCallback
		w.trim.valid, err = w.trimCallbacks(c, min(c.valid-w.s.keep, rows), w.trim.valid, "NOT INDEXED WHERE outcome = 'valid'")
		if err != nil {
			return err
		}
		_, err = w.trimCallbacks(c, min(c.unverified()-w.s.keepOther, rows), 0, "INDEXED BY callbacks_unverified WHERE outcome <> 'valid'")
		if err != nil {
			return err
		}
		freed = c.valid+c.unverified() < before.valid+before.unverified()
		looked, err := w.trimMessages(c, rows)
		if err != nil {
			return err
		}
		gone, err := w.trimAttempts(rows)
		if err != nil {
			return err
		}
		removed = gone + before.valid + before.unverified() + before.messages - c.valid - c.unverified() - c.messages + looked
		w.count = nil
		return w.writeCounters(c, before)
	})
	if err != nil {
		w.s.log.Error("old rows could not be taken away", "err", err)
		w.trim.valid = 0 // what went may be there again
	}
	w.trim.again = w.trim.again || freed
	if err == nil && removed == 0 && w.trim.again {
		// The end was reached; one more look from the oldest on finds what was freed behind it.
		w.trim.again = false
		return
	}
	if err != nil || removed == 0 {
		w.trim.due, w.trim.callback = nil, 0
		return
	}
	w.s.subscribers.wake(true)
}

// trimCallbacks deletes the oldest n callbacks after an ID that which finds, gives the last one's,
// and of what is not valid deletes also the messages that rested on nothing else.
func (w *writer) trimCallbacks(c *counters, n, after int64, which string) (last int64, err error) {
	last = after
	if n <= 0 {
		return last, nil
	}
	var ids, orphans []any
	rows, err := w.query("SELECT id, outcome, message_id FROM callbacks "+which+" AND id > ? ORDER BY id LIMIT ?", after, n)
	if err != nil {
		return last, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var outcome string
		var message sql.NullInt64
		if err := rows.Scan(&id, &outcome, &message); err != nil {
			return last, err
		}
		last = id
		ids = append(ids, id)
		*c.of(signature.Outcome(outcome))--
		if outcome != string(signature.Valid) && message.Valid {
			orphans = append(orphans, message.Int64)
		}
	}
	if err := rows.Err(); err != nil {
		return last, err
	}
	if _, err := w.remove("DELETE FROM callbacks WHERE id IN %s", ids); err != nil {
		return last, err
	}
	gone, err := w.remove(`DELETE FROM messages WHERE id IN %s AND unverified = 1 AND sent = 0
		AND NOT EXISTS (SELECT 1 FROM callbacks c WHERE c.message_id = messages.id)`, orphans)
	c.messages -= gone
	return last, err
}

// trimMessages looks at so many messages, deletes the oldest without callbacks that are too many, and gives how many it
// looked at. Those that have callbacks are fewer than what is kept, so it gets to an end.
func (w *writer) trimMessages(c *counters, most int64) (looked int64, err error) {
	excess := c.messages - w.s.keep - w.s.keepOther
	if excess <= 0 {
		w.trim.cursor = 0
		return 0, nil
	}
	rows, err := w.query(`SELECT id, EXISTS (SELECT 1 FROM callbacks c WHERE c.message_id = m.id)
		FROM messages m NOT INDEXED WHERE id > ? ORDER BY id LIMIT ?`, w.trim.cursor, most)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var ids []any
	for rows.Next() {
		var id int64
		var inUse bool
		if err := rows.Scan(&id, &inUse); err != nil {
			return 0, err
		}
		looked++
		w.trim.cursor = id
		if !inUse && int64(len(ids)) < excess {
			ids = append(ids, id)
		}
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	switch {
	case looked == 0:
		w.trim.cursor = 0
	case looked < most && w.trim.again: // in a flood there is always one more behind the newest
		w.trim.cursor, w.trim.again = 0, false
	}
	n, err := w.remove("DELETE FROM messages WHERE id IN %s", ids)
	c.messages -= n
	return looked, err
}

// trimAttempts deletes the oldest attempts that are too many: fewer at a time than of other rows, for each
// may hold two large bodies.
func (w *writer) trimAttempts(most int64) (removed int64, err error) {
	first, last, err := w.attemptIDs()
	if err != nil {
		return 0, err
	}
	excess := last - first + 1 - w.s.keepTries
	if last == 0 || excess <= 0 {
		w.trim.attempt = 0
		return 0, nil
	}
	upTo := first + min(excess, chunk(min(most, trimMost)/5, w.trim.attempt, last)) - 1
	w.trim.attempt = last
	if err := w.exec("DELETE FROM attempts WHERE id <= ?", upTo); err != nil {
		return 0, fmt.Errorf("take old rows away: %w", err)
	}
	return upTo - first + 1, nil
}

// remove runs a deletion, whose %s is the list of values, in statements of few sizes.
func (w *writer) remove(query string, values []any) (n int64, err error) {
	err = inChunks(values, func(chunk []any) error {
		st, err := w.stmt(strings.Replace(query, "%s", places(1, len(chunk)), 1))
		if err != nil {
			return err
		}
		res, err := st.ExecContext(w.ctx, chunk...)
		if err != nil {
			return fmt.Errorf("take old rows away: %w", err)
		}
		k, err := res.RowsAffected()
		n += k
		return err
	})
	return n, err
}
