package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestHistoryBehindALink keeps a history whose name is a symbolic link in the file that this leads to, whether that is there
// already or not, and has it for who opens the one name or the other at the same time.
func TestHistoryBehindALink(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.db"), filepath.Join(dir, "link.db")
	for from, to := range map[string]string{link: "second.db", filepath.Join(dir, "second.db"): real} {
		if err := os.Symlink(to, from); err != nil {
			t.Skip(err) // some systems let not everybody make one
		}
	}
	for i, name := range []string{"a", "b"} {
		s := openStore(t, store.Options{Path: link})
		record(t, s, report(name, plivo.Delivered, 1))
		beside := openStore(t, store.Options{Path: real})
		if ms := messages(t, beside, store.Window{}); len(ms) != i+1 {
			t.Errorf("by the name of the file there are %v", ms)
		}
		r, err := store.OpenReader(t.Context(), link)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		for _, s := range []*store.Store{s, beside} {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 4 { // two links, the file and its mark
		t.Errorf("in the folder are %v, %v", names, err)
	}
}

// TestLinkInALinkedFolder has .. in a link go up from the folder that it is really in.
func TestLinkInALinkedFolder(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"real/sub", "here"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{"here/folder": "../real/sub", "real/sub/h.db": "../h.db"} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Skip(err)
		}
	}
	s := openStore(t, store.Options{Path: filepath.Join(dir, "here/folder/h.db")})
	record(t, s, report("a", plivo.Sent, 1))
	if _, err := os.Stat(filepath.Join(dir, "real/h.db")); err != nil {
		t.Error(err)
	}
}
