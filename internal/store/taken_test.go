package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestReplacedIsCounted has something else in the history's place: what is not stored is counted as that.
func TestReplacedIsCounted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being moved")
	}
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("m", plivo.Sent, 1))
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Record(t.Context(), report("m", plivo.Delivered, 2)); !errors.Is(err, store.ErrTaken) {
		t.Fatalf("it said %v", err)
	}
	if failures := s.Stats().Failures; failures["taken_away"] != 1 || failures["other"] != 0 {
		t.Errorf("counted are %v", failures)
	}
}

// TestEachTryLeavesNoCopy takes the history away while another program reads it.
func TestEachTryLeavesNoCopy(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being deleted")
	}
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("m", plivo.Sent, 1))
	other, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	rows, err := other.QueryContext(t.Context(), "SELECT id FROM callbacks")
	if err != nil || !rows.Next() {
		t.Fatal(err, "no row")
	}
	record(t, s, report("m", plivo.Delivered, 2))
	if err := errors.Join(store.Impatient(s), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	if err := s.Record(t.Context(), report("m", plivo.Read, 3)); !errors.Is(err, store.ErrLocked) {
		t.Errorf("it said %v", err)
	}
	if kept, err := filepath.Glob(path + ".kept-*"); err != nil || len(kept) > 0 {
		t.Errorf("%q are left, %v", kept, err)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	record(t, s, report("m", plivo.Read, 3))
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// TestEachTryIsOfAllThatWait has many callbacks wait for a history that was taken away while another program reads it:
// one try, with its copy of all that is stored and its wait, is for all of them.
func TestEachTryIsOfAllThatWait(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being deleted")
	}
	path := filepath.Join(t.TempDir(), "history.db")
	var logged bytes.Buffer
	s, err := store.Open(t.Context(), store.Options{Path: path, Logger: slog.New(slog.NewTextHandler(&logged, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	record(t, s, report("m", plivo.Sent, 1))
	other, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	rows, err := other.QueryContext(t.Context(), "SELECT id FROM callbacks")
	if err != nil || !rows.Next() {
		t.Fatal(err, "no row")
	}
	defer rows.Close()
	record(t, s, report("m", plivo.Delivered, 2))
	if err := store.Impatient(s); err != nil {
		t.Fatal(err)
	}
	release := store.HoldWriter(s)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	var callers sync.WaitGroup
	for i := range 20 {
		callers.Go(func() {
			if err := s.Record(t.Context(), report("m", plivo.Read, i)); err == nil {
				t.Error("it was acknowledged")
			}
		})
	}
	eventually(t, "all wait", func() bool { n, _ := store.Queued(s); return n == 20 })
	release()
	callers.Wait()
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if text := logged.String(); strings.Contains(text, "trying each alone") {
		t.Error(text)
	}
}
