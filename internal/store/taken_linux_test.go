package store_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// spoiler overwrites a history when it is opened with a mark that cannot be read.
type spoiler struct {
	slog.Handler
	path string
	with []byte
}

func (h *spoiler) Enabled(context.Context, slog.Level) bool { return true }

func (h *spoiler) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "the mark of a history cannot be read") {
		return os.WriteFile(h.path, h.with, 0o600)
	}
	return nil
}

// TestTriesLeaveNoDescriptor has the database of another program come into the place of a history that is being written
// again: each try to open it closes what it opened.
func TestTriesLeaveNoDescriptor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	db, err := sql.Open("sqlite", "file:"+path+".other")
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), "CREATE TABLE other (a)")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(path + ".other")
	if err != nil {
		t.Fatal(err)
	}
	s := openStore(t, store.Options{Path: path, Logger: slog.New(&spoiler{slog.DiscardHandler, path, other})})
	if err := os.Mkdir(path+"-mark", 0o700); err != nil {
		t.Fatal(err)
	}
	record(t, s, report("m", plivo.Sent, 1))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := s.Record(t.Context(), report("m", plivo.Sent, 1)); !errors.Is(err, store.ErrNotHistory) {
			t.Fatal(err)
		}
	}
	if open := descriptors(t, path); open > 0 {
		t.Errorf("%d descriptors are open", open)
	}
}

// TestReopenedIsLetGo has a history be opened anew after its log was deleted: the lock of the transaction that noticed it is
// not kept.
func TestReopenedIsLetGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	record(t, s, report("one", plivo.Sent, 1))
	if err := store.Ask(t.Context(), s, func() error { return os.Remove(path + "-wal") }); err != nil {
		t.Fatal(err)
	}
	if open := descriptors(t, path+"-mark"); open > 0 {
		t.Errorf("%d descriptors of the mark are open", open)
	}
	record(t, s, report("two", plivo.Sent, 1))
}
