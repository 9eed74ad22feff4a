//go:build unix

package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// holdMark has the lock on the mark beside a history, as a program has it that stores something, until the function it gives
// is called.
func holdMark(t *testing.T, path string) (letGo func()) {
	t.Helper()
	f, err := os.OpenFile(path+"-mark", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	eventually(t, "the mark is held", func() bool { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil })
	return func() { _ = f.Close() }
}

// beginOn begins to write into a history, as a program does that stores something, until the function it gives is called.
func beginOn(t *testing.T, path string) (rollBack func()) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_busy_timeout=5000&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}

// TestReadsBesideAStoppedProgram has a program be stopped while it stores something: who only reads reads on.
func TestReadsBesideAStoppedProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("one", plivo.Sent, 1))
	holdMark(t, path)
	beginOn(t, path)
	reads, err := store.Open(t.Context(), store.Options{Path: path, Reads: true, OnProblem: func(text string) { t.Errorf("it said %q", text) }})
	if err != nil {
		t.Fatal(err)
	}
	if ms, err := reads.MessagesByUUID(t.Context(), []string{"one"}); err != nil || len(ms) != 1 {
		t.Errorf("it reads %v, %v", ms, err)
	}
	if err := reads.Close(); err != nil {
		t.Error(err)
	}
}

// TestReadsWhatIsMended has a program mend a log that was cut: who only reads waits until all is there again.
func TestReadsWhatIsMended(t *testing.T) {
	for name, readAnew := range map[string]bool{"just cut": false, "read anew": true} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "h.db")
			before, err := store.Open(t.Context(), store.Options{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			if err := before.Close(); err != nil { // the tables are in the file
				t.Fatal(err)
			}
			s := openStore(t, store.Options{Path: path})
			for i := range 3 {
				record(t, s, report(fmt.Sprint("m-", i), plivo.Sent, 1))
			}
			letGo := holdMark(t, path)
			log, err := os.ReadFile(path + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			if readAnew { // as the mender leaves it at first
				sqlExec(t, path, "UPDATE counters SET next_callback = 1")
			} else if err := os.Truncate(path+"-wal", 0); err != nil {
				t.Fatal(err)
			}
			type result struct {
				s   *store.Store
				err error
			}
			opened := make(chan result, 1)
			go func() {
				reads, err := store.Open(t.Context(), store.Options{Path: path, Reads: true, OnProblem: func(text string) { t.Errorf("it said %q", text) }})
				opened <- result{reads, err}
			}()
			select {
			case r := <-opened:
				t.Errorf("it does not wait: %v", r.err)
				opened <- r
			case <-time.After(time.Second):
			}
			if readAnew {
				sqlExec(t, path, "UPDATE counters SET next_callback = 4")
			} else if err := os.WriteFile(path+"-wal", log, 0o600); err != nil {
				t.Fatal(err)
			}
			letGo()
			r := <-opened
			if r.err != nil {
				t.Fatal(r.err)
			}
			ms, err := r.s.MessagesByUUID(t.Context(), []string{"m-0", "m-1", "m-2"})
			if err := errors.Join(err, r.s.Close()); err != nil || len(ms) != 3 {
				t.Errorf("it reads %d of 3 messages, %v", len(ms), err)
			}
		})
	}
}
