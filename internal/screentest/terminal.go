package screentest

import (
	"bytes"
	"io"
	"os"
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

// limit is the longest wait for a screen.
const limit = time.Minute

// Terminal is a program in a pseudo-terminal with an emulated screen.
type Terminal struct {
	Cmd   *exec.Cmd
	Ended <-chan struct{} // closed when the program has closed its side

	t      testing.TB
	keys   *os.File
	screen *vt.Emulator
	drawn  sync.Mutex // held while the screen is written to or read

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when the screen changes
	written []byte        // by the program, at most writtenKept
}

// writtenKept bounds what is kept of the program's output, in bytes.
const writtenKept = 4 << 20

// Open starts the program on a screen of this size, in cells, and ends it with the test. The terminal has
// all colours, unless env, as NAME=value, says otherwise. The test is passed over where the system has no
// pseudo-terminals.
func Open(t testing.TB, cmd *exec.Cmd, cols, rows int, env ...string) *Terminal {
	t.Helper()
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=")
	cmd.Env = append(cmd.Env, env...)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	ended := make(chan struct{})
	s := &Terminal{
		t: t, Cmd: cmd, keys: file, screen: vt.NewEmulator(cols, rows),
		changed: make(chan struct{}), Ended: ended,
	}
	// What the program asks the terminal is answered by the emulator.
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = io.Copy(file, s.screen)
	}()
	go func() {
		defer close(ended)
		buf := make([]byte, 32<<10)
		for {
			n, err := file.Read(buf)
			if n > 0 {
				s.drawn.Lock()
				_, _ = s.screen.Write(buf[:n])
				s.drawn.Unlock()
				s.mu.Lock()
				s.written = append(s.written, buf[:min(n, writtenKept-len(s.written))]...)
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
		<-ended
		// The emulator must not be closed while it is read: the end of its input ends the reader.
		_ = s.screen.InputPipe().(io.Closer).Close()
		<-answered
		_ = s.screen.Close()
		_ = file.Close()
	})
	return s
}

// Hangup closes the terminal, as who closes its window: the program's side is dead from then on.
func (s *Terminal) Hangup() {
	s.t.Helper()
	if err := s.keys.Close(); err != nil {
		s.t.Errorf("the terminal cannot be closed: %v", err)
	}
}

// Text is what the screen shows, without colours.
func (s *Terminal) Text() string {
	s.drawn.Lock()
	defer s.drawn.Unlock()
	return ansi.Strip(s.screen.Render())
}

// Line is one line of the screen, counted from 0 at the top, without colours: much sooner at hand than the
// whole.
func (s *Terminal) Line(y int) string {
	s.drawn.Lock()
	defer s.drawn.Unlock()
	var b strings.Builder
	for x := range s.screen.Width() {
		if c := s.screen.CellAt(x, y); c != nil {
			b.WriteString(c.Content) // empty where a wide character goes on
		}
	}
	return b.String()
}

// Wait waits until the screen matches the expression.
func (s *Terminal) Wait(expr string) {
	s.t.Helper()
	re := regexp.MustCompile(expr)
	if why := s.Until(func() bool { return re.MatchString(s.Text()) }); why != "" {
		s.t.Fatalf("the screen does not match %s: %s:\n%s", expr, why, s.Text())
	}
}

// Until waits until something holds, which is asked at each change of the screen; any goroutine may. What
// it gives is why that did not come, empty when it did.
func (s *Terminal) Until(holds func() bool) (why string) {
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if holds() {
			return ""
		}
		select {
		case <-changed:
		case <-s.Ended:
			if holds() {
				return ""
			}
			return "the program ended before"
		case <-late.C:
			return "it did not in " + limit.String()
		}
	}
}

// Press writes keys as a terminal would send them.
func (s *Terminal) Press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.keys, keys); err != nil {
		s.t.Errorf("cannot press %q: %v", keys, err)
	}
}

// Resize gives the terminal another size, in cells, as a window that is drawn larger or smaller.
func (s *Terminal) Resize(cols, rows int) {
	s.t.Helper()
	s.drawn.Lock()
	s.screen.Resize(cols, rows)
	s.drawn.Unlock()
	if err := pty.Setsize(s.keys, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		s.t.Errorf("cannot give the terminal %dx%d cells: %v", cols, rows, err)
	}
}

// Written is what the program wrote so far, of a lot its beginning.
func (s *Terminal) Written() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.written)
}
