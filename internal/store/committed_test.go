package store_test

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestLostIsTold: SQLite takes a log that is gone or damaged for one that ends there. What was in it is missed.
func TestLostIsTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "history.db")
	var told []string
	open := func(path string, keep int) *store.Store {
		t.Helper()
		told = nil
		s, err := store.Open(t.Context(), store.Options{Path: path, Keep: keep, OnProblem: func(text string) { told = append(told, text) }})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	record := func(s *store.Store, n int) (last int64) {
		t.Helper()
		for i := range n {
			c := life(i)[0]
			if err := s.Record(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			last = c.ID
		}
		return last
	}
	closed := func(s *store.Store) {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	quiet := func(what string) {
		t.Helper()
		if len(told) > 0 {
			t.Errorf("%s: it said %q", what, told)
		}
	}
	s := open(path, 1)
	record(s, 5)
	closed(s)
	s = open(path, 1)
	quiet("a history that keeps 1 callback")
	last := record(s, 3)
	// As after kill -9 without its log, and as an emptied file.
	cut, emptied := filepath.Join(dir, "cut.db"), filepath.Join(dir, "emptied.db")
	for _, to := range []string{cut, emptied} {
		for _, suffix := range []string{"", "-mark"} {
			b, err := os.ReadFile(path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if to == emptied && suffix == "" {
				b = nil
			}
			if err := os.WriteFile(to+suffix, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	closed(s)
	for to, want := range map[string]string{cut: "3 callbacks that were stored are no longer in the history " + cut, emptied: "8 callbacks that were stored are no longer in the history " + emptied} {
		// Who has nobody to tell leaves it to the next.
		nobody, err := store.Open(t.Context(), store.Options{Path: to})
		if err != nil {
			t.Fatal(err)
		}
		closed(nobody)
		s = open(to, 0)
		if len(told) != 1 || !strings.HasPrefix(told[0], want) {
			t.Errorf("it said %q, want %q", told, want)
		}
		if id := record(s, 1); id != last+1 {
			t.Errorf("the next callback has the ID %d, want %d", id, last+1)
		}
		closed(s)
		closed(open(to, 0))
		quiet("the second time")
	}
	// One that was deleted is not missed, nor is what was in one that has the place of another.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s = open(path, 0)
	quiet("a new history")
	record(s, 1)
	closed(s)
	closed(open(path, 0))
	quiet("a new history again")
	if err := os.Rename(path, cut); err != nil {
		t.Fatal(err)
	}
	closed(open(cut, 0))
	quiet("another history")
}

// TestOldPagesAreNoHistory cuts a log of which a part was in the file already, as after kill -9: SQLite brings back
// pages as they were before others. That is damage, and is not written into.
func TestOldPagesAreNoHistory(t *testing.T) {
	dir := t.TempDir()
	path, cut := filepath.Join(dir, "history.db"), filepath.Join(dir, "cut.db")
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	flood := func(status plivo.Status, from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			record(t, s, report(fmt.Sprint("m-", i*7919%1000), status, 1))
		}
	}
	flood(plivo.Sent, 0, 150)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, store.Options{Path: path})
	flood(plivo.Delivered, 0, 75)
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "SELECT id FROM callbacks") // the log is moved up to here
	if err != nil || !rows.Next() {
		t.Fatal(err, "no row")
	}
	defer rows.Close()
	flood(plivo.Delivered, 75, 80)
	var busy, pages, moved int
	if err := db.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &moved); err != nil || moved == 0 || moved == pages {
		t.Fatal(busy, pages, moved, err)
	}
	for _, suffix := range []string{"", "-wal", "-mark"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if suffix == "-wal" {
			b = b[:len(b)/3]
		}
		if err := os.WriteFile(cut+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	after, err := store.Open(t.Context(), store.Options{Path: cut})
	if err == nil {
		_ = after.Close()
		whole(t, cut)
	}
	if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "is kept in "+cut+".readable-") {
		t.Errorf("it said %v", err)
	}
}

// TestLookingThroughMuchIsTold misses callbacks in a large history: it says beforehand that it looks through all of it.
func TestLookingThroughMuchIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, report("m", plivo.Sent, 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, "UPDATE counters SET next_callback = 1") // as of an older copy
	if err := os.Truncate(path, 65<<20); err != nil {
		t.Fatal(err)
	}
	var told []string
	openStore(t, store.Options{Path: path, OnProblem: func(text string) { told = append(told, text) }})
	if len(told) != 2 || !strings.Contains(told[0], "being looked at, which may take a minute") || !strings.Contains(told[1], "1 callback that was stored is no longer") {
		t.Errorf("it said %q", told)
	}
}

// TestCutBehindAShorterMark cuts a log in which a program of an earlier version has just stored something, which notes its
// callbacks alone: no ID of it is given again, that of a message neither.
func TestCutBehindAShorterMark(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("one", plivo.Sent, 1))
	mark, err := os.ReadFile(path + "-mark")
	if err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, "UPDATE counters SET next_callback = 4, next_message = 4")
	binary.BigEndian.PutUint64(mark[8:], 4)
	if err := errors.Join(os.WriteFile(path+"-mark", mark[:16], 0o600), store.Forget(s), os.Truncate(path+"-wal", 0)); err != nil {
		t.Fatal(err)
	}
	next := report("two", plivo.Sent, 1)
	record(t, s, next)
	if ms := messages(t, s, store.Window{Limit: 1}); next.ID < 4 || len(ms) != 1 || ms[0].ID < 4 {
		t.Errorf("the callback has the ID %d, and its message %+v", next.ID, ms)
	}
}

// TestShorterMark misses a callback by the mark of an earlier version, which had no ID of a message.
func TestShorterMark(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, report("m", plivo.Sent, 1))
	if err := errors.Join(s.Close(), os.Truncate(path+"-mark", 16)); err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, "UPDATE counters SET next_callback = 1") // as of an older copy
	told := ""
	openStore(t, store.Options{Path: path, OnProblem: func(text string) { told += text }})
	if !strings.Contains(told, "1 callback that was stored is no longer") {
		t.Errorf("it said %q", told)
	}
}
