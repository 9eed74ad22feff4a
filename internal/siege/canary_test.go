package siege

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// The tokens of an account whose owner looks for them everywhere afterwards.
var (
	accountCanary = newCanary("of the account", 40)
	mainCanary    = newCanary("of the main account", 40)
	shopCanary    = newCanary("with a label", 40)
	ngrokCanary   = newCanary("of ngrok", 49)
	typedCanary   = newCanary("given by a flag", 40)
)

var allCanaries = needlesOf(accountCanary, mainCanary, shopCanary, ngrokCanary, typedCanary)

// httpClient gives up when a server has died.
var httpClient = &http.Client{Timeout: 20 * time.Second}

// guarded is a house with tokens, a simulator as its API, an app, and a plivoscope that runs on its history.
type guarded struct {
	house
	inputs string // folder of files that the user wrote
	values *strings.Replacer
	env    []string
}

// newGuarded has its tokens in the environment, or in .env.
func newGuarded(t *testing.T, inFile bool) *guarded {
	t.Helper()
	g := &guarded{house: newHouse(t), inputs: t.TempDir()}
	tokens := []string{
		"PLIVO_AUTH_ID=" + testAuthID, "PLIVO_AUTH_TOKEN=" + accountCanary.value, "PLIVO_MAIN_AUTH_TOKEN=" + mainCanary.value,
		"PLIVO_AUTH_TOKEN_SHOP=" + shopCanary.value, "NGROK_AUTHTOKEN=" + ngrokCanary.value, "PLIVO_SENDER_ID=+14155550100",
	}
	// An ngrok that nobody serves, so that no tunnel of a real one is opened by mistake.
	g.env = []string{"PLIVOSCOPE_TUNNEL=none", "PLIVOSCOPE_NGROK_SERVER=127.0.0.1:9", "PLIVOSCOPE_LOG_LEVEL=debug", "PLIVO_API_URL=http://127.0.0.1:9"}
	if inFile {
		g.write(t, filepath.Join(g.dir, ".env"), strings.Join(tokens, "\n")+"\n")
	} else {
		g.env = append(g.env, tokens...)
	}

	simulator := g.spawn(t, g.program("simulate", "--addr", "127.0.0.1:0", "--speed", "20", "-o", "json"))
	g.env = append(g.env, "PLIVO_API_URL="+simulator.ready(t).APIURL)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	t.Cleanup(app.Close)
	// A debugging page, or a proxy, that tells all that it knows.
	leaky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Settings", "PLIVO_AUTH_TOKEN="+accountCanary.value)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"api_id": "x", "error": "settings " + accountCanary.value + " of " + r.Header.Get("Authorization")})
	}))
	t.Cleanup(leaky.Close)
	listen := g.spawn(t, g.program("listen", "--addr", "127.0.0.1:0", "--forward-to", app.URL, "-o", "json"))
	url := listen.ready(t).PublicURL
	g.values = strings.NewReplacer(
		"{account}", accountCanary.value, "{main}", mainCanary.value, "{typed}", typedCanary.value, "{ngrok}", ngrokCanary.value,
		"{basic}", base64.StdEncoding.EncodeToString([]byte(testAuthID+":"+accountCanary.value)),
		"{id}", testAuthID, "{api}", simulator.ready(t).APIURL, "{app}", app.URL, "{leaky}", leaky.URL, "{server}", url,
		"{in}", g.inputs, "{out}", filepath.Join(g.dir, "out"), "{dir}", g.dir, "_", " ",
	)
	if err := os.Mkdir(filepath.Join(g.dir, "out"), 0o700); err != nil {
		t.Fatal(err)
	}
	g.write(t, filepath.Join(g.inputs, "tunnel.sh"), "env | grep -v ^NGROK_AUTHTOKEN= > '"+g.dir+"'/out/tunnel-environment\ncat /proc/$$/cmdline /proc/$PPID/cmdline > '"+g.dir+"'/out/tunnel-arguments\necho https://name.example\nsleep 5\n")
	for name, text := range canaryInputs {
		g.write(t, filepath.Join(g.inputs, name), g.values.Replace(text))
	}
	g.callbacks(t, url)
	return g
}

