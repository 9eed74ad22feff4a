package store

import (
	"database/sql"
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// trimRows is how many rows one chunk of retention takes away: between two batches, so that nobody
// waits longer for it than for a batch.
const trimRows = 500

// open is a channel that can always be read.
var open = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// trimmer says whether there is more than is to be kept.
type trimmer struct {
	due    <-chan struct{} // readable while there is something to take away
	cursor int64           // messages up to this ID were looked at since the last start from the oldest
	again  bool            // callbacks went since then: a message that was passed may rest on nothing now
	valid  int64           // no callback up to this ID is valid: older others need not be passed each time
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

// trimChunk takes the oldest rows beyond the bounds away, at most trimRows of each sort, and ends the
// trimming when none is left to take.
func (w *writer) trimChunk() {
	removed, valid, freed := int64(0), w.trim.valid, false
	err := w.transaction(func() error {
		c, err := w.readCounters()
		if err != nil {
			return err
		}
		before := *c
		valid, err = w.trimCallbacks(c, c.valid-w.s.keep, valid, "NOT INDEXED WHERE outcome = 'valid'")
		if err != nil {
			return err
		}
		_, err = w.trimCallbacks(c, c.unverified()-w.s.keepOther, 0, "INDEXED BY callbacks_unverified WHERE outcome <> 'valid'")
		if err != nil {
			return err
		}
		freed = c.valid+c.unverified() < before.valid+before.unverified()
		looked, err := w.trimMessages(c)
		if err != nil {
			return err
		}
		gone, err := w.trimAttempts()
		if err != nil {
			return err
		}
		removed = gone + before.valid + before.unverified() + before.messages - c.valid - c.unverified() - c.messages + looked
		w.count = nil
		return w.writeCounters(c, before)
	})
	if err != nil {
		w.s.log.Error("old rows could not be taken away", "err", err)
	}
	w.trim.again = w.trim.again || freed
	if err == nil && removed == 0 && w.trim.again {
		// The end was reached; one more look from the oldest on finds what was freed behind it.
		w.trim.again = false
		return
	}
	if err != nil || removed == 0 {
		w.trim.due = nil
		return
	}
	w.trim.valid = valid
	w.s.subscribers.wake(true)
}

// trimCallbacks deletes the oldest excess callbacks after an ID that which finds, gives the last one's,
// and of what is not valid deletes also the messages that rested on nothing else.
func (w *writer) trimCallbacks(c *counters, excess, after int64, which string) (last int64, err error) {
	last = after
	if excess <= 0 {
		return last, nil
	}
	var ids, orphans []any
	rows, err := w.query("SELECT id, outcome, message_id FROM callbacks "+which+" AND id > ? ORDER BY id LIMIT ?", after, min(excess, trimRows))
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
	n, err := w.remove(`DELETE FROM messages WHERE id IN %s AND unverified = 1 AND sent = 0
		AND NOT EXISTS (SELECT 1 FROM callbacks c WHERE c.message_id = messages.id)`, orphans)
	c.messages -= n
	return last, err
}

// trimMessages deletes the oldest messages without callbacks that are too many, and gives how many it
// looked at. Those that have callbacks are fewer than what is kept, so it gets to an end.
func (w *writer) trimMessages(c *counters) (looked int64, err error) {
	excess := c.messages - w.s.keep - w.s.keepOther
	if excess <= 0 {
		w.trim.cursor = 0
		return 0, nil
	}
	rows, err := w.query(`SELECT id, EXISTS (SELECT 1 FROM callbacks c WHERE c.message_id = m.id)
		FROM messages m NOT INDEXED WHERE id > ? ORDER BY id LIMIT ?`, w.trim.cursor, trimRows)
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
	if looked == 0 {
		w.trim.cursor = 0
	}
	n, err := w.remove("DELETE FROM messages WHERE id IN %s", ids)
	c.messages -= n
	return looked, err
}

// trimAttempts deletes the oldest attempts that are too many: fewer at a time than of other rows, for each
// may hold two large bodies.
func (w *writer) trimAttempts() (removed int64, err error) {
	first, last, err := w.attemptIDs()
	if err != nil {
		return 0, err
	}
	excess := last - first + 1 - w.s.keepTries
	if last == 0 || excess <= 0 {
		return 0, nil
	}
	upTo := first + min(excess, trimRows/5) - 1
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
