package cli

import (
	"encoding/json"
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
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = io.Copy(file, s.screen)
	}()
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
		// The emulator must not be closed while it is read: the end of its input ends the reader.
		_ = s.screen.InputPipe().(io.Closer).Close()
		<-answered
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
	s.wait(`GSM-7 · 21 characters · 1 segment`)
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

// TestTextFitsTheTerminal prints what listen, verify and history have to say on 80 columns: sentences go
// on between words, so that the terminal breaks none, and tables have what there is room for.
func TestTextFitsTheTerminal(t *testing.T) {
	t.Parallel()
	cmd := command(t, "listen", "--addr", "127.0.0.1:0", "--count", "1")
	listen := open(t, cmd, 80, 40)
	listen.wait(`--public-url`)
	said := strings.ReplaceAll(listen.text(), "\n", "") // the terminal breaks the line within the port
	url := regexp.MustCompile(`listening on (http://127.0.0.1:\d+)`).FindStringSubmatch(said)[1] + "/sms/delivery-report"
	postSigned(t, url, url+"/", "5b40a428-bfc7-4daf-9d06-726c558bf3b8")
	<-listen.ended
	_ = cmd.Wait()
	piped, _ := beside(cmd, "verify", "--id", "1", "-o", "json").Output() // ends with 6
	var line verifiedJSON
	if err := json.Unmarshal(piped, &line); err != nil || len(line.Diagnosis) == 0 {
		t.Fatalf("%v: %s", err, piped)
	}
	found := line.Diagnosis[0]
	check := func(name, text, table string, sentences ...string) {
		if !regexp.MustCompile(table).MatchString(text) {
			t.Errorf("%s does not show %s:\n%s", name, table, text)
		}
		for _, s := range sentences {
			if words := strings.Join(strings.Fields(text), " "); !strings.Contains(words, s) {
				t.Errorf("%s does not say %q whole:\n%s", name, s, text)
			}
		}
	}
	// A listen that ends at once may leave before the cause is written down.
	const columns = `TIME +ID +STATUS +CODE +SIGNATURE +URL *\n.*INVALID(?: slash)? +POST http[^ ]*… *\n`
	check("listen", listen.text(), columns+`(?s).*\n    checked      http.*\n    signed       http.*/ *\n +\^ *\n?`, "✗ signature: "+found.Detail+" – "+found.Remedy)
	for args, c := range map[string]struct{ table, sentence string }{
		"history --callbacks": {columns, "checked POST " + url + "; plivoscope verify --id 1 says what was signed"},
		"history":             {`TIME +TO +STATUS +CODE +SIGNATURE +TEXT *\n`, ""},
		"verify --id 1":       {`(?s)SDK +VERSION +ACCEPTS +WHY IT DIFFERS *\n.*in your framework[^\n]*\n  Express  [^\n]*… *\n`, found.Remedy},
	} {
		s := open(t, beside(cmd, strings.Fields(args)...), 80, 120)
		<-s.ended
		_ = s.cmd.Wait()
		check(args, s.text(), c.table, c.sentence)
	}
}
