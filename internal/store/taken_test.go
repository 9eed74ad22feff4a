package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// TestDeletedIsWrittenBeforeAnythingComes: a command that is given next finds the history, and begins no other.
func TestDeletedIsWrittenBeforeAnythingComes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being deleted")
	}
	var said atomic.Value
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path, Serves: true, OnProblem: func(text string) { said.Store(text) }})
	record(t, s, report("m", plivo.Sent, 1))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is there again", func() bool {
		r, err := store.OpenReader(t.Context(), path)
		if err != nil {
			return false
		}
		defer r.Close()
		ms, err := r.Messages(t.Context(), store.Window{Limit: 2})
		return err == nil && len(ms) == 1
	})
	eventually(t, "it is said", func() bool {
		text, _ := said.Load().(string)
		return strings.Contains(text, "All that was in it was written there again, and nothing is lost")
	})
	record(t, s, report("m", plivo.Delivered, 2))
}

// readElsewhere has another program be in the middle of reading the callbacks, until its rows are closed.
func readElsewhere(t *testing.T, path string) *sql.Rows {
	t.Helper()
	other, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	rows, err := other.QueryContext(t.Context(), "SELECT id FROM callbacks")
	if err != nil || !rows.Next() {
		t.Fatal(err, "no row")
	}
	t.Cleanup(func() { _ = rows.Close() })
	return rows
}

// TestEachTryLeavesNoCopy takes the history away while another program reads it.
func TestEachTryLeavesNoCopy(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being deleted")
	}
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("m", plivo.Sent, 1))
	rows := readElsewhere(t, path)
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
	rows := readElsewhere(t, path)
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

// TestOtherComesMeanwhile has another history come into the place of one that is being written again: it is left as it
// is, and once it is gone all is there.
func TestOtherComesMeanwhile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being deleted")
	}
	dir := t.TempDir()
	path, other := filepath.Join(dir, "history.db"), filepath.Join(dir, "other.db")
	theirs := openStore(t, store.Options{Path: other})
	record(t, theirs, report("theirs", plivo.Sent, 1))
	if err := theirs.Close(); err != nil {
		t.Fatal(err)
	}
	var comes atomic.Bool
	s := openStore(t, store.Options{Path: path, Now: func() time.Time {
		// The name of the copy has a time.
		if _, err := os.Stat(path); err != nil && comes.Load() && comes.CompareAndSwap(true, false) {
			if err := os.Rename(other, path); err != nil {
				t.Error(err)
			}
		}
		return time.Now()
	}})
	record(t, s, report("ours", plivo.Sent, 1))
	comes.Store(true)
	if err := store.Ask(t.Context(), s, func() error { return os.Remove(path) }); !errors.Is(err, store.ErrTaken) {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.Record(t.Context(), report("503", plivo.Sent, 1)); !errors.Is(err, store.ErrTaken) {
			t.Errorf("it said %v", err)
		}
	}
	if err := os.Rename(path, other); err != nil {
		t.Fatal(err)
	}
	record(t, s, report("after", plivo.Sent, 1))
	var have []string
	for _, m := range messages(t, s, store.Window{Oldest: true}) {
		have = append(have, m.UUID)
	}
	if fmt.Sprint(have) != "[ours after]" {
		t.Errorf("%q are there", have)
	}
	if kept, err := filepath.Glob(path + ".kept-*"); err != nil || len(kept) > 0 {
		t.Errorf("%q are left, %v", kept, err)
	}
}

// TestDeletedAgain deletes a history a second time, just when it was written again and is about to be opened: what was in
// it is gone, which is said, and what came meanwhile is not acknowledged.
func TestDeletedAgain(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being deleted")
	}
	path := filepath.Join(t.TempDir(), "history.db")
	var said atomic.Value
	h := atLine{slog.DiscardHandler, map[string]func() error{}}
	s := openStore(t, store.Options{Path: path, Logger: slog.New(h), OnProblem: func(text string) { said.Store(text) }})
	if err := os.Mkdir(path+"-mark", 0o700); err != nil {
		t.Fatal(err)
	}
	old := report("old", plivo.Sent, 1)
	record(t, s, old)
	if err := store.Ask(t.Context(), s, func() error {
		h.do["the mark of a history cannot be read"] = func() error { return os.Remove(path) } // when it is opened
		return os.Remove(path)
	}); err == nil {
		t.Error("it was acknowledged")
	}
	if err := s.Record(t.Context(), report("meanwhile", plivo.Sent, 1)); !errors.Is(err, store.ErrTaken) {
		t.Errorf("it said %v", err)
	}
	if text, _ := said.Load().(string); !strings.Contains(text, "was deleted again before it could be opened") {
		t.Errorf("it said %q", text)
	}
	next := report("next", plivo.Sent, 1)
	record(t, s, next)
	if next.ID <= old.ID {
		t.Errorf("a callback has the ID %d after %d", next.ID, old.ID)
	}
	if ms := messages(t, s, store.Window{}); len(ms) != 1 || ms[0].UUID != "next" {
		t.Errorf("%d messages are there", len(ms))
	}
}

// TestPutWithoutLinks puts a file where none is on a file system that has no links.
func TestPutWithoutLinks(t *testing.T) {
	none := func(from, to string) error {
		return &os.LinkError{Op: "link", Old: from, New: to, Err: errors.ErrUnsupported}
	}
	from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
	for _, content := range []string{"first", "second"} {
		if err := os.WriteFile(from, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := store.Put(none, from, to); (err == nil) != (content == "first") {
			t.Errorf("%s: it said %v", content, err)
		}
		if got, err := os.ReadFile(to); err != nil || string(got) != "first" {
			t.Errorf("%s: %q is there, %v", content, got, err)
		}
	}
}
