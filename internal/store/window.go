package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// defaultLimit is how many rows a window has that does not say.
const defaultLimit = 200

// Window is the part of a table that a reader shows: rows that match Filter on one side of a row.
// Rows are identified by ID, never by position.
type Window struct {
	Filter Filter
	Before int64 // only rows with a smaller ID; 0 for no bound
	After  int64 // only rows with a larger ID; 0 for no bound
	Oldest bool  // start at the oldest matching row instead of the newest
	Limit  int   // at most so many rows; 0 for 200
}

// Messages gives the rows of a window, newest first (oldest first when w.Oldest or only w.After: those
// nearest to After). A filter that few rows match may take long; ctx ends it.
func (s *Store) Messages(ctx context.Context, w Window) ([]plivo.Message, error) {
	query, args := w.query(messagesTable, messageRead, s.now())
	ms, err := collect(ctx, s, "read messages", query, args, readMessage)
	return s.withWatched(ctx, ms, err)
}

// Callbacks gives the rows of a window, ordered as Messages does.
func (s *Store) Callbacks(ctx context.Context, w Window) ([]webhook.Callback, error) {
	query, args := w.query(callbacksTable, callbackRead, s.now())
	return collect(ctx, s, "read callbacks", query, args, scanCallback)
}

// NewestCallback gives the ID of the newest callback; 0 where there is none.
func (s *Store) NewestCallback(ctx context.Context) (id int64, err error) {
	err = s.readDB.QueryRowContext(ctx, newestCallback).Scan(&id)
	if err != nil {
		return 0, s.explain("read the newest callback", interrupted(ctx, err))
	}
	return id, nil
}

// CallbacksOf gives the callbacks of a message, oldest first, at most limit of the newest; 0 for 200.
func (s *Store) CallbacksOf(ctx context.Context, uuid string, limit int) ([]webhook.Callback, error) {
	if limit <= 0 {
		limit = defaultLimit
	}
	cs, err := collect(ctx, s, "read callbacks",
		"SELECT "+callbackRead+" FROM callbacks WHERE "+ofMessage+" ORDER BY id DESC LIMIT ?", []any{uuid, limit}, scanCallback)
	slices.Reverse(cs)
	return cs, err
}

// SentTogether gives the messages of the send that SentWith names, in the order of their destinations; none
// for 0.
func (s *Store) SentTogether(ctx context.Context, sentWith int64) ([]plivo.Message, error) {
	ms, err := collect(ctx, s, "read the messages of a send", sentTogether, []any{sentWith, plivo.MaxDestinations}, readMessage)
	return s.withWatched(ctx, ms, err)
}

const sentTogether = "SELECT " + messageRead + " FROM messages WHERE sent_with = ? AND sent_with > 0 ORDER BY id LIMIT ?"

// MessagesByID gives the messages of these IDs, in their order; a missing one is left out.
func (s *Store) MessagesByID(ctx context.Context, ids []int64) ([]plivo.Message, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	ms, err := collect(ctx, s, "read messages", messagesByID, []any{string(list)}, readMessage)
	if ms, err = s.withWatched(ctx, ms, err); err != nil {
		return nil, err
	}
	return inOrder(ids, ms, func(m *plivo.Message) int64 { return m.ID }), nil
}

// messagesByID is one statement for any number of messages: one for each number would be prepared anew each time, and
// take the places of those that are kept.
const messagesByID = "SELECT " + messageRead + " FROM messages WHERE id IN (SELECT value FROM json_each(?))"

// MessagesByUUID gives the messages of these UUIDs, in their order; a missing one is left out.
func (s *Store) MessagesByUUID(ctx context.Context, uuids []string) ([]plivo.Message, error) {
	var all []plivo.Message
	for chunk := range slices.Chunk(uuids, 500) {
		args := make([]any, len(chunk)) // not JSON, which has no place for bytes that are no text
		for i, uuid := range chunk {
			args[i] = uuid
		}
		ms, err := collect(ctx, s, "read messages", "SELECT "+messageRead+" FROM messages WHERE uuid IN "+places(1, len(args)), args, readMessage)
		if ms, err = s.withWatched(ctx, ms, err); err != nil {
			return nil, err
		}
		all = append(all, ms...)
	}
	return inOrder(uuids, all, func(m *plivo.Message) string { return m.UUID }), nil
}

// inOrder puts messages in the order of their keys.
func inOrder[K comparable](keys []K, ms []plivo.Message, key func(*plivo.Message) K) []plivo.Message {
	found := make(map[K]*plivo.Message, len(ms))
	for i := range ms {
		found[key(&ms[i])] = &ms[i]
	}
	out := make([]plivo.Message, 0, len(keys))
	for _, k := range keys {
		if m := found[k]; m != nil {
			out = append(out, *m)
		}
	}
	return out
}

func collect[T any](ctx context.Context, s *Store, doing, query string, args []any, scan func(*sql.Rows) (T, error)) ([]T, error) {
	fail := func(err error) ([]T, error) { return nil, s.explain(doing, interrupted(ctx, err)) }
	rows, err := s.readDB.QueryContext(ctx, query, args...)
	if err != nil {
		return fail(err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return fail(err)
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		return fail(err)
	}
	return out, nil
}

// interrupted prefers the context's own error to what SQLite says when it ended a query.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// query selects the window's rows.
func (w Window) query(t *table, columns string, now time.Time) (string, []any) {
	ids, args := w.ids(t, now)
	return "SELECT " + columns + " FROM " + t.name + " WHERE id IN (" + ids + ") ORDER BY id" + w.order(), args
}

func (w Window) order() string {
	if w.Oldest || w.After > 0 && w.Before <= 0 {
		return ""
	}
	return " DESC"
}
