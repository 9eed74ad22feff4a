package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestOpenedWhileAnotherMends opens a history of which another program is about to write again what was in its log: nothing
// is said to be lost.
func TestOpenedWhileAnotherMends(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	record(t, openStore(t, store.Options{Path: path}), report("one", plivo.Sent, 1), report("two", plivo.Sent, 1))
	mends, err := os.Open(path + "-mark")
	if err != nil {
		t.Fatal(err)
	}
	defer mends.Close()
	if err := syscall.Flock(int(mends.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, "UPDATE counters SET next_callback = 1")
	waits := descriptors(t, path+"-mark")
	opened := make(chan *store.Store, 1)
	go func() {
		defer close(opened)
		s, err := store.Open(t.Context(), store.Options{Path: path, OnProblem: func(text string) { t.Errorf("it said %q", text) }})
		if err != nil {
			t.Error(err)
			return
		}
		opened <- s
	}()
	var s *store.Store
	eventually(t, "it waits", func() bool {
		select {
		case s = <-opened:
			return true
		default:
			return descriptors(t, path+"-mark") > waits
		}
	})
	sqlExec(t, path, "UPDATE counters SET next_callback = 3")
	if err := mends.Close(); err != nil {
		t.Fatal(err)
	}
	if s == nil {
		s = <-opened
	}
	if s == nil {
		return
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// descriptors counts those that this process has open on files whose name begins so.
func descriptors(t *testing.T, begin string) (n int) {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range all {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.HasPrefix(to, begin) {
			n++
		}
	}
	return n
}
