package siege

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/cli"
	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/plivo/signature"
	_ "dev.internal/plivoscope/internal/quiet"
	"dev.internal/plivoscope/internal/racewatch"
	"dev.internal/plivoscope/internal/store"
)

const (
	testAuthID = "MATESTTESTTESTTEST00"
	testToken  = "0123456789012345678901234567890123456789"
)

// asProgram makes the test binary the program.
const asProgram = "TEST_BINARY_IS_PLIVOSCOPE"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}
	os.Exit(racewatch.Tests{M: m}.Run())
}

// house is a user's folder, with an account and a history that outlives the processes that are run in it.
type house struct {
	dir  string
	name string // of the history, as PLIVOSCOPE_DB; empty for where the program puts it by itself
}

func newHouse(tb testing.TB) house {
	tb.Helper()
	dir := tb.TempDir()
	return house{dir, filepath.Join(dir, "state", "history.db")}
}

// unnamed has the history where the program puts it by itself.
func (h house) unnamed() house { return house{dir: h.dir} }

// db is the history.
func (h house) db() string {
	if h.name != "" {
		return h.name
	}
	return filepath.Join(h.dir, "plivoscope", testAuthID+".db")
}

// command is the program in this house. Nobody but loopback can be called.
func (h house) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = h.dir
	own := slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "PLIVO") || strings.HasPrefix(e, "NGROK_") || strings.HasPrefix(e, "CI=") || strings.HasPrefix(e, "NO_COLOR=")
	})
	cmd.Env = append(own, asProgram+"=1", "XDG_STATE_HOME="+h.dir, "XDG_CONFIG_HOME="+h.dir+"/config", "HOME="+h.dir, "LocalAppData="+h.dir,
		"PLIVO_AUTH_ID="+testAuthID, "PLIVO_AUTH_TOKEN="+testToken, "PLIVO_API_URL=http://127.0.0.1:9")
	if h.name != "" {
		cmd.Env = append(cmd.Env, "PLIVOSCOPE_DB="+h.name)
	}
	return cmd
}

// running is a callback server as a process.
type running struct {
	cmd    *exec.Cmd
	url    string      // of delivery reports
	base   string      // of everything
	events chan string // the lines but that it is ready, closed at the end of the output
	stderr *os.File
}

// listen starts the callback server on a port of its own.
func (h house) listen(tb testing.TB, args ...string) *running {
	tb.Helper()
	return start(tb, h.command(append([]string{"listen", "-o", "json", "--addr", "127.0.0.1:0"}, args...)...))
}

func start(tb testing.TB, cmd *exec.Cmd) *running {
	tb.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	stderr, err := os.Create(filepath.Join(tb.TempDir(), "stderr"))
	if err != nil {
		tb.Fatal(err)
	}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	r := &running{cmd: cmd, events: make(chan string, 1<<16), stderr: stderr}
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = stderr.Close()
	})
	out := bufio.NewReader(stdout)
	var ready struct {
		Event string `json:"event"`
		URL   string `json:"listen_url"`
	}
	for ready.Event != "ready" {
		line, err := out.ReadBytes('\n')
		if err != nil || json.Unmarshal(line, &ready) != nil || ready.Event != "ready" && ready.Event != "tunnel" {
			tb.Fatalf("the line before it is ready is %q, %v\n%s", line, err, r.said())
		}
		if ready.Event == "tunnel" { // before it is ready
			r.events <- string(line)
		}
	}
	r.base, r.url = ready.URL, ready.URL+"/sms/delivery-report"
	go func() {
		defer close(r.events)
		for {
			line, err := out.ReadString('\n')
			if err != nil {
				return
			}
			select {
			case r.events <- line:
			default: // nobody looks
			}
		}
	}()
	return r
}

// kill is kill -9, and waits for it.
func (r *running) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

// said is what the program wrote to standard error.
func (r *running) said() string {
	text, _ := os.ReadFile(r.stderr.Name())
	return string(text)
}

// says waits until the program has written all of these words to standard error.
func (r *running) says(tb testing.TB, words ...string) {
	tb.Helper()
	for _, w := range words {
		for end := time.Now().Add(30 * time.Second); !strings.Contains(r.said(), w); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				tb.Fatalf("it did not say %q, but\n%s", w, r.said())
			}
		}
	}
}

// uuid is that of the i-th message.
func uuid(i int) string { return fmt.Sprintf("5b40a428-bfc7-4daf-9d06-%012d", i) }

// callback is a signed delivery report on the i-th message.
func callback(target string, i int) (*http.Request, error) {
	params := []signature.Param{
		{Name: "MessageUUID", Value: uuid(i)},
		{Name: "From", Value: "14155550100"},
		{Name: "To", Value: fmt.Sprintf("1415555%04d", i%10000)},
		{Name: "Status", Value: "delivered"},
		{Name: "Units", Value: "1"},
		{Name: "ErrorCode", Value: "000"},
		{Name: "ParentMessageUUID", Value: uuid(i)},
		{Name: "Sequence", Value: "3"},
		{Name: "MessageTime", Value: "2024-08-21 12:58:49.244057"},
	}
	form := url.Values{}
	for _, p := range params {
		form.Set(p.Name, p.Value)
	}
	req, err := http.NewRequest("POST", target, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	token, nonce := signature.NewToken("account", testToken), fmt.Sprintf("0542956780%010d", i)
	for _, scheme := range []signature.Scheme{signature.V2, signature.MaV2, signature.V3, signature.MaV3} {
		signed, err := signature.Sign(token, scheme, "POST", target, nonce, params)
		if err != nil {
			return nil, err
		}
		req.Header.Set(scheme.Header(), signed)
		req.Header.Set(scheme.NonceHeader(), nonce)
	}
	return req, nil
}

// post sends the i-th callback and gives the status that it was answered with.
func post(ctx context.Context, client *http.Client, target string, i int) (int, error) {
	req, err := callback(target, i)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode, err
}

// exported is how often each message's callback is in the history, as the program itself tells it.
func (h house) exported(tb testing.TB) map[string]int {
	tb.Helper()
	cmd := h.command("export", "-o", "json")
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("export: %v", err)
	}
	found := map[string]int{}
	for line := range strings.Lines(string(out)) {
		var c struct {
			UUID string `json:"message_uuid"`
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			tb.Fatalf("export wrote %q: %v", line, err)
		}
		found[c.UUID]++
	}
	return found
}

// times is how often a fault is made: a few times in every test run, many where figures are collected.
func times(few, many int) int {
	if figures.Collecting() {
		return many
	}
	return few
}

// wait waits for a condition.
func wait(tb testing.TB, what string, met func() bool) {
	tb.Helper()
	for end := time.Now().Add(time.Minute); !met(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("a minute went by without %s", what)
		}
	}
}

// serves waits for a server on the history, and is where it listens, as the program itself finds it.
func (h house) serves(tb testing.TB) (base string) {
	tb.Helper()
	ctx := tb.Context()
	wait(tb, "a server", func() bool {
		r, err := store.OpenReader(ctx, h.db())
		if err != nil {
			return false
		}
		lease, live, err := r.Lease(ctx)
		if err := r.Close(); err != nil {
			tb.Error(err)
		}
		base = lease.ListenURL
		return live && err == nil
	})
	return base
}
