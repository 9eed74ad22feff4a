package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// inProcess runs a command line within the test and gives what it printed and its exit code.
func inProcess(t *testing.T, in string, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	s := Streams{In: strings.NewReader(in), Out: &stdout, Err: &stderr}
	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	if err != nil {
		s.say("%v", err)
	}
	return exitCode(err), stdout.String(), stderr.String()
}

// alone gives the test a folder, a state folder and an environment without settings.
func alone(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "PLIVO") {
			t.Setenv(name, "")
		}
	}
}

// signed posts a request with a V3 signature, as Plivo would.
func signed(t *testing.T, token, method, url, contentType, body string, params []signature.Param) {
	t.Helper()
	sum, err := signature.Sign(signature.NewToken("", token), signature.V3, method, url, "77", params)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Add("X-Plivo-Signature-V3", "another, "+sum)
	req.Header.Add("X-Plivo-Signature-V3-Nonce", "77")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("answered %s", resp.Status)
	}
}

// beside is another command with the folders and the environment of cmd.
func beside(cmd *exec.Cmd, args ...string) *exec.Cmd {
	other := exec.Command(cmd.Path, args...)
	other.Dir, other.Env = cmd.Dir, cmd.Env
	return other
}

// What was really received verifies again from the JSON lines it was printed as, and from the history.
func TestReceivedVerifies(t *testing.T) {
	t.Parallel()
	cmd := command(t, "listen", "--addr", "127.0.0.1:0", "-o", "json", "--count", "4")
	listen := start(t, cmd)
	url := listen.ready.PublicURL
	form := "application/x-www-form-urlencoded"
	signed(t, testToken, "POST", url+"/sms/inbound?q=%20", form, "To=1&Text=%C3%A9+%F0%9F%8E%89%00", []signature.Param{{Name: "To", Value: "1"}, {Name: "Text", Value: "é 🎉\x00"}})
	signed(t, testToken, "GET", url+"/get?b=%FF&a=1+2", "", "", nil)
	signed(t, testToken, "POST", url+"/bytes", form, "a=\xff\xfe", []signature.Param{{Name: "a", Value: "\xff\xfe"}})
	signed(t, testToken, "PUT", url+"/json", "application/json", `{"n": 0.00250, "x": null}`, []signature.Param{{Name: "n", Value: "0.00250"}, {Name: "x"}})
	captured, err := json.Marshal(listen.ready)
	if err != nil {
		t.Fatal(err)
	}
	for listen.out.Scan() {
		captured = append(append(captured, '\n'), listen.out.Bytes()...)
	}
	if err := listen.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	verify := beside(cmd, "verify", "--request", "-", "-o", "json")
	verify.Stdin = bytes.NewReader(captured)
	out, err := verify.Output()
	if n := bytes.Count(out, []byte(`{"outcome":"valid","scheme":"V3",`)); err != nil || n != 4 {
		t.Errorf("%d of 4 are valid: %v\n%s\n%s", n, err, captured, out)
	}
	for id := 1; id <= 4; id++ {
		out, err := beside(cmd, "verify", "--id", fmt.Sprint(id)).Output()
		if err != nil || !bytes.HasPrefix(out, []byte(`{"outcome":"valid","scheme":"V3","header":"X-Plivo-Signature-V3","token":"account"`)) {
			t.Errorf("--id %d: %v\n%s", id, err, out)
		}
	}
	if _, err := beside(cmd, "verify", "--id", "5").Output(); code(err) != exitUser || !strings.Contains(said(err), "there is no callback 5 in the history") {
		t.Errorf("--id 5: %v: %s", err, said(err))
	}
	if out, err := beside(cmd, "verify", "--id", "1", "--url", "https://other.example/").Output(); code(err) != exitUnmet || !bytes.Contains(out, []byte("https://other.example/?")) {
		t.Errorf("--id 1 under another URL: %v\n%s", err, out)
	}
}

