package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// forgottenAfter is the time without a sign of life from which nobody can wait for the answer to a send any more:
// the API is given ten seconds, and who waits longer, for its turn or to try again, says so by StillSending.
const forgottenAfter = 2 * time.Minute

// SendBeat is how often StillSending is to be called while a send waits for its answer.
const SendBeat = forgottenAfter / 4

const forgottenRefusal = "The program ended before Plivo's answer was known, so the message may have been accepted all the same; look into the message logs of Plivo's console before you send it again."

// doubtForgotten makes the sends unclear whose program was gone before their answer. Those that gave a sign of life
// lately may be another program's that is just sending. The time of the last sign stays: the message cannot have
// gone out much later. It runs before the writer's goroutine.
func (w *writer) doubtForgotten() error {
	const forgotten = " FROM messages WHERE status = 'sending' AND sent = 1 AND +uuid IS NULL AND unclear = 0 AND updated_at < ?"
	before := w.s.now().Add(-forgottenAfter).UnixMicro()
	var some bool
	err := w.conn.QueryRowContext(w.ctx, "SELECT EXISTS (SELECT 1"+forgotten+")", before).Scan(&some)
	if err != nil || !some { // most often there are none, and the lock is not waited for
		return err
	}
	if w.s.reads { // the next one does it
		w.wait = waitToRead
		defer func() { w.wait = busyTimeout }()
	}
	return w.transaction(time.Now(), func() error {
		return w.exec("UPDATE messages SET unclear = ?, refusal = ? WHERE id IN (SELECT id"+forgotten+")",
			int64(unclear), forgottenRefusal, before)
	})
}

