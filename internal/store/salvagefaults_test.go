package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// ruined makes a history at path with a row in each table, some in messages and callbacks, and those of script; then
// pages of callbacks are garbage. It gives how many rows each table had.
func ruined(t *testing.T, path, script string) map[string]int64 {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		record(t, s, report(fmt.Sprint("m", i), plivo.Sent, 1, "Text", strings.Repeat("x", 3000)))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, `INSERT INTO marks VALUES (1, 1, 1);
		INSERT INTO urls VALUES ('https://example.test/', 1, 2);
		INSERT INTO attempts VALUES (1, 1, '', 0, '', '', '', 1, 'POST', '', '', '', 0, 200, '', 0, '', '', 0, 0, 0, 0, 0, 0, x'', x'', x'', x'');
		INSERT INTO routes VALUES ('app', 7, x'', 0, '', 0);
		INSERT INTO custody VALUES (1, 'MA', 'app', 'app', 'https://example.test/', 'POST', '', 0, '', 1, 1, 0, '');
		INSERT INTO outages VALUES (1, 2, ''), (1700000000000000, 0, '');
		INSERT INTO watched SELECT 3, 0, 0, 0, '', '', 0, 0, '', '', 0, 0, 0, '', 0;
		UPDATE watch SET seen = 4, there_at = 5;
		INSERT INTO refusals VALUES (1, '403', 2, 3), (1, '503', 2, 3), (5, '403', 6, 3);`+script)
	had := rows(t, path)
	ruin(t, path, "callbacks")
	return had
}

// ruin makes the last leaf of a table garbage.
func ruin(t *testing.T, path, table string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var page int64
	if err := db.QueryRow("SELECT rootpage FROM sqlite_master WHERE name = ?", table).Scan(&page); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const size = 4096
	for b[(page-1)*size] == 5 { // an interior page: its rightmost child
		at := (page-1)*size + 8
		page = int64(b[at])<<24 | int64(b[at+1])<<16 | int64(b[at+2])<<8 | int64(b[at+3])
	}
	copy(b[(page-1)*size:page*size], bytes.Repeat([]byte{0xa5}, size))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// rows counts what each table has.
func rows(t *testing.T, path string) map[string]int64 {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var tables string
	if err := db.QueryRow("SELECT group_concat(name) FROM sqlite_master WHERE type = 'table'").Scan(&tables); err != nil {
		t.Fatal(err)
	}
	n := map[string]int64{}
	for table := range strings.SplitSeq(tables, ",") {
		var count int64
		if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&count); err != nil {
			t.Fatal(table, err)
		}
		n[table] = count
	}
	return n
}

// damageOf opens a damaged history, reads it, closes it, and gives what was said.
func damageOf(t *testing.T, path string) string {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err == nil {
		_, _ = s.Callbacks(t.Context(), store.Window{Limit: 1000})
		_, _ = s.Messages(t.Context(), store.Window{Limit: 1000})
		err = s.Close()
	}
	if !errors.Is(err, store.ErrDamaged) {
		t.Fatalf("the damage is not told: %v", err)
	}
	return err.Error()
}

// beyondHistory are the files beside a history but those that belong to it.
func beyondHistory(t *testing.T, path string) (names []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(name string) bool {
		return slices.Contains([]string{path, path + "-mark", path + "-wal", path + "-shm"}, name)
	})
}

// TestReadableOfEachTable keeps what each table has, for the user alone, and leaves nothing else behind.
func TestReadableOfEachTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	had := ruined(t, path, "")
	damageOf(t, path)
	kept := beyondHistory(t, path)
	if len(kept) != 1 {
		t.Fatalf("kept are %v", kept)
	}
	if info, err := os.Stat(kept[0]); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	for table, n := range rows(t, kept[0]) {
		if want := had[table]; n != want && table != "callbacks" || n == 0 && want != 0 {
			t.Errorf("%s has %d rows of %d", table, n, want)
		}
	}
	again := openStore(t, store.Options{Path: kept[0]})
	if w, err := again.WatchState(t.Context()); err != nil || w.Seen != 4 || w.There.IsZero() {
		t.Errorf("the watch is at %+v, %v", w, err)
	}
	next := report("next", plivo.Sent, 1)
	if record(t, again, next); next.ID != 21 {
		t.Errorf("the next callback has the ID %d", next.ID)
	}
}