// A simulator's callbacks can be checked while it runs; afterwards its token is gone, and that is said.
func TestVerifyOnTheSimulator(t *testing.T) {
	t.Parallel()
	cmd := command(t, "listen", "--addr", "127.0.0.1:0", "-o", "json")
	withoutAccount(cmd)
	listen := start(t, cmd)
	token := listen.ready.AuthToken
	signed(t, token, "POST", listen.ready.PublicURL+"/cb", "", "", nil)
	out, err := beside(cmd, "verify", "--id", "1").Output()
	if err != nil || !bytes.Contains(out, []byte(`"outcome":"valid"`)) || !bytes.Contains(out, []byte(`"token":"account"`)) {
		t.Errorf("while it runs: %v\n%s", err, out)
	}
	signed(t, "wrong", "POST", listen.ready.PublicURL+"/cb", "", "", nil)
	out, err = beside(cmd, "verify", "--id", "2", "-o", "text").Output()
	if code(err) != exitUnmet || bytes.Contains(out, []byte("cannot reach")) || bytes.Contains(out, []byte("registered with Plivo earlier")) || !bytes.Contains(out, []byte("this server's own address")) {
		t.Errorf("one that nothing explains, of this server and a sender beside it: %v\n%s", err, out)
	}
	other := beside(cmd, "verify", "--id", "1")
	other.Env = append(other.Env, "PLIVO_AUTH_TOKEN="+token)
	if _, err := other.Output(); code(err) != exitUser || !strings.Contains(said(err), "cannot tell which history --id 1 is in") || !strings.Contains(said(err), "--db FILE names its file, --simulator is the simulator's") {
		t.Errorf("with half an account: %v: %s", err, said(err))
	}
	_ = listen.cmd.Process.Signal(os.Interrupt)
	_ = listen.cmd.Wait()
	for _, history := range [][]string{{"--db", listen.ready.History}, {"--simulator"}} {
		other := beside(cmd, append([]string{"verify", "--id", "1"}, history...)...)
		other.Env = append(other.Env, "PLIVO_AUTH_TOKEN="+token)
		if out, err := other.Output(); err != nil || !bytes.Contains(out, []byte(`"request":{"index":1,"id":1,`)) {
			t.Errorf("with a token alone and %v: %v: %s\n%s", history, err, said(err), out)
		}
	}
	out, err = beside(cmd, "verify", "--id", "1").Output()
	if code(err) != exitUser || !bytes.Contains(out, []byte(`"outcome":"unchecked"`)) || !strings.Contains(said(err), "so check its callbacks while it runs") {
		t.Errorf("after it: %v: %s\n%s", err, said(err), out)
	}
	out, err = beside(cmd, "verify", "--id", "1", "-o", "text").Output()
	if code(err) != exitUser || !bytes.HasPrefix(out, []byte("? unchecked\n")) || bytes.Contains(out, []byte("while it runs")) || strings.Count(said(err), "so check its callbacks while it runs; it verified when it came") != 1 {
		t.Errorf("after it, as text: %v: %s\n%s", err, said(err), out)
	}
	out, err = beside(cmd, "verify", "--id", "1", "--token", token, "--db", listen.ready.History).Output()
	if err != nil || !bytes.Contains(out, []byte(`"outcome":"valid"`)) {
		t.Errorf("with its token given: %v\n%s", err, out)
	}
}

func code(err error) int {
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	return -1
}

func said(err error) string {
	if exit, ok := err.(*exec.ExitError); ok {
		return string(exit.Stderr)
	}
	return ""
}

