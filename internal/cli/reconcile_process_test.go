package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// TestReconcileGivesAnAppWhatItMissed sends with the program beside one that runs, while no callbacks come, and
// gives an app that checks signatures what it missed: once.
func TestReconcileGivesAnAppWhatItMissed(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "a.db")
	listen := command(t, "listen", "--db", db, "--addr", "127.0.0.1:0", "--fate", "none", "--speed", "20", "-o", "json")
	withoutAccount(listen)
	server := start(t, listen)
	run := func(code int, args ...string) []string {
		t.Helper()
		cmd := command(t, append(args, "--db", db, "-o", "json")...)
		withoutAccount(cmd)
		var problems strings.Builder
		cmd.Stderr = &problems
		out, err := cmd.Output()
		got := 0
		if exit := (*exec.ExitError)(nil); err != nil {
			var ok bool
			if exit, ok = err.(*exec.ExitError); !ok {
				t.Fatal(err)
			}
			got = exit.ExitCode()
		}
		if got != code {
			t.Fatalf("%q ended with %d:\n%s%s", args, got, out, problems.String())
		}
		return strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	var message messageJSON
	if err := json.Unmarshal([]byte(run(0, "send", "--to", "+4915123456789", "--text", "hi")[0]), &message); err != nil {
		t.Fatal(err)
	}

	var mu sync.Mutex
	var got []string
	busy := true
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		var params []signature.Param
		for name, values := range r.PostForm {
			params = append(params, signature.Param{Name: name, Value: values[0]})
		}
		req := signature.Request{Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI(), Header: r.Header, Params: params}
		outcome := signature.Verify(req, []signature.Token{signature.NewToken("app", server.ready.AuthToken)}).Outcome
		mu.Lock()
		defer mu.Unlock()
		got = append(got, fmt.Sprint(r.URL.Path, " ", outcome, " ", r.Header.Get(app.SyntheticHeader), " ", r.PostForm.Get("MessageUUID") == message.UUID, " ", r.PostForm.Get("Status"), r.PostForm.Get("ErrorCode")))
		if busy {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(target.Close)

	for began := time.Now(); !strings.Contains(run(0, "reconcile", message.UUID)[0], `"provider":{"status":"delivered"`); {
		if time.Since(began) > 20*time.Second {
			t.Fatal("the simulator does not say delivered")
		}
	}
	reconcile := []string{"reconcile", message.UUID, "--to", target.URL}
	run(6, reconcile...)
	mu.Lock()
	busy = false
	mu.Unlock()
	lines := run(0, reconcile...)
	if len(lines) != 3 || !strings.Contains(lines[1], `"event":"attempt"`) || !strings.Contains(lines[1], `"status":200`) ||
		!strings.Contains(lines[2], `"sent":1,"taken":1,"taken_before":0`) {
		t.Errorf("what was printed is %q", lines)
	}
	lines = run(0, reconcile...)
	if len(lines) != 2 || !strings.Contains(lines[0], `"given_at":"2`) || !strings.Contains(lines[1], `"sent":0,"taken":0,"taken_before":1`) {
		t.Errorf("the second time is printed %q", lines)
	}
	run(0, append(reconcile, "--again")...)
	want := webhook.DeliveryReportPath + " valid 1 true delivered000"
	if len(got) != 3 || got[0] != want || got[1] != want || got[2] != want {
		t.Errorf("the app got %q, want 3 times %q", got, want)
	}
}
