package store_test

import (
	"bytes"
	"context"
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
	"dev.internal/plivoscope/internal/webhook"
)

// whole fails where SQLite finds anything wrong with a history.
func whole(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var says string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&says); err != nil || says != "ok" {
		t.Errorf("%s: %s, %v", path, says, err)
	}
}

// TestCutLog empties or cuts the log of a history that is in use: nothing is written over, what was in the file stays,
// a sentence is said, no ID is given again, and it goes on.
func TestCutLog(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	for name, c := range map[string]struct {
		idle bool
		new  bool // nothing was moved into the file yet, not even the tables
		size func(int64) int64
		more int // callbacks in the log alone
		lost bool
	}{
		"emptied while idle":                {idle: true, size: func(int64) int64 { return 0 }, more: 3},
		"emptied":                           {size: func(int64) int64 { return 0 }, more: 3},
		"cut":                               {size: func(n int64) int64 { return n/2 + 11 }, more: 20},
		"cut by a byte":                     {size: func(n int64) int64 { return n - 1 }, more: 20},
		"cut after a head":                  {size: func(int64) int64 { return 40 }, more: 20},
		"emptied, and memory holds nothing": {size: func(int64) int64 { return 0 }, more: 20, lost: true},
		"cut, and memory holds nothing":     {size: func(n int64) int64 { return n/2 + 11 }, more: 20, lost: true},
		"of a new history, emptied":         {new: true, size: func(int64) int64 { return 0 }, more: 3},
		"of a new history, emptied, and memory holds nothing": {new: true, size: func(int64) int64 { return 0 }, more: 3, lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "h.db")
			old, err := store.Open(t.Context(), store.Options{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			if !c.new {
				for i := range 6 {
					record(t, old, report(fmt.Sprint("old-", i), plivo.Sent, 1))
				}
			}
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			if c.new {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
			var mu sync.Mutex
			said := ""
			s, err := store.Open(t.Context(), store.Options{Path: path, OnProblem: func(text string) {
				mu.Lock()
				defer mu.Unlock()
				said += text + "\n"
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			words := func() string {
				mu.Lock()
				defer mu.Unlock()
				return said
			}
			for i := range c.more {
				record(t, s, report(fmt.Sprint("log-", i), plivo.Sent, 1))
			}
			if c.lost {
				if err := store.Forget(s); err != nil {
					t.Fatal(err)
				}
			}
			before := messages(t, s, store.Window{Limit: 2000})
			ids := map[int64]string{}
			for _, m := range before {
				ids[m.ID] = m.UUID
			}
			info, err := os.Stat(path + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path+"-wal", c.size(info.Size())); err != nil {
				t.Fatal(err)
			}
			if c.idle {
				eventually(t, "a sentence", func() bool { return words() != "" })
			}
			for i := range 5 {
				record(t, s, report(fmt.Sprint("new-", i), plivo.Sent, 1))
			}
			if !strings.Contains(words(), "was emptied or cut") || c.lost && strings.Contains(words(), "nothing is lost") {
				t.Errorf("it said %q", words())
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			whole(t, path)
			again := openStore(t, store.Options{Path: path, OnProblem: func(text string) { t.Errorf("the next start says %q", text) }})
			have := map[string]bool{}
			for _, m := range messages(t, again, store.Window{Limit: 2000}) {
				have[m.UUID] = true
				if uuid, known := ids[m.ID]; known && uuid != m.UUID {
					t.Errorf("ID %d of %s was given to %s", m.ID, uuid, m.UUID)
				}
			}
			for i := range 6 {
				if !c.new && !have[fmt.Sprint("old-", i)] {
					t.Error("what was in the file is gone")
				}
			}
			for i := range 5 {
				if !have[fmt.Sprint("new-", i)] {
					t.Error("what came after is gone")
				}
			}
			// How much of it the process still knows depends on what SQLite kept in memory.
			missing := len(before) + 5 - len(have)
			if missing > 0 && !strings.Contains(words(), fmt.Sprintf("up to %d callbacks", missing)) {
				t.Errorf("%d are missing, it said %q", missing, words())
			}
		})
	}
}

// TestEndOfAnotherIsNoCut has another process close the history, which empties the log rightly.
func TestEndOfAnotherIsNoCut(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nothing is looked at there")
	}
	path := filepath.Join(t.TempDir(), "h.db")
	var said atomic.Pointer[string]
	s := openStore(t, store.Options{Path: path, OnProblem: func(text string) { said.Store(&text) }})
	record(t, s, report("one", plivo.Sent, 1))
	other, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	record(t, other, report("two", plivo.Sent, 1))
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() > 0 {
		t.Fatal("the log was not emptied", err)
	}
	record(t, s, report("three", plivo.Sent, 1))
	if n := len(messages(t, s, store.Window{})); n != 3 || said.Load() != nil {
		t.Errorf("%d are there, it said %v", n, said.Load())
	}
}

// atLine does something when a line is logged, the first time.
type atLine struct {
	slog.Handler
	do map[string]func() error // by what the line contains
}

func (h atLine) Enabled(context.Context, slog.Level) bool { return true }

func (h atLine) Handle(_ context.Context, r slog.Record) error {
	for with, do := range h.do {
		if strings.Contains(r.Message, with) {
			delete(h.do, with)
			return do()
		}
	}
	return nil
}

// TestCutAfterCommit empties the log when a transaction has just been committed: a callback that is gone with it is not
// acknowledged.
func TestCutAfterCommit(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	path := filepath.Join(t.TempDir(), "h.db")
	h := atLine{slog.DiscardHandler, map[string]func() error{}}
	s := openStore(t, store.Options{Path: path, Logger: slog.New(h)})
	if err := os.Mkdir(path+"-mark", 0o700); err != nil {
		t.Fatal(err)
	}
	record(t, s, report("one", plivo.Sent, 1))
	emptied := false
	if err := store.Ask(t.Context(), s, func() error {
		h.do["mark of the history was not written"] = func() error { // between a commit and its answer
			emptied = true
			return os.Truncate(path+"-wal", 0)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	// What memory holds would be written again.
	if err := store.CachePages(s, 1); err != nil {
		t.Fatal(err)
	}
	c := report("two", plivo.Sent, 1)
	err := s.Record(t.Context(), c)
	stored := false
	for _, m := range messages(t, s, store.Window{}) {
		stored = stored || m.UUID == "two"
	}
	if !emptied || stored != (err == nil) {
		t.Errorf("the log was emptied: %t, stored: %t, it said %v", emptied, stored, err)
	}
}

// TestCutInATransaction empties or cuts the log while a transaction writes into it: it fails, and the next start misses
// nothing of it.
func TestCutInATransaction(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	for name, begunAnew := range map[string]bool{"emptied": false, "cut, after it was begun anew": true} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "h.db")
			cut := int64(-1)
			s, err := store.Open(t.Context(), store.Options{Path: path, Now: func() time.Time {
				if cut >= 0 {
					if err := os.Truncate(path+"-wal", cut); err != nil {
						t.Error(err)
					}
					cut = -1
				}
				return start
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			i, at := s.NewImport(), int64(0)
			add := func(n int) error {
				t.Helper()
				_, err := i.Add(t.Context(), []*webhook.Callback{report(fmt.Sprint("m-", n), plivo.Sent, 1)})
				return err
			}
			for n := range 10 {
				if err := add(n); err != nil {
					t.Fatal(err)
				}
			}
			if begunAnew {
				// All is moved into the file, so that what comes is written from the beginning on.
				db, err := sql.Open("sqlite", "file:"+path)
				if err != nil {
					t.Fatal(err)
				}
				_, err = db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(PASSIVE)")
				if err := errors.Join(err, db.Close(), add(10), add(11), add(12)); err != nil {
					t.Fatal(err)
				}
				at = 32 + 3*(24+4096)
			}
			if err := store.Ask(t.Context(), s, func() error { cut = at; return nil }); err != nil {
				t.Fatal(err)
			}
			if err := add(13); !errors.Is(err, store.ErrTaken) {
				t.Errorf("it said %v", err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			whole(t, path)
			openStore(t, store.Options{Path: path, OnProblem: func(text string) { t.Errorf("the next start says %q", text) }})
		})
	}
}

// TestCutLogThatWasMoved empties a log of which all is in the file: nothing is copied for that.
func TestCutLogThatWasMoved(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	path := filepath.Join(t.TempDir(), "h.db")
	var logged bytes.Buffer
	s, err := store.Open(t.Context(), store.Options{Path: path, Logger: slog.New(slog.NewTextHandler(&logged, nil)), Now: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	record(t, s, report("one", plivo.Sent, 1))
	// A copy would have this name, and fail.
	if err := os.WriteFile(path+".kept-"+start.Format("20060102-150405.000000")+".db", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(PASSIVE)")
	if err := errors.Join(err, db.Close(), os.Truncate(path+"-wal", 0)); err != nil {
		t.Fatal(err)
	}
	record(t, s, report("two", plivo.Sent, 1))
	if n := len(messages(t, s, store.Window{})); n != 2 {
		t.Errorf("%d messages are there", n)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if text := logged.String(); strings.Contains(text, "not known") || !strings.Contains(text, "nothing is lost") {
		t.Error(text)
	}
}

// TestCutLogUnderALock empties the log while another program holds the lock of the history: once that is free it is said
// what may be missing, and it goes on.
func TestCutLogUnderALock(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds, most of them alone")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	path := filepath.Join(t.TempDir(), "h.db")
	told := make(chan string, 100)
	s := openStore(t, store.Options{Path: path, OnProblem: func(text string) { told <- text }})
	last := report("one", plivo.Sent, 1)
	record(t, s, report("zero", plivo.Sent, 1), last)
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := errors.Join(store.Impatient(s), store.Forget(s)); err != nil {
		t.Fatal(err)
	}
	holder, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	if _, err := holder.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path+"-wal", 0); err != nil {
		t.Fatal(err)
	}
	if err := s.Record(t.Context(), report("503", plivo.Sent, 1)); err == nil {
		t.Error("it was acknowledged")
	}
	if _, err := holder.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	next := report("two", plivo.Sent, 1)
	record(t, s, next)
	if next.ID <= last.ID {
		t.Errorf("a callback has the ID %d after %d", next.ID, last.ID)
	}
	if text := <-told; !strings.Contains(text, "up to 2 callbacks that were acknowledged since may be missing") {
		t.Errorf("it said %q", text)
	}
}
