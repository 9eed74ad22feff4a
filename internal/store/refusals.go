package store

import (
	"context"
	"database/sql"
	"time"
)

// keptRefusals bounds the spans that are kept: a caller who is refused for ever makes one, not many.
const keptRefusals = 200

// Refusal is a span in which requests were answered by the callback server and not kept.
type Refusal struct {
	From, To time.Time
	Status   string // that they were answered: 403, 503, 4xx for several, or "4xx or 503" where those without a signature were too many
	Requests int64
}

// NoteRefusal remembers a span. The same From, to the microsecond, and Status are the same span, and are written over.
// The newest 200 are kept.
func (s *Store) NoteRefusal(ctx context.Context, r Refusal) error {
	return s.ask("note refused requests", &request{ctx: ctx, quiet: true, do: func() error {
		w := s.writer
		if err := w.exec("INSERT OR REPLACE INTO refusals (from_at, status, until_at, requests) VALUES (?, ?, ?, ?)", micros(r.From), r.Status, micros(r.To), r.Requests); err != nil {
			return err
		}
		return w.exec("DELETE FROM refusals WHERE from_at <= (SELECT from_at FROM refusals ORDER BY from_at DESC, status LIMIT 1 OFFSET ?)", keptRefusals)
	}})
}

// Refusals gives the spans that had not ended at since, the earliest first.
func (s *Store) Refusals(ctx context.Context, since time.Time) ([]Refusal, error) {
	return collect(ctx, s, "read when requests were refused", "SELECT from_at, until_at, status, requests FROM refusals WHERE until_at > ? ORDER BY from_at, status",
		[]any{micros(since)}, func(rows *sql.Rows) (r Refusal, err error) {
			var from, to int64
			err = rows.Scan(&from, &to, &r.Status, &r.Requests)
			r.From, r.To = moment(from), moment(to)
			return r, err
		})
}
