//go:build unix

package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestAloneWhileStoring looks for the lock on the mark while something is stored: no other program has any part of it, so that
// the marks are written in the order of the commits, and after that all may have it.
func TestAloneWhileStoring(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	s := openStore(t, store.Options{Path: path})
	free := func() error {
		f, err := os.Open(path + "-mark")
		if err != nil {
			return err
		}
		defer f.Close()
		return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	}
	for range 2 { // the first finds no mark
		var during error
		if err := store.Ask(t.Context(), s, func() error { during = free(); return nil }); err != nil {
			t.Fatal(err)
		}
		if !errors.Is(during, syscall.EWOULDBLOCK) {
			t.Errorf("while it stores, the lock gives another program %v", during)
		}
		record(t, s, report("one", plivo.Sent, 1))
		eventually(t, "it is let go", func() bool { return free() == nil })
	}
}

// TestStoppedWithTheMark has a program that was stopped hold the lock on the mark: who is asked to store something says so.
func TestStoppedWithTheMark(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("one", plivo.Sent, 1))
	if err := store.Impatient(s); err != nil {
		t.Fatal(err)
	}
	letGo := holdMark(t, path)
	err := s.Record(t.Context(), report("two", plivo.Sent, 1))
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "wait a moment and try again; continue it if it is stopped; close it only if neither helps") {
		t.Errorf("it said %v", err)
	}
	letGo()
	record(t, s, report("two", plivo.Sent, 1))
}

// TestWaitsFromTheRequest has a request wait for the writer: what it waits for other programs then is less by that.
func TestWaitsFromTheRequest(t *testing.T) {
	s := openStore(t, store.Options{})
	release := store.HoldWriter(s)
	until := make(chan time.Time, 1)
	go func() {
		_ = store.Ask(t.Context(), s, func() error { until <- store.WaitsUntil(s); return nil })
	}()
	eventually(t, "it is queued", func() bool { n, _ := store.Queued(s); return n == 1 })
	queued := time.Now()
	release()
	if over := (<-until).Sub(queued.Add(store.BusyTimeout)); over > 0 {
		t.Errorf("it waits %v longer than it may", over)
	}
}

// TestWaitsOnceForALock has much be asked for while another program has the lock: all of it together waits as long as each may
// alone, not each again after the other.
func TestWaitsOnceForALock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("one", plivo.Sent, 1))
	if err := store.Waits(s, time.Second); err != nil {
		t.Fatal(err)
	}
	letGo := holdMark(t, path)
	began := time.Now()
	var all sync.WaitGroup
	const asked = 50
	for range asked {
		all.Go(func() {
			if err := store.Ask(t.Context(), s, func() error { return nil }); !errors.Is(err, store.ErrLocked) {
				t.Errorf("it said %v", err)
			}
		})
	}
	all.Wait()
	if took, each := time.Since(began), time.Second/5; took > time.Second+asked*each/2 {
		t.Errorf("it took %v", took)
	}
	letGo()
	record(t, s, report("two", plivo.Sent, 1))
}

// TestEachWaitsItsOwnTime has callbacks come while another program has the lock, which lets go when some of them were given
// up: none is before it has waited as long as each may.
func TestEachWaitsItsOwnTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("one", plivo.Sent, 1))
	const wait = time.Second
	if err := store.Waits(s, wait); err != nil {
		t.Fatal(err)
	}
	letGo := holdMark(t, path)
	var all sync.WaitGroup
	var gaveUp atomic.Int32
	for gaveUp.Load() < 5 {
		all.Go(func() {
			began := time.Now()
			err := s.Record(context.Background(), report("two", plivo.Sent, 1))
			if took := time.Since(began); err != nil && took < wait {
				t.Errorf("after %v: %v", took, err)
			}
			if err != nil {
				gaveUp.Add(1)
			}
		})
		time.Sleep(10 * time.Millisecond)
	}
	letGo()
	all.Wait()
}

// TestCommitsWithTheWait has another program have the lock when something is stored: what is measured is with the wait for it.
func TestCommitsWithTheWait(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("one", plivo.Sent, 1))
	eventually(t, "the wait is measured", func() bool {
		letGo := holdMark(t, path)
		stored := make(chan error, 1)
		go func() { stored <- s.Record(context.Background(), report("two", plivo.Sent, 1)) }()
		time.Sleep(200 * time.Millisecond) // the lock is held for that
		letGo()
		if err := <-stored; err != nil {
			t.Fatal(err)
		}
		return s.Commits().Latency().Max >= 150*time.Millisecond
	})
}

// TestDiskIsTimedAlone has a transaction be long for what comes before its commit: for retention that is none of the disk's.
func TestDiskIsTimedAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("one", plivo.Sent, 1))
	rollBack := beginOn(t, path)
	stored := make(chan error, 1)
	go func() { stored <- s.Record(context.Background(), report("two", plivo.Sent, 1)) }()
	eventually(t, "it begins to store", func() bool {
		f, err := os.Open(path + "-mark")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
	})
	time.Sleep(200 * time.Millisecond) // it waits for that
	committing := time.Now()
	rollBack()
	if err := <-stored; err != nil {
		t.Fatal(err)
	}
	most := time.Since(committing)
	if disk, err := store.DiskTook(s); err != nil || disk > most {
		t.Errorf("the disk needed %v, %v; all was stored within %v", disk, err, most)
	}
}

// TestWaitsForLocksAsLongAsIsLeft has less time be left than a while ago, and more again: SQLite waits neither longer nor less.
func TestWaitsForLocksAsLongAsIsLeft(t *testing.T) {
	s := openStore(t, store.Options{})
	const short, long = 10 * time.Millisecond, 400 * time.Millisecond
	waits, err := store.WaitsForLocks(s, short, long, short)
	if err != nil || waits[0] > short || waits[1] > long || waits[1] < long/4 || waits[2] > short {
		t.Errorf("with %v, %v and %v left it waits %v, %v", short, long, short, waits, err)
	}
}

// TestLossByAMarkThatIsOnlyRead misses a callback by a mark that may not be written.
func TestLossByAMarkThatIsOnlyRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write all files")
	}
	path := filepath.Join(t.TempDir(), "h.db")
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, report("one", plivo.Sent, 1))
	if err := errors.Join(s.Close(), os.Chmod(path+"-mark", 0o400)); err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, "UPDATE counters SET next_callback = 1") // as of an older copy
	told := ""
	s = openStore(t, store.Options{Path: path, OnProblem: func(text string) { told += text }})
	if !strings.Contains(told, "1 callback that was stored is no longer") {
		t.Errorf("it said %q", told)
	}
	next := report("two", plivo.Sent, 1)
	record(t, s, next, report("three", plivo.Sent, 1))
	if next.ID != 2 || marked(t, path) != 4 {
		t.Errorf("the next callback has the ID %d, and the mark is at %d", next.ID, marked(t, path))
	}
}
