package simulator_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/docstest"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// sdkDir is the environment variable with the folder in which the SDKs are installed, as .ci/sdk does: these tests do
// not install them, because they talk to this machine only.
const sdkDir = "PLIVOSCOPE_SDK_DIR"

// node is the Node SDK in a process of its own.
type node struct {
	t    *testing.T
	in   io.WriteCloser
	out  *json.Decoder
	cmd  *exec.Cmd
	errs strings.Builder
	got  []nodeLine // callbacks, as they came
}

// nodeLine is what the process says.
type nodeLine struct {
	Event    string
	Base     string
	Six      string // its address of IPv6, where there is one
	UUIDs    []string
	Method   string
	URL      string
	Params   map[string]any
	Verdicts map[string]any // by family; an error under "error"
}

func (l nodeLine) param(name string) string { return fmt.Sprint(l.Params[name]) }

// nodeSDK gives Node and the folder in which its SDK is installed, or skips the test.
func nodeSDK(t *testing.T) (program, modules string) {
	t.Helper()
	program, err := exec.LookPath("node")
	if err != nil {
		t.Skipf("the Node SDK is not tried: %v", err)
	}
	if os.Getenv(sdkDir) == "" {
		t.Skipf("the Node SDK is not tried: %s does not say where it is installed; .ci/sdk installs it and runs this test", sdkDir)
	}
	modules = filepath.Join(os.Getenv(sdkDir), "node", "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "plivo", "package.json")); err != nil {
		t.Fatalf("%s is set, but the Node SDK is not there: %v; install it with .ci/sdk", sdkDir, err)
	}
	return program, modules
}

func startNode(t *testing.T, b *bench, mainToken string) *node {
	t.Helper()
	program, modules := nodeSDK(t)
	n := &node{t: t, cmd: exec.CommandContext(t.Context(), program, filepath.Join("testdata", "sdk", "node", "exercise.js"))}
	n.cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "API_URL="+b.url, "AUTH_ID="+b.AuthID(), "AUTH_TOKEN="+b.AuthToken(), "MAIN_TOKEN="+mainToken)
	n.cmd.Stderr = &n.errs
	var err error
	if n.in, err = n.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	n.out = json.NewDecoder(bufio.NewReader(out))
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return n
}

// next waits for a line of this event, and keeps the callbacks that come before it.
func (n *node) next(event string) nodeLine {
	n.t.Helper()
	for {
		var l nodeLine
		if err := n.out.Decode(&l); err != nil {
			_ = n.cmd.Wait()
			n.t.Fatalf("waiting for %q: %v\n%s", event, err, n.errs.String())
		}
		if l.Event == "callback" {
			n.got = append(n.got, l)
		}
		if l.Event == event {
			return l
		}
	}
}

func (n *node) send(to, url, method string) {
	n.t.Helper()
	if err := json.NewEncoder(n.in).Encode(map[string]string{"dst": to, "url": url, "method": method}); err != nil {
		n.t.Fatal(err)
	}
	n.next("sent")
}

// end lets the process come to its end, and reads what it still says.
func (n *node) end() {
	n.t.Helper()
	_ = n.in.Close()
	for {
		var l nodeLine
		err := n.out.Decode(&l)
		if err == io.EOF {
			break
		}
		if err != nil {
			n.t.Fatal(err)
		}
		n.got = append(n.got, l)
	}
	if err := n.cmd.Wait(); err != nil {
		n.t.Fatalf("%v\n%s", err, n.errs.String())
	}
}

