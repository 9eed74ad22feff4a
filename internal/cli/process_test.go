package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

const (
	testAuthID = "MATESTTESTTESTTEST00"
	testToken  = "0123456789012345678901234567890123456789"
)

// command is the program as a process, with a state folder of its own and an account.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	dir := t.TempDir()
	cmd.Dir = dir
	own := slices.DeleteFunc(os.Environ(), func(e string) bool {
		// CI and NO_COLOR would take the colours out of what is looked at.
		// And NGROK_AUTHTOKEN would open a real tunnel.
		return strings.HasPrefix(e, "PLIVO") || strings.HasPrefix(e, "NGROK_") || strings.HasPrefix(e, "CI=") || strings.HasPrefix(e, "NO_COLOR=")
	})
	cmd.Env = append(own, asProgram+"=1", "XDG_STATE_HOME="+dir, "XDG_CONFIG_HOME="+dir+"/config", "HOME="+dir, "LocalAppData="+dir,
		"PLIVO_AUTH_ID="+testAuthID, "PLIVO_AUTH_TOKEN="+testToken)
	return cmd
}

// withoutAccount takes the account out of a command's environment.
func withoutAccount(cmd *exec.Cmd) {
	cmd.Env = slices.DeleteFunc(cmd.Env, func(e string) bool { return strings.HasPrefix(e, "PLIVO_") })
}

// started is a server command that has said that it is ready.
type started struct {
	cmd   *exec.Cmd
	ready readyJSON
	out   *bufio.Scanner
	err   *bytes.Buffer // standard error, whole after Wait
}

func start(t testing.TB, cmd *exec.Cmd) started {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := started{cmd: cmd, out: bufio.NewScanner(stdout), err: &bytes.Buffer{}}
	cmd.Stderr = s.err
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s.out.Buffer(nil, 1<<20)
	if !s.out.Scan() {
		_ = cmd.Wait()
		t.Fatalf("no ready line; standard error:\n%s", s.err)
	}
	if err := json.Unmarshal(s.out.Bytes(), &s.ready); err != nil || s.ready.Event != "ready" {
		t.Fatalf("the first line is no ready line: %s", s.out.Text())
	}
	return s
}

