package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/store"
)

func TestCustody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	var mu sync.Mutex
	now := start
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	pass := func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now = now.Add(d) }
	s := openStore(t, store.Options{Path: path, Now: clock})
	mine := store.Custody{
		AuthID: "MAXX", AppID: "2", AppName: "shop", Former: "https://shop.example/sms?a=b", FormerMethod: "GET",
		Ours: []string{"https://one.example/sms/inbound"}, PID: os.Getpid(),
	}
	first, err := s.TakeCustody(t.Context(), mine)
	if err != nil || first.ID == 0 {
		t.Fatal(first, err)
	}
	pass(time.Second)
	again := mine
	again.Former, again.Ours = "https://one.example/sms/inbound", []string{"https://two.example/sms/inbound"}
	if got, err := s.TakeCustody(t.Context(), again); err != nil || got.ID != first.ID || got.Former != mine.Former {
		t.Errorf("taken again it is %+v (%v)", got, err)
	}
	want := mine
	want.ID, want.At, want.Ours = first.ID, start, []string{"https://one.example/sms/inbound", "https://two.example/sms/inbound"}
	owed, err := s.Custodies(t.Context(), "MAXX")
	if diff := cmp.Diff([]store.Custody{want}, owed); err != nil || diff != "" {
		t.Errorf("error is %v, owed (-want +got):\n%s", err, diff)
	}
	if owed, err := s.Custodies(t.Context(), "MAYY"); err != nil || len(owed) != 0 {
		t.Errorf("another account owes %v (%v)", owed, err)
	}
	// The parent of the tests lives while they run.
	theirs := mine
	theirs.PID = os.Getppid()
	if _, err := s.TakeCustody(t.Context(), theirs); err != nil {
		t.Errorf("what is this process's own is held: %v", err)
	}
	if owed, _ := s.Custodies(t.Context(), "MAXX"); !owed[0].Held {
		t.Error("what another process holds is not held")
	}
	if _, err := s.TakeCustody(t.Context(), mine); !errors.Is(err, store.ErrHeld) || !strings.Contains(err.Error(), "application 2") {
		t.Errorf("what another process holds: %v", err)
	}
	pass(15 * time.Second)
	if err := s.RenewCustody(t.Context(), os.Getppid()); err != nil {
		t.Fatal(err)
	}
	pass(25 * time.Second) // a call to the API of 15 s came between, and more
	if owed, _ := s.Custodies(t.Context(), "MAXX"); !owed[0].Held {
		t.Error("what was renewed is held no more")
	}
	pass(6 * time.Second)
	if owed, _ := s.Custodies(t.Context(), "MAXX"); owed[0].Held {
		t.Error("what was not renewed for 31 s is held")
	}
	if _, err := s.TakeCustody(t.Context(), mine); err != nil {
		t.Errorf("after a stale one: %v", err)
	}
	if err := s.EndCustody(t.Context(), first.ID, store.PutBack); err != nil {
		t.Fatal(err)
	}
	if owed, _ := s.Custodies(t.Context(), "MAXX"); len(owed) != 0 {
		t.Errorf("after its end is owed %+v", owed)
	}
	if got, err := s.TakeCustody(t.Context(), again); err != nil || got.ID == first.ID || got.Former != again.Former {
		t.Errorf("taken anew it is %+v (%v)", got, err)
	}
}