// canaryInputs are files with tokens where a user leaves them by mistake.
var canaryInputs = map[string]string{
	"token":       "{typed}\n",
	"token-wrong": " \"{typed} \"\n",
	"lost.yaml":   "name: lost\nrequests:\n  - params: {MessageUUID: '{account}', Status: sent, From: '1', To: '2'}\n",
	"rules.yaml":  "rules:\n  - to: '{account}'\n    fate: delivered\n",
	"broken.yaml": "{account}: [\n",
	"config.json": `{"theme": {"accent": "{account}"}}`,
	"keys.json":   `{"keys": {"{account}": "q"}}`,
	"broken.json": `{"keys": "{account}`,
	"broken.env":  "PLIVO_AUTH_TOKEN {account}\n",
	"quoted.env":  "PLIVO_AUTH_ID={id}\nPLIVO_AUTH_TOKEN=\"'{account} '\"\n",
	"swapped.env": "PLIVO_AUTH_ID={account}\nPLIVO_AUTH_TOKEN={id}\nPLIVOSCOPE_ADDR={account}\nPLIVOSCOPE_{account}=x\nPLIVO_API_URL=http://u:{account}@127.0.0.1:9\n",
	"request.http": "POST /sms/delivery-report HTTP/1.1\r\nHost: name.example\r\nAuthorization: Basic {basic}\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
		"X-Plivo-Signature-V3: {account}\r\nX-Plivo-Signature-V3-Nonce: 1\r\n\r\nMessageUUID=1&Status=sent&Token={account}",
	"capture.har": `{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"startedDateTime":"2026-01-01T00:00:00Z","time":1,"request":{"method":"POST","url":"https://{id}:{account}@name.example/x?t={account}","httpVersion":"HTTP/1.1","headers":[{"name":"Authorization","value":"Basic {basic}"}],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":-1,"postData":{"mimeType":"text/plain","text":"{account}"}},"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[],"cookies":[],"content":{"size":0,"mimeType":""},"redirectURL":"","headersSize":-1,"bodySize":-1},"cache":{},"timings":{"send":0,"wait":1,"receive":0}}]}}`,
	"junk.jsonl":  `{"token": "{account}"` + "\n",
	"answer.xml":  "<Response><Message src='{account}' dst='{from}'>{account}</Message></Response>",
}

func (g *guarded) write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// callbacks posts some that are well and some with tokens where they do not belong.
func (g *guarded) callbacks(t *testing.T, url string) {
	t.Helper()
	for i := range 3 {
		if status, err := post(t.Context(), httpClient, url+"/sms/delivery-report", i); err != nil || status != http.StatusOK {
			t.Fatalf("a callback was answered %d, %v", status, err)
		}
	}
	for _, path := range []string{"/sms/inbound", "/" + accountCanary.value + "?a=" + accountCanary.value} {
		req, err := http.NewRequest("POST", url+path, strings.NewReader(g.values.Replace("MessageUUID=aabb&From=1&To=2&Type=sms&Text=my+token+is+{account}+{main}&{account}=1")))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Plivo-Signature-V3", accountCanary.value)
		req.Header.Set("X-Plivo-Signature-V3-Nonce", mainCanary.value)
		req.Header.Set("X-Token-"+accountCanary.value, "1")
		req.SetBasicAuth(testAuthID, accountCanary.value)
		resp, err := httpClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	wait(t, "callbacks in the history", func() bool {
		out, _ := g.program("history", "--callbacks", "-o", "json").Output()
		return bytes.Count(out, []byte("\n")) >= 5
	})
}

func (g *guarded) program(args ...string) *exec.Cmd {
	cmd := g.command(args...)
	cmd.Env = slices.DeleteFunc(cmd.Env, func(e string) bool { return strings.HasPrefix(e, "PLIVO_") })
	cmd.Env = append(cmd.Env, g.env...)
	return cmd
}

// spawned is a process that runs on, with all that it wrote in files.
type spawned struct {
	cmd      *exec.Cmd
	out, err string // paths
}

func (g *guarded) spawn(t *testing.T, cmd *exec.Cmd) *spawned {
	t.Helper()
	dir := t.TempDir()
	s := &spawned{cmd: cmd, out: filepath.Join(dir, "stdout"), err: filepath.Join(dir, "stderr")}
	for path, to := range map[string]*io.Writer{s.out: &cmd.Stdout, s.err: &cmd.Stderr} {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		*to = f
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		for _, path := range []string{s.out, s.err} {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			allCanaries.check(t, strings.Join(cmd.Args[1:], " ")+", "+filepath.Base(path), data)
		}
	})
	return s
}

