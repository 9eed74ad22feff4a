package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestCutBehindOthers cuts what another program has just written, which this one has not seen yet, and has this one store
// something that needs nothing of that: nothing is written over the gap.
func TestCutBehindOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	path := filepath.Join(t.TempDir(), "h.db")
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	record(t, s, report("one", plivo.Sent, 1))
	lease := store.Lease{PID: os.Getpid(), ListenURL: "http://127.0.0.1:4141"}
	if err := s.TakeLease(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, "UPDATE counters SET latest = latest + 1")
	if err := os.Truncate(path+"-wal", before.Size()+100); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the lease is renewed", func() bool { return s.TakeLease(t.Context(), lease) == nil })
	eventually(t, "a callback is stored", func() bool { return s.Record(t.Context(), report("two", plivo.Sent, 1)) == nil })
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	whole(t, path)
	ms := messages(t, openStore(t, store.Options{Path: path}), store.Window{})
	if len(ms) != 2 {
		t.Errorf("%d messages are there", len(ms))
	}
}

// TestCutAndWrittenBehind has another program write over the gap of a log that was cut: what looks like damage then is read
// anew without what was in the gap, and it goes on.
func TestCutAndWrittenBehind(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	for name, c := range map[string]struct {
		wrote string
		left  int64 // bytes of that
	}{
		"in a page":  {"UPDATE counters SET latest = latest + 1", 100},
		"in a frame": {"UPDATE counters SET latest = latest + 1", 11},
		"page one":   {"CREATE TABLE other (a); DROP TABLE other", 11},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "h.db")
			s, err := store.Open(t.Context(), store.Options{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			record(t, s, report("one", plivo.Sent, 1))
			before, err := os.Stat(path + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			other, err := sql.Open("sqlite", "file:"+path+"?_busy_timeout=5000")
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			other.SetMaxOpenConns(1)
			for _, do := range []func() error{
				func() error { _, err := other.ExecContext(t.Context(), c.wrote); return err },
				func() error { return os.Truncate(path+"-wal", before.Size()+c.left) },
				func() error { _, err := other.ExecContext(t.Context(), "UPDATE watch SET seen = seen + 1"); return err },
				other.Close,
			} {
				if err := do(); err != nil {
					t.Fatal(err)
				}
			}
			eventually(t, "a callback is stored", func() bool { return s.Record(t.Context(), report("two", plivo.Sent, 1)) == nil })
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			whole(t, path)
			if ms := messages(t, openStore(t, store.Options{Path: path}), store.Window{}); len(ms) != 2 {
				t.Errorf("%d messages are there", len(ms))
			}
		})
	}
}

// TestCutAfterOthers cuts what another program has just written, which this one has not seen yet.
func TestCutAfterOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	for name, wrote := range map[string]string{
		"a row":          "UPDATE counters SET latest = latest + 1",
		"the first page": "CREATE TABLE other (a); DROP TABLE other", // which each transaction begins with
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "h.db")
			s := openStore(t, store.Options{Path: path})
			record(t, s, report("one", plivo.Sent, 1))
			before, err := os.Stat(path + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			sqlExec(t, path, wrote)
			if err := os.Truncate(path+"-wal", before.Size()+100); err != nil {
				t.Fatal(err)
			}
			tries := 0
			eventually(t, "a callback is stored", func() bool {
				tries++
				return s.Record(t.Context(), report("two", plivo.Sent, 1)) == nil
			})
			if tries > 2 {
				t.Errorf("the callback was stored at try %d", tries)
			}
		})
	}
}
