package store

import (
	"context"
	"database/sql"
	"time"
)

// Pace is how fast callbacks of a message came, from its send on.
type Pace struct {
	To    string        // E.164
	First time.Duration // to the first callback; 0 where it is not known
	Final time.Duration // to the final status; 0 where there is none
}

// Paces gives those of the newest messages that callbacks which verify came of, at most limit, among the newest
// 5,000 of the history.
func (s *Store) Paces(ctx context.Context, limit int) ([]Pace, error) {
	return collect(ctx, s, "read how fast callbacks come", pacesQuery, []any{limit}, func(rows *sql.Rows) (p Pace, err error) {
		var created, final int64
		var first sql.NullInt64
		err = rows.Scan(&p.To, &created, &final, &first)
		if first.Valid {
			p.First = max(time.Duration(first.Int64-created)*time.Microsecond, time.Microsecond)
		}
		if final > 0 {
			p.Final = max(time.Duration(final-created)*time.Microsecond, time.Microsecond)
		}
		return p, err
	})
}

// Of what was not sent from here nobody knows when it was.
const pacesQuery = `SELECT to_number, created_at, final_at, (SELECT min(received_at) FROM callbacks c WHERE c.message_id = m.id)
	FROM (SELECT id, sent, direction, to_number, created_at, final_at, unverified, callbacks FROM messages NOT INDEXED ORDER BY id DESC LIMIT 5000) AS m
	WHERE sent = 1 AND direction = 'outbound' AND callbacks > 0 AND unverified = 0 LIMIT ?`
