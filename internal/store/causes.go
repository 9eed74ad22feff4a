package store

import (
	"context"
	"maps"
	"math"
	"slices"

	"dev.internal/plivoscope/internal/webhook"
)

// Callback gives a callback by its ID; false where there is none.
func (s *Store) Callback(ctx context.Context, id int64) (webhook.Callback, bool, error) {
	cs, err := collect(ctx, s, "read a callback", "SELECT "+callbackRead+" FROM callbacks WHERE id = ?", []any{id}, scanCallback)
	if err != nil || len(cs) == 0 {
		return webhook.Callback{}, false, err
	}
	return cs[0], true, nil
}

// Unexplained gives the callbacks between two IDs whose signature does not match, or has no nonce, and
// that have no cause yet: in the order of their IDs, at most limit of the newest; before is 0 for no
// bound, limit for 200.
func (s *Store) Unexplained(ctx context.Context, after, before int64, limit int) ([]webhook.Callback, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	cs, err := collect(ctx, s, "read callbacks", unexplainedQuery, []any{after, before, limit}, scanCallback)
	slices.Reverse(cs)
	return cs, err
}

// A header is named where there was a signature, whatever came of it.
const unexplainedQuery = "SELECT " + callbackRead + ` FROM callbacks INDEXED BY callbacks_unverified
	WHERE outcome <> 'valid' AND cause = '' AND (outcome = 'invalid' OR outcome = 'missing' AND header <> '') AND id > ? AND id < ?
	ORDER BY id DESC LIMIT ?`

// SetCauses writes why callbacks, by their IDs, do not verify, and wakes the readers. A message shows the
// cause of the latest of its callbacks that has one and came to the outcome that it shows, in whatever order they are set. Callbacks that are
// gone, or that verify, are passed over.
func (s *Store) SetCauses(ctx context.Context, causes map[int64]string) error {
	if len(causes) == 0 {
		return nil
	}
	return s.ask("note why callbacks do not verify", &request{ctx: ctx, do: func() error {
		for _, id := range slices.Sorted(maps.Keys(causes)) {
			if err := s.writer.setCause(id, causes[id]); err != nil {
				return err
			}
		}
		return nil
	}})
}

func (w *writer) setCause(id int64, cause string) error {
	if err := w.exec("UPDATE callbacks SET cause = ? WHERE id = ? AND outcome <> 'valid'", cause, id); err != nil {
		return err
	}
	return w.exec(`UPDATE messages SET cause = ?1, cause_of = ?2
		WHERE (id, outcome) = (SELECT message_id, outcome FROM callbacks WHERE id = ?2 AND outcome IN ('invalid', 'missing')) AND cause_of <= ?2`, cause, id)
}

// forgetCauses takes the cause from messages whose outcome is that of another callback now.
func (w *writer) forgetCauses(messages []int64) error {
	for _, id := range messages {
		if err := w.exec("UPDATE messages SET cause = '', cause_of = 0 WHERE id = ? AND cause_of > 0", id); err != nil {
			return err
		}
	}
	return nil
}
