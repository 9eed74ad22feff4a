package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/store"
)

func TestSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	empty := s.Size()
	if empty <= 0 {
		t.Fatalf("a history that was just made takes %d bytes", empty)
	}
	for i := range 50 {
		if err := s.Record(t.Context(), report("5b40a428-bfc7-4daf-9d06-726c558bf3b8", "queued", i)); err != nil {
			t.Fatal(err)
		}
	}
	onDisk := func() (n int64) {
		for _, p := range []string{path, path + "-wal"} {
			if info, err := os.Stat(p); err == nil {
				n += info.Size()
			}
		}
		return n
	}
	for end := time.Now().Add(time.Minute); s.Size() != onDisk(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("takes %d bytes, is told to take %d", onDisk(), s.Size())
		}
	}
	if s.Size() <= empty {
		t.Errorf("50 callbacks took nothing: %d bytes, %d before", s.Size(), empty)
	}
}
