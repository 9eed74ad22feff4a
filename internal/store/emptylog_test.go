package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestLogDeletedAndMadeByAReader deletes the log of a history that is in use, where somebody begins to read that before
// anything comes: SQLite makes an empty log for who only reads. All that was stored is in the history, and it goes on.
func TestLogDeletedAndMadeByAReader(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being deleted")
	}
	for name, comes := range map[string]bool{"something comes": true, "it is closed": false} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "h.db")
			var said atomic.Pointer[string]
			s, err := store.Open(t.Context(), store.Options{Path: path, OnProblem: func(text string) { said.Store(&text) }})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			record(t, s, report("one", plivo.Sent, 1), report("two", plivo.Sent, 1))
			if err := os.Remove(path + "-wal"); err != nil {
				t.Fatal(err)
			}
			reader, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
			if err != nil {
				t.Fatal(err)
			}
			var n int
			_ = reader.QueryRowContext(t.Context(), "SELECT count(*) FROM messages").Scan(&n) // it finds the pages nowhere
			if err := reader.Close(); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(path + "-wal"); err != nil || info.Size() > 0 {
				t.Fatalf("no empty log was made: %v, %v", info, err)
			}
			want := 2
			if comes {
				record(t, s, report("three", plivo.Sent, 1), report("four", plivo.Sent, 1))
				if text := said.Load(); text == nil || !strings.Contains(*text, "nothing is lost") {
					t.Errorf("it said %v", text)
				}
				want = 4
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			whole(t, path)
			again := openStore(t, store.Options{Path: path, OnProblem: func(text string) { t.Errorf("the next start says %q", text) }})
			if n := len(messages(t, again, store.Window{})); n != want {
				t.Errorf("%d messages are there, %d were stored", n, want)
			}
			if kept, _ := filepath.Glob(path + ".kept-*"); len(kept) > 0 {
				t.Errorf("%v was left", kept)
			}
		})
	}
}
