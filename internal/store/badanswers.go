package store

import (
	"context"
	"time"
)

// BadAnswers are callbacks that were kept and not answered 2xx.
type BadAnswers struct {
	Status   int // that the last of them was answered
	From, To time.Time
	Count    int
}

// BadAnswers looks for callbacks that were not answered 2xx among the newest 5,000 since a time; with a UUID
// among those of this message. Count is 0 where there are none.
func (s *Store) BadAnswers(ctx context.Context, uuid string, since time.Time) (b BadAnswers, err error) {
	const bad = " WHERE answer_status >= 300 AND received_at >= ?"
	const seen = "SELECT count(*), coalesce(min(received_at), 0), coalesce(max(received_at), 0), coalesce((SELECT answer_status FROM r" + bad + " ORDER BY id DESC LIMIT 1), 0) FROM r" + bad
	query := "WITH r AS MATERIALIZED (SELECT id, answer_status, received_at FROM callbacks NOT INDEXED ORDER BY id DESC LIMIT 5000) " + seen
	args := []any{micros(since), micros(since)}
	if uuid != "" {
		query = "WITH r AS MATERIALIZED (SELECT id, answer_status, received_at FROM callbacks WHERE message_uuid = ? ORDER BY id DESC LIMIT 100) " + seen
		args = append([]any{uuid}, args...)
	}
	var from, to int64
	if err := s.readDB.QueryRowContext(ctx, query, args...).Scan(&b.Count, &from, &to, &b.Status); err != nil {
		return BadAnswers{}, s.explain("read how callbacks were answered", interrupted(ctx, err))
	}
	b.From, b.To = moment(from), moment(to)
	return b, nil
}
