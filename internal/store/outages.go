package store

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

const (
	keptOutages = 1000
	// maxWhy is how many bytes of a reason are kept.
	maxWhy = 500
)

// Outage is a span in which no callback could come in by the public URL.
type Outage struct {
	From time.Time
	To   time.Time // zero while it lasts
	Why  string
}

// NoteOutage remembers a span in which nothing could come in by the public URL, and why; to is zero while it
// lasts. The same from, to the microsecond, is the same span, and is written over. The newest 1,000 are kept.
func (s *Store) NoteOutage(ctx context.Context, from, to time.Time, why string) error {
	if len(why) > maxWhy {
		why = strings.ToValidUTF8(why[:maxWhy], "")
	}
	return s.ask("note an outage", &request{ctx: ctx, do: func() error {
		w := s.writer
		if err := w.exec("INSERT OR REPLACE INTO outages (from_at, until_at, why) VALUES (?, ?, ?)", micros(from), micros(to), why); err != nil {
			return err
		}
		return w.exec("DELETE FROM outages WHERE from_at <= (SELECT from_at FROM outages ORDER BY from_at DESC LIMIT 1 OFFSET ?)", keptOutages)
	}})
}

// Outages gives the spans that had not ended at since, the earliest first.
func (s *Store) Outages(ctx context.Context, since time.Time) ([]Outage, error) {
	return collect(ctx, s, "read the outages", "SELECT from_at, until_at, why FROM outages WHERE until_at = 0 OR until_at > ? ORDER BY from_at",
		[]any{micros(since)}, func(rows *sql.Rows) (o Outage, err error) {
			var from, to int64
			err = rows.Scan(&from, &to, &o.Why)
			o.From, o.To = moment(from), moment(to)
			return o, err
		})
}
