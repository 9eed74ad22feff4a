package store_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/store"
)

func TestLease(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	var mu sync.Mutex
	now := start
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	pass := func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now = now.Add(d) }
	one := openStore(t, store.Options{Path: path, Now: clock})
	two := openStore(t, store.Options{Path: path, Now: clock})
	if _, live, err := two.Lease(t.Context()); live || err != nil {
		t.Fatal("there is a lease before any was taken", err)
	}
	mine := store.Lease{PID: os.Getpid(), ListenURL: "http://127.0.0.1:4141", PublicURL: "https://example.test", APIURL: "http://127.0.0.1:9", AuthID: "MAXX", SimToken: "made up"}
	if err := one.TakeLease(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	mine.Heartbeat = start
	if got, live, err := two.Lease(t.Context()); !live || err != nil || cmp.Diff(mine, got) != "" {
		t.Errorf("lease %+v, %v, %v", got, live, err)
	}
	// The parent of the tests lives while they run.
	other := store.Lease{PID: os.Getppid(), ListenURL: "http://127.0.0.1:4242"}
	err := two.TakeLease(t.Context(), other)
	if !errors.Is(err, store.ErrLeased) || !strings.Contains(err.Error(), "http://127.0.0.1:4141") {
		t.Errorf("a second lease: %v", err)
	}
	pass(4 * time.Second)
	if err := one.TakeLease(t.Context(), mine); err != nil {
		t.Errorf("renewed: %v", err)
	}
	pass(4 * time.Second)
	if _, live, _ := two.Lease(t.Context()); !live {
		t.Error("a renewed lease is stale")
	}
	pass(2 * time.Second)
	if _, live, _ := two.Lease(t.Context()); live {
		t.Error("a lease lives that was not renewed for 6 s")
	}
	if err := two.TakeLease(t.Context(), other); err != nil {
		t.Errorf("after a stale one: %v", err)
	}
	if err := one.DropLease(t.Context(), os.Getpid()); err != nil {
		t.Error(err)
	}
	if got, live, _ := one.Lease(t.Context()); !live || got.PID != other.PID {
		t.Error("the lease of another process was dropped")
	}
	if err := two.DropLease(t.Context(), other.PID); err != nil {
		t.Error(err)
	}
	if _, live, _ := one.Lease(t.Context()); live {
		t.Error("a dropped lease lives")
	}
}

// TestLeaseOfTheDead takes over at once from a process that has ended.
func TestLeaseOfTheDead(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.list", "nothing")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, store.Options{})
	if err := s.TakeLease(t.Context(), store.Lease{PID: cmd.Process.Pid, ListenURL: "http://127.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	if _, live, err := s.Lease(t.Context()); live || err != nil {
		t.Errorf("the lease of an ended process lives, %v", err)
	}
	if err := s.TakeLease(t.Context(), store.Lease{PID: os.Getpid(), ListenURL: "http://127.0.0.1:2"}); err != nil {
		t.Errorf("cannot take over: %v", err)
	}
}

// TestLeaseOfAnotherHost keeps two containers apart whose processes have the same ID: each sees itself
// as process 1, and they share a volume.
func TestLeaseOfAnotherHost(t *testing.T) {
	now := start
	s := openStore(t, store.Options{Now: func() time.Time { return now }})
	mine := store.Lease{PID: os.Getpid(), ListenURL: "http://127.0.0.1:4141"}
	if err := s.TakeLease(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	sqlExec(t, s.Path(), "UPDATE lease SET host = 'another-container'")
	if err := s.TakeLease(t.Context(), mine); !errors.Is(err, store.ErrLeased) || !strings.Contains(err.Error(), "another-container") {
		t.Errorf("the lease of another host was taken: %v", err)
	}
	if err := s.DropLease(t.Context(), mine.PID); err != nil {
		t.Fatal(err)
	}
	if _, live, err := s.Lease(t.Context()); !live || err != nil {
		t.Errorf("the lease of another host was dropped, %v", err)
	}
	now = now.Add(6 * time.Second)
	if err := s.TakeLease(t.Context(), mine); err != nil {
		t.Errorf("after it went stale: %v", err)
	}
}
