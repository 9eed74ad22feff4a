package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// ClaimRoute makes a route of the forwarding this process's, and says how far it is; one that was never
// used starts at the present. It fails with webhook.ErrRouteTaken while another live process has it: one that keeps no
// progress for five seconds, or has ended, has it no more.
func (s *Store) ClaimRoute(ctx context.Context, name string) (webhook.Claim, error) {
	c := webhook.Claim{Progress: webhook.Progress{Route: name}}
	err := s.ask("begin forwarding", &request{ctx: ctx, quiet: true, do: func() error {
		w := s.writer
		err := s.conn.QueryRowContext(ctx, "SELECT next_callback - 1 FROM counters").Scan(&c.Newest)
		if err != nil {
			return err
		}
		var (
			open      []byte
			host      string
			heartbeat int64
			holder    Lease
		)
		err = s.conn.QueryRowContext(ctx, "SELECT read, open, pid, host, heartbeat FROM routes WHERE name = ?", name).
			Scan(&c.Read, &open, &holder.PID, &host, &heartbeat)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			c.Read = c.Newest
		case err != nil:
			return err
		default:
			holder.Heartbeat = moment(heartbeat)
			if holder.PID != 0 && (holder.PID != os.Getpid() || host != hostname()) && s.alive(holder, host) {
				return failure(webhook.ErrRouteTaken, nil, "process %d forwards from the history %s to %s already", holder.PID, s.path, name)
			}
			c.Known = true
			if c.Open, err = unpackIDs(open); err != nil {
				return failure(ErrDamaged, err, "cannot begin forwarding to %s: what the history %s knows of it is damaged; name another file with --db", name, s.path)
			}
		}
		return w.exec(`INSERT INTO routes (name, read, open, pid, host, heartbeat) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
			ON CONFLICT (name) DO UPDATE SET pid = ?4, host = ?5, heartbeat = ?6`,
			name, c.Read, packIDs(c.Open), os.Getpid(), hostname(), s.now().UnixMicro())
	}})
	return c, err
}

// KeepProgress writes how far a route of this process is, and that the process lives. It fails with
// webhook.ErrRouteTaken where another process has taken the route.
func (s *Store) KeepProgress(ctx context.Context, p webhook.Progress) error {
	return s.keepProgress(ctx, p, os.Getpid())
}

// ReleaseRoute writes how far a route of this process is, and lets others have it.
func (s *Store) ReleaseRoute(ctx context.Context, p webhook.Progress) error {
	return s.keepProgress(ctx, p, 0)
}

func (s *Store) keepProgress(ctx context.Context, p webhook.Progress, pid int) error {
	return s.ask("note what was forwarded", &request{ctx: ctx, quiet: true, do: func() error {
		st, err := s.writer.stmt("UPDATE routes SET read = ?, open = ?, pid = ?, heartbeat = ? WHERE name = ? AND pid = ? AND host = ?")
		if err != nil {
			return err
		}
		res, err := st.ExecContext(s.writer.ctx, p.Read, packIDs(p.Open), pid, s.now().UnixMicro(), p.Route, os.Getpid(), hostname())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return failure(webhook.ErrRouteTaken, nil, "cannot note what was forwarded to %s: another process forwards from the history %s there", p.Route, s.path)
	}})
}

// packIDs writes ascending IDs: the first, then the differences.
func packIDs(ids []int64) []byte {
	b, last := make([]byte, 0, 2*len(ids)+8), int64(0)
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id-last))
		last = id
	}
	return b
}

func unpackIDs(b []byte) ([]int64, error) {
	var ids []int64
	for last := int64(0); len(b) > 0; {
		step, n := binary.Uvarint(b)
		if n <= 0 || step == 0 || step > 1<<62 {
			return nil, fmt.Errorf("no ID where one has to be, after %d", last)
		}
		last += int64(step)
		ids, b = append(ids, last), b[n:]
	}
	return ids, nil
}

// CallbackHeads gives the callbacks with a larger ID than after, oldest first, at most limit, with what
// is needed to choose among them: ID, time, kind, URL, the message's UUID, outcome, Truncated and Imported. They
// have Omitted set.
func (s *Store) CallbackHeads(ctx context.Context, after int64, limit int) ([]webhook.Callback, error) {
	return collect(ctx, s, "read callbacks", callbackHeads, []any{after, limit}, scanHead)
}

const callbackHeads = "SELECT id, coalesce(message_uuid, ''), received_at, kind, outcome, flags, url FROM callbacks WHERE id > ? ORDER BY id LIMIT ?"

func scanHead(rows *sql.Rows) (webhook.Callback, error) {
	c := webhook.Callback{Omitted: true}
	var (
		uuid, kind, outcome string
		received, flags     int64
	)
	if err := rows.Scan(&c.ID, &uuid, &received, &kind, &outcome, &flags, &c.URL); err != nil {
		return c, err
	}
	c.ReceivedAt, c.Kind = moment(received), webhook.Kind(kind)
	c.Truncated, c.Imported = flags&flagTruncated != 0, flags&flagImported != 0
	c.Verdict.Outcome = signature.Outcome(outcome)
	if uuid != "" {
		c.Report.Params = []signature.Param{{Name: "MessageUUID", Value: uuid}}
	}
	return c, nil
}

// CallbacksAfter gives the callbacks with a larger ID than after, oldest first, at most limit, large ones with
// Omitted set.
func (s *Store) CallbacksAfter(ctx context.Context, after int64, limit int) ([]webhook.Callback, error) {
	return s.ListCallbacks(ctx, Window{After: after, Oldest: true, Limit: limit})
}

// SetAnswers writes what callbacks, by their IDs, were answered, where that was not known when they were
// stored, and wakes the readers. Callbacks that are gone are passed over.
func (s *Store) SetAnswers(ctx context.Context, answers map[int64]webhook.Answer) error {
	if len(answers) == 0 {
		return nil
	}
	return s.ask("note what callbacks were answered", &request{ctx: ctx, do: func() error {
		for _, id := range slices.Sorted(maps.Keys(answers)) {
			a := answers[id]
			if err := s.writer.exec("UPDATE callbacks SET answer_status = ?, answered_at = ? WHERE id = ?", a.Status, micros(a.At), id); err != nil {
				return err
			}
		}
		return nil
	}})
}

// Forwarded gives attempts to forward callbacks with a larger ID than after, oldest first, at most limit,
// large ones with Omitted set.
func (s *Store) Forwarded(ctx context.Context, after int64, limit int) ([]webhook.Attempt, error) {
	return collect(ctx, s, "read attempts", "SELECT "+listedAttempt+" FROM attempts WHERE id > ? AND route <> '' ORDER BY id LIMIT ?",
		[]any{after, limit}, scanAttempt)
}
