package snippet_test

import (
	"encoding/json"
	"go/format"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/plivo/snippet"
)

// texts hold what shells, languages and JSON take for something else.
var texts = []string{
	"hello",
	`it's "quoted" and 'so' on`,
	"two\nlines\r\nand\ttabs",
	`$PLIVO_AUTH_TOKEN ${HOME} $(id) ` + "`id` !! %s %d #{x} \\(y)",
	`back\slash \n \u0041 \x41 \` + "\\",
	"“Grüße” – ünïcödé 漢字 شكرا 👨\u200d👩\u200d👧 𝒳",
	"\u202eturned\u2066 \u200bunseen\ufeff \x00\x01\x1b[31m\x7f\u0085\u2028\u2029\U000e0041",
	`'; rm -rf / #`, "EOF\nEOF", "@file", "</script>", "'''\"\"\"", "'\\''", "\\",
}

func request(text, api string) snippet.Request {
	return snippet.Request{APIURL: api, Draft: plivo.Draft{
		From: "+14155550100", To: []string{"+14155550123", "+4915112345678"}, Text: text,
		CallbackURL: "http://127.0.0.1:4141/sms/delivery-report?a=1&b='x'", Method: "POST",
	}}
}

// code is the snippet of one language.
func code(t *testing.T, name string, r snippet.Request) string {
	t.Helper()
	for _, s := range snippet.All(r) {
		if s.Name == name {
			return s.Code
		}
	}
	t.Fatalf("there is no snippet %q", name)
	return ""
}

// tool finds a program that a test needs; without it the test is skipped.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("there is no %s", name)
	}
	return path
}

// bench is a simulator that keeps the bodies it was sent.
type bench struct {
	sim    *simulator.Simulator
	url    string
	mu     sync.Mutex
	bodies []map[string]any
}

func newBench(t *testing.T) *bench {
	t.Helper()
	sim, err := simulator.New(simulator.Options{Fate: "none", AnyPowerpack: true})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{sim: sim}
	api := sim.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var values map[string]any
		if err := json.Unmarshal(body, &values); err != nil {
			t.Errorf("%s %s: %v: %q", r.Method, r.URL, err, body)
		}
		b.mu.Lock()
		b.bodies = append(b.bodies, values)
		b.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		api.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	b.url = server.URL
	return b
}

// run runs a program with the simulator's account and gives what it printed.
func (b *bench) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "PLIVO_AUTH_ID="+b.sim.AuthID(), "PLIVO_AUTH_TOKEN="+b.sim.AuthToken(), "NO_PROXY=*", "no_proxy=*")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// received checks the last body that came.
func (b *bench) received(t *testing.T, text string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.bodies) == 0 {
		t.Fatal("nothing came")
	}
	got := b.bodies[len(b.bodies)-1]
	for name, want := range map[string]string{
		"src": "+14155550100", "dst": "+14155550123<+4915112345678", "text": text,
		"url": "http://127.0.0.1:4141/sms/delivery-report?a=1&b='x'", "method": "POST",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

// TestCurlSends runs each command by a real shell against the simulator.
func TestCurlSends(t *testing.T) {
	bash := tool(t, "bash")
	tool(t, "curl")
	b := newBench(t)
	for _, text := range texts {
		out := b.run(t, bash, "-c", code(t, "curl", request(text, b.url)))
		if !strings.Contains(out, "message_uuid") {
			t.Errorf("%q was answered with %s", text, out)
		}
		b.received(t, text)
	}
}

// TestGoSends builds and runs the program with the real SDK against the simulator.
func TestGoSends(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	b := newBench(t)
	text := strings.Join(texts, " ")
	file := filepath.Join(t.TempDir(), "main.go")
	write(t, file, code(t, "Go", request(text, b.url)))
	if out := b.run(t, tool(t, "go"), "vet", file); out != "" {
		t.Errorf("vet says %s", out)
	}
	if out := b.run(t, tool(t, "go"), "run", file); strings.Count(out, "-") != 8 {
		t.Errorf("it printed %s", out)
	}
	b.received(t, text)
}

// TestGoIsFormatted holds that the program is Go, and as gofmt would write it.
func TestGoIsFormatted(t *testing.T) {
	for _, text := range texts {
		r := request(text, "http://127.0.0.1:4142")
		bare := r
		bare.Draft.CallbackURL, bare.APIURL = "", ""
		for _, r := range []snippet.Request{r, bare, {}} {
			src := code(t, "Go", r)
			out, err := format.Source([]byte(src))
			if err != nil {
				t.Fatalf("%q: %v\n%s", text, err, src)
			}
			if diff := cmp.Diff(string(out), src); diff != "" {
				t.Errorf("%q (-gofmt +got):\n%s", text, diff)
			}
		}
	}
}

// The SDKs for Node and Python are not at hand: in their place stands what tells how they were called.
const (
	nodeStub = `exports.Client = function (id, token, options) {
  this.messages = { create: (p) => Promise.resolve({ messageUuid: JSON.stringify({ id, token, options, ...p }) }) };
};`
	pythonStub = `import json, os
from .rest import client as c
class RestClient:
    def __init__(self, id, token):
        self.messages = self
        self.account = dict(id=id, token=token)
    def create(self, **p):
        self.message_uuid = json.dumps(dict(p, base=c.PLIVO_API_BASE_URI, **self.account))
        return self
`
)

func TestNodeCalls(t *testing.T) {
	node := tool(t, "node")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "node_modules", "plivo", "index.js"), nodeStub)
	called(t, filepath.Join(dir, "main.js"), "Node", func(file string) *exec.Cmd {
		if out, err := exec.CommandContext(t.Context(), node, "--check", file).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return exec.CommandContext(t.Context(), node, file)
	}, func(got map[string]any, id string) {
		options, _ := got["options"].(map[string]any)
		if options["url"] != "http://127.0.0.1:4142/v1/Account/"+id {
			t.Errorf("the address is %v", options)
		}
	})
}

