package store

import (
	"context"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// Record keeps a callback and folds it into its message; it returns when both are on disk. A nil error
// is the promise that they are; after any other the caller's client has to send it again. c is not
// changed but for its ID and Arrival; what is kept of it has asterisks for the tokens of Options.Hide. It implements webhook.Recorder.
func (s *Store) Record(ctx context.Context, c *webhook.Callback) error {
	kept := c.Without(s.hide)
	p := newPending(kept, s.now())
	if s.followers.any() {
		p.asRead = follows(c, kept, p)
	}
	if err := s.ask("store a callback", &request{ctx: ctx, callback: p}); err != nil {
		s.stats.failed(err)
		return err
	}
	c.ID, c.Arrival = p.id, p.arrival
	return nil
}

// record is the transaction of a batch: each message is read once, folded in memory and written once.
func (w *writer) record(batch []*request) error {
	rows, uuids := w.newMessages(batch)
	seen, err := w.glance(uuids)
	if err != nil {
		return err
	}
	count := seen.counters
	before := *count
	w.notAgain(count)
	if err := w.mark(count); err != nil {
		return err
	}
	if seen.known {
		if err := w.readMessages(rows, uuids); err != nil {
			return err
		}
	}
	for _, r := range batch {
		p := r.callback
		var fold *plivo.Fold
		if p.uuid != "" {
			fold = &rows[p.uuid].fold
		}
		p.fold(fold, count.nextCallback)
		if fold != nil {
			rows[p.uuid].Arrival = rows[p.uuid].Arrival.With(p.arrival)
		}
		count.nextCallback++
		*count.of(p.seen.Result.Outcome)++
		count.latest = max(count.latest, p.seen.ReceivedAt.UnixMicro())
	}
	if seen.unclear {
		if err := w.claim(batch, rows, count); err != nil {
			return err
		}
	}
	changed := w.rows[:0]
	var others []int64 // messages that had an outcome with a cause, and have another now
	for _, r := range batch {
		m := rows[r.callback.uuid]
		if m == nil {
			continue
		}
		if m.ID == 0 {
			m.ID = count.nextMessage
			count.nextMessage++
			count.messages++
		}
		r.callback.args[callbackOf] = m.ID
		if m.changed {
			continue
		}
		m.changed = true
		known := m.Status
		if m.Unverified {
			known = ""
		}
		outcome := m.Signature.Outcome
		m.fold.Apply(&m.Message)
		if outcome != m.Signature.Outcome && (outcome == signature.Missing || outcome == signature.Invalid) {
			others = append(others, m.ID)
		}
		if !r.callback.imported {
			w.seeDelivery(m, known)
		}
		changed = append(changed, m)
	}
	w.rows = changed
	if err := w.putMessages(changed); err != nil {
		return err
	}
	if err := w.forgetCauses(others); err != nil {
		return err
	}
	if err := w.putCallbacks(batch); err != nil {
		return err
	}
	return w.writeCounters(count, before)
}

// newMessages makes the messages of a batch, by UUID, as if none were known yet.
func (w *writer) newMessages(batch []*request) (found map[string]*messageRow, uuids []any) {
	found, uuids = make(map[string]*messageRow, len(batch)), make([]any, 0, len(batch))
	spare := w.rows // of the batch before, which nobody has any more
	for _, r := range batch {
		u := r.callback.uuid
		if u == "" || found[u] != nil {
			continue
		}
		var m *messageRow
		if n := len(spare); n > 0 {
			m, spare = spare[n-1], spare[:n-1]
		} else {
			m = new(messageRow)
		}
		*m = messageRow{Message: plivo.Message{UUID: u, Direction: plivo.Outbound}}
		found[u] = m
		uuids = append(uuids, u)
	}
	clear(w.rows)
	w.rows = w.rows[:0]
	return found, uuids
}

// readMessages reads those of uuids that there are into found; the others have no ID.
func (w *writer) readMessages(found map[string]*messageRow, uuids []any) error {
	var broken []*messageRow
	for len(uuids) > 0 {
		n := min(len(uuids), maxRows)
		args := w.padded(uuids[:n])
		uuids = uuids[n:]
		rows, err := w.query("SELECT "+messageColumns+", fold FROM messages WHERE uuid IN "+places(1, len(args)), args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			m := &messageRow{}
			if err := scanMessage(rows, m, &m.foldBlob); err != nil {
				_ = rows.Close()
				return err
			}
			found[m.UUID] = m
			if m.fold.UnmarshalBinary(m.foldBlob) != nil {
				broken = append(broken, m)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	for _, m := range broken {
		if err := w.refold(m); err != nil {
			return err
		}
	}
	return nil
}

// refold makes a message's fold from its callbacks, where the kept one cannot be read.
func (w *writer) refold(m *messageRow) error {
	w.s.log.Warn("the kept state of a message cannot be read and is made again from its callbacks", "uuid", m.UUID)
	m.fold = plivo.Fold{}
	rows, err := w.query("SELECT "+callbackRead+" FROM callbacks WHERE message_id = ? ORDER BY id", m.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		c, err := scanCallback(rows)
		if err != nil {
			return err
		}
		m.fold.Add(plivo.Observation{Report: c.Report, Result: c.Verdict, ReceivedAt: c.ReceivedAt})
	}
	return rows.Err()
}

func (w *writer) putMessages(rows []*messageRow) error {
	return inChunks(rows, func(chunk []*messageRow) error {
		args := w.args[:0]
		for _, m := range chunk {
			var err error
			if args, err = m.args(args); err != nil {
				return err
			}
		}
		w.args = args
		return w.exec("INSERT INTO messages ("+messageColumns+", fold) VALUES "+places(len(chunk), messageWidth)+upsertMessages, args...)
	})
}

func (w *writer) putCallbacks(batch []*request) error {
	return inChunks(batch, func(chunk []*request) error {
		args := w.args[:0]
		for _, r := range chunk {
			args = append(args, r.callback.args...)
		}
		w.args = args
		return w.exec("INSERT INTO callbacks ("+callbackColumns+", message_id) VALUES "+places(len(chunk), callbackWidth), args...)
	})
}

// maxRows is the most rows of one statement. Statements come in few sizes, so that each is prepared once.
const maxRows = 64

// inChunks hands rows to put in chunks of 64, 16, 4 and 1.
func inChunks[T any](rows []T, put func([]T) error) error {
	for size := maxRows; len(rows) > 0; {
		if len(rows) < size {
			size /= 4
			continue
		}
		if err := put(rows[:size]); err != nil {
			return err
		}
		rows = rows[size:]
	}
	return nil
}

func padded(n int) int {
	size := 1
	for size < n {
		size *= 4
	}
	return size
}

// places writes rows of placeholders, as "(?,?),(?,?)".
func places(rows, width int) string {
	row := "(?" + strings.Repeat(",?", width-1) + ")"
	return row + strings.Repeat(","+row, rows-1)
}

// of gives the counter of the callbacks with an outcome.
func (c *counters) of(o signature.Outcome) *int64 {
	switch o {
	case signature.Valid:
		return &c.valid
	case signature.Invalid:
		return &c.invalid
	case signature.Missing:
		return &c.missing
	default:
		return &c.unchecked
	}
}
