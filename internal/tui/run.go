package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/atotto/clipboard"
	"github.com/aymanbagabas/go-osc52/v2"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// Options say where the UI runs. The zero value is the terminal of the process.
type Options struct {
	Input     io.Reader          // keys; nil for standard input, or the terminal where that is a pipe
	Output    io.Writer          // the screen; nil for standard output
	Renderer  *lipgloss.Renderer // styles; nil for one that suits Output and NO_COLOR
	Now       func() time.Time   // nil for time.Now
	Version   string             // shown in the help
	NoMouse   bool               // leave the mouse to the terminal
	Plain     bool               // say in lines what the screens would show, for screen readers
	Keys      []Setting          // other keys for actions, by name
	Colors    []Setting          // other colours for parts of the theme, by name
	ReportDir string             // folder for the report of a panic; empty for none
	// FilterFile keeps the filters that were applied, for later runs; empty for none.
	FilterFile string
	// TargetFile keeps where replays went last, for later runs; empty for none.
	TargetFile string
	Away       func(bool)         // told when another program has the terminal, and when no more; may be nil
	Clipboard  func(string) error // nil for OSC 52 on Output and the clipboard of the desktop
	// ReadClipboard gives what the clipboard holds; nil for that of the desktop, where there is one.
	ReadClipboard func() (string, error)

	// A message, a callback and an attempt as the command line prints them, to copy; nil to offer none. Of a
	// masked callback the line says so.
	MessageJSON  func(plivo.Message) ([]byte, error)
	CallbackJSON func(c webhook.Callback, masked bool) ([]byte, error)
	AttemptJSON  func(webhook.Attempt) ([]byte, error)

	Masker *mask.Masker // makes pseudonyms; nil for some of this run's own
	Mask   bool         // begin masked

	mono bool // NO_COLOR on a terminal: attributes only
}

// framesPerSecond is how often the screen is brought up at the most. A key waits for the next time: at 60,
// as is usual, for up to 17 ms.
const framesPerSecond = 120

// Run shows the UI, or says it where o.Plain, until the user quits or ctx ends; both are a nil error. The
// terminal is restored in every case, also after a panic, which is returned as an error.
func Run(ctx context.Context, core Core, o Options) error {
	out := o.Output
	if out == nil {
		out = os.Stdout
	}
	if _, isFile := out.(*os.File); !isFile {
		// The clipboard sequence is written beside the frames; an *os.File orders writes by itself.
		out = &lockedWriter{w: out}
	}
	o.Output = out
	owed := false
	if o.Plain {
		o.Renderer, o.NoMouse = plainRenderer(), true
	}
	if o.Renderer == nil {
		o.Renderer, o.mono, owed = newRenderer(o.Input, out)
	}
	if o.Clipboard == nil {
		native := clipboard.WriteAll
		if clipboard.Unsupported {
			native = nil
		}
		o.Clipboard = func(s string) error { return copyText(out, native, s) }
	}
	if err := o.Check(); err != nil {
		return err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ReadClipboard == nil && !clipboard.Unsupported {
		o.ReadClipboard = clipboard.ReadAll
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := New(core, o)
	m.env.ctx = ctx
	defer m.close()

	if o.Plain {
		return runPlain(ctx, m, o)
	}
	late := newLateReply(owed, time.Now)
	opts := []tea.ProgramOption{
		tea.WithAltScreen(), tea.WithContext(ctx), tea.WithOutput(out),
		// Signals end ctx, which is the caller's business: a second handler would race with it.
		tea.WithoutSignalHandler(), tea.WithFilter(late.filter), tea.WithReportFocus(), tea.WithFPS(framesPerSecond),
	}
	if o.Input != nil {
		opts = append(opts, tea.WithInput(o.Input))
	}
	if !o.NoMouse {
		opts = append(opts, tea.WithMouseCellMotion())
	}
	wrapAgain := linesEnd(out)
	defer wrapAgain()
	m.env.exec = func(c tea.ExecCommand, then tea.ExecCallback) tea.Cmd { return tea.Exec(&wrapping{c, out}, then) }
	watched := &watched{Model: m, wrapAgain: wrapAgain}
	_, err := tea.NewProgram(watched, opts...).Run()
	return ended(ctx, err, watched, o)
}

// ended is what the end of the program came to, for the caller.
func ended(ctx context.Context, err error, watched *watched, o Options) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tea.ErrProgramPanic):
		return fmt.Errorf("the screen failed and was closed: %w; what was stored is safe, %s", err, watched.keep(o))
	case ctx.Err() != nil && errors.Is(err, tea.ErrProgramKilled):
		return nil
	default:
		return fmt.Errorf("cannot show the screen on the terminal: %w; listen works without one", err)
	}
}

// copyText puts s on the clipboard of the terminal (OSC 52, which also works over SSH) and on that of
// the desktop, where native is not nil.
func copyText(out io.Writer, native func(string) error, s string) error {
	seq := osc52.New(s)
	if os.Getenv("STY") != "" {
		seq = seq.Screen()
	}
	_, err := seq.WriteTo(out)
	if native == nil {
		return err
	}
	if nativeErr := native(s); nativeErr != nil && err != nil {
		return nativeErr
	}
	return nil
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
