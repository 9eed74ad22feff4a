package bench

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"dev.internal/plivoscope/internal/screentest"
)

const (
	testAuthID = "MATESTTESTTESTTEST00"
	testToken  = "0123456789012345678901234567890123456789"
)

// asBareServer makes the test binary the server that the program is compared with.
const asBareServer = "TEST_BINARY_IS_BARE_SERVER"

var (
	given   = flag.String("program", "", "measure this program instead of building it")
	scratch string // for the program, where it was built
)

func TestMain(m *testing.M) {
	if os.Getenv(asBareServer) != "" {
		bareServer()
	}
	if text := os.Getenv(asCaller); text != "" {
		beCaller(text)
	}
	flag.Parse()
	code := m.Run()
	if scratch != "" {
		_ = os.RemoveAll(scratch)
	}
	os.Exit(code)
}

// built is the program, built once for all benchmarks.
var built = sync.OnceValues(func() (string, error) {
	if *given != "" {
		return filepath.Abs(*given)
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return "", err
	}
	scratch = dir
	path := filepath.Join(dir, "plivoscope.exe") // the ending matters on Windows alone
	out, err := exec.Command("go", "build", "-o", path, "dev.internal/plivoscope/cmd/plivoscope").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// command is the program with an account and a folder of its own, where it keeps its history too.
func command(b *testing.B, args ...string) *exec.Cmd {
	b.Helper()
	path, err := built()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	cmd := exec.Command(path, append(args, "--addr", "127.0.0.1:0")...)
	cmd.Dir = dir
	own := slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "PLIVO") })
	cmd.Env = append(own, "XDG_STATE_HOME="+dir, "XDG_CONFIG_HOME="+dir+"/config", "HOME="+dir, "LocalAppData="+dir,
		"PLIVO_AUTH_ID="+testAuthID, "PLIVO_AUTH_TOKEN="+testToken, "PLIVO_API_URL=http://127.0.0.1:9") // nobody is called
	return cmd
}

// ui is the program with its screens.
type ui struct {
	*screentest.Terminal
	url string // where callbacks are taken
}

// The size of the screens.
const cols, rows = 120, 36

var listening = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

func openUI(b *testing.B, args ...string) ui {
	b.Helper()
	return openOn(b, command(b, args...))
}

func openOn(b *testing.B, cmd *exec.Cmd) ui {
	b.Helper()
	u := ui{Terminal: screentest.Open(b, cmd, cols, rows)}
	u.Wait(`● ` + listening.String() + `|! ` + listening.String())
	u.Wait(`Messages \(`)
	u.url = listening.FindString(u.Line(0)) + "/sms/delivery-report"
	return u
}

// close ends the program, as a user does who is in a hurry.
func (u ui) close() {
	_ = u.Cmd.Process.Kill()
	<-u.Ended
}

// server is a process that says in its first line where it takes requests; what it prints is read and
// forgotten.
type server struct {
	cmd *exec.Cmd
	url string
}

func listen(b *testing.B, args ...string) server {
	b.Helper()
	s := start(b, command(b, append([]string{"listen", "-o", "json"}, args...)...))
	s.url += "/sms/delivery-report"
	return s
}

func bare(b *testing.B) server {
	b.Helper()
	return start(b, bareCommand())
}

func bareCommand() *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asBareServer+"=1")
	return cmd
}

func start(b *testing.B, cmd *exec.Cmd) server {
	b.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	s := server{cmd: cmd}
	b.Cleanup(s.close)
	out := bufio.NewReader(stdout)
	line, err := out.ReadBytes('\n')
	var ready struct {
		Event string `json:"event"`
		URL   string `json:"listen_url"`
	}
	if err != nil || json.Unmarshal(line, &ready) != nil || ready.Event != "ready" {
		b.Fatalf("the first line is no ready line: %q, %v", line, err)
	}
	s.url = ready.URL
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return s
}

func (s server) close() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// bareServer reads each request and answers it, which is the least that a callback server does.
func bareServer() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf(`{"event":"ready","listen_url":"http://%s"}`+"\n", ln.Addr())
	_ = http.Serve(ln, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
}
