//go:build unix

package store_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestLockedAfterACommit empties the log when two callbacks have just been committed, and has another program hold the mark
// until one of the two has waited as long as it may: what had been committed is not stored a second time.
func TestLockedAfterACommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	mark := path + "-mark"
	h := atLine{slog.DiscardHandler, map[string]func() error{}}
	s := openStore(t, store.Options{Path: path, Logger: slog.New(h)})
	record(t, s, report("zero", plivo.Sent, 1))
	const wait = time.Second
	if err := store.Waits(s, wait); err != nil {
		t.Fatal(err)
	}
	release := store.HoldWriter(s)
	// With a folder in its place nobody has the mark when the writer is done with the commit.
	if err := errors.Join(os.Remove(mark), os.Mkdir(mark, 0o700)); err != nil {
		t.Fatal(err)
	}
	var held *os.File
	h.do["mark of the history was not written"] = func() (err error) { // between the commit and its answer
		if err = errors.Join(os.Truncate(path+"-wal", 0), os.Remove(mark)); err == nil {
			held, err = os.Create(mark)
		}
		if err == nil {
			err = syscall.Flock(int(held.Fd()), syscall.LOCK_EX)
		}
		return err
	}
	letGo := func() error { return held.Close() }
	h.do["callbacks were not stored"] = letGo
	h.do["after a commit"] = letGo

	answers := make(chan error, 2)
	for i, uuid := range []string{"one", "two"} {
		if i > 0 {
			time.Sleep(wait * 6 / 10) // so much longer than the first it may wait
		}
		go func() { answers <- s.Record(context.Background(), report(uuid, plivo.Sent, 1)) }()
		eventually(t, "it is queued", func() bool { n, _ := store.Queued(s); return n == i+1 })
	}
	release()
	for range 2 {
		if err := <-answers; !errors.Is(err, store.ErrLocked) {
			t.Errorf("it was answered with %v", err)
		}
	}
	if held == nil {
		t.Fatal("the mark was not held")
	}
	record(t, s, report("three", plivo.Sent, 1)) // once what was committed is there again
	cs, err := s.Callbacks(t.Context(), store.Window{})
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, c := range cs {
		times[c.Report.MessageUUID()]++
	}
	if len(cs) != 4 || times["one"] != 1 || times["two"] != 1 {
		t.Errorf("stored so often: %v", times)
	}
}
