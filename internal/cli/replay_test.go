package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/screentest"
	"dev.internal/plivoscope/internal/store"
)

// receiver is an app that checks V3 as it should: 400 without the headers, 403 where they do not match.
func receiver(token string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if r.URL.Path == "/slow" { // the body is read, so the end of the connection is seen
			<-r.Context().Done()
			return
		}
		header := http.Header{}
		for _, name := range []string{"X-Plivo-Signature-V3", "X-Plivo-Signature-V3-Nonce"} {
			header[name] = r.Header[name]
			if len(header[name]) == 0 {
				http.Error(w, "unsigned", http.StatusBadRequest)
				return
			}
		}
		var params []signature.Param
		for name, values := range r.PostForm {
			for _, v := range values {
				params = append(params, signature.Param{Name: name, Value: v})
			}
		}
		scheme := "http://"
		if r.TLS != nil {
			scheme = "https://"
		}
		req := signature.Request{Method: r.Method, URL: scheme + r.Host + r.URL.RequestURI(), Header: header, Params: params}
		if signature.Verify(req, []signature.Token{signature.NewToken("app", token)}).Outcome != signature.Valid {
			http.Error(w, "forged", http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, "valid %s %s", r.Method, r.Form.Get("Status"))
	})
}

// TestReplayScript runs the scripts of testdata/replay beside an app, whose URL is $APP, and one that has a certificate of
// its own making at $SECURE.
func TestReplayScript(t *testing.T) {
	t.Parallel()
	app := httptest.NewServer(receiver(testToken))
	t.Cleanup(app.Close)
	secure := httptest.NewUnstartedServer(receiver(testToken))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshakes that are refused
	secure.StartTLS()
	t.Cleanup(secure.Close)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/replay",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_STATE_HOME", e.WorkDir+"/state")
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("LocalAppData", e.WorkDir+"/state")
			e.Setenv("APP", app.URL)
			e.Setenv("SECURE", secure.URL)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits, "clean": clean},
	})
}

// attemptsKept are the attempts of a history, oldest first: the callback, how it was sent, and the answer.
func attemptsKept(t *testing.T, path string) []string {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	as, err := db.Attempts(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range slices.Backward(as) {
		out = append(out, fmt.Sprintf("%d %s %d", a.CallbackID, cmp.Or(a.Fault, string(a.Mode)), a.Answer.Status))
	}
	return out
}

// TestReplayToListen replays what a simulator made into another callback server with the same token: what is
// signed anew verifies there, and what is broken does not.
func TestReplayToListen(t *testing.T) {
	t.Parallel()
	history := t.TempDir() + "/a.db"
	on := func(args ...string) []string { return append(args, "--db", history, "--simulator") }
	run := func(want int, args ...string) string {
		t.Helper()
		cmd := command(t, on(args...)...)
		withoutAccount(cmd)
		out, err := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Fatalf("%s ended with %d, not %d (%v):\n%s", args, got, want, err, out)
		}
		return string(out)
	}
	run(exitDone, "send", "--speed", "20", "--to", "+15005550000", "--text", "hi", "--wait", "delivered")
	source := command(t, on("listen", "--addr", "127.0.0.1:0", "-o", "json")...)
	withoutAccount(source)
	simulator := start(t, source)
	target := command(t, "listen", "--ephemeral", "--addr", "127.0.0.1:0", "-o", "json", "--count", "5", "--junit", history+".xml")
	target.Env = append(target.Env, "PLIVO_AUTH_TOKEN="+simulator.ready.AuthToken)
	listen := start(t, target)

	run(exitDone, "replay", "1", "2", "3", "--to", listen.ready.ListenURL, "--expect-status", "200")
	run(exitDone, "replay", "3", "--fault", "wrong-token", "--to", listen.ready.ListenURL)
	run(exitDone, "replay", "3", "--fault", "no-signature", "--to", listen.ready.ListenURL)
	if got, want := attemptsKept(t, history), []string{"1 resigned 200", "2 resigned 200", "3 resigned 200", "3 wrong-token 200", "3 no-signature 200"}; !slices.Equal(got, want) {
		t.Errorf("beside the server that writes the history, the attempts kept are %q, want %q", got, want)
	}
	long := strings.NewReader("Text=" + strings.Repeat("a", 80<<10))
	resp, err := http.Post(simulator.ready.ListenURL+"/sms/inbound", formType, long)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	said := run(exitUser, "replay", "4", "--as-captured", "--to", listen.ready.ListenURL)
	if !strings.Contains(said, "its body was cut at 65536 bytes") {
		t.Error(said)
	}
	said = run(exitUser, "replay", "3", "--to", strings.Replace(simulator.ready.ListenURL, "127.0.0.1", "localhost", 1))
	if !strings.Contains(said, "the plivoscope that writes this history listens there") {
		t.Error(said)
	}
	var got []string
	for listen.out.Scan() {
		var c callbackJSON
		if err := json.Unmarshal(listen.out.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s", c.Status, c.Signature.Outcome))
	}
	want := "queued valid, sent valid, delivered valid, delivered invalid, delivered missing"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("%s, not %s", s, want)
	}
	_ = listen.cmd.Wait()
	report, err := os.ReadFile(history + ".xml")
	for _, want := range []string{
		`<testsuites tests="6" failures="2" errors="0" `, `: its signature is valid" classname="plivoscope.listen.signature"`,
		`<failure message="✗ signature: nothing that was tried makes it match; worth a look: `, `type="missing">`, `<testcase name="5 callbacks come" `,
	} {
		if err != nil || !strings.Contains(string(report), want) {
			t.Errorf("the report does not say %q (%v):\n%s", want, err, report)
		}
	}
}

