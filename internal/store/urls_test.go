package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestKnownURLs keeps what was served and sent with, the last seen first.
func TestKnownURLs(t *testing.T) {
	now := start
	s := openStore(t, store.Options{Now: func() time.Time { now = now.Add(time.Second); return now }})
	for _, url := range []string{"https://a.test", "https://b.test", "https://a.test", "", "https://" + strings.Repeat("a", 4000)} {
		if err := s.NoteURL(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.BeginSend(t.Context(), []plivo.Message{
		{To: "+14155550123", CallbackURL: "https://c.test/in"}, {To: "+14155550124", CallbackURL: "https://c.test/in"}, {To: "+14155550125"},
	})
	if err != nil {
		t.Fatal(err)
	}
	known := func(limit int) []string {
		urls, err := s.KnownURLs(t.Context(), limit)
		if err != nil {
			t.Fatal(err)
		}
		return urls
	}
	if diff := cmp.Diff([]string{"https://c.test/in", "https://a.test", "https://b.test"}, known(0)); diff != "" {
		t.Errorf("known (-want +got):\n%s", diff)
	}
	if got := known(1); len(got) != 1 || got[0] != "https://c.test/in" {
		t.Errorf("the latest is %v", got)
	}
	for i := range 120 {
		if err := s.NoteURL(t.Context(), fmt.Sprint("https://tunnel.test/", i)); err != nil {
			t.Fatal(err)
		}
	}
	if got := known(1000); len(got) != 100 || got[0] != "https://tunnel.test/119" || got[99] != "https://tunnel.test/20" {
		t.Errorf("of 123 there are %d, from %s to %s", len(got), got[0], got[len(got)-1])
	}
}

// TestPublicURLsStay holds that URLs of single sends, and URLs that were public, do not push each other out.
func TestPublicURLsStay(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of commits, one after the other")
	}
	now := start
	s := openStore(t, store.Options{Now: func() time.Time { now = now.Add(time.Second); return now }})
	note := func(url string) {
		t.Helper()
		if err := s.NoteURL(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, n int, first, last string) {
		t.Helper()
		got, err := s.PublicURLs(t.Context())
		if err != nil || len(got) != n || got[0] != first || got[n-1] != last {
			t.Errorf("%s: %v; %d were public: %v", when, err, len(got), got)
		}
	}
	for i := range 70 {
		note(fmt.Sprintf("https://n%d.test/sms/delivery-report", i))
		note(fmt.Sprintf("https://n%d.test", i))
	}
	check("at first", 70, "https://n69.test", "https://n0.test")
	for i := range 250 {
		note(fmt.Sprintf("https://shop.test/sms/delivery-report?order=%d", i))
	}
	check("after many sends", 70, "https://n69.test", "https://n0.test")
	if got, err := s.KnownURLs(t.Context(), 0); err != nil || len(got) != 100+2*70 || got[0] != "https://shop.test/sms/delivery-report?order=249" {
		t.Errorf("%v; %d are known, the last %s", err, len(got), got[0])
	}
	for i := 70; i < 130; i++ {
		note(fmt.Sprintf("https://n%d.test/sms/delivery-report", i))
		note(fmt.Sprintf("https://n%d.test", i))
	}
	check("after too many", 100, "https://n129.test", "https://n30.test")
}

// TestMigrateFromTheFirstVersion opens a file that the first version of the format made.
func TestMigrateFromTheFirstVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	sqlExec(t, path, store.Migration(1)+fmt.Sprintf(`
		PRAGMA application_id = %d;
		PRAGMA user_version = 1;
		INSERT INTO messages VALUES (1, 'a', 1, 'outbound', '+14155550100', '+14155550123', 'sent', '', 'invalid', 5, 6, 0, 1, 1, 1,
			'sms', 'V3', 'X-Plivo-Signature-V3', '', 'invalid', '', 'https://old.test/in', 'hello', x'ff');
		INSERT INTO messages SELECT id + 1, 'b', sent, direction, from_number, to_number, status, code, outcome, 9, 9, final_at,
			unverified, units, callbacks, type, scheme, header, token, anomalies, refusal, 'https://new.test/in', text, fold FROM messages;
		INSERT INTO callbacks VALUES (1, 'a', 5, 'delivery_report', 'invalid', 'sent', '', 1, 0, 'POST', 'https://old.test/in',
			'http://127.0.0.1:4141/in', 'HTTP/1.1', '127.0.0.1:1', 'V3', 'X-Plivo-Signature-V3', '', '', 200, 5, x'', CAST('MessageUUID=a&Status=sent' AS BLOB));
		UPDATE counters SET next_message = 3, next_callback = 2, messages = 2, invalid = 1;`, store.ApplicationID))
	s := openStore(t, store.Options{Path: path})
	if diff := cmp.Diff([]int64{1}, unexplained(t, s, 0, 0, 0)); diff != "" {
		t.Errorf("what was there is not looked at (-want +got):\n%s", diff)
	}
	setCauses(t, s, map[int64]string{1: "slash"})
	record(t, s, report("a", plivo.Delivered, 2))
	m := messages(t, s, store.Window{Filter: filter(t, "sig:slash")})
	if len(m) != 1 || m[0].UUID != "a" || m[0].Text != "hello" || m[0].Callbacks != 2 {
		t.Errorf("the message of the first version has become %+v", m)
	}
	urls, err := s.KnownURLs(t.Context(), 0)
	if diff := cmp.Diff([]string{"https://new.test/in", "https://old.test/in"}, urls); diff != "" || err != nil {
		t.Errorf("%v; the URLs of earlier sends (-want +got):\n%s", err, diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := causeOf(t, openStore(t, store.Options{Path: path}), "a"); got != "slash" {
		t.Errorf("opened again, the message has %q", got)
	}
	whole(t, path) // what is not is refused where callbacks are missed
}
