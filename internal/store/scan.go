package store

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// Scan is what one step of a search found.
type Scan struct {
	IDs      []int64 // of the rows that match, in the order in which they were looked at
	From, To int64   // all rows of these IDs were looked at, both included; none where From is above To
	End      bool    // nothing is left on that side

	Oldest, Newest int64 // the IDs of the whole history, 0 where it is empty
}

// ScanMessages looks for the messages of a window row by row, newest first (oldest first when w.Oldest or
// only w.After), until it has w.Limit of them, nothing is left, or budget is used up. Who goes on after the
// last ID, again and again, sees first hits at once however large the history is, and how far he is.
func (s *Store) ScanMessages(ctx context.Context, w Window, budget time.Duration) (Scan, error) {
	return s.scan(ctx, messagesTable, w, budget)
}

// ScanCallbacks looks for callbacks, as ScanMessages does for messages.
func (s *Store) ScanCallbacks(ctx context.Context, w Window, budget time.Duration) (Scan, error) {
	return s.scan(ctx, callbacksTable, w, budget)
}

// A step looks at parts of the history, of so many IDs first and then of as many as take partTime: that is
// about how late a step ends.
const (
	firstPart = 100
	atOnce    = 10_000 // rows that an index may give in one part
	lastPart  = math.MaxInt32
	partTime  = 3 * time.Millisecond
)

// resize is how large the next part is where one of this size took so long.
func resize(size int64, took time.Duration) int64 {
	fits := int64(float64(size) * float64(partTime) / float64(max(took, time.Microsecond)))
	return min(max(fits, size/4, 100), size*4, lastPart)
}

// searched chooses the word whose index a search in parts uses, -1 for none; whole is whether one part may be
// as large as the history. In the index of UUIDs their beginnings are not in the order of IDs: each part
// would read all that begin so.
func searched(t *table, words []word) (lead int, whole bool) {
	const uuidLength = 36
	lead = leading(t, words)
	switch {
	case lead < 0:
		return lead, false
	case len(words) == 1:
		return lead, true
	case words[lead].key != keyUUID:
		return lead, false
	case slices.ContainsFunc(words[lead].values, func(v string) bool { return len(v) < uuidLength }):
		return -1, false
	}
	return lead, true
}

func (s *Store) scan(ctx context.Context, t *table, w Window, budget time.Duration) (Scan, error) {
	begun, now := time.Now(), s.now()
	fail := func(err error) (Scan, error) { return Scan{}, s.explain("search the "+t.name, interrupted(ctx, err)) }
	var sc Scan
	first, err := s.edges(ctx, t, w.Filter, now, &sc)
	if err != nil {
		return fail(err)
	}
	up := w.order() == ""
	// All of lo..hi is to be looked at. What is not there, or too old for since:, was looked at by knowing it.
	lo, hi := max(w.After+1, 1), sc.Newest
	if w.Before > 0 {
		hi = min(hi, w.Before-1)
	}
	sc.From, sc.To = lo, hi
	lo = max(lo, first, sc.Oldest)
	size := int64(firstPart)
	left := w.Limit
	if left <= 0 {
		left = defaultLimit
	}
	lead, whole := searched(t, w.Filter.words)
	if whole && left <= atOnce {
		size = lastPart
	}
	for parts := 0; lo <= hi && left > 0 && (parts == 0 || time.Since(begun) < budget); parts++ {
		part := Window{Filter: w.Filter, After: lo - 1, Before: hi + 1, Oldest: up, Limit: left}
		if up {
			part.Before = min(hi, lo+size-1) + 1
		} else {
			part.After = max(lo, hi-size+1) - 1
		}
		at := time.Now()
		query, args := part.idsBy(t, lead, now)
		found, err := collect(ctx, s, "search the "+t.name, query, args, readID)
		if err != nil {
			return Scan{}, err
		}
		sc.IDs = append(sc.IDs, found...)
		full := len(found) == left
		left -= len(found)
		switch {
		case up && full:
			lo = found[len(found)-1] + 1
		case up:
			lo = part.Before
		case full:
			hi = found[len(found)-1] - 1
		default:
			hi = part.After
		}
		size = resize(size, time.Since(at))
	}
	sc.End = lo > hi
	switch {
	case sc.End:
	case up:
		sc.To = lo - 1
	default:
		sc.From = hi + 1
	}
	return sc, nil
}

// edges finds the oldest and the newest ID, and the first that since: leaves.
func (s *Store) edges(ctx context.Context, t *table, f Filter, now time.Time, sc *Scan) (first int64, err error) {
	query, args := "SELECT coalesce((SELECT min(id) FROM "+t.name+"), 0), coalesce((SELECT max(id) FROM "+t.name+"), 0)", []any(nil)
	to := []any{&sc.Oldest, &sc.Newest}
	for _, w := range f.words {
		if w.key == keySince && !w.negate {
			c := t.first(w.values, now)
			query += ", " + c.sql
			args = append(args, c.args...)
			to = append(to, new(int64))
		}
	}
	if err := s.readDB.QueryRowContext(ctx, query, args...).Scan(to...); err != nil {
		return 0, err
	}
	for _, id := range to[2:] {
		first = max(first, *id.(*int64))
	}
	return first, nil
}

func readID(rows *sql.Rows) (id int64, err error) {
	err = rows.Scan(&id)
	return id, err
}

// MatchingMessages gives those of these messages that match f, newest first.
func (s *Store) MatchingMessages(ctx context.Context, f Filter, ids []int64) ([]plivo.Message, error) {
	ms, err := matching(ctx, s, messagesTable, messageRead, f, ids, readMessage)
	return s.withWatched(ctx, ms, err)
}

func matching[T any](ctx context.Context, s *Store, t *table, columns string, f Filter, ids []int64, scan func(*sql.Rows) (T, error)) ([]T, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	slices.Reverse(ids)
	now := s.now()
	var out []T
	for chunk := range slices.Chunk(ids, 500) {
		query := "SELECT " + columns + " FROM " + t.name + " NOT INDEXED WHERE id IN " + places(1, len(chunk))
		args := make([]any, len(chunk))
		for i, id := range chunk {
			args[i] = id
		}
		for _, c := range t.conditions(f.words, now) {
			query += " AND " + c.sql
			args = append(args, c.args...)
		}
		rows, err := collect(ctx, s, "read "+t.name, query+" ORDER BY id DESC", args, scan)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}