// TestTriggerOnATerminal has a table that fits.
func TestTriggerOnATerminal(t *testing.T) {
	t.Parallel()
	s := screentest.Open(t, command(t, "trigger", "list"), 60, 30)
	s.Wait(`(?m)^NAME +STEPS +WHAT HAPPENS *$`)
	s.Wait(`(?m)^trailing-slash +3  A message is delivered; each r.*… *$`)
	app := httptest.NewServer(receiver(testToken))
	t.Cleanup(app.Close)
	cmd := command(t, "trigger", "several-destinations", "--to", app.URL)
	cmd.Env = append(cmd.Env, "PLIVO_AUTH_TOKEN="+testToken)
	s = screentest.Open(t, cmd, 80, 30)
	s.Wait(`(?m)^ +3  failed +POST +200 +[\d.]+[mµ]?s +http://127`)
	s.Wait(`(?m)^  answers      8 × 200 *$`)
}

// TestReplayStops ends a replay that has no end, and hears what was sent until then.
func TestReplayStops(t *testing.T) {
	t.Parallel()
	came := make(chan struct{}, 1000)
	app := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		select {
		case came <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(app.Close)
	history := t.TempDir() + "/a.db"
	send := command(t, "send", "--simulator", "--db", history, "--speed", "20", "--to", "+15005550000", "--text", "hi", "--wait", "delivered")
	if out, err := send.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := command(t, "replay", "1", "2", "--db", history, "--to", app.URL, "--count", "1000000", "-o", "json", "--junit", history+".xml")
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	for range 5 {
		<-came
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var sum summaryJSON
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &sum); err != nil {
		t.Fatalf("%v: %s", err, lines[len(lines)-1])
	}
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || said.Len() > 0 {
		t.Errorf("ended with %d: %s", code, &said)
	}
	if !sum.Stopped || sum.Requests < 5 || sum.Requests != int64(len(lines)-1) || sum.Planned != 2000000 {
		t.Errorf("%+v after %d lines", sum, len(lines))
	}
	report, err := os.ReadFile(history + ".xml")
	if want := fmt.Sprintf("%d of 2000000 requests sent: stopped by signal: interrupt", sum.Requests); err != nil || !strings.Contains(string(report), want) {
		t.Errorf("the report does not say %q (%v):\n%s", want, err, report)
	}
}
