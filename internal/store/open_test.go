package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

func TestOpenKeepsWhatWasThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder", "with #?%20", "history.db")
	s := openStore(t, store.Options{Path: path})
	if s.Path() != path {
		t.Errorf("path %s", s.Path())
	}
	record(t, s, report("a", plivo.Delivered, 1))
	if runtime.GOOS != "windows" {
		for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700, path + "-wal": 0o600, path + "-mark": 0o600} {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v; want %v", name, info.Mode(), err, want)
			}
		}
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	names, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(names) != 2 { // with its mark
		t.Errorf("after Close there are %v, %v", names, err)
	}
	if err := s.Record(t.Context(), report("b", plivo.Sent, 1)); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Record after Close: %v", err)
	}
	if _, err := s.Messages(t.Context(), store.Window{}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Messages after Close: %v", err)
	}
	again := openStore(t, store.Options{Path: path})
	if ms := messages(t, again, store.Window{}); len(ms) != 1 || ms[0].UUID != "a" {
		t.Errorf("after reopening: %v", ms)
	}
}

func TestEphemeral(t *testing.T) {
	s, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, report("a", plivo.Delivered, 1))
	dir := filepath.Dir(s.Path())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

// TestOpenTogether opens a file that is not there yet from many sides at once.
func TestOpenTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := store.Open(context.Background(), store.Options{Path: path})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Record(context.Background(), report("a", plivo.Sent, 1)); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := totals(t, openStore(t, store.Options{Path: path})).Callbacks; n != 4 {
		t.Errorf("%d callbacks, want 4", n)
	}
}

func TestOpenRefuses(t *testing.T) {
	valid := func(t *testing.T, path string) {
		s := openStore(t, store.Options{Path: path})
		for range 50 {
			record(t, s, report("a", plivo.Sent, 1))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	write := func(content string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		kind error
		says string
	}{
		"a folder":        {func(t *testing.T, path string) { os.Mkdir(path, 0o700) }, store.ErrNotHistory, "it is a folder"},
		"a text":          {write("this is no database, it is a text"), store.ErrNotHistory, "not a database"},
		"a short text":    {write("x"), store.ErrNotHistory, "not a database"},
		"a false header":  {write("SQLite format 3\x00" + strings.Repeat("nonsense", 200)), store.ErrNotHistory, "not a database"},
		"another program": {func(t *testing.T, path string) { sqlExec(t, path, "CREATE TABLE bookmarks (url TEXT)") }, store.ErrNotHistory, "another program"},
		"another program's mark": {func(t *testing.T, path string) {
			sqlExec(t, path, "PRAGMA application_id = 77; CREATE TABLE a (b)")
		}, store.ErrNotHistory, "another program"},
		"a newer version": {func(t *testing.T, path string) {
			valid(t, path)
			sqlExec(t, path, "PRAGMA user_version = 999")
		}, store.ErrNewer, "upgrade plivoscope"},
		"damage": {func(t *testing.T, path string) {
			valid(t, path)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b[:len(b)/3], 0o600); err != nil {
				t.Fatal(err)
			}
		}, store.ErrDamaged, "is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.db")
			c.make(t, path)
			before, _ := os.ReadFile(path)
			s, err := store.Open(t.Context(), store.Options{Path: path})
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v; want %v saying %q", err, c.kind, c.says)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestOpenWithoutRights(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), store.Options{Path: filepath.Join(blocked, "history.db")}); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("below a file: %v", err)
	}
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("this user may write everything")
	}
	path := filepath.Join(dir, "history.db")
	if err := openStore(t, store.Options{Path: path}).Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name       string
		file, fold os.FileMode
	}{{"file", 0o400, 0o700}, {"folder", 0o600, 0o500}} {
		os.Chmod(path, c.file)
		os.Chmod(dir, c.fold)
		if _, err := store.Open(t.Context(), store.Options{Path: path}); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("read-only %s: %v", c.name, err)
		}
		os.Chmod(dir, 0o700)
	}
}

func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	// Reading goes on, and a caller that gives up is let go while the writer waits for the lock.
	totals(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Record(ctx, report("a", plivo.Sent, 1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Record under another's lock: %v", err)
	}
	if _, err := other.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	record(t, s, report("b", plivo.Sent, 1))
}

// TestMadeByOne starts several programs at once where there is no history: one makes it, and the mark that another may have
// written by then is not taken for that of an earlier history.
func TestMadeByOne(t *testing.T) {
	dir := t.TempDir()
	for n := range 300 {
		path := filepath.Join(dir, strconv.Itoa(n))
		var made atomic.Int32
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				one, err := store.PrepareFile(path)
				if err != nil {
					t.Error(err)
				}
				if one {
					made.Add(1)
				}
			})
		}
		if all.Wait(); made.Load() != 1 {
			t.Fatalf("%d made the history", made.Load())
		}
	}
}