// readyLine is the first line of a server.
type readyLine struct {
	APIURL    string `json:"api_url"`
	PublicURL string `json:"public_url"`
	ListenURL string `json:"listen_url"`
}

func (s *spawned) ready(t *testing.T) (line readyLine) {
	t.Helper()
	var data []byte
	wait(t, "a ready line of "+strings.Join(s.cmd.Args[1:], " "), func() bool {
		data, _ = os.ReadFile(s.out)
		return bytes.Contains(data, []byte(`"event":"ready"`)) && bytes.HasSuffix(data, []byte("\n"))
	})
	for l := range bytes.Lines(data) {
		if bytes.Contains(l, []byte(`"event":"ready"`)) {
			if err := json.Unmarshal(l, &line); err != nil {
				t.Fatal(err)
			}
		}
	}
	return line
}

// run runs a line and gives all that it wrote. Words as NAME=value before the command go to the environment;
// _ is a space in a word. What takes long is interrupted.
func (g *guarded) run(t *testing.T, line string, more ...string) []byte {
	t.Helper()
	words := strings.Fields(line)
	var env []string
	for len(words) > 0 && strings.Contains(words[0], "=") && strings.ToUpper(words[0][:5]) == words[0][:5] && words[0][0] != '-' {
		env, words = append(env, words[0]), words[1:]
	}
	stdin := ""
	if i := slices.Index(words, "<"); i >= 0 {
		stdin, words = words[i+1], words[:i]
	}
	for i := range words {
		words[i] = g.values.Replace(words[i])
	}
	cmd := g.program(append(words, more...)...)
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		cmd.Env = append(cmd.Env, name+"="+g.values.Replace(value))
	}
	if stdin != "" {
		f, err := os.Open(g.values.Replace(stdin))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		cmd.Stdin = f
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(40*time.Second, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	defer late.Stop()
	_ = cmd.Wait()
	return out.Bytes()
}

// commands are all commands of the program, by the names of its manual pages.
func (g *guarded) commands(t *testing.T) []string {
	t.Helper()
	dir := filepath.Join(g.dir, "man")
	if out, err := g.program("man", dir).CombinedOutput(); err != nil {
		t.Fatalf("man: %v: %s", err, out)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d manual pages, %v", len(pages), err)
	}
	for i, page := range pages {
		pages[i] = strings.TrimSpace(strings.TrimPrefix(strings.ReplaceAll(strings.TrimSuffix(filepath.Base(page), ".1"), "-", " "), "plivoscope"))
	}
	return pages
}

// TestNoTokenComesOut runs every command with tokens in the environment or in .env, in success and in failure, as
// text and as JSON, with the log at its most talkative, and tokens where they do not belong. None of them is in
// anything that was printed or written.
func TestNoTokenComesOut(t *testing.T) {
	t.Parallel()
	var runs, leaks atomic.Int64
	houses := []bool{false}
	if figures.Collecting() {
		houses = append(houses, true)
	}
	for _, inFile := range houses {
		g := newGuarded(t, inFile)
		var lines []string
		for i, command := range g.commands(t) {
			of, known := canaryLines[command]
			if !known {
				t.Errorf("no line is known for the command %q: tokens of it are not looked for", command)
			}
			for j, line := range of {
				switch prints := strings.HasPrefix(line, "!"); {
				case !figures.Collecting() && (i+j)%14 != 0:
				case prints:
					lines = append(lines, line[1:])
				default:
					lines = append(lines, line+" -o text")
					if figures.Collecting() {
						lines = append(lines, line+" -o json")
					}
				}
			}
		}
		var workers sync.WaitGroup
		queue := make(chan string)
		for range 2 {
			workers.Go(func() {
				for line := range queue {
					runs.Add(1)
					if !allCanaries.check(t, line, g.run(t, line)) {
						leaks.Add(1)
					}
				}
			})
		}
		for _, line := range lines {
			queue <- line
		}
		close(queue)
		workers.Wait()
		files, lost := allCanaries.checkFiles(t, g.dir, ".env")
		if files < 4 {
			t.Errorf("only %d files were looked into", files)
		}
		leaks.Add(int64(lost))
	}
	figures.Tell(t, figures.Attack{
		What: "tokens in every command's output and files", Tries: int(runs.Load()), Survived: int(runs.Load() - min(leaks.Load(), runs.Load())), Lost: int(leaks.Load()),
	})
}
