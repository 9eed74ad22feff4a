package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// simulated serves a simulated account on loopback, whose credentials are those of command.
func simulated(t *testing.T, o simulator.Options) string {
	t.Helper()
	o.AuthID, o.AuthToken = testAuthID, testToken
	sim, err := simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return serving(t, sim.Handler())
}

func serving(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// checkedBy runs the doctor and gives what it found, by check, and what it ended with.
func checkedBy(t *testing.T, cmd *exec.Cmd) (found map[string]checkedJSON, code int, stderr string) {
	t.Helper()
	var errOut strings.Builder
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	found = map[string]checkedJSON{}
	for line := range strings.Lines(string(out)) {
		var c checkedJSON
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		found[c.Check] = c
		if c.Result == app.CheckFailed && (c.Advice == "" || c.Advice == c.What) {
			t.Errorf("%s failed without advice: %s", c.Check, c.What)
		}
	}
	if len(found) == 0 {
		t.Fatalf("nothing was printed; standard error:\n%s", errOut.String())
	}
	if strings.Contains(string(out)+errOut.String(), testToken) {
		t.Error("the token is shown")
	}
	return found, cmd.ProcessState.ExitCode(), errOut.String()
}

// doctorOn is a doctor on the account at apiURL.
func doctorOn(t *testing.T, apiURL string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := command(t, append([]string{"doctor", "-o", "json"}, args...)...)
	cmd.Env = append(cmd.Env, "PLIVO_API_URL="+apiURL, "PLIVO_SENDER_ID="+simulator.DefaultNumber)
	return cmd
}

func TestDoctorFindsEverythingInOrder(t *testing.T) {
	t.Parallel()
	embedded := command(t, "doctor", "-o", "json")
	withoutAccount(embedded)
	for name, cmd := range map[string]*exec.Cmd{"the embedded simulator": embedded, "an account": doctorOn(t, simulated(t, simulator.Options{InboundURL: "https://shop.example/sms"}), "--addr", "127.0.0.1:0")} {
		found, code, stderr := checkedBy(t, cmd)
		if code != 0 || len(found) != 18 {
			t.Errorf("%s: %d checks, ended with %d: %s", name, len(found), code, stderr)
		}
		for check, c := range found {
			want := app.CheckOK
			if check == "terminal" {
				want = app.CheckSkipped // it is a pipe
			}
			if c.Result != want && check != "port" {
				t.Errorf("%s: %s is %s: %s", name, check, c.Result, c.What)
			}
		}
		for _, folder := range []string{"plivoscope", "history.db"} {
			if _, err := os.Stat(filepath.Join(cmd.Dir, folder)); err == nil {
				t.Errorf("%s: it has left %s behind", name, folder)
			}
		}
	}
}

// TestDoctorSaysThatItCouldNotLook holds that not everything is in order where a check only says where to look.
func TestDoctorSaysThatItCouldNotLook(t *testing.T) {
	t.Parallel()
	cmd := doctorOn(t, simulated(t, simulator.Options{InboundURL: "https://shop.example/sms"}), "-o", "text", "--addr", "127.0.0.1:0")
	cmd.Env = append(cmd.Env, "PLIVO_SENDER_ID=ACME")
	said, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "nothing failed; 2 checks could not be made, and where to look instead is said there") {
		t.Errorf("it ended with %v and said\n%s", err, said)
	}
}