func TestPythonCalls(t *testing.T) {
	python := tool(t, "python3")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "plivo", "__init__.py"), pythonStub)
	write(t, filepath.Join(dir, "plivo", "rest", "__init__.py"), "")
	write(t, filepath.Join(dir, "plivo", "rest", "client.py"), "PLIVO_API_BASE_URI = 'https://api.plivo.com/v1/Account'\n")
	called(t, filepath.Join(dir, "main.py"), "Python", func(file string) *exec.Cmd {
		if out, err := exec.CommandContext(t.Context(), python, "-m", "py_compile", file).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return exec.CommandContext(t.Context(), python, file)
	}, func(got map[string]any, _ string) {
		if got["base"] != "http://127.0.0.1:4142/v1/Account" {
			t.Errorf("the address is %v", got["base"])
		}
	})
}

// called runs the code of every text and looks at how the SDK was called.
func called(t *testing.T, file, name string, command func(file string) *exec.Cmd, more func(got map[string]any, id string)) {
	t.Helper()
	const id = "MAXXXXXXXXXXXXXXXXXX"
	text := strings.Join(texts, " ")
	write(t, file, code(t, name, request(text, "http://127.0.0.1:4142/")))
	cmd := command(file)
	cmd.Env = append(os.Environ(), "PLIVO_AUTH_ID="+id, "PLIVO_AUTH_TOKEN=a token", "PYTHONIOENCODING=utf-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for k, want := range map[string]string{
		"id": id, "token": "a token", "src": "+14155550100", "dst": "+14155550123<+4915112345678", "text": text,
		"url": "http://127.0.0.1:4141/sms/delivery-report?a=1&b='x'", "method": "POST",
	} {
		if got[k] != want {
			t.Errorf("%s is %q, want %q", k, got[k], want)
		}
	}
	more(got, id)
}

// TestNothingUnseen holds that no control character and no credential is in any code.
func TestNothingUnseen(t *testing.T) {
	for _, text := range texts {
		for _, s := range snippet.All(request(text, "")) {
			for _, bad := range []string{"\x00", "\x1b", "\x7f", "\u0085", "\u200b", "\u202e", "\u2028", "\r", "\U000e0041"} {
				if strings.Contains(s.Code, bad) {
					t.Errorf("%s of %q has %q in it", s.Name, text, bad)
				}
			}
			if strings.Contains(s.Code, "127.0.0.1:4142") || !strings.Contains(s.Code, "PLIVO_AUTH_TOKEN") || !strings.HasSuffix(s.Code, "\n") {
				t.Errorf("%s of %q is\n%s", s.Name, text, s.Code)
			}
		}
	}
}

// TestNoCallbackURLNoMethod holds that a draft without one asks for no reports.
func TestNoCallbackURLNoMethod(t *testing.T) {
	r := request("hello", "https://api.plivo.com/")
	r.Draft.CallbackURL = ""
	for _, s := range snippet.All(r) {
		if low := strings.ToLower(s.Code); strings.Contains(low, "method") || strings.Contains(low, "post") || strings.Contains(s.Code, "4141") {
			t.Errorf("%s is\n%s", s.Name, s.Code)
		}
		if s.Name != "curl" && strings.Contains(s.Code, "api.plivo.com") {
			t.Errorf("%s names Plivo's own address:\n%s", s.Name, s.Code)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
