package cli

import (
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// terminal is the program in a pseudo-terminal with an emulated screen.
type terminal struct {
	t      *testing.T
	cmd    *exec.Cmd
	keys   io.Writer
	screen *vt.SafeEmulator

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when the screen changes
	ended   chan struct{} // closed when the program has closed its side
}

// open starts the program on a screen of this size. The test is passed over where the system has no
// pseudo-terminals.
func open(t *testing.T, cmd *exec.Cmd, cols, rows int) *terminal {
	t.Helper()
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=")
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	s := &terminal{
		t: t, cmd: cmd, keys: file, screen: vt.NewSafeEmulator(cols, rows),
		changed: make(chan struct{}), ended: make(chan struct{}),
	}
	// What the program asks the terminal is answered by the emulator.
	go func() { _, _ = io.Copy(file, s.screen) }()
	go func() {
		defer close(s.ended)
		buf := make([]byte, 32<<10)
		for {
			n, err := file.Read(buf)
			if n > 0 {
				_, _ = s.screen.Write(buf[:n])
				s.mu.Lock()
				close(s.changed)
				s.changed = make(chan struct{})
				s.mu.Unlock()
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		<-s.ended
		_ = s.screen.Close()
		_ = file.Close()
	})
	return s
}

func (s *terminal) text() string { return ansi.Strip(s.screen.Render()) }

// wait waits until the screen matches the expression.
func (s *terminal) wait(expr string) {
	s.t.Helper()
	re := regexp.MustCompile(expr)
	limit := time.After(30 * time.Second)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if re.MatchString(s.text()) {
			return
		}
		select {
		case <-changed:
		case <-s.ended:
			s.t.Fatalf("the program ended before its screen matched %s:\n%s", expr, s.text())
		case <-limit:
			s.t.Fatalf("the screen never matched %s:\n%s", expr, s.text())
		}
	}
}

// press writes keys as a terminal would send them.
func (s *terminal) press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.keys, keys); err != nil {
		s.t.Fatalf("cannot press %q: %v", keys, err)
	}
}

// TestScreenSends is the main job by hand: a new message, a text, a number, and its row goes to
// delivered with a verified signature before the eyes.
func TestScreenSends(t *testing.T) {
	t.Parallel()
	cmd := command(t, "--ephemeral", "--addr", "127.0.0.1:0", "--speed", "5")
	withoutAccount(cmd)
	s := open(t, cmd, 120, 36)
	s.wait(`plivoscope\s+SIMULATOR`)
	s.wait(`No messages yet`)
	s.press("n")
	s.wait(`› Text`)
	s.press("Hello from the screen")
	s.wait(`GSM-7 · 21 septets · 1 segment`)
	s.press("\t")
	s.wait(`› To`)
	s.press("+14155550199")
	s.wait(`Send 1 message`)
	s.press("\x13")
	s.wait(`↑ \+14155550100\s+\+14155550199\s+✓ delivered\s+✓ V3\s.*Hello from`)
	s.press("q")
	<-s.ended
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("q ended with %v", err)
	}
}

// TestScreenDemo shows the stock, filters it and opens an explained error.
func TestScreenDemo(t *testing.T) {
	t.Parallel()
	s := open(t, command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "20"), 100, 30)
	s.wait(`Messages \(15\)`)
	s.press("/")
	s.wait(`(?m)^ / `)
	s.press("status:undelivered code:30")
	s.press("\r")
	s.wait(`Messages \(1 of 15`)
	s.wait(`spam filter`)
	s.wait(`undelivered .*took`)
	s.press("\x1b")
	s.wait(`Messages \(15\)`)
	s.press("\x03")
	<-s.ended
}

// TestTextFitsTheTerminal prints what verify and history have to say on 80 columns: no line is wider, so
// none is broken by the terminal, but for what is one word.
func TestTextFitsTheTerminal(t *testing.T) {
	t.Parallel()
	listenCmd := command(t, "listen", "--addr", "127.0.0.1:0", "-o", "json", "--count", "1")
	listen := start(t, listenCmd)
	url := listen.ready.ListenURL + "/sms/delivery-report"
	postSigned(t, url, url+"/", "5b40a428-bfc7-4daf-9d06-726c558bf3b8")
	for listen.out.Scan() {
	}
	_ = listen.cmd.Wait()
	for args, want := range map[string]string{
		"history --callbacks": `TIME +ID +STATUS +CODE +SIGNATURE +URL *\n.*INVALID slash +POST http[^ ]*… *\n  checked POST .*\n    .*says what was signed`,
		"history":             `TIME +TO +STATUS +CODE +SIGNATURE +TEXT *\n`,
		"verify --id 1":       `(?s)✗ invalid: matches if .*  checked      http.*\n  signed       http.*/ *\n +\^ *\n.*SDK +VERSION +ACCEPTS +WHY IT DIFFERS *\n.*in your framework.*\n  Express  `,
	} {
		s := open(t, beside(listenCmd, append(strings.Fields(args), "-o", "auto")...), 80, 120)
		<-s.ended
		_ = s.cmd.Wait()
		if !regexp.MustCompile(want).MatchString(s.text()) {
			t.Errorf("%s does not show %s:\n%s", args, want, s.text())
		}
		for _, line := range strings.Split(s.text(), "\n") {
			if strings.TrimSpace(line) != "" && len([]rune(strings.TrimRight(line, " "))) == 80 && !strings.HasSuffix(strings.TrimRight(line, " "), "…") && strings.Contains(line, " – ") {
				t.Errorf("%s: the terminal broke %q", args, line)
			}
		}
	}
}