// TestDoctorFindsWhatIsWrong breaks one thing at a time: its line fails, or warns, and says what to do.
func TestDoctorFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		account  simulator.Options
		api      http.Handler // in place of the account
		env      []string
		args     []string
		check    string
		result   app.CheckResult
		what     string
		advice   string
		code     int
		skipping []string
	}{
		"another token": {
			env: []string{"PLIVO_AUTH_TOKEN=another"}, check: "api", result: app.CheckFailed,
			what: "the credentials were refused (401", advice: "check PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN", code: 2,
			skipping: []string{"clock", "balance", "sender", "geo_permission"},
		},
		"a disabled account": {
			account: simulator.Options{Disabled: true}, check: "api", result: app.CheckFailed,
			what: "not allowed", advice: "IP allow-list", code: 2,
		},
		"a web page for an answer": {
			api: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				_, _ = io.WriteString(w, "<html>sign in</html>")
			}), check: "api", result: app.CheckFailed, what: "did not answer as it should", advice: "PLIVO_API_URL", code: 3,
		},
		"an API that does not answer": {
			api: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), args: []string{"--timeout", "300ms"},
			check: "api", result: app.CheckFailed, what: "no answer came in time", advice: "check the network", code: 3,
		},
		"no money": {
			account: simulator.Options{Balance: "0"}, check: "balance", result: app.CheckFailed,
			what: "the balance is 0.00 USD", advice: "buy credits", code: 1,
		},
		"little money": {
			account: simulator.Options{Balance: "1.5"}, check: "balance", result: app.CheckWarning,
			what: "the balance is 1.50 USD", advice: "before it is used up",
		},
		"a sender of somebody else": {
			env: []string{"PLIVO_SENDER_ID=+14155550777"}, check: "sender", result: app.CheckFailed,
			what: "does not have the sender +14155550777", advice: "one of its numbers: +14155550100", code: 1,
		},
		"a sender without SMS": {
			account: simulator.Options{MoreNumbers: []simulator.Number{{Number: "+14155550188", NoSMS: true}}},
			env:     []string{"PLIVO_SENDER_ID=+14155550188"}, check: "sender", result: app.CheckFailed,
			what: "not enabled for SMS", advice: "enable SMS for it", code: 1,
		},
		"no sender": {
			env: []string{"PLIVO_SENDER_ID="}, check: "sender", result: app.CheckWarning,
			what: "no sender is set", advice: "(+14155550100)",
		},
		"a clock that is behind": {
			account: simulator.Options{Skew: 5 * time.Minute}, check: "clock", result: app.CheckFailed,
			what: "5 min behind the API's", advice: "set the clock", code: 1,
		},
		"a clock that is a little ahead": {
			account: simulator.Options{Skew: -20 * time.Second}, check: "clock", result: app.CheckWarning, what: "ahead of the API's", advice: "set the clock",
		},
		"a token with a space": {
			env: []string{"PLIVO_AUTH_TOKEN=with "}, check: "token", result: app.CheckFailed,
			what: "PLIVO_AUTH_TOKEN in the environment ends with a space", advice: "remove that", code: 1,
		},
		"half of an account": {
			env: []string{"PLIVO_AUTH_TOKEN="}, check: "credentials", result: app.CheckFailed,
			what: "PLIVO_AUTH_TOKEN is not", code: 1, skipping: []string{"api", "server", "token", "signature"},
		},
		"an auth id that is none": {
			env: []string{"PLIVO_AUTH_ID=mine"}, check: "credentials", result: app.CheckFailed,
			what: "PLIVO_AUTH_ID in the environment is no auth id", advice: "begins with MA or SA", code: 1,
		},
		"an auth id with a space": {
			env: []string{"PLIVO_AUTH_ID=" + testAuthID + " "}, check: "credentials", result: app.CheckFailed,
			what: "ends with a space", advice: "remove it", code: 1,
		},
		"an API without an address": {
			env: []string{"PLIVO_API_URL=nonsense"}, check: "api", result: app.CheckFailed,
			what: `"nonsense" as the address of the Plivo API`, advice: "correct PLIVO_API_URL", code: 1, skipping: []string{"server", "clock", "signature"},
		},
		"a URL that is none": {
			args: []string{"--public-url", "name.example"}, check: "server", result: app.CheckFailed,
			what: "is not an absolute http or https URL", advice: "--public-url", code: 1, skipping: []string{"signature"},
		},
		"a URL with a query": {
			args: []string{"--public-url", "https://name.example/?a=b"}, check: "server", result: app.CheckFailed,
			what: "no query or fragment", advice: "--public-url", code: 1,
		},
		"a URL in the clear": {
			args: []string{"--public-url", "http://name.example"}, check: "server", result: app.CheckFailed,
			what: "is plain http", advice: "use https", code: 1,
		},
		"a folder that cannot be": {
			args: []string{"--db", "file/history.db"}, check: "data_folder", result: app.CheckFailed,
			what: "cannot be made", advice: "--db", code: 1, skipping: []string{"history", "server", "signature"},
		},
		"a history that is none": {
			args: []string{"--db", "file"}, check: "history", result: app.CheckFailed, what: "not a database", code: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := ""
			if c.api != nil {
				api = serving(t, c.api)
			} else {
				api = simulated(t, c.account)
			}
			cmd := doctorOn(t, api, append([]string{"--addr", "127.0.0.1:0"}, c.args...)...)
			cmd.Env = append(cmd.Env, c.env...)
			if err := os.WriteFile(filepath.Join(cmd.Dir, "file"), []byte(strings.Repeat("no database ", 20)), 0o600); err != nil {
				t.Fatal(err)
			}
			found, code, stderr := checkedBy(t, cmd)
			got := found[c.check]
			if got.Result != c.result || !strings.Contains(got.What, c.what) || !strings.Contains(got.Advice, c.advice) {
				t.Errorf("%s is %+v, want %s, %q and %q", c.check, got, c.result, c.what, c.advice)
			}
			if code != c.code || got.Code != c.code {
				t.Errorf("it ended with %d and the line has %d, want %d: %s", code, got.Code, c.code, stderr)
			}
			for _, check := range c.skipping {
				if found[check].Result != app.CheckSkipped {
					t.Errorf("%s is %s after that", check, found[check].Result)
				}
			}
			for check, f := range found {
				if f.Result == app.CheckFailed && check != c.check && c.check != "token" {
					t.Errorf("%s failed too: %s", check, f.What)
				}
			}
		})
	}
}

