//go:build unix

package cli

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// TestReadBesideAStoppedProgram has a program be stopped while it stores something: what only reads the history does so.
func TestReadBesideAStoppedProgram(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "h.db")
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := &webhook.Callback{
		ReceivedAt: time.Now(), Method: http.MethodPost, URL: "https://h/sms/delivery-report", ReceivedURL: "http://127.0.0.1:4141/sms/delivery-report",
		Protocol: "HTTP/1.1", RemoteAddr: "192.0.2.1:5123", Body: []byte("MessageUUID=the-one&Status=sent"),
		Header: http.Header{"Content-Type": {formType}}, Verdict: signature.Result{Outcome: signature.Valid},
	}
	if c.Reread(); s.Record(t.Context(), c) != nil {
		t.Fatal("it is not stored")
	}
	mark, err := os.Open(path + "-mark")
	if err != nil {
		t.Fatal(err)
	}
	defer mark.Close()
	eventually(t, "the mark is held", func() bool { return syscall.Flock(int(mark.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil })
	for _, args := range [][]string{
		{"history", "-o", "json"},
		{"history", "--callbacks", "-o", "json"},
		{"export"},
		{"verify", "--id", "1", "-o", "text"},
	} {
		out, err := command(t, append(args, "--db", path)...).Output()
		if strings.Contains(said(err), "locked") || args[0] != "verify" && (err != nil || !strings.Contains(string(out), "the-one")) || len(out) == 0 {
			t.Errorf("%v: %v: %s\n%s", args, err, said(err), out)
		}
	}
}