// TestSimulateToListen sends with plain HTTP, as any SDK would, from a simulator in one process to a
// callback server in another: the callbacks arrive and verify.
func TestSimulateToListen(t *testing.T) {
	t.Parallel()
	listen := start(t, command(t, "listen", "--ephemeral", "--addr", "127.0.0.1:0", "-o", "json", "--count", "3"))
	simulate := start(t, command(t, "simulate", "--addr", "127.0.0.1:0", "--speed", "20", "-o", "json"))
	if simulate.ready.AuthToken != "" || listen.ready.AuthToken != "" {
		t.Error("a token from the environment is printed")
	}
	body := fmt.Sprintf(`{"src":"14155550100","dst":"14155550199","text":"hi","url":%q}`, listen.ready.ListenURL+"/sms/delivery-report")
	req, err := http.NewRequest("POST", simulate.ready.APIURL+"/v1/Account/"+testAuthID+"/Message/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(testAuthID, testToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Fatalf("the simulator answered %s", resp.Status)
	}
	var got []string
	for listen.out.Scan() {
		var c callbackJSON
		if err := json.Unmarshal(listen.out.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %d", c.Status, c.Signature.Outcome, c.Answered.Status))
	}
	want := []string{"queued valid 200", "sent valid 200", "delivered valid 200"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := listen.cmd.Wait(); err != nil {
		t.Errorf("listen --count 3: %v", err)
	}
}

// TestSendJoinsListen lets send use the server and the simulator of a listen on the same history.
func TestSendJoinsListen(t *testing.T) {
	t.Parallel()
	listenCmd := command(t, "listen", "--addr", "127.0.0.1:0", "-o", "json", "--speed", "20", "--until", "delivered")
	withoutAccount(listenCmd)
	listen := start(t, listenCmd)
	if listen.ready.AuthToken == "" || listen.ready.APIURL == "" {
		t.Fatalf("without credentials some are made up and printed: %+v", listen.ready)
	}
	send := command(t, "send", "--to", "+14155550199", "--text", "hi", "--wait", "delivered", "-o", "json")
	send.Env, send.Dir = listenCmd.Env, listenCmd.Dir
	out, err := send.Output()
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	var m messageJSON
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &m); err != nil {
		t.Fatal(err)
	}
	if m.Status != plivo.Delivered || m.CallbackURL != listen.ready.PublicURL+"/sms/delivery-report" {
		t.Errorf("the message is %s and reports to %s", m.Status, m.CallbackURL)
	}
	last := ""
	for listen.out.Scan() {
		last = listen.out.Text()
	}
	if !strings.Contains(last, m.UUID) {
		t.Errorf("listen did not print the last callback of %s, but %s", m.UUID, last)
	}
	if err := listen.cmd.Wait(); err != nil {
		t.Errorf("listen --until delivered: %v", err)
	}
}

// TestLeaseIsTakenOver ends the first of two servers of a history: the second says that it was not
// the one that other commands use, and is from then on.
func TestLeaseIsTakenOver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "history.db")
	listen := func() started {
		return start(t, command(t, "listen", "--db", path, "--addr", "127.0.0.1:0", "-o", "json"))
	}
	first, second := listen(), listen()
	if err := first.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Skipf("no signals here: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := store.Open(ctx, store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	wake, stop := db.Subscribe()
	defer stop()
	for {
		lease, live, err := db.Lease(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if live && lease.ListenURL == second.ready.ListenURL {
			break
		}
		select {
		case <-wake: // each renewal wakes other processes
		case <-ctx.Done():
			t.Fatalf("the lease stayed with %s", lease.ListenURL)
		}
	}
	_ = second.cmd.Process.Signal(os.Interrupt)
	for second.out.Scan() {
	}
	_ = second.cmd.Wait()
	for _, words := range []string{"do not use this server", "use this one from now on"} {
		if !strings.Contains(second.err.String(), words) {
			t.Errorf("the second server did not say %q, but:\n%s", words, second.err)
		}
	}
}

// TestTokenIsNowhere runs commands with an account and looks for its token in all that they wrote.
func TestTokenIsNowhere(t *testing.T) {
	t.Parallel()
	cmd := command(t, "listen", "--addr", "127.0.0.1:0", "--log-level", "debug", "--count", "1", "-o", "json")
	listen := start(t, cmd)
	if !report(http.DefaultClient, listen.ready.PublicURL+"/sms/delivery-report", "5b40a428-bfc7-4daf-9d06-726c558bf3b8") {
		t.Fatal("the callback was not acknowledged")
	}
	for listen.out.Scan() {
		if strings.Contains(listen.out.Text(), testToken) {
			t.Errorf("printed: %s", listen.out.Text())
		}
	}
	_ = listen.cmd.Wait()
	if strings.Contains(listen.err.String(), testToken) {
		t.Errorf("printed: %s", listen.err)
	}
	files := 0
	err := filepath.WalkDir(cmd.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(testToken)) {
			t.Errorf("%s holds the token", path)
		}
		return err
	})
	if err != nil || files < 2 {
		t.Errorf("looked into %d files: %v", files, err)
	}
}

// TestSilentTerminal gives subcommands a terminal that answers no query: they must print no escape
// byte to it, and end.
func TestSilentTerminal(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--version"}, {"--help"}, {"history", "--help"}} {
		cmd := command(t, args...)
		cmd.Env = append(cmd.Env, "TERM=xterm-256color")
		terminal, err := pty.Start(cmd)
		if err != nil {
			t.Skipf("no pseudo-terminal here: %v", err)
		}
		var out bytes.Buffer
		_, _ = out.ReadFrom(terminal) // ends with an error when the other side closes
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		if !strings.Contains(out.String(), "plivoscope") || strings.ContainsRune(out.String(), '\x1b') {
			t.Errorf("%v printed %q", args, out.String())
		}
	}
}

