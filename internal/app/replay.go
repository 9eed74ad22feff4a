package app

import (
	"context"
	"errors"
	"fmt"
	"os"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/redact"
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
	Hide *redact.Tokens // what attempts are kept without; nil for nothing

	OnProblem func(text string) // is told what is wrong with the history, as store.Options has it
}

// Replay is a history from which callbacks are sent again, and which keeps what comes of them. It serves
// nothing, so it can be used beside a running program on the same history. Close it when it is done.
type Replay struct {
	selection
	keys replay.Keys
}

// OpenReplay finds the callbacks. The error says where there are none, that one of the IDs is not there
// (ErrNoCallback), or that the target is the callback server that writes this history.
func OpenReplay(ctx context.Context, o ReplayOptions) (_ *Replay, err error) {
	if _, err := os.Stat(o.HistoryPath); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no history at %s yet: receive or send something first, or name another file with --db", o.HistoryPath)
	}
	db, err := store.Open(ctx, store.Options{Path: o.HistoryPath, Hide: o.Hide, OnProblem: o.OnProblem})
	if err != nil {
		return nil, err
	}
	r := &Replay{selection: selection{store: db}, keys: o.Keys}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	token, err := checkServer(ctx, db, o.To)
	if err != nil {
		return nil, err
	}
	if token != "" {
		r.keys = simulatorKeys(token)
	}
	if len(o.IDs) > 0 {
		return r, r.take(ctx, o.IDs)
	}
	return r, r.find(ctx, o.Filter)
}

// RunningSimulator is the key of the simulator that runs on a history in another process; found is false
// where none does. It makes no history, and changes none.
func RunningSimulator(ctx context.Context, historyPath string) (keys replay.Keys, found bool, err error) {
	lease, err := simulatorOn(ctx, historyPath)
	if lease.SimToken != "" {
		keys, found = simulatorKeys(lease.SimToken), true
	}
	return keys, found, err
}

// Options gives o with the keys that callbacks are signed with anew. The error says why no callback at all
// could be sent so.
func (r *Replay) Options(o replay.Options) (replay.Options, error) {
	o.Keys = r.keys
	return o, CheckReplay(o)
}

// Keep keeps an attempt in the history.
func (r *Replay) Keep(ctx context.Context, a *webhook.Attempt) error {
	return r.store.KeepAttempt(ctx, a)
}

// Close closes the history.
func (r *Replay) Close() error { return r.store.Close() }

// checkServer fails where the target is the server that writes the history, in whatever process, or one of
// own. It gives the made-up token of that server's simulator, empty where there is none.
func checkServer(ctx context.Context, db *store.Store, to string, own ...string) (simToken string, err error) {
	lease, live, err := db.Lease(ctx)
	if err != nil {
		return "", err
	}
	if live {
		own = append(own, lease.ListenURL, lease.PublicURL)
		simToken = lease.SimToken
	}
	for _, server := range own {
		if server != "" && sameHost(to, server) {
			return "", fmt.Errorf("cannot send callbacks to %s: the plivoscope that writes this history listens there, and would take each for a new one; give the URL of your app", to)
		}
	}
	return simToken, nil
}

func simulatorKeys(token string) replay.Keys {
	return replay.Keys{Account: signature.NewToken("simulator", token)}
}