// BeginSend makes a row in status sending for each message of one send and gives their IDs. Times that are
// zero become now; of several rows each remembers the first one. A row that gets no answer, since the program
// ended, is made unclear by the first that opens the history two minutes after the last sign of life or more; see
// StillSending.
func (s *Store) BeginSend(ctx context.Context, ms []plivo.Message) ([]int64, error) {
	var ids []int64
	err := s.ask("note a message", &request{ctx: ctx, do: func() error {
		var err error
		ids, err = s.writer.beginSend(ms)
		return err
	}})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

func (w *writer) beginSend(ms []plivo.Message) ([]int64, error) {
	count, err := w.readCounters()
	if err != nil {
		return nil, err
	}
	before := *count
	w.notAgain(count)
	if err := w.mark(count); err != nil {
		return nil, err
	}
	now := w.s.now()
	ids := make([]int64, len(ms))
	rows := make([]*messageRow, len(ms))
	for i, m := range ms {
		m.ID, m.UUID, m.Callbacks = count.nextMessage, "", 0
		m.SentWith, m.Arrival = 0, plivo.Arrival{}
		if len(ms) > 1 {
			m.SentWith = count.nextMessage - int64(i)
		}
		m.Direction, m.Status = plivo.Outbound, plivo.Sending
		if m.CreatedAt.IsZero() {
			m.CreatedAt = now
		}
		if m.UpdatedAt.IsZero() {
			m.UpdatedAt = m.CreatedAt
		}
		count.nextMessage++
		count.messages++
		count.latest = max(count.latest, micros(m.CreatedAt))
		if i == 0 || m.CallbackURL != ms[i-1].CallbackURL {
			if err := w.noteURL(m.CallbackURL, m.CreatedAt); err != nil {
				return nil, err
			}
		}
		ids[i], rows[i] = m.ID, &messageRow{Message: m, sent: true}
	}
	if err := w.putMessages(rows); err != nil {
		return nil, err
	}
	return ids, w.writeCounters(count, before)
}

// StillSending says of the rows of one BeginSend that their answer is still waited for. Of rows that have it, nothing
// is changed.
func (s *Store) StillSending(ctx context.Context, ids []int64) error {
	return s.ask("note that a send still waits", &request{ctx: ctx, do: func() error {
		// The IDs of one send follow each other.
		return s.writer.exec(`UPDATE messages SET updated_at = max(updated_at, ?)
			WHERE id BETWEEN ? AND ? AND status = 'sending' AND sent = 1 AND +uuid IS NULL AND unclear = 0`,
			micros(s.now()), slices.Min(ids), slices.Max(ids))
	}})
}

// SendOutcome is how the API answered for one row of BeginSend.
type SendOutcome struct {
	ID      int64
	UUID    string // empty when refused
	Refusal string // why, in a sentence; empty when accepted
	Unclear bool   // it may have been accepted all the same
	NoReply bool   // it was not taken, and the API has refused nothing: Refusal says why
}

// FinishSend writes the API's answer into the rows of BeginSend: queued with the UUID, or failed with
// the refusal, or still sending and unclear. A row whose callbacks came first is merged with them and keeps
// its ID; an unclear one with those that fit it. An outcome of a
// row that does not exist is an error, and then none is written.
func (s *Store) FinishSend(ctx context.Context, outs []SendOutcome) error {
	return s.ask("note the answer to a send", &request{ctx: ctx, do: func() error { return s.writer.finishSend(outs) }})
}

func (w *writer) finishSend(outs []SendOutcome) error {
	count, err := w.readCounters()
	if err != nil {
		return err
	}
	before := *count
	for _, o := range outs {
		row, err := w.messageWhere("id = ?", o.ID)
		if err != nil {
			return err
		}
		if row == nil {
			return fmt.Errorf("message %d is not in the history", o.ID)
		}
		if err := w.finish(row, o, count); err != nil {
			return err
		}
		if err := w.putMessages([]*messageRow{row}); err != nil {
			return err
		}
	}
	return w.writeCounters(count, before)
}

// finish writes o into row. A row that callbacks made for the same UUID is taken over and deleted.
func (w *writer) finish(row *messageRow, o SendOutcome, count *counters) error {
	now := w.s.now()
	if now.After(row.UpdatedAt) {
		row.UpdatedAt = now
	}
	if o.UUID == "" && o.Unclear {
		var err error
		if o.UUID, err = w.strayOf(row); err != nil {
			return err
		}
		if o.UUID == "" {
			row.Refusal, row.doubt = o.Refusal, unclear
			return nil
		}
	}
	if o.UUID == "" {
		row.doubt = certain
		if o.NoReply {
			row.doubt = unreached
		}
		row.Status, row.Refusal, row.FinalAt = plivo.Failed, o.Refusal, now
		return nil
	}
	twin, err := w.messageWhere("uuid = ?", o.UUID)
	if err != nil {
		return err
	}
	switch {
	case twin != nil && twin.ID == row.ID:
		return nil // told twice
	case twin != nil && twin.sent:
		row.Status, row.FinalAt, row.doubt = plivo.Failed, now, certain
		row.Refusal = fmt.Sprintf("Plivo answered with the UUID %s, which it had given to an earlier message; look both up in the console's message logs.", o.UUID)
		return nil
	case twin != nil:
		if err := w.moveCallbacks(twin.ID, row.ID); err != nil {
			return err
		}
		if err := w.exec("DELETE FROM messages WHERE id = ?", twin.ID); err != nil {
			return err
		}
		count.messages--
		if err := w.exec("UPDATE messages SET cause = ?, cause_of = ? WHERE id = ?", twin.Cause, twin.causeOf, row.ID); err != nil {
			return err
		}
		row.fold, row.Arrival = twin.fold, row.Arrival.With(twin.Arrival)
	}
	row.accepted(o.UUID)
	row.fold.Apply(&row.Message)
	return nil
}

// moveCallbacks gives the callbacks of one row to another, which takes its place.
func (w *writer) moveCallbacks(from, to int64) error {
	return w.exec("UPDATE callbacks SET message_id = ? WHERE message_id = ?", to, from)
}

// messageWhere reads one message under the write lock; nil where there is none.
func (w *writer) messageWhere(condition string, arg any) (*messageRow, error) {
	rows, err := w.query("SELECT "+messageRead+", cause_of, fold FROM messages WHERE "+condition, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	m := &messageRow{}
	if err := scanMessage(rows, m, &m.Cause, &m.causeOf, &m.foldBlob); err != nil {
		return nil, err
	}
	if m.fold.UnmarshalBinary(m.foldBlob) != nil {
		return m, w.refold(m)
	}
	return m, nil
}
