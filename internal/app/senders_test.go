package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

func TestSendersOfTheSimulator(t *testing.T) {
	t.Parallel()
	a := running(t, app.Options{})
	if known := a.KnownSenders(); len(known) != 0 {
		t.Errorf("known without asking: %+v", known)
	}
	all, err := a.Senders(within(t))
	if err != nil || len(all) == 0 || all[0].From != simulator.DefaultNumber || !all[0].Default || !all[0].SMS {
		t.Fatalf("%+v, %v", all, err)
	}
	if diff := cmp.Diff(all, a.KnownSenders()); diff != "" {
		t.Error(diff)
	}
}

// TestSendersAreKept asks an account once in five minutes, and gives what was known where it does not answer.
func TestSendersAreKept(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	var broken atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		objects := `{"uuid":"3f2b0c1e-5b40-4a28-bfc7-9d06726c558b","name":"pool"}`
		if strings.Contains(r.URL.Path, "/Number/") {
			calls.Add(1)
			objects = `{"number":"18005550112","number_type":"tollfree","sms_enabled":true,"toll_free_sms_verification":"verified"},
				{"number":"14155550111","alias":"voice only","sms_enabled":false,"voice_enabled":true},
				{"number":"14155550109","alias":"shop","number_type":"local","sms_enabled":true,"mms_enabled":true,"tendlc_registration_status":"COMPLETED"},
				{"number":"12345","number_type":"shortcode","sms_enabled":true}`
		}
		_, _ = io.WriteString(w, fmt.Sprintf(`{"meta":{"limit":20,"offset":0,"next":null},"objects":[%s]}`, objects))
	}))
	t.Cleanup(server.Close)
	var minutes atomic.Int64
	a, err := app.Open(within(t), app.Options{
		Mode: app.Live, AuthID: standInID, AuthToken: config.NewSecret("a token"), APIURL: server.URL, Sender: "+18005550112",
		HistoryPath: filepath.Join(t.TempDir(), "h.db"), Addr: "127.0.0.1:0", AddrGiven: true,
		Now: func() time.Time { return time.Now().Add(time.Duration(minutes.Load()) * time.Minute) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	want := []app.Sender{
		{From: "+18005550112", Type: "tollfree", SMS: true, Registration: "toll-free verified", Default: true},
		{From: "+14155550109", Name: "shop", Type: "local", SMS: true, MMS: true, Registration: "10DLC COMPLETED"},
		{From: "12345", Type: "shortcode", SMS: true},
		{Powerpack: "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b", Name: "pool", Type: "powerpack", SMS: true, MMS: true},
	}
	look := func() {
		t.Helper()
		got, err := a.Senders(within(t))
		if diff := cmp.Diff(want, got); diff != "" || (err != nil) != broken.Load() {
			t.Errorf("error %v, senders (-want +got):\n%s", err, diff)
		}
	}
	look()
	look()
	if n := calls.Load(); n != 1 {
		t.Errorf("asked %d times within five minutes", n)
	}
	minutes.Store(6)
	look()
	if n := calls.Load(); n != 2 {
		t.Errorf("asked %d times after six minutes", n)
	}
	minutes.Store(12)
	broken.Store(true)
	look()
}
