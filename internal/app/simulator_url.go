package app

import (
	"context"
	"errors"
	"os"

	"dev.internal/plivoscope/internal/store"
)

// RunningSimulatorURL is the API's URL of the simulator that a running program has on a history; empty for none.
func RunningSimulatorURL(ctx context.Context, historyPath string) (string, error) {
	if _, err := os.Stat(historyPath); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	db, err := store.Open(ctx, store.Options{Path: historyPath})
	if err != nil {
		return "", err
	}
	lease, live, err := db.Lease(ctx)
	url := ""
	if live && lease.SimToken != "" {
		url = lease.APIURL
	}
	return url, errors.Join(err, db.Close())
}
