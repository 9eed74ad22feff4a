package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestReplacedIsCounted has something else in the history's place: what is not stored is counted as that.
func TestReplacedIsCounted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being moved")
	}
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("m", plivo.Sent, 1))
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Record(t.Context(), report("m", plivo.Delivered, 2)); !errors.Is(err, store.ErrTaken) {
		t.Fatalf("it said %v", err)
	}
	if failures := s.Stats().Failures; failures["taken_away"] != 1 || failures["other"] != 0 {
		t.Errorf("counted are %v", failures)
	}
}