// TestInterruptEndsTheLine holds that after a ^C that the terminal shows the shell's prompt begins a line.
func TestInterruptEndsTheLine(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"listen", "--ephemeral", "--addr", "127.0.0.1:0"}, {"simulate", "--addr", "127.0.0.1:0"}} {
		program := command(t, args...)
		// A shell keeps the terminal open, which forgets what was not read when its session ends.
		cmd := exec.Command("sh", slices.Concat([]string{"-c", `trap : INT; "$@"; echo "prompt $?"; read x`, "sh", program.Path}, args)...)
		cmd.Dir, cmd.Env = program.Dir, program.Env
		terminal, err := pty.Start(cmd)
		if err != nil {
			t.Skipf("no pseudo-terminal here: %v", err)
		}
		out := ""
		until := func(words string) {
			for part := make([]byte, 4096); !strings.Contains(out, words); {
				n, err := terminal.Read(part)
				out += string(part[:n])
				if err != nil {
					t.Fatalf("%v: %v\n%s", args, err, out)
				}
			}
		}
		until("http://127.0.0.1:")
		if _, err := terminal.Write([]byte{3}); err != nil {
			t.Fatal(err)
		}
		until("prompt ")
		if before, _, _ := strings.Cut(out, "prompt "); !strings.Contains(before, "^C") || !strings.HasSuffix(before, "\n") {
			t.Errorf("%v: the prompt does not begin a line:\n%s", args, out)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = terminal.Close()
	}
}

// TestInterruptWhereTheTerminalStands ends a command though its terminal takes no output, as after Ctrl-S.
func TestInterruptWhereTheTerminalStands(t *testing.T) {
	t.Parallel()
	cmd := command(t, "listen", "--ephemeral", "--addr", "127.0.0.1:0")
	cmd.Stdout, cmd.Stderr = nil, nil
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	defer terminal.Close()
	hangs := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer hangs.Stop()
	out := ""
	for part := make([]byte, 4096); !strings.Contains(out, "http://127.0.0.1:"); {
		n, err := terminal.Read(part)
		if out += string(part[:n]); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if _, err := terminal.Write([]byte{'s' & 0x1f}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	// The terminal stops some time after the key, which nothing tells; a signal before that ends the program as well.
	for {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Log(err)
		}
		select {
		case <-ended:
			if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); cmd.ProcessState.ExitCode() != 130 && !(ok && status.Signal() == syscall.SIGINT) {
				t.Errorf("it ended with %v", cmd.ProcessState)
			}
			return
		case <-time.After(2 * signalPause):
		}
	}
}

// TestClosedPipe lets the reader go away: that is no error, but hides none either.
func TestClosedPipe(t *testing.T) {
	t.Parallel()
	for code, args := range map[int][]string{
		exitDone:        {"demo", "-o", "json"},
		exitCredentials: {"send", "--ephemeral", "--to", "+15005559401", "--text", "hi", "-o", "json"},
	} {
		cmd := command(t, args...)
		withoutAccount(cmd)
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = read.Close()
		cmd.Stdout = write
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		_ = cmd.Run()
		_ = write.Close()
		if got := cmd.ProcessState.ExitCode(); got != code || (stderr.Len() > 0) != (code != exitDone) {
			t.Errorf("%v ended with %d and said %q", args, got, stderr.String())
		}
	}
}

// TestSignals ends listen with the code of the signal, after a graceful stop.
func TestSignals(t *testing.T) {
	t.Parallel()
	for signal, code := range map[os.Signal]int{os.Interrupt: exitInterrupted, syscall.SIGTERM: exitTerminated, syscall.SIGHUP: exitTerminated} {
		// Without a subcommand and a terminal it runs as listen.
		cmd, temporary := command(t, "--ephemeral", "--addr", "127.0.0.1:0"), t.TempDir()
		cmd.Env = append(cmd.Env, "TMPDIR="+temporary)
		listen := start(t, cmd)
		// Twice, as what ends a group of processes sends it: the second must not cut the end short.
		for i := range 2 {
			if err := listen.cmd.Process.Signal(signal); err != nil && i == 0 {
				t.Skipf("no signals here: %v", err)
			}
		}
		for listen.out.Scan() {
		}
		_ = listen.cmd.Wait()
		if got := listen.cmd.ProcessState.ExitCode(); got != code {
			t.Errorf("%v ended with %d, not %d", signal, got, code)
		}
		if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
			t.Errorf("%v left %v behind, %v", signal, left, err)
		}
	}
}
