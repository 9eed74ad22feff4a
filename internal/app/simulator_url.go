package app

import (
	"context"
	"errors"
	"io/fs"

	"dev.internal/plivoscope/internal/store"
)

// RunningSimulatorURL is the API's URL of the simulator that a running program has on a history; empty for none.
func RunningSimulatorURL(ctx context.Context, historyPath string) (string, error) {
	lease, err := simulatorOn(ctx, historyPath)
	if lease.SimToken == "" {
		return "", err
	}
	return lease.APIURL, err
}

// simulatorOn is the lease of a running program that has a simulator; the zero one where there is none. What is wrong
// with the history is left to who works on it.
func simulatorOn(ctx context.Context, historyPath string) (store.Lease, error) {
	r, err := store.OpenReader(ctx, historyPath)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, store.ErrOlder) { // a running program has brought it up to date
		return store.Lease{}, nil
	}
	if err != nil {
		return store.Lease{}, err
	}
	lease, live, err := r.Lease(ctx)
	if !live || lease.SimToken == "" {
		lease = store.Lease{}
	}
	return lease, errors.Join(err, r.Close())
}
