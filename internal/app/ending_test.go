package app_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
)

// TestEndThatWaitsForTheHistory: an end that another program holds up by a lock waits for the history, and says that.
func TestEndThatWaitsForTheHistory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "simulator.db")
	a, err := app.Open(within(t), app.Options{Mode: app.Simulator, HistoryPath: path, Addr: "127.0.0.1:0", AddrGiven: true})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	app.Quicken(a)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, func() {}) }()
	db, err := store.Open(within(t), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	eventually(t, "the watch has begun", func() bool {
		state, err := db.WatchState(within(t))
		return err == nil && !state.There.IsZero()
	})
	pool, err := sql.Open("sqlite", "file:"+path+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	conn, err := pool.Conn(within(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(within(t), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	cancel()
	eventually(t, "it says that it waits for the history", func() bool { return strings.HasPrefix(a.Ending(), "the history, to note") })
	if _, err := conn.ExecContext(within(t), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