// TestDoctorSaysHowToMendTheEnvFile holds that each way to have none that can be read is told with what to do.
func TestDoctorSaysHowToMendTheEnvFile(t *testing.T) {
	t.Parallel()
	api := simulated(t, simulator.Options{})
	for name, c := range map[string]struct{ text, file, what, advice string }{
		"not there":   {"", "none.env", "it does not exist", "create none.env, or name a file that exists with --env"},
		"a folder":    {"", ".", "it is a folder", "name another with --env"},
		"no setting":  {"PLIVO_AUTH_ID\n", "my.env", "line 1 is no setting", "write NAME=value"},
		"UTF-16":      {"\xff\xfeP\x00", "my.env", "it is no UTF-8 text", "save it as UTF-8"},
		"not a value": {"PLIVOSCOPE_TIMEOUT=soon\n", "my.env", "--timeout takes a value", "correct it or remove it"},
	} {
		cmd := doctorOn(t, api, "--addr", "127.0.0.1:0", "--env", c.file)
		if c.text != "" {
			if err := os.WriteFile(filepath.Join(cmd.Dir, c.file), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		found, code, _ := checkedBy(t, cmd)
		f := found["env_file"]
		if code != 1 || f.Result != app.CheckFailed || !strings.Contains(f.What, c.what) || !strings.Contains(f.Advice, c.advice) {
			t.Errorf("%s: ended with %d, and the file is %+v, want %q and %q", name, code, f, c.what, c.advice)
		}
	}
}

// TestDoctorLooksAtTheEnvFile goes by its mode, and by what git says of it.
func TestDoctorLooksAtTheEnvFile(t *testing.T) {
	t.Parallel()
	cmd := doctorOn(t, simulated(t, simulator.Options{}), "--addr", "127.0.0.1:0")
	withoutToken := cmd.Env[:0]
	for _, e := range cmd.Env {
		if !strings.HasPrefix(e, "PLIVO_AUTH_TOKEN=") {
			withoutToken = append(withoutToken, e)
		}
	}
	again := func() map[string]checkedJSON {
		t.Helper()
		run := exec.Command(cmd.Path, cmd.Args[1:]...)
		run.Dir, run.Env = cmd.Dir, withoutToken
		found, code, stderr := checkedBy(t, run)
		if code > 1 || found["api"].Result != app.CheckOK {
			t.Fatalf("ended with %d: %s", code, stderr)
		}
		return found
	}
	expect := func(found map[string]checkedJSON, check string, result app.CheckResult, words string) {
		t.Helper()
		if f := found[check]; f.Result != result || !strings.Contains(f.What+" "+f.Advice, words) {
			t.Errorf("%s is %+v, want %s and %q", check, f, result, words)
		}
	}
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(cmd.Dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	write(".env", "PLIVO_AUTH_TOKEN="+testToken+"\n", 0o644)
	found := again()
	expect(found, "env_file", app.CheckWarning, "chmod 600 .env")
	expect(found, "env_ignored", app.CheckOK, "in no git repository")
	write(".env", "PLIVO_AUTH_TOKEN="+testToken+"\n", 0o600)

	git := func(args ...string) {
		t.Helper()
		run := exec.Command("git", args...)
		run.Dir = cmd.Dir
		if out, err := run.CombinedOutput(); err != nil {
			t.Skipf("git %v: %v: %s", args, err, out)
		}
	}
	git("init", "-q")
	found = again()
	expect(found, "env_file", app.CheckOK, "only you")
	expect(found, "env_ignored", app.CheckWarning, "echo .env >> .gitignore")
	write(".gitignore", "*.log\n.e*\n", 0o644)
	expect(again(), "env_ignored", app.CheckOK, "git ignores .env")
	git("add", "-f", ".env")
	expect(again(), "env_ignored", app.CheckFailed, "git rm --cached .env")

	write(".env", "PLIVO_AUTH_TOKEN\n", 0o600)
	run := exec.Command(cmd.Path, cmd.Args[1:]...)
	run.Dir, run.Env = cmd.Dir, withoutToken
	found, code, _ := checkedBy(t, run)
	expect(found, "env_file", app.CheckFailed, "line 1 is no setting")
	if code != 1 || found["credentials"].Result != app.CheckFailed {
		t.Errorf("a broken file ended with %d, and the credentials are %+v", code, found["credentials"])
	}
}

func TestDoctorSaysWhenThePortIsTaken(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	found, code, _ := checkedBy(t, doctorOn(t, simulated(t, simulator.Options{}), "--addr", ln.Addr().String()))
	f := found["port"]
	if code != 1 || f.Result != app.CheckFailed || !strings.Contains(f.What, "taken by another program") || !strings.Contains(f.Advice, "--addr") {
		t.Errorf("ended with %d, and the port is %+v", code, f)
	}
	if found["api"].Result != app.CheckOK || found["signature"].Result != app.CheckSkipped {
		t.Errorf("the account is %s, the signature %s", found["api"].Result, found["signature"].Result)
	}
}

// freeAddr is an address that was free a moment ago.
func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func TestDoctorMasks(t *testing.T) {
	t.Parallel()
	cmd := doctorOn(t, simulated(t, simulator.Options{}), "--addr", "127.0.0.1:0", "--mask")
	found, code, _ := checkedBy(t, cmd)
	if code != 0 {
		t.Errorf("ended with %d", code)
	}
	for check, f := range found {
		for _, private := range []string{testAuthID, "14155550100", "Simulated account"} {
			if strings.Contains(f.What+f.Advice, private) {
				t.Errorf("%s shows %s: %+v", check, private, f)
			}
		}
	}
	if !strings.Contains(found["credentials"].What, "account ••••") {
		t.Errorf("the credentials are %+v", found["credentials"])
	}
}

// TestDoctorLooksThroughTheHistory finds damage that no command has come upon.
func TestDoctorLooksThroughTheHistory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		c := &webhook.Callback{Kind: webhook.Other, Method: "POST", URL: "http://127.0.0.1/x", Body: bytes.Repeat([]byte{byte(i)}, 3000)}
		if err := s.Record(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, 64<<10), info.Size()/2)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	found, code, _ := checkedBy(t, doctorOn(t, simulated(t, simulator.Options{}), "--addr", "127.0.0.1:0", "--db", path))
	if h := found["history"]; code != 1 || h.Result != app.CheckFailed || !strings.Contains(h.What, "is damaged") || !strings.Contains(h.Advice, "move it away") {
		t.Errorf("ended with %d, and the history is %+v", code, h)
	}
}
