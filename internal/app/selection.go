package app

import (
	"context"
	"fmt"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// selection is callbacks of a history, in the order in which they are sent again.
type selection struct {
	store *store.Store
	ids   []int64
}

// take selects these callbacks, and fails for an ID that is not in the history.
func (s *selection) take(ctx context.Context, ids []int64) error {
	s.ids = ids
	seen := make(map[int64]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		if _, found, err := s.store.Callback(ctx, id); err != nil {
			return err
		} else if !found {
			return fmt.Errorf("cannot send callback %d again: %w %s; \"plivoscope history --callbacks\" shows their numbers", id, ErrNoCallback, s.store.Path())
		}
	}
	return nil
}

// selectionPage is how many callbacks are looked through at a time.
const selectionPage = 500

// find selects what a filter finds, oldest first, and fails where that is nothing.
func (s *selection) find(ctx context.Context, f store.Filter) error {
	w := store.Window{Filter: f, Oldest: true, Limit: selectionPage}
	for {
		page, err := s.store.ListCallbacks(ctx, w)
		if err != nil {
			return err
		}
		for i := range page {
			s.ids = append(s.ids, page[i].ID)
		}
		if len(page) < selectionPage {
			break
		}
		w.After = s.ids[len(s.ids)-1]
	}
	if len(s.ids) == 0 {
		return fmt.Errorf("no callback of the history %s matches the filter; \"plivoscope history --callbacks\" shows which there are", s.store.Path())
	}
	return nil
}

// Source gives the callbacks, each read when its turn comes.
func (s *selection) Source() replay.Source {
	return replay.Source{Len: len(s.ids), Load: func(ctx context.Context, i int) (webhook.Callback, error) {
		cb, found, err := s.store.Callback(ctx, s.ids[i])
		if err == nil && !found {
			err = fmt.Errorf("cannot send callback %d again: it was removed from the history since", s.ids[i])
		}
		cb.ID = s.ids[i]
		return cb, err
	}}
}
