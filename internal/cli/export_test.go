package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
)

// anyCallback is a callback as the server hands it to the history.
func anyCallback(t *rapid.T, n int) *webhook.Callback {
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{"MessageUUID=a", "MessageUUID=b", "&Status=sent", "&Status=delivered", "&Sequence=2", "&Text=%00'\"", "\xff", "\n", "€", "\x00", "&"}), 0, 12)
	body := strings.Join(pieces.Draw(t, "body"), "")
	c := &webhook.Callback{
		ReceivedAt: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC).Add(time.Duration(1000*rapid.IntRange(0, 1000).Draw(t, "at")+n) * time.Microsecond),
		Method:     rapid.SampledFrom([]string{"POST", "GET", "PUT"}).Draw(t, "method"),
		URL:        "https://h/sms/delivery-report?" + strings.NewReplacer("\n", "", "\x00", "").Replace(strings.Join(pieces.Draw(t, "query"), "")),
		Protocol:   "HTTP/1.1", RemoteAddr: "192.0.2.1:5123", Body: []byte(body),
		Header:  http.Header{"Content-Type": {formType}, "X-Plivo-Signature-V3": {"a", "b\xff"}},
		Verdict: signature.Result{Outcome: rapid.SampledFrom([]signature.Outcome{signature.Valid, signature.Invalid, signature.Missing, signature.Unchecked}).Draw(t, "outcome"), Scheme: "V3", Token: "account"},
		Answer:  webhook.Answer{Status: 200, At: time.Date(2026, 1, 31, 13, 0, 0, 0, time.UTC)},
	}
	c.ReceivedURL = strings.Replace(c.URL, "https://h", "http://127.0.0.1:4141", 1)
	c.Reread()
	return c
}

// TestExportImportExport moves a history through a file into another: its export has the same lines, and
// importing the file again adds nothing.
func TestExportImportExport(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		open := func() *store.Store {
			db, err := store.Open(t.Context(), store.Options{})
			if err != nil {
				rt.Fatal(err)
			}
			return db
		}
		from, to := open(), open()
		defer from.Close()
		defer to.Close()
		causes := map[int64]string{}
		for n := range rapid.IntRange(1, 12).Draw(rt, "callbacks") {
			c := anyCallback(rt, n)
			if err := from.Record(t.Context(), c); err != nil {
				rt.Fatal(err)
			}
			if c.Verdict.Outcome == signature.Invalid {
				causes[c.ID] = "scheme+slash"
			}
		}
		if err := from.SetCauses(t.Context(), causes); err != nil {
			rt.Fatal(err)
		}
		export := func(db *store.Store) string {
			var b strings.Builder
			w := archive.NewWriter(&b, archive.JSONLines, archive.Options{})
			if _, err := exported(t.Context(), db, nil, store.Filter{}, w.Write); err != nil {
				rt.Fatal(err)
			}
			return b.String()
		}
		file := export(from)
		for _, added := range []int{strings.Count(file, "\n"), 0} {
			job := importJob{s: Streams{In: strings.NewReader(file), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}, db: to, into: to.NewImport()}
			if err := job.file(t.Context(), "-"); err != nil || job.sum.Added != added {
				rt.Fatalf("%+v, %v; want %d added", job.sum, err, added)
			}
		}
		if diff := cmp.Diff(file, export(to)); diff != "" {
			rt.Fatalf("exported again (-first +second):\n%s", diff)
		}
		fs, err := from.Messages(t.Context(), store.Window{Oldest: true})
		if err != nil {
			rt.Fatal(err)
		}
		ts, err := to.Messages(t.Context(), store.Window{Oldest: true})
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(fs, ts); diff != "" {
			rt.Fatalf("messages (-first +second):\n%s", diff)
		}
	})
}

// TestImportIsInBatches imports more than one transaction takes, of which the last line is broken: what stands
// before it is there.
func TestImportIsInBatches(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var file strings.Builder
	const lines = 3*importRows + 7
	for n := range lines {
		fmt.Fprintf(&file, `{"method":"POST","url":"https://h/a","headers":[["Content-Type",%q]],"body":"MessageUUID=m%d&Status=sent"}`+"\n", formType, n%50)
	}
	file.WriteString(`{"method":"POST","url":"ht`)
	var out bytes.Buffer
	job := importJob{s: Streams{In: strings.NewReader(file.String()), Out: &out, Err: &bytes.Buffer{}}, json: true, db: db, into: db.NewImport()}
	err = job.file(t.Context(), "-")
	if want := fmt.Sprintf("line %d stops in its middle", lines+1); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
	// They say no time, so those of one message are all the same callback.
	if want := fmt.Sprintf(`"read":%d,"added":50,"already":%d`, lines, lines-50); !strings.Contains(out.String(), want) {
		t.Errorf("told %s, want %s", out.String(), want)
	}
	if n, err := db.Totals(t.Context()); err != nil || n.Callbacks != 50 || n.Messages != 50 {
		t.Errorf("%+v, %v", n, err)
	}
}

// TestExportFile holds that a file is there whole or not at all, is the user's alone, and that none is
// written over.
func TestExportFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out.jsonl")
	s := Streams{Out: &bytes.Buffer{}}
	create := func(force bool) *outFile {
		t.Helper()
		o, err := createOut(s, path, force, archive.JSONLines)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.WriteString("whole\n"); err != nil {
			t.Fatal(err)
		}
		return o
	}
	names := func() string {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, e := range entries {
			all = append(all, e.Name())
		}
		return strings.Join(all, " ")
	}
	create(false).abandon()
	if got := names(); got != "" {
		t.Errorf("of an abandoned export there is left: %s", got)
	}
	first, second := create(false), create(false)
	if err := first.done(); err != nil {
		t.Fatal(err)
	}
	// It was not there when the second began.
	if err := second.done(); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("error %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := createOut(s, path, false, archive.JSONLines); err == nil {
		t.Error("a file that is there is written over")
	}
	forced := create(true)
	_, _ = forced.WriteString("twice\n")
	if err := forced.done(); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "whole\ntwice\n" {
		t.Errorf("%q, %v", data, err)
	}
	if got := names(); got != "out.jsonl" {
		t.Errorf("there is %s", got)
	}
	if _, err := createOut(s, dir, true, archive.JSONLines); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder: %v", err)
	}
}