// TestReadableWithoutMessages keeps what is owed to an account though nothing else is there.
func TestReadableWithoutMessages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	ruined(t, path, "DELETE FROM messages; DELETE FROM callbacks")
	said := damageOf(t, path)
	kept := beyondHistory(t, path)
	if len(kept) != 1 || !strings.Contains(said, kept[0]) {
		t.Fatalf("kept are %v, it said %s", kept, said)
	}
}

// TestReadableBesideGarbage keeps the rows beside those whose numbers are garbage.
func TestReadableBesideGarbage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	had := ruined(t, path, `
		INSERT INTO routes VALUES ('garbage', 9223372036854775807, x'', 0, '', 0);
		UPDATE attempts SET callback_id = 9223372036854775807;
		UPDATE marks SET next_message = 9223372036854775807, next_callback = 9223372036854775807;
		UPDATE messages SET id = 9223372036854775807 WHERE id = 20;
		INSERT INTO outages VALUES (9223372036854775807, 0, '');
		UPDATE watch SET seen = 9223372036854775807;
		INSERT INTO callbacks SELECT 30, message_uuid, received_at, kind, outcome, status, code, sequence, flags, method, url, received_url, protocol,
			remote_addr, scheme, header, token, problem, answer_status, answered_at, headers, zeroblob(17000000), cause, message_id FROM callbacks WHERE id = 1;
		INSERT INTO callbacks SELECT 31, message_uuid, received_at, kind, outcome, status, code, sequence, flags, method, url, received_url, protocol,
			remote_addr, scheme, header, token, problem, answer_status, answered_at, headers, x'', cause, message_id FROM callbacks WHERE id = 1;
		INSERT INTO callbacks SELECT id + 100, message_uuid, received_at, kind, outcome, status, code, sequence, flags, method, url, received_url, protocol,
			remote_addr, scheme, header, token, problem, answer_status, answered_at, headers, zeroblob(3000), cause, message_id FROM callbacks WHERE id < 21;`)
	damageOf(t, path)
	kept := beyondHistory(t, path)
	if len(kept) != 1 {
		t.Fatalf("kept are %v", kept)
	}
	for table, n := range rows(t, kept[0]) {
		if want := had[table]; n < want-2 {
			t.Errorf("%s has %d rows of %d", table, n, want)
		}
	}
	if info, err := os.Stat(kept[0]); err != nil || info.Size() > 10<<20 {
		t.Errorf("a row of 17 MB was read: %d bytes, %v", info.Size(), err)
	}
	again := openStore(t, store.Options{Path: kept[0]})
	next := report("next", plivo.Sent, 1)
	record(t, again, next)
	if ms := messages(t, again, store.Window{Limit: 1}); next.ID < 32 || next.ID > 200 || ms[0].ID != 21 {
		t.Errorf("the next callback has the ID %d, its message %d", next.ID, ms[0].ID)
	}
}

// TestReadableAtOnce has several programs find the damage at once: each says where it is kept, which is there once.
func TestReadableAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	had := ruined(t, path, "")
	damageOf(t, path)
	for _, name := range beyondHistory(t, path) {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), store.Options{Path: path})
			if err == nil {
				_, _ = s.Callbacks(t.Context(), store.Window{Limit: 1000})
				err = s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "all that can be read of it is kept in ") {
				t.Errorf("it said %v", err)
				return
			}
			_, rest, _ := strings.Cut(err.Error(), "is kept in ")
			name, _, _ := strings.Cut(rest, ",")
			if n := rows(t, name); n["messages"] != had["messages"] {
				t.Errorf("%d messages are kept", n["messages"])
			}
		})
	}
	wg.Wait()
	if kept := beyondHistory(t, path); len(kept) != 1 {
		t.Errorf("kept are %v", kept)
	}
}

// TestReadableNotKept says why nothing could be kept, at the start and at the end.
func TestReadableNotKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("h", 240)+".db") // no name that begins so may be much longer
	ruined(t, path, "")
	if said := damageOf(t, path); !strings.Contains(said, "what can be read of it could not be kept beside it: file name too long") {
		t.Errorf("it said %s", said)
	}
}

