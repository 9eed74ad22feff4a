package store_test

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// nextCallback is the ID that comes next, as a history has it.
func nextCallback(t *testing.T, path string) (next int64) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "SELECT next_callback FROM counters").Scan(&next); err != nil {
		t.Fatal(err)
	}
	return next
}

// marked is the ID that comes next, as the mark beside a history has it.
func marked(t *testing.T, path string) int64 {
	t.Helper()
	b, err := os.ReadFile(path + "-mark")
	if err != nil || len(b) != 24 {
		t.Fatal(len(b), err)
	}
	return int64(binary.BigEndian.Uint64(b[8:]))
}

// TestLossOfAKilledMender has a program lose what it stored, with a mender that had the log be read anew and came no further:
// another, which ran all the time and knew nothing of that, says so, and gives no ID again.
func TestLossOfAKilledMender(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	var said atomic.Value
	said.Store("")
	s := openStore(t, store.Options{Path: path, OnProblem: func(text string) { said.Store(said.Load().(string) + text + "\n") }})
	stored, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	last := report("three", plivo.Sent, 1)
	record(t, stored, report("one", plivo.Sent, 1), report("two", plivo.Sent, 1), last)
	if err := stored.Close(); err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, `DELETE FROM messages; DELETE FROM callbacks;
		UPDATE counters SET next_message = 1, next_callback = 1, messages = 0, valid = 0, invalid = 0, missing = 0, unchecked = 0`)
	ids := begin(t, s, "+14155550123")
	next := report("next", plivo.Sent, 1)
	record(t, s, next)
	if next.ID <= last.ID || ids[0] <= 3 {
		t.Errorf("after callback %d and its message 3 come callback %d and message %d", last.ID, next.ID, ids[0])
	}
	if text := said.Load().(string); strings.Count(text, "\n") != 1 || !strings.Contains(text, "3 callbacks that were stored are no longer in the history "+path) {
		t.Errorf("it said %q", text)
	}
}

// TestLossIsToldOnce has what notices a loss fail, as without room on the disk: it is told once, not with each that fails.
func TestLossIsToldOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	var told atomic.Int32
	s := openStore(t, store.Options{Path: path, OnProblem: func(string) { told.Add(1) }})
	last := report("two", plivo.Sent, 1)
	record(t, s, report("one", plivo.Sent, 1), last)
	sqlExec(t, path, `UPDATE counters SET next_callback = 1;
		CREATE TRIGGER full BEFORE INSERT ON callbacks BEGIN SELECT raise(ABORT, 'full'); END`)
	for range 3 {
		if err := s.Record(t.Context(), report("three", plivo.Sent, 1)); err == nil {
			t.Fatal("it was stored")
		}
	}
	sqlExec(t, path, "DROP TRIGGER full")
	next := report("three", plivo.Sent, 1)
	record(t, s, next)
	if n := told.Load(); n != 1 || next.ID <= last.ID {
		t.Errorf("it was told %d times, and the ID after %d is %d", n, last.ID, next.ID)
	}
}

// TestLossIsToldFirst mends a log that was cut, and looks at what others would see if the program were killed when it says
// what is lost: that something is.
func TestLossIsToldFirst(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	path := filepath.Join(t.TempDir(), "h.db")
	told, misses := false, false
	s := openStore(t, store.Options{Path: path, OnProblem: func(string) {
		told, misses = true, nextCallback(t, path) < marked(t, path)
	}})
	record(t, s, report("one", plivo.Sent, 1), report("two", plivo.Sent, 1))
	if err := errors.Join(store.Forget(s), os.Truncate(path+"-wal", 0)); err != nil {
		t.Fatal(err)
	}
	next := report("three", plivo.Sent, 1)
	if record(t, s, next); next.ID <= 2 {
		t.Errorf("a callback has the ID %d after 2", next.ID)
	}
	if !told || !misses {
		t.Errorf("it was told: %t, and could still be seen then: %t", told, misses)
	}
}

// TestLossIsToldFirstAtTheStart is the same at the start after a loss.
func TestLossIsToldFirstAtTheStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, report("one", plivo.Sent, 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, "UPDATE counters SET next_callback = 1")
	told, misses := false, false
	openStore(t, store.Options{Path: path, OnProblem: func(string) {
		told, misses = true, nextCallback(t, path) < marked(t, path)
	}})
	if !told || !misses {
		t.Errorf("it was told: %t, and could still be seen then: %t", told, misses)
	}
}
