package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/creack/pty"
	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// tape is a terminal that only listens.
type tape struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *tape) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *tape) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// waitFor waits until the terminal was told a text.
func (t *tape) waitFor(tb testing.TB, text string) {
	tb.Helper()
	t.waitForAfter(tb, 0, text)
}

// waitForAfter does so for a text after so many bytes.
func (t *tape) waitForAfter(tb testing.TB, from int, text string) {
	tb.Helper()
	for end := time.Now().Add(time.Minute); !strings.Contains(t.String()[from:], text); {
		if time.Now().After(end) {
			tb.Fatalf("the terminal never shows %q:\n%q", text, t.String())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func running(t *testing.T, ctx context.Context, core Core, now func() time.Time) (in *io.PipeWriter, out *tape, done chan error) {
	r, w := io.Pipe()
	out = &tape{}
	renderer := lipgloss.NewRenderer(out)
	renderer.SetColorProfile(termenv.Ascii)
	done = make(chan error, 1)
	go func() {
		done <- Run(ctx, core, Options{Input: r, Output: out, Renderer: renderer, Now: now})
	}()
	t.Cleanup(func() { _ = w.Close() })
	return w, out, done
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, out, done := running(t, ctx, newFakeCore(), nil)
	out.waitFor(t, "\x1b[?1049h")
	cancel()
	if err := <-done; err != nil {
		t.Errorf("the end of the context is an error: %v", err)
	}
	if s := out.String(); strings.Count(s, "\x1b[?1049h") != strings.Count(s, "\x1b[?1049l") {
		t.Errorf("the terminal is left on its other screen: %q", s)
	}
}

func TestRunQuits(t *testing.T) {
	in, _, done := running(t, t.Context(), newFakeCore(), nil)
	if _, err := in.Write([]byte("q")); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

type panicking struct{ *fakeCore }

func (panicking) Messages(context.Context, store.Window) ([]plivo.Message, error) { panic("a defect") }

func TestAPanicIsAnErrorAndTheTerminalIsRestored(t *testing.T) {
	_, out, done := running(t, t.Context(), panicking{newFakeCore()}, nil)
	err := <-done
	if !errors.Is(err, tea.ErrProgramPanic) || !strings.HasSuffix(err.Error(), "please report the trace above") {
		t.Errorf("the error is %v", err)
	}
	if s := out.String(); strings.Count(s, "\x1b[?1049h") != strings.Count(s, "\x1b[?1049l") || strings.Count(s, "\x1b[?25l") > strings.Count(s, "\x1b[?25h") {
		t.Errorf("the terminal is not restored: %q", s)
	} else if off := strings.Index(s, "\x1b[?7l"); off < 0 || !strings.Contains(s[off:], "\x1b[?7h") || strings.Index(s[off:], "\x1b[?7h") > strings.Index(s[off:], "\x1b[?1049l") {
		t.Errorf("lines do not wrap again before the screen ends, so that the trace is cut: %q", s)
	}
}

// TestAPanicIsReported holds that a panic in a Cmd or in the tea loop leaves a report that only the user
// can read, with the place and nothing of what the program held.
func TestAPanicIsReported(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	for name, c := range map[string]struct {
		core  func(*fakeCore) Core
		place string
		what  string
	}{
		"command": {func(c *fakeCore) Core { return panicking{c} }, "panicking.Messages", "panic: a value of type string"},
		"update":  {func(c *fakeCore) Core { return &laterPanic{fakeCore: c} }, "laterPanic", "panic: runtime error: index out of range [2] with length 0"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			r := lipgloss.NewRenderer(io.Discard)
			in, w := io.Pipe()
			t.Cleanup(func() { _ = w.Close() })
			core := newFakeCore()
			stock(core)
			err := Run(t.Context(), c.core(core), Options{
				Input: in, Output: &tape{}, Renderer: r, ReportDir: dir, Version: "v0.1.0",
				Now: func() time.Time { return testNow },
			})
			path := filepath.Join(dir, "panic-20260714-120345.txt")
			if !errors.Is(err, tea.ErrProgramPanic) || !strings.Contains(err.Error(), "report it with "+path) {
				t.Fatalf("the error is %v", err)
			}
			report, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{"plivoscope v0.1.0\n", "TERM=xterm-256color", c.what, c.place, ".go:"} {
				if !strings.Contains(string(report), part) {
					t.Errorf("the report lacks %q:\n%s", part, report)
				}
			}
			if strings.Contains(string(report), "a defect") || strings.Contains(string(report), "Your code") {
				t.Errorf("the report tells what the program held:\n%s", report)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
		})
	}
	t.Run("no folder", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		in, w := io.Pipe()
		t.Cleanup(func() { _ = w.Close() })
		err := Run(t.Context(), panicking{newFakeCore()}, Options{Input: in, Output: &tape{}, Renderer: lipgloss.NewRenderer(io.Discard), ReportDir: file})
		if err == nil || !strings.Contains(err.Error(), "please report the trace above (it could not be kept: ") {
			t.Errorf("the error is %v", err)
		}
	})
}

// laterPanic fails in the tea loop, at the first wake.
type laterPanic struct {
	*fakeCore
	asked int
}

func (c *laterPanic) Status() app.Status {
	if c.asked++; c.asked > 1 {
		var none []app.Status
		return none[c.asked]
	}
	return c.fakeCore.Status()
}

// failingTape is a terminal that is gone.
type failingTape struct{}

func (failingTape) Write([]byte) (int, error) { return 0, errors.New("the terminal is gone") }

func TestCopyText(t *testing.T) {
	t.Setenv("STY", "")
	var b bytes.Buffer
	if err := copyText(&b, nil, "5b40a428"); err != nil {
		t.Fatal(err)
	}
	const sequence = "\x1b]52;c;NWI0MGE0Mjg=\a"
	if b.String() != sequence {
		t.Errorf("wrote %q", b.String())
	}
	b.Reset()
	var desktop string
	native := func(s string) error { desktop = s; return nil }
	if err := copyText(&b, native, "5b40a428"); err != nil || desktop != "5b40a428" || b.String() != sequence {
		t.Errorf("%v: the desktop has %q, the terminal %q", err, desktop, b.String())
	}
	broken := func(string) error { return errors.New("no display") }
	if err := copyText(&b, broken, "x"); err != nil {
		t.Errorf("the terminal took it, and yet: %v", err)
	}
	if err := copyText(failingTape{}, native, "x"); err != nil {
		t.Errorf("the desktop took it, and yet: %v", err)
	}
	if copyText(failingTape{}, broken, "x") == nil || copyText(failingTape{}, nil, "x") == nil {
		t.Error("nobody took it, and there is no error")
	}
}

func TestATerminalThatCannotBeUsedIsASentence(t *testing.T) {
	r := lipgloss.NewRenderer(io.Discard)
	err := Run(t.Context(), newFakeCore(), Options{Input: failingReader{}, Output: &tape{}, Renderer: r})
	if err == nil || !strings.HasPrefix(err.Error(), "cannot show the screen on the terminal: ") || !strings.HasSuffix(err.Error(), "; listen works without one") {
		t.Errorf("the error is %v", err)
	}
}

// failingReader is a keyboard that is gone.
type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("the keyboard is gone") }

// TestOnATerminal runs the UI on a terminal that answers no question: the screen is there all the same,
// and quitting leaves the terminal as it was.
func TestOnATerminal(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("COLORFGBG", "")
	ptmx, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo terminal: %v", err)
	}
	t.Cleanup(func() { _, _ = ptmx.Close(), tty.Close() })
	if err := pty.Setsize(ptmx, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	out := &tape{}
	go func() { _, _ = io.Copy(out, ptmx) }()
	core := newFakeCore()
	stock(core)
	done := make(chan error, 1)
	go func() { done <- Run(t.Context(), core, Options{Input: tty, Output: tty}) }()
	out.waitFor(t, "Messages")
	out.waitFor(t, "(11)")
	core.add(queued(1)...)
	out.waitFor(t, "(12)") // woken by the change
	if _, err := ptmx.WriteString("n"); err != nil {
		t.Fatal(err)
	}
	out.waitFor(t, "rite the message here") // the cursor is on its first letter
	if _, err := ptmx.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	const end = "the terminal is another program's again"
	if _, err := tty.WriteString(end); err != nil {
		t.Fatal(err)
	}
	out.waitFor(t, end)
	for _, seq := range []string{"\x1b[?1049", "\x1b[?25", "\x1b[?2004", "\x1b[?1002"} {
		if s := out.String(); strings.LastIndex(s, seq+"h") > strings.LastIndex(s, seq+"l") != (seq == "\x1b[?25") || !strings.Contains(s, seq) {
			t.Errorf("%q is not as it was before: %q", seq, s[max(len(s)-200, 0):])
		}
	}
}

// storeCore is a core over a real history.
type storeCore struct {
	*fakeCore
	*store.Store
}

func (c storeCore) Subscribe() (<-chan struct{}, func()) { return c.Store.Subscribe() }

func (c storeCore) Attempts(ctx context.Context, before int64, limit int) ([]webhook.Attempt, error) {
	return c.Store.Attempts(ctx, before, limit)
}

func (c storeCore) Messages(ctx context.Context, w store.Window) ([]plivo.Message, error) {
	return c.Store.Messages(ctx, w)
}

func (c storeCore) AttemptsOf(ctx context.Context, id int64, limit int) ([]webhook.Attempt, error) {
	return c.Store.AttemptsOf(ctx, id, limit)
}

func (c storeCore) Attempt(ctx context.Context, id int64) (webhook.Attempt, bool, error) {
	return c.Store.Attempt(ctx, id)
}

func (c storeCore) Tried(ctx context.Context, ids []int64) (map[int64]store.Tried, error) {
	return c.Store.Tried(ctx, ids)
}

func (c storeCore) ScanMessages(ctx context.Context, w store.Window, budget time.Duration) (store.Scan, error) {
	return c.Store.ScanMessages(ctx, w, budget)
}

func (c storeCore) MatchingMessages(ctx context.Context, f store.Filter, ids []int64) ([]plivo.Message, error) {
	return c.Store.MatchingMessages(ctx, f, ids)
}

func (c storeCore) Callbacks(ctx context.Context, w store.Window) ([]webhook.Callback, error) {
	return c.Store.Callbacks(ctx, w)
}

func (c storeCore) ListCallbacks(ctx context.Context, w store.Window) ([]webhook.Callback, error) {
	return c.Store.ListCallbacks(ctx, w)
}

func (c storeCore) ScanCallbacks(ctx context.Context, w store.Window, budget time.Duration) (store.Scan, error) {
	return c.Store.ScanCallbacks(ctx, w, budget)
}

func (c storeCore) MatchingCallbacks(ctx context.Context, f store.Filter, ids []int64) ([]webhook.Callback, error) {
	return c.Store.MatchingCallbacks(ctx, f, ids)
}

func (c storeCore) SentTogether(ctx context.Context, sentWith int64) ([]plivo.Message, error) {
	return c.Store.SentTogether(ctx, sentWith)
}

func (c storeCore) CallbacksOf(ctx context.Context, uuid string, limit int) ([]webhook.Callback, error) {
	return c.Store.CallbacksOf(ctx, uuid, limit)
}

// TestPagesOfARealHistory asks a real history for the rows around each of its rows, and for those of
// a filter: the pages hold what the table believes they hold.
func TestPagesOfARealHistory(t *testing.T) {
	ctx := t.Context()
	st, err := store.Open(ctx, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	if _, err := st.BeginSend(ctx, queued(120)); err != nil {
		t.Fatal(err)
	}
	core := newFakeCore()
	d := newDriver(t, core, 80, 24)
	d.m.env.core = storeCore{core, st}
	d.wake()
	seen := map[int64]bool{}
	for range 130 {
		seen[d.selected()] = true
		d.keys("j")
	}
	if len(seen) != 120 {
		t.Errorf("walking down showed %d of 120 rows", len(seen))
	}
	oldest := d.selected()
	d.keys("g", "G")
	if d.selected() != oldest {
		t.Errorf("G selected %d, walking down %d", d.selected(), oldest)
	}
	for range 130 {
		d.keys("k")
	}
	d.keys("/", "burst", "enter")
	d.expect("Messages (120 of 120, burst)", "burst 119")
}
