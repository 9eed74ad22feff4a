package app

import (
	"context"
	"errors"
	"fmt"
	"os"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// ReplayOptions say which callbacks are sent again, and where.
type ReplayOptions struct {
	HistoryPath string
	IDs         []int64      // of the callbacks, in the order to send them; none for those of Filter
	Filter      store.Filter // oldest first
	To          string       // the target, as replay.CheckTarget gives it
	// Keys are those of the account. The made-up token of a simulator that runs on the history goes before
	// them, for that is what its callbacks were signed with.
	Keys replay.Keys
}

// Replay is a history from which callbacks are sent again. It serves nothing, so it can be used beside a
// running program on the same history. Close it when it is done.
type Replay struct {
	store *store.Store
	ids   []int64
	keys  replay.Keys
}

// OpenReplay finds the callbacks. The error says where there are none, that one of the IDs is not there
// (ErrNoCallback), or that the target is the callback server that writes this history.
func OpenReplay(ctx context.Context, o ReplayOptions) (_ *Replay, err error) {
	if _, err := os.Stat(o.HistoryPath); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no history at %s yet: receive or send something first, or name another file with --db", o.HistoryPath)
	}
	db, err := store.Open(ctx, store.Options{Path: o.HistoryPath})
	if err != nil {
		return nil, err
	}
	r := &Replay{store: db, keys: o.Keys}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	lease, live, err := db.Lease(ctx)
	if err != nil {
		return nil, err
	}
	if live {
		if lease.SimToken != "" {
			r.keys = replay.Keys{Account: signature.NewToken("simulator", lease.SimToken)}
		}
		for _, own := range []string{lease.ListenURL, lease.PublicURL} {
			if own != "" && sameHost(o.To, own) {
				return nil, fmt.Errorf("cannot send callbacks to %s: the plivoscope that writes this history listens there, and would take each for a new one; give the URL of your app", o.To)
			}
		}
	}
	if len(o.IDs) > 0 {
		r.ids = o.IDs
		return r, r.known(ctx, o.HistoryPath)
	}
	return r, r.find(ctx, o.Filter, o.HistoryPath)
}

// RunningSimulator is the key of the simulator that runs on a history in another process; found is false
// where none does. It makes no history.
func RunningSimulator(ctx context.Context, historyPath string) (keys replay.Keys, found bool, err error) {
	if _, err := os.Stat(historyPath); errors.Is(err, os.ErrNotExist) {
		return keys, false, nil
	}
	db, err := store.Open(ctx, store.Options{Path: historyPath})
	if err != nil {
		return keys, false, err
	}
	lease, live, err := db.Lease(ctx)
	if live && lease.SimToken != "" {
		keys, found = replay.Keys{Account: signature.NewToken("simulator", lease.SimToken)}, true
	}
	return keys, found, errors.Join(err, db.Close())
}

// known fails for an ID that is not in the history.
func (r *Replay) known(ctx context.Context, path string) error {
	seen := make(map[int64]bool, len(r.ids))
	for _, id := range r.ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		if _, found, err := r.store.Callback(ctx, id); err != nil {
			return err
		} else if !found {
			return fmt.Errorf("cannot send callback %d again: %w %s; \"plivoscope history --callbacks\" shows their numbers", id, ErrNoCallback, path)
		}
	}
	return nil
}

// replayPage is how many callbacks are looked through at a time.
const replayPage = 500

func (r *Replay) find(ctx context.Context, f store.Filter, path string) error {
	w := store.Window{Filter: f, Oldest: true, Limit: replayPage}
	for {
		page, err := r.store.ListCallbacks(ctx, w)
		if err != nil {
			return err
		}
		for i := range page {
			r.ids = append(r.ids, page[i].ID)
		}
		if len(page) < replayPage {
			break
		}
		w.After = r.ids[len(r.ids)-1]
	}
	if len(r.ids) == 0 {
		return fmt.Errorf("no callback of the history %s matches the filter; \"plivoscope history --callbacks\" shows which there are", path)
	}
	return nil
}

// Keys are what the callbacks are signed with anew; empty where no token is known.
func (r *Replay) Keys() replay.Keys { return r.keys }

// Source gives the callbacks, each read when its turn comes.
func (r *Replay) Source() replay.Source {
	return replay.Source{Len: len(r.ids), Load: func(ctx context.Context, i int) (webhook.Callback, error) {
		cb, found, err := r.store.Callback(ctx, r.ids[i])
		if err == nil && !found {
			err = fmt.Errorf("cannot send callback %d again: it was removed from the history since", r.ids[i])
		}
		cb.ID = r.ids[i]
		return cb, err
	}}
}

// Close closes the history.
func (r *Replay) Close() error { return r.store.Close() }
