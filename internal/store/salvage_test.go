package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestReadableIsKept opens histories that are damaged in places: what can be read is in another file, the damaged one
// is as it was, and a second try keeps nothing a second time.
func TestReadableIsKept(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds, most of them alone")
	}
	const all = 600
	for name, c := range map[string]struct {
		damage func(b []byte) []byte
		least  int64
	}{
		"cut to two thirds": {func(b []byte) []byte { return b[:len(b)*2/3/4096*4096+99] }, all / 3},
		"pages of garbage in the middle": {func(b []byte) []byte {
			for at := len(b) / 2; at < len(b)/2+6*4096; at++ {
				b[at] = 0xa5
			}
			return b
		}, all / 2},
		"each eighth page is garbage": {func(b []byte) []byte {
			for page := 17 * 4096; page+4096 <= len(b); page += 8 * 4096 {
				copy(b[page:page+4096], bytes.Repeat([]byte{0xa5}, 4096))
			}
			return b
		}, all / 2},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.db")
			s := openStore(t, store.Options{Path: path})
			var wg sync.WaitGroup
			for i := range all {
				wg.Go(func() {
					if err := s.Record(t.Context(), report(fmt.Sprint("m", i), plivo.Sent, 1, "Text", strings.Repeat("x", 300))); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b = c.damage(b)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				var said string
				s, err := store.Open(t.Context(), store.Options{Path: path})
				if err == nil { // its damage shows when it is read
					_, read := s.Callbacks(t.Context(), store.Window{Limit: all})
					if read == nil {
						_, read = s.Messages(t.Context(), store.Window{Limit: all})
					}
					if err = s.Close(); err == nil {
						t.Fatalf("the damage is not seen: %v", read)
					}
				}
				if said = err.Error(); !errors.Is(err, store.ErrDamaged) || !strings.Contains(said, "all that can be read of it is kept in "+path+".readable-") {
					t.Fatalf("it said %s", said)
				}
			}
			kept, err := filepath.Glob(path + ".readable-*.db")
			if err != nil || len(kept) != 1 {
				t.Fatalf("kept are %v, %v", kept, err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, b) {
				t.Errorf("the damaged history was changed, %v", err)
			}
			again := openStore(t, store.Options{Path: kept[0]})
			n := totals(t, again)
			if n.Callbacks < c.least || n.Callbacks >= all && n.Messages >= all || n.Valid != n.Callbacks {
				t.Errorf("kept are %+v of %d", n, all)
			}
			cs, err := again.Callbacks(t.Context(), store.Window{Limit: all})
			if err != nil || int64(len(cs)) != n.Callbacks {
				t.Errorf("%d callbacks can be read, %v", len(cs), err)
			}
			record(t, again, report("m1", plivo.Delivered, 2))
		})
	}
}

// TestReadableBelongs keeps what can be read of histories whose callbacks do not name the ID of a message that is
// there: each callback belongs to the message of its UUID, and to none that comes later. No ID is given again.
func TestReadableBelongs(t *testing.T) {
	const all = 200
	for name, script := range map[string]string{
		"of an earlier version": `DROP INDEX callbacks_message; ALTER TABLE callbacks DROP COLUMN message_id;
			CREATE INDEX callbacks_message ON callbacks (message_uuid) WHERE message_uuid IS NOT NULL; DROP TABLE identity;
			ALTER TABLE messages DROP COLUMN simulator; ALTER TABLE lease DROP COLUMN alone_since; PRAGMA user_version = 7`,
		"that names messages which are lost": `UPDATE callbacks SET message_id = message_id + 200 WHERE message_id > 10;
			INSERT INTO routes VALUES ('app', 900, x'', 0, '', 0); INSERT INTO watched SELECT 800, 0, 0, 0, '', '', 0, 0, '', '', 0, 0, 0, '', 0`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.db")
			s := openStore(t, store.Options{Path: path})
			empty := report("empty", plivo.Sent, 1)
			empty.Body = nil
			record(t, s, empty)
			record(t, s, report("first", plivo.Sent, 1)) // far from the damage
			var wg sync.WaitGroup
			for i := range all {
				wg.Go(func() {
					if err := s.Record(t.Context(), report(fmt.Sprint("m", i), plivo.Sent, 1, "Text", strings.Repeat("x", 300))); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			sqlExec(t, path, script)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for at := len(b) * 2 / 3; at < len(b)*2/3+6*4096; at++ {
				b[at] = 0xa5
			}
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if s, err := store.Open(t.Context(), store.Options{Path: path}); err == nil {
				_, _ = s.Callbacks(t.Context(), store.Window{Limit: all})
				_, _ = s.Messages(t.Context(), store.Window{Limit: all})
				_ = s.Close()
			}
			kept, err := filepath.Glob(path + ".readable-*.db")
			if err != nil || len(kept) != 1 {
				t.Fatalf("kept are %v, %v", kept, err)
			}
			again := openStore(t, store.Options{Path: kept[0]})
			record(t, again, report("first", plivo.Delivered, 2))
			for i := range 31 {
				record(t, again, report(fmt.Sprint("new", i), plivo.Sent, 1))
			}
			if next := report("next", plivo.Sent, 1); strings.HasPrefix(name, "that") {
				record(t, again, next)
				ms, err := again.Messages(t.Context(), store.Window{Limit: 1})
				if next.ID <= 900 || err != nil || len(ms) != 1 || ms[0].ID <= 800 {
					t.Errorf("the ID %d was given again, or that of %+v, %v", next.ID, ms, err)
				}
			}
			for uuid, want := range map[string]int{"first": 2, "empty": 1, "new0": 1, "new20": 1} {
				if cs, err := again.CallbacksOf(t.Context(), uuid, 9); err != nil || len(cs) != want {
					t.Errorf("%s has %d callbacks and not %d, %v", uuid, len(cs), want, err)
				}
			}
		})
	}
}
