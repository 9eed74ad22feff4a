package store

import (
	"context"
	"database/sql"
	"time"
)

// BadAnswer is a callback that was kept and not answered 2xx.
type BadAnswer struct {
	At     time.Time
	Status int
}

const badAnswersColumns = "SELECT received_at, answer_status FROM r WHERE answer_status >= 300 ORDER BY id"

// BadAnswers gives those of the newest 5,000 callbacks that were not answered 2xx, the oldest first.
func (s *Store) BadAnswers(ctx context.Context) ([]BadAnswer, error) {
	return s.badAnswers(ctx, "WITH r AS MATERIALIZED (SELECT id, answer_status, received_at FROM callbacks NOT INDEXED ORDER BY id DESC LIMIT 5000) "+badAnswersColumns)
}

// BadAnswersOf gives those of the newest 100 callbacks of a message.
func (s *Store) BadAnswersOf(ctx context.Context, uuid string) ([]BadAnswer, error) {
	return s.badAnswers(ctx, "WITH r AS MATERIALIZED (SELECT id, answer_status, received_at FROM callbacks WHERE "+ofMessage+" ORDER BY id DESC LIMIT 100) "+badAnswersColumns, uuid)
}

func (s *Store) badAnswers(ctx context.Context, query string, args ...any) ([]BadAnswer, error) {
	return collect(ctx, s, "read how callbacks were answered", query, args, func(rows *sql.Rows) (b BadAnswer, err error) {
		var at int64
		err = rows.Scan(&at, &b.Status)
		b.At = moment(at)
		return b, err
	})
}
