package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// together gives the IDs of the messages of a send.
func together(t *testing.T, s *store.Store, sentWith int64) []int64 {
	t.Helper()
	ms, err := s.SentTogether(t.Context(), sentWith)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for _, m := range ms {
		ids = append(ids, m.ID)
	}
	return ids
}

// TestSentTogether tells the messages of a send to several destinations from all others, through all that
// happens to them.
func TestSentTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	alone := begin(t, s, "+14155550110")
	three := begin(t, s, "+14155550111", "+14155550112", "+14155550113")
	two := begin(t, s, "+14155550114", "+14155550115")
	record(t, s, report("b", plivo.Sent, 2), report("stranger", plivo.Sent, 2)) // before the answer to its send
	finish(t, s, store.SendOutcome{ID: three[0], UUID: "a"}, store.SendOutcome{ID: three[1], UUID: "b"}, store.SendOutcome{ID: three[2], Refusal: "No."})
	record(t, s, report("a", plivo.Delivered, 3))
	check := func(s *store.Store) {
		t.Helper()
		for _, c := range []struct {
			of   int64
			want []int64
		}{{three[0], three}, {two[0], two}, {alone[0], nil}, {three[1], nil}, {0, nil}} {
			if diff := cmp.Diff(c.want, together(t, s, c.of)); diff != "" {
				t.Errorf("sent with %d (-want +got):\n%s", c.of, diff)
			}
		}
		want := map[int64]int64{three[0]: three[0], three[1]: three[0], three[2]: three[0], two[0]: two[0], two[1]: two[0]}
		for _, m := range messages(t, s, store.Window{}) {
			if m.SentWith != want[m.ID] {
				t.Errorf("message %d was sent with %d, want %d", m.ID, m.SentWith, want[m.ID])
			}
		}
	}
	check(s)
	if ms, err := s.MessagesByUUID(t.Context(), []string{"b"}); err != nil || len(ms) != 1 || ms[0].ID != three[1] || ms[0].Callbacks != 1 {
		t.Errorf("merged with its callback: %+v, %v", ms, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check(openStore(t, store.Options{Path: path}))
}

// TestArrivalOfAMessage keeps of each message what was odd about the arrival of any of its callbacks, also
// when it is merged with its send.
func TestArrivalOfAMessage(t *testing.T) {
	s := openStore(t, store.Options{})
	ids := begin(t, s, "+14155550123")
	record(t, s, report("a", plivo.Sent, 2), report("b", plivo.Delivered, 3))
	record(t, s, report("a", plivo.Sent, 2))
	record(t, s, report("b", plivo.Queued, 1))
	finish(t, s, store.SendOutcome{ID: ids[0], UUID: "a"})
	record(t, s, report("a", plivo.Delivered, 3))
	for uuid, want := range map[string]plivo.Arrival{"a": {Duplicate: true}, "b": {OutOfOrder: true, AfterTerminal: true}} {
		ms, err := s.MessagesByUUID(t.Context(), []string{uuid})
		if err != nil || len(ms) != 1 || ms[0].Arrival != want {
			t.Errorf("%s: %+v, %v; want %+v", uuid, ms, err, want)
		}
		if cs, err := s.CallbacksOf(t.Context(), uuid, 10); err != nil || len(cs) != ms[0].Callbacks {
			t.Errorf("%d callbacks of %s are found, %v; want %d", len(cs), uuid, err, ms[0].Callbacks)
		}
	}
}

// TestMigrateFromTheSecondVersion opens a file that the second version of the format made.
func TestMigrateFromTheSecondVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	script := store.Migration(1) + store.Migration(2) + fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 2;", store.ApplicationID)
	for i, uuid := range []string{"a", "b", "c"} {
		script += fmt.Sprintf(`INSERT INTO messages VALUES (%d, '%s', 1, 'outbound', '+14155550100', '+1415555012%d', 'sent', '', 'valid',
			5, 6, 0, 0, 1, 1, 'sms', 'V3', 'X-Plivo-Signature-V3', 'account', '', '', 'https://a.test/in', 'hello', x'ff', 'slash', 0);`, i+1, uuid, i)
	}
	for i, c := range []struct {
		uuid  string
		flags int
	}{{"'a'", 1}, {"'a'", 4 | 8}, {"'b'", 8}, {"'b'", 0}, {"NULL", 7}, {"'c'", 2}} {
		script += fmt.Sprintf(`INSERT INTO callbacks VALUES (%d, %s, 5, 'delivery_report', 'valid', 'sent', '', 1, %d, 'POST', 'https://a.test/in',
			'http://127.0.0.1:4141/in', 'HTTP/1.1', '127.0.0.1:1', 'V3', 'X-Plivo-Signature-V3', 'account', '', 200, 5, x'',
			CAST('MessageUUID=a&Status=sent' AS BLOB), '');`, i+1, c.uuid, c.flags)
	}
	sqlExec(t, path, script+"UPDATE counters SET next_message = 4, next_callback = 7, messages = 3, valid = 6;")

	s := openStore(t, store.Options{Path: path})
	want := map[string]plivo.Arrival{"a": {Duplicate: true, AfterTerminal: true}, "b": {}, "c": {OutOfOrder: true}}
	for _, m := range messages(t, s, store.Window{}) {
		if m.SentWith != 0 || m.Arrival != want[m.UUID] || m.Text != "hello" || m.Cause != "slash" {
			t.Errorf("of the second version: %+v, want the arrival %+v", m, want[m.UUID])
		}
	}
	for uuid, want := range map[string][]int64{"a": {1, 2}, "b": {3, 4}, "c": {6}} {
		var got []int64
		cs, err := s.CallbacksOf(t.Context(), uuid, 10)
		for _, c := range cs {
			got = append(got, c.ID)
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("the callbacks of %s (-want +got):\n%s%v", uuid, diff, err)
		}
	}
	ids := begin(t, s, "+14155550123", "+14155550124")
	if diff := cmp.Diff([]int64{4, 5}, together(t, s, ids[0])); diff != "" {
		t.Errorf("a send after the migration (-want +got):\n%s", diff)
	}
	whole(t, path) // what is not is refused where callbacks are missed
	if n := len(messages(t, s, store.Window{})); n != 5 || totals(t, s).Messages != 5 {
		t.Errorf("%d messages; totals %+v", n, totals(t, s))
	}
}
