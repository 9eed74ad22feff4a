package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestReaderLeavesNoTrace reads a history that nobody has open, and one that is being written, and finds the
// folder as it was.
func TestReaderLeavesNoTrace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Record(t.Context(), report("u1", plivo.Delivered, 2)); err != nil {
		t.Fatal(err)
	}
	read := func(when string) {
		t.Helper()
		before := filesBeside(t, path)
		r, err := store.OpenReader(t.Context(), path)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		all, err := r.Messages(t.Context(), store.Window{})
		if err != nil || len(all) != 1 || all[0].UUID != "u1" {
			t.Errorf("%s: %v, %v", when, all, err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: %v", when, err)
		}
		if after := filesBeside(t, path); len(after) != len(before) {
			t.Errorf("%s: the folder had %v and has %v", when, before, after)
		}
	}
	read("while it is written")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	read("when nobody has it")
}

func filesBeside(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestReaderRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "none.db")
	if _, err := store.OpenReader(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that is not there: %v", err)
	}
	if len(filesBeside(t, path)) != 0 {
		t.Error("it was made")
	}
	if err := os.WriteFile(path, []byte("something else entirely, and long enough to be looked at as a page of SQLite's, or so one thinks of it"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenReader(t.Context(), path); !errors.Is(err, store.ErrNotHistory) {
		t.Errorf("one of something else: %v", err)
	}
	if _, err := store.OpenReader(t.Context(), dir); !errors.Is(err, store.ErrNotHistory) {
		t.Errorf("a folder: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenReader(t.Context(), path); !errors.Is(err, store.ErrOlder) {
		t.Errorf("an empty one: %v", err)
	}
}
