package store

import (
	"context"
	"database/sql"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// Unheard is a message that was missed a callback of and has come to no end, with what tells whether anything
// changed. Whether one is missed now says the message.
type Unheard struct {
	MessageID           int64
	Cause               plivo.SilenceCause
	Said                plivo.Status // by the API
	JudgedAt, UpdatedAt time.Time    // the silence, and the message
	GivenAt             time.Time    // a synthetic callback in its place; zero for none
}

// Unheard gives those that were made since a time, newest first, among the newest 10,000 that were watched.
func (s *Store) Unheard(ctx context.Context, since time.Time) ([]Unheard, error) {
	return collect(ctx, s, "read what callbacks are missed of", unheardQuery, []any{micros(since)}, func(rows *sql.Rows) (u Unheard, err error) {
		var judged, updated, given int64
		err = rows.Scan(&u.MessageID, (*string)(&u.Cause), (*string)(&u.Said), &judged, &updated, &given)
		u.JudgedAt, u.UpdatedAt, u.GivenAt = moment(judged), moment(updated), moment(given)
		return u, err
	})
}

const unheardQuery = `SELECT w.message_id, w.cause, w.status, w.judged_at, m.updated_at, w.given_at
	FROM (SELECT * FROM watched WHERE cause != '' ORDER BY message_id DESC LIMIT 10000) AS w
	JOIN messages AS m ON m.id = w.message_id
	WHERE m.created_at >= ? AND (m.final_at = 0 OR m.unverified = 1) ORDER BY w.message_id DESC`