// TestReadableInTime keeps what was read when the time for that is over, and says so, also later.
func TestReadableInTime(t *testing.T) {
	defer store.SalvageWithin(time.Second)()
	path := filepath.Join(t.TempDir(), "history.db")
	had := ruined(t, path, "")
	damageOf(t, path)
	for _, name := range beyondHistory(t, path) {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	sqlExec(t, path, `DROP TABLE attempts; CREATE VIEW attempts AS
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS rowid, i AS id FROM n WHERE i < 0`)
	for range 2 {
		said := damageOf(t, path)
		kept := beyondHistory(t, path)
		if len(kept) != 1 || !strings.Contains(said, "what could be read of it within 1s is kept in "+kept[0]) {
			t.Fatalf("kept are %v, it said %s", kept, said)
		}
		if n := rows(t, kept[0]); n["messages"] != had["messages"] {
			t.Errorf("%d messages are kept", n["messages"])
		}
	}
}

// TestUnfinishedReadable takes away what a program that was killed left, but not what one may be writing.
func TestUnfinishedReadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	ruined(t, path, "")
	for name, age := range map[string]time.Duration{"1.part": time.Hour, "2.part": 0, "3": time.Hour} {
		name = path + ".readable-" + name
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	damageOf(t, path)
	kept := beyondHistory(t, path)
	if len(kept) != 3 || slices.Contains(kept, path+".readable-1.part") {
		t.Errorf("kept are %v", kept)
	}
}

// TestReadableIsBounded keeps nothing more beside eight earlier states, and says which is the last of them.
func TestReadableIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	ruined(t, path, "")
	for i := range 8 {
		if err := os.WriteFile(fmt.Sprintf("%s.readable-2026-%d.db", path, i), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said := damageOf(t, path)
	if kept := beyondHistory(t, path); len(kept) != 8 || !strings.Contains(said, "what could be read of it before is kept in "+kept[7]+"; beside 8 such files it is not kept again") {
		t.Errorf("kept are %v, it said %s", kept, said)
	}
}

// TestReadableOfMuch says beforehand that much is to be read.
func TestReadableOfMuch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	ruined(t, path, "")
	if err := os.Truncate(path, 65<<20); err != nil {
		t.Fatal(err)
	}
	var told []string
	s, err := store.Open(t.Context(), store.Options{Path: path, OnProblem: func(text string) { told = append(told, text) }})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = s.Callbacks(t.Context(), store.Window{Limit: 1000})
	if err := s.Close(); !errors.Is(err, store.ErrDamaged) || len(told) != 1 || !strings.Contains(told[0], "may take up to 5m0s") {
		t.Errorf("it said %q, %v", told, err)
	}
}

// TestStrayLogAtOnce has several programs find a log without its history at once: all of them begin with a new one, and
// the log is kept.
func TestStrayLogAtOnce(t *testing.T) {
	for range 3 {
		path := filepath.Join(t.TempDir(), "history.db")
		if err := os.WriteFile(path+"-wal", []byte("of a history that is gone"), 0o600); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				s, err := store.Open(t.Context(), store.Options{Path: path})
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.Record(t.Context(), report(fmt.Sprint("m", i), plivo.Sent, 1)); err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := totals(t, openStore(t, store.Options{Path: path})); n.Callbacks != 6 {
			t.Errorf("%d callbacks of 6 are there", n.Callbacks)
		}
		kept := beyondHistory(t, path)
		if len(kept) == 0 {
			t.Fatal("the log of another history is not kept")
		}
		b, err := os.ReadFile(kept[0])
		if err != nil || len(kept) != 1 || string(b) != "of a history that is gone" {
			t.Errorf("kept are %v, %q, %v", kept, b, err)
		}
	}
}

// TestReaderLeavesStrayLog looks at a history that was emptied: SQLite would delete the log beside it, with what it holds.
func TestReaderLeavesStrayLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	for name, content := range map[string]string{path: "", path + "-wal": "of a history that was emptied"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.OpenReader(t.Context(), path); !errors.Is(err, store.ErrOlder) {
		t.Errorf("it said %v", err)
	}
	if b, err := os.ReadFile(path + "-wal"); string(b) != "of a history that was emptied" {
		t.Errorf("the log has %q, %v", b, err)
	}
}