// No way of using sign and verify wrongly shows a part of a token.
func TestSignAndVerifyHideTokens(t *testing.T) {
	alone(t)
	const token = "Canary7Qx0Zp4Lm9Vt2"
	write := func(name, text string) string {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	file := write("token.txt", token)
	write("broken.env", "PLIVO_AUTH_TOKEN=\""+token)
	write("good.env", "PLIVO_AUTH_TOKEN="+token+"\nPLIVO_AUTH_ID="+token+"\nPLIVO_AUTH_TOKEN_SHOP=' "+token+"'\n")
	write("swapped.env", "PLIVO_AUTH_ID="+token+"\nPLIVO_AUTH_TOKEN=MAXXXXXXXXXXXXXXXXXX")
	header := []string{"-H", "X-Plivo-Signature-V3: x", "-H", "X-Plivo-Signature-V3-Nonce: 1", "-H", "X-Plivo-Signature-V2: x", "-H", "X-Plivo-Signature-V2-Nonce: 1"}
	endings := [][]string{
		{"--token", token},
		{"--token=" + token},
		{"--token", " " + token + "\n"},
		{"--token", "\"" + token + "\""},
		{"--token", token, token},
		{"--token", token, "--no-such-flag"},
		{"--token", token, "--no-such-flag=" + token},
		{"--token", token, "-o", "yaml"},
		{"--token", token, "--param", "x"},
		{"--token", token, "--body", "missing"},
		{"--token", token, "--url", "nonsense"},
		{"--token", token, "--token"},
		{"--token", token, "--token-file", file},
		{"--token", ""},
		{"--token" + token},
		{"--token:" + token},
		{"--" + token},
		{"--=" + token},
		{"---" + token},
		{"-t", token},
		{"-t=" + token},
		{"-t" + token},
		{"-token", token},
		{"-token=" + token},
		{"--tokens", token},
		{"--token-file", file},
		{"--token-file", token},
		{"--token-file", token + "/" + token},
		{"--token-file=" + token},
		{"--token-file" + token},
		{"--token-file", "."},
		{"--env", "broken.env"},
		{"--env", "good.env"},
		{"--env", "swapped.env"},
		{token},
	}
	shown := func(text string) bool {
		for i := 0; i+6 <= len(token); i++ {
			if strings.Contains(text, token[i:i+6]) {
				return true
			}
		}
		return false
	}
	for _, begin := range [][]string{
		{"sign", "--url", "https://h.example/cb"},
		{"sign", "--url", "https://h.example/ä", "--as", "ruby", "-o", "text"},
		{"sign", "--url", "https://h.example/cb", "--method", "get", "--as", "node"},
		slices.Concat([]string{"verify", "--url", "https://h.example/cb", "-o", "text"}, header),
		slices.Concat([]string{"verify", "--url", "https://h.example/cb", "-o", "json"}, header),
		{"verify", "--url", "https://h.example/cb"},
		{"verify", "--id", "1"},
		{"verify", "--request", "missing"},
	} {
		for _, end := range endings {
			args := slices.Concat(begin, end)
			code, out, said := inProcess(t, "", args...)
			if shown(out + said) {
				t.Errorf("%q ended with %d and showed the token:\n%s%s", args, code, out, said)
			}
			if end[0] != "--token" && !strings.HasPrefix(end[0], "--token-file") && !strings.HasPrefix(end[0], "--env") && !strings.HasPrefix(end[0], "--token=") && code != exitUser {
				t.Errorf("%q ended with %d, not 1:\n%s", args, code, said)
			}
		}
	}
	for _, args := range [][]string{{"--token", token}, {"--token=" + token, "sign"}, {"-t" + token}, {"-token=" + token, "verify"}} {
		if _, out, said := inProcess(t, "", args...); shown(out + said) {
			t.Errorf("%q showed the token:\n%s%s", args, out, said)
		}
	}
	err := filepath.WalkDir(os.Getenv("XDG_STATE_HOME"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if shown(string(data)) {
			t.Errorf("%s holds the token", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Very large and broken requests get a plain answer, of a size that a terminal can show.
func TestVerifyLargeRequests(t *testing.T) {
	alone(t)
	var headers, params strings.Builder
	for i := range 10000 {
		fmt.Fprintf(&headers, "X-Plivo-Signature-V3: %d\r\nX-H%d: %d\r\n", i, i, i)
	}
	for i := range 40000 {
		fmt.Fprintf(&params, "&Param%d=%%C3%%A9value", i)
	}
	const head = "POST /cb HTTP/1.1\r\nHost: h.example\r\nX-Plivo-Signature-V3: x\r\nX-Plivo-Signature-V3-Nonce: 1\r\n"
	const form = "Content-Type: application/x-www-form-urlencoded\r\n"
	for name, request := range map[string]string{
		"10,000 headers":      head + headers.String() + "\r\n",
		"a megabyte of them":  head + form + "\r\n" + params.String(),
		"a long URL":          strings.Replace(head, "/cb", "/"+strings.Repeat("a/%2F", 20000)+"?"+params.String()[:200000], 1) + "\r\n",
		"a long nonce":        head + "X-Plivo-Signature-V3-Nonce: " + strings.Repeat("1", 1<<20) + "\r\n\r\n",
		"a binary body":       head + "\r\n" + strings.Repeat("\x00\xff\x1b[2J", 20000),
		"broken UTF-8 in all": strings.ReplaceAll(head, "x", "\xff\xc3") + form + "\r\n\xff=\xc3&%FF",
	} {
		t.Run(name, func(t *testing.T) {
			code, out, said := inProcess(t, request, "verify", "--request", "-", "--token", "t", "-o", "json")
			var line verifiedJSON
			if err := json.Unmarshal([]byte(out), &line); err != nil || code != exitUnmet || line.Outcome != signature.Invalid {
				t.Errorf("ended with %d, outcome %q, %v\n%.500s", code, line.Outcome, err, said)
			}
			code, out, _ = inProcess(t, request, "verify", "--request", "-", "--token", "t", "-o", "text")
			if code != exitUnmet || len(out) > 64<<10 || !strings.HasPrefix(out, "✗ invalid: ") {
				t.Errorf("ended with %d and printed %d bytes: %.200s", code, len(out), out)
			}
			if strings.ContainsAny(out, "\x1b\x00\r") {
				t.Error("text holds controls")
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("POST /cb HTTP/1.1\nHost: h\nX-Plivo-Signature-V3: x\nX-Plivo-Signature-V3-Nonce: 1\n\na=b", "", "t")
	f.Add(`{"method":"POST","url":"https://h/","headers":[["X-Plivo-Signature","x"]],"body":"a=b"}`, "https://h/cb/", "t\n")
	f.Fuzz(func(t *testing.T, request, url, token string) {
		if strings.Contains(url+token, "\x00") {
			t.Skip("no argument of a process")
		}
		args := []string{"verify", "--request", "-", "--token", token}
		if url != "" {
			args = append(args, "--url", url)
		}
		code, out, said := inProcess(t, request, append(args, "-o", "json")...)
		if code != exitDone && code != exitUnmet && code != exitUser {
			t.Fatalf("ended with %d: %s", code, said)
		}
		for l := range strings.Lines(out) {
			if !json.Valid([]byte(l)) {
				t.Fatalf("no JSON: %q", l)
			}
		}
		again, text, _ := inProcess(t, request, append(args, "-o", "text")...)
		if again != code {
			t.Fatalf("ended with %d as JSON and %d as text", code, again)
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r == '\u202e' || r == 0x7f }) {
			t.Fatalf("controls in %q", text)
		}
	})
}
