package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
)

// TestLeaseLost: another server that takes the lease while this one stands still has it, and this one says so once and
// counts itself as one that nobody is told of.
func TestLeaseLost(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "simulator.db")
	a := running(t, app.Options{HistoryPath: path, Metrics: "127.0.0.1:0"})
	if scraped(t, a)("lease_held") != 1 {
		t.Fatal("the lease is not held to begin with")
	}
	// To one whose clock is ahead, this one has not been there for longer than a lease lives.
	ahead := func() time.Time { return time.Now().Add(20 * time.Second) }
	db, err := store.Open(within(t), store.Options{Path: path, Now: ahead})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other := store.Lease{PID: os.Getppid(), ListenURL: "http://127.0.0.1:1", PublicURL: "http://127.0.0.1:1", AuthID: "MATESTTESTTESTTEST00"}
	if err := db.TakeLease(within(t), other); err != nil {
		t.Fatal(err)
	}
	told := func() (n int) {
		for _, notice := range a.Status().Notices {
			if strings.Contains(notice.Text, "use another server now") && strings.Contains(notice.Text, other.ListenURL) {
				n++
			}
		}
		return n
	}
	eventually(t, "it says that another has taken over", func() bool { return told() > 0 })
	if scraped(t, a)("lease_held") != 0 || a.Status().Shared {
		t.Error("it still counts itself as the one that others use")
	}
	if err := db.DropLease(within(t), other.PID); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it has the lease again", func() bool { return scraped(t, a)("lease_held") == 1 })
	if n := told(); n != 1 {
		t.Errorf("it said so %d times", n)
	}
}