// TestNodeSDK runs the unmodified Node SDK: what it asks of the API, and what its validators say of callbacks of all
// fates, to URLs of many forms, by POST and GET.
func TestNodeSDK(t *testing.T) {
	const mainToken = "the-token-of-the-main-account"
	b := newBench(t, simulator.Options{Seed: 5, MainToken: mainToken, Numbers: []string{"+14155550100", "+14155550101"}})
	n := startNode(t, b, mainToken)
	ready := n.next("ready")

	magic := []string{"+15005550000", "+15005550001", "+15005550003", "+15005550004", "+15005550005", "+15005550006", "+15005550007"}
	for _, c := range plivo.Codes() {
		if c.Status == plivo.Failed || c.Status == plivo.Undelivered {
			magic = append(magic, fmt.Sprintf("+1500555%04s", c.Code))
		}
	}
	for _, method := range []string{"POST", "GET"} {
		n.send(strings.Join(magic, "<"), ready.Base+"/sms", method)
		for _, path := range []string{
			"/sms/", "/", "/sms?app=1&name=J%C3%BCrgen&empty=", "/caf%C3%A9%20x?tag=%F0%9F%8E%89+z",
			"/sms?flag", "/sms?a=2&a=1", "/sms?", "/a/../b",
		} {
			n.send("+14155550123", ready.Base+path, method)
		}
		n.send("+14155550126", ready.Base, method)
		if ready.Six != "" {
			n.send("+14155550123", ready.Six+"/sms", method)
		}
	}
	forged := map[string]bool{"15005550005": true, "15005550007": true} // numbers whose callbacks are signed wrongly
	fates := 0
	for i, sc := range scenario.Builtin() {
		if b.SetFate(sc.Name) != nil {
			continue // it is not of one outbound message
		}
		fates++
		for j, method := range []string{"POST", "GET"} {
			to := fmt.Sprintf("1415556%02d%02d", i, j)
			forged[to] = sc.Refused()
			n.send("+"+to, ready.Base+"/sms?fate="+sc.Name, method)
		}
	}
	if fates < 10 {
		t.Errorf("only %d scenarios are fates", fates)
	}
	if err := b.SetFate(""); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Grüße aus Köln", "🎉 héllo ✓", "a=b&c=d+e %41", "two\nlines.", "+", "ends with a dot."} {
		for to, url := range map[string]string{"+14155550100": ready.Base + "/inbound?q=%C3%BC&leer=", "+14155550101": ""} {
			if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", To: to, Text: text, URL: url}); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.settle()
	n.end()

	stats := b.Stats()
	if want := int(stats.Posted + stats.Inbound); len(n.got) != want || stats.Unanswered != 0 {
		t.Errorf("%d callbacks came, of %d; %d were not taken", len(n.got), want, stats.Unanswered)
	}
	seen := map[string]int{}
	for _, c := range n.got {
		kind, want := "right", true
		switch {
		case forged[c.param("To")]:
			kind, want = "forged", false
		case ready.Six != "" && strings.HasPrefix(c.URL, ready.Six):
			// The SDK takes the address apart at its first colon.
			kind, want = "IPv6, which the SDK cannot check", false
		}
		seen[c.Method+" "+kind]++
		for _, family := range []string{"v2", "ma-v2", "v3", "ma-v3"} {
			if got := c.Verdicts[family]; got != want {
				t.Errorf("%s %s (%s): the SDK says %v of %s, want %v; %v", c.Method, c.URL, kind, got, family, want, c.Verdicts["error"])
			}
		}
		if c.Verdicts["v3-by-another"] != false {
			t.Errorf("%s %s: the SDK takes another token", c.Method, c.URL)
		}
		if c.Method == "GET" && c.Verdicts["v3-given-params"] != false {
			t.Errorf("%s %s: the SDK no longer signs a GET's parameters twice when they are given to it too", c.Method, c.URL)
		}
	}
	for _, kind := range []string{"POST right", "GET right", "POST forged", "GET forged"} {
		if seen[kind] == 0 {
			t.Errorf("no callback came that is %s: %v", kind, seen)
		}
	}
	texts := map[string]bool{}
	for _, c := range n.got {
		texts[c.Method+" "+c.param("Text")] = true
	}
	for _, by := range []string{"POST", "GET"} {
		if !texts[by+" 🎉 héllo ✓"] {
			t.Errorf("no inbound message with an emoji came by %s", by)
		}
	}
	t.Logf("%d callbacks: %v", len(n.got), seen)
}

// TestNodeSDKTakesNoListUnderV2 is what the SDK makes of an account with two active tokens: of the schemes it looks for
// a signature in a list under V3 alone.
func TestNodeSDKTakesNoListUnderV2(t *testing.T) {
	const mainToken = "the-token-of-the-main-account"
	b := newBench(t, simulator.Options{
		Seed: 5, MainToken: mainToken, AuthTokens: []string{"another-active-token"}, Numbers: []string{"+14155550100", "+14155550101"},
	})
	n := startNode(t, b, mainToken)
	ready := n.next("ready")
	n.send("+14155550123", ready.Base+"/sms", "POST")
	b.settle()
	n.end()
	if len(n.got) != 3 {
		t.Errorf("%d callbacks came, want 3", len(n.got))
	}
	for _, c := range n.got {
		for family, want := range map[string]bool{"v2": false, "ma-v2": true, "v3": true, "ma-v3": true} {
			if c.Verdicts[family] != want {
				t.Errorf("the SDK says %v of %s, want %t", c.Verdicts[family], family, want)
			}
		}
	}
}

// TestRecipe runs the suite that docs/simulator.md has, against the program itself.
func TestRecipe(t *testing.T) {
	file := filepath.Join("testdata", "sdk", "node", "recipe.js")
	suite, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	docstest.Parts(t, filepath.Join("..", "..", "..", "docs", "simulator.md"),
		docstest.Part{Name: "recipe", Text: "```js\n" + string(suite) + "```\n"})

	program, modules := nodeSDK(t)
	bin := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "dev.internal/plivoscope/cmd/plivoscope").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), program, "--test", file)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "pass 2") {
		t.Errorf("the suite ends with %v\n%s", err, out)
	}
	failing := exec.CommandContext(t.Context(), program, "--test", file)
	failing.Env = append(cmd.Env, "PLIVOSCOPE_SPEED=soon")
	if out, err := failing.CombinedOutput(); err == nil || !strings.Contains(string(out), `the simulator ended with 1: plivoscope: PLIVOSCOPE_SPEED in the environment is "soon"`) {
		t.Errorf("where the simulator does not start the suite ends with %v\n%s", err, out)
	}
}
