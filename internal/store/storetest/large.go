package storetest

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/store"
)

// folder names the variable of the environment with the folder that large histories are kept in.
const folder = "PLIVOSCOPE_BENCH_DIR"

//go:embed large.sql
var script string

// Large gives the path of a history of so many messages and a third as many callbacks, made when it is asked for.
// Where PLIVOSCOPE_BENCH_DIR names a folder it is kept there, for the next run and for other packages: it must
// not be written to.
func Large(tb testing.TB, messages int) string {
	tb.Helper()
	dir := os.Getenv(folder)
	if dir == "" {
		dir = tb.TempDir()
	}
	path := filepath.Join(dir, "large-"+strconv.Itoa(messages)+".db")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if err := fill(path+".new", messages); err != nil {
		tb.Fatalf("a history of %d messages cannot be made: %v", messages, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		tb.Fatal(err)
	}
	return path
}

func fill(path string, messages int) error {
	for _, left := range []string{path, path + "-wal", path + "-shm"} { // of a run that was broken off
		if err := os.Remove(left); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	s, err := store.Open(context.Background(), store.Options{Path: path})
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_busy_timeout=5000")
	if err != nil {
		return err
	}
	_, err = db.Exec(strings.NewReplacer(
		"{messages}", strconv.Itoa(messages), "{callbacks}", strconv.Itoa(messages/3/3*3),
	).Replace(script))
	return errors.Join(err, db.Close())
}

// Copy gives the path of a Large history that may be written to; of 0 messages it is that of none yet.
func Copy(tb testing.TB, messages int) string {
	tb.Helper()
	to := filepath.Join(tb.TempDir(), "history.db")
	if messages == 0 {
		return to
	}
	if err := copyFile(Large(tb, messages), to); err != nil {
		tb.Fatalf("a history of %d messages cannot be copied: %v", messages, err)
	}
	return to
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	// What is still to be written would be written while something else is measured.
	return errors.Join(err, out.Sync(), out.Close())
}
