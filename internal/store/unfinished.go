package store

import (
	"context"
	"database/sql"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// lookedOver is how many messages are looked over at a time.
const lookedOver = 2000

// Unfinished gives the messages after an ID, in the order of their IDs, that were sent and of which no
// callback that verifies has told the last: among those that were made until then. Of each there are only
// ID, To, Callbacks, CreatedAt and UpdatedAt; MessagesByID gives them whole. upTo is the last ID that
// was looked at; where it is after, there is nothing more. No index is kept for this: each message is looked
// at once, in the order of the table.
//
// What only callbacks that do not verify tell of is left out: anybody can make it up.
func (s *Store) Unfinished(ctx context.Context, after int64, until time.Time) (ms []plivo.Message, upTo int64, err error) {
	// What is of the future was imported, or the clock was set back: it holds nothing up.
	future := s.now().Add(time.Minute)
	if some, err := s.unlooked(ctx, after, until, future); err != nil || !some {
		return nil, after, err
	}
	ms, err = collect(ctx, s, "look for messages that are not final", unfinishedQuery, []any{after, lookedOver, micros(until), micros(future)}, readUnfinished)
	if err != nil {
		return nil, after, err
	}
	return ms[1:], max(ms[0].ID, after), nil
}

func readUnfinished(rows *sql.Rows) (m plivo.Message, err error) {
	var created, updated int64
	err = rows.Scan(&m.ID, &m.To, &m.Callbacks, &created, &updated)
	m.CreatedAt, m.UpdatedAt = moment(created), moment(updated)
	return m, err
}

// unlooked reports whether the first message after an ID may be looked at: in a flood the next 2,000 are all too young,
// each time that is asked.
func (s *Store) unlooked(ctx context.Context, after int64, until, future time.Time) (some bool, err error) {
	err = s.readDB.QueryRowContext(ctx, unlookedQuery, after, micros(until), micros(future)).Scan(&some)
	if err != nil {
		return false, s.explain("look for messages that are not final", interrupted(ctx, err))
	}
	return some, nil
}

const unlookedQuery = "SELECT coalesce((SELECT NOT (created_at > ?2 AND created_at < ?3) FROM messages WHERE id > ?1 ORDER BY id LIMIT 1), 0)"

// unfinishedQuery gives the last ID that was looked at, NULL as 0, and then those that were found. A send that
// the API has not answered yet has no UUID.
const unfinishedQuery = `WITH looked AS MATERIALIZED (
		SELECT id, to_number, callbacks, created_at, updated_at,
			direction = 'outbound' AND (final_at = 0 OR unverified = 1) AND (sent = 1 OR unverified = 0)
			AND (uuid IS NOT NULL OR status = 'sending') AS unfinished
		FROM messages NOT INDEXED WHERE id > ? ORDER BY id LIMIT ?),
	young AS MATERIALIZED (SELECT coalesce(min(id), 9223372036854775807) AS first FROM looked WHERE created_at > ? AND created_at < ?)
	SELECT coalesce(max(id), 0), '', 0, 0, 0 FROM looked, young WHERE id < first
	UNION ALL SELECT id, to_number, callbacks, created_at, updated_at FROM looked, young WHERE unfinished AND id < first`

// FirstSince is an ID before which no message was made at or after a time.
func (s *Store) FirstSince(ctx context.Context, at time.Time) (id int64, err error) {
	err = s.readDB.QueryRowContext(ctx, "SELECT coalesce((SELECT next_message FROM marks WHERE at < ? ORDER BY at DESC LIMIT 1), 1)", micros(at)).Scan(&id)
	if err != nil {
		return 0, s.explain("find a time", interrupted(ctx, err))
	}
	return id, nil
}

// WatchState is how far the watch over messages is.
type WatchState struct {
	Seen  int64     // messages up to this ID were looked over
	There time.Time // when the watch was last there; zero for never
}

// WatchState gives it.
func (s *Store) WatchState(ctx context.Context) (w WatchState, err error) {
	var there int64
	err = s.readDB.QueryRowContext(ctx, "SELECT seen, there_at FROM watch").Scan(&w.Seen, &there)
	if err != nil {
		return WatchState{}, s.explain("read how far the watch is", interrupted(ctx, err))
	}
	w.There = moment(there)
	return w, nil
}

// NoteWatch writes how far the watch is, with what it has found on the way: the newest 100,000 are kept.
func (s *Store) NoteWatch(ctx context.Context, state WatchState, found []Watched) error {
	return s.ask("note how far the watch is", &request{ctx: ctx, quiet: len(found) == 0, do: func() error {
		w := s.writer
		for _, o := range found {
			// One that is there already was found by somebody else.
			err := w.exec("INSERT OR IGNORE INTO watched ("+watchedColumns+") VALUES (?, ?, 0, 0, '', '', 0, 0, '', '', 0, 0, 0, '', 0)", o.MessageID, micros(o.Due))
			if err != nil {
				return err
			}
		}
		if len(found) > 0 {
			err := w.exec("DELETE FROM watched WHERE message_id <= (SELECT message_id FROM watched ORDER BY message_id DESC LIMIT 1 OFFSET ?)", keptWatched)
			if err != nil {
				return err
			}
		}
		return w.exec("UPDATE watch SET seen = max(seen, ?), there_at = max(there_at, ?)", state.Seen, micros(state.There))
	}})
}
