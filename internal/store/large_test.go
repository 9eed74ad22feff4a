package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/store"
)

// large gives the path of a history of so many messages, made when it is asked for. Where
// PLIVOSCOPE_BENCH_DIR names a folder, it is kept there for the next run.
func large(tb testing.TB, messages int) string {
	tb.Helper()
	dir := os.Getenv("PLIVOSCOPE_BENCH_DIR")
	if dir == "" {
		dir = tb.TempDir()
	}
	path := filepath.Join(dir, "large-"+strconv.Itoa(messages)+".db")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	script, err := os.ReadFile("testdata/large.sql")
	if err != nil {
		tb.Fatal(err)
	}
	s, err := store.Open(context.Background(), store.Options{Path: path + ".new"})
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.Close(); err != nil {
		tb.Fatal(err)
	}
	sqlExec(tb, path+".new", strings.NewReplacer(
		"{messages}", strconv.Itoa(messages), "{callbacks}", strconv.Itoa(messages/3/3*3),
	).Replace(string(script)))
	if err := os.Rename(path+".new", path); err != nil {
		tb.Fatal(err)
	}
	return path
}
