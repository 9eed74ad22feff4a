//go:build unix

package store_test

import (
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/store"
)

// TestLeaseOfOneNotReaped takes over from a process that has ended and that its parent has not asked for: signals still
// reach it.
func TestLeaseOfOneNotReaped(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.list", "nothing")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	_, _ = io.Copy(io.Discard, out) // it is ending
	now := time.Now()
	s := openStore(t, store.Options{Now: func() time.Time { return now }}) // nothing gets stale
	if err := s.TakeLease(t.Context(), store.Lease{PID: cmd.Process.Pid, ListenURL: "http://127.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its lease ends at once", func() bool {
		_, live, err := s.Lease(t.Context())
		return !live && err == nil
	})
}
