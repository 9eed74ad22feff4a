package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// keptWatched is how many messages of which a callback was missed are remembered as such.
const keptWatched = 100_000

// Watched is what is kept of a message that a callback is missed of.
type Watched struct {
	MessageID int64
	Due       time.Time // when it is looked at next; zero for no more
	Provider  plivo.Provider
	Silence   plivo.Silence
}

const watchedColumns = `message_id, due_at, asked, asked_at, status, code, units, changed_at, problem, cause, judged_at, from_at, until_at, detail, given_at`

// NoteWatched writes rows over those of the same messages, but for Provider.GivenAt, and for rows that
// know of a later answer of the API than w does.
func (s *Store) NoteWatched(ctx context.Context, ws ...Watched) error {
	if len(ws) == 0 {
		return nil
	}
	return s.ask("note that callbacks are missed", &request{ctx: ctx, do: func() error { return s.writer.putWatched(ws) }})
}

func (w *writer) putWatched(ws []Watched) error {
	for _, o := range ws {
		p, q := o.Provider, o.Silence
		err := w.exec("INSERT INTO watched ("+watchedColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (message_id) DO UPDATE SET due_at = excluded.due_at, asked = excluded.asked, asked_at = excluded.asked_at,
			status = excluded.status, code = excluded.code, units = excluded.units, changed_at = excluded.changed_at,
			problem = excluded.problem, cause = excluded.cause, judged_at = excluded.judged_at, from_at = excluded.from_at,
			until_at = excluded.until_at, detail = excluded.detail WHERE excluded.asked_at >= asked_at`,
			o.MessageID, micros(o.Due), int64(p.Asked), micros(p.AskedAt), string(p.Status), p.ErrorCode, int64(p.Units),
			micros(p.ChangedAt), p.Problem, string(q.Cause), micros(q.At), micros(q.From), micros(q.To), q.Detail, micros(p.GivenAt))
		if err != nil {
			return err
		}
	}
	return nil
}

// NoteGiven remembers that an application took a synthetic callback of a message at this time.
func (s *Store) NoteGiven(ctx context.Context, messageID int64, at time.Time) error {
	return s.ask("note that a missed callback was given", &request{ctx: ctx, do: func() error {
		return s.writer.exec("UPDATE watched SET given_at = ? WHERE message_id = ?", micros(at), messageID)
	}})
}

// Due gives the rows that are to be looked at now, the longest due first, at most limit.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]Watched, error) {
	return collect(ctx, s, "read what callbacks are missed of", dueQuery, []any{micros(now), limit}, scanWatched)
}

const dueQuery = "SELECT " + watchedColumns + " FROM watched WHERE due_at > 0 AND due_at <= ? ORDER BY due_at LIMIT ?"

// Watched gives what is kept of these messages; of most there is nothing.
func (s *Store) Watched(ctx context.Context, messageIDs []int64) (map[int64]Watched, error) {
	if len(messageIDs) == 0 {
		return nil, nil
	}
	ids, err := json.Marshal(messageIDs)
	if err != nil {
		return nil, err
	}
	ws, err := collect(ctx, s, "read what callbacks are missed of", watchedQuery, []any{string(ids)}, scanWatched)
	if err != nil || len(ws) == 0 {
		return nil, err
	}
	found := make(map[int64]Watched, len(ws))
	for _, w := range ws {
		found[w.MessageID] = w
	}
	return found, nil
}

// watchedQuery is one statement for any number of messages.
const watchedQuery = "SELECT " + watchedColumns + " FROM watched WHERE message_id IN (SELECT value FROM json_each(?))"

// withWatched completes messages as they are read.
func (s *Store) withWatched(ctx context.Context, ms []plivo.Message, err error) ([]plivo.Message, error) {
	if err != nil || len(ms) == 0 {
		return ms, err
	}
	ids := make([]int64, len(ms))
	for i := range ms {
		ids[i] = ms[i].ID
	}
	found, err := s.Watched(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range ms {
		if w, ok := found[ms[i].ID]; ok {
			ms[i].Provider, ms[i].Silence = w.Provider, w.Silence
		}
	}
	return ms, nil
}

func scanWatched(rows *sql.Rows) (w Watched, err error) {
	var due, asked, changed, judged, from, to, given int64
	p, q := &w.Provider, &w.Silence
	err = rows.Scan(&w.MessageID, &due, &p.Asked, &asked, (*string)(&p.Status), &p.ErrorCode, &p.Units, &changed, &p.Problem,
		(*string)(&q.Cause), &judged, &from, &to, &q.Detail, &given)
	w.Due, p.AskedAt, p.ChangedAt, p.GivenAt = moment(due), moment(asked), moment(changed), moment(given)
	q.At, q.From, q.To = moment(judged), moment(from), moment(to)
	return w, err
}

// Missed counts messages of which a callback is missed now, and not given to an application in its place.
type Missed struct {
	Silent int // no callback, or none after the last, in the usual time, though more is to be expected
	Lost   int // of these: the API knows an end
}

// Missed counts those that were made since a time, among the newest 10,000 that were watched.
func (s *Store) Missed(ctx context.Context, since time.Time) (m Missed, err error) {
	err = s.readDB.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(w.status IN ('delivered', 'undelivered', 'failed', 'rejected', 'read')), 0)
		FROM (SELECT message_id, status FROM watched WHERE cause NOT IN ('', 'sent_final') AND given_at = 0 ORDER BY message_id DESC LIMIT 10000) AS w
		JOIN messages AS m ON m.id = w.message_id
		WHERE m.created_at >= ? AND (m.final_at = 0 OR m.unverified = 1)`, micros(since)).Scan(&m.Silent, &m.Lost)
	if err != nil {
		return Missed{}, s.explain("count what callbacks are missed of", interrupted(ctx, err))
	}
	return m, nil
}
