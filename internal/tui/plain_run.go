package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/termenv"
)

// plainRenderer gives styles that are nothing but the text.
func plainRenderer() *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	return r
}

// Bracketed paste is the one mode of the terminal that the plain UI sets: a pasted request is one text and
// not keys. It shows nothing.
const (
	pasteOn  = "\x1b[?2004h"
	pasteOff = "\x1b[?2004l"
)

// runPlain runs the plain UI. Bubble Tea's renderer is off, and with it all that it does to the terminal.
func runPlain(ctx context.Context, m *Model, o Options) error {
	in, err := openKeyboard(o.Input)
	if err != nil {
		return err
	}
	defer in.close()
	in.modes = o.Output
	if err := in.raw(); err != nil {
		return fmt.Errorf("cannot read keys from the terminal: %w; listen works without them", err)
	}
	defer in.cooked()
	e := m.env
	e.exec = func(c tea.ExecCommand, then tea.ExecCallback) tea.Cmd { return tea.Exec(&cookedCommand{c, in}, then) }
	out := &plainOut{w: o.Output}
	watched := &watched{Model: newPlainUI(m, out)}
	_, err = tea.NewProgram(watched, tea.WithoutRenderer(), tea.WithContext(ctx), tea.WithInput(in.file), tea.WithOutput(o.Output), tea.WithoutSignalHandler()).Run()
	out.close()
	_ = out.flush()
	return ended(ctx, err, watched, o)
}

// terminalPath is the terminal of the process by its name.
var terminalPath = map[bool]string{true: "CONIN$", false: "/dev/tty"}[runtime.GOOS == "windows"]

// keyboard is the terminal that keys are read from.
type keyboard struct {
	file  io.Reader
	modes io.Writer
	shut  func() error

	mu    sync.Mutex
	state *term.State // as it was before; nil while it is so
}

// openKeyboard finds the terminal behind a redirected standard input.
func openKeyboard(in io.Reader) (*keyboard, error) {
	if in != nil {
		return &keyboard{file: in}, nil
	}
	if term.IsTerminal(os.Stdin.Fd()) {
		return &keyboard{file: os.Stdin}, nil
	}
	f, err := os.OpenFile(terminalPath, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("find the terminal to read keys from, because standard input is none: %w; listen works without keys", err)
	}
	return &keyboard{file: f, shut: f.Close}, nil
}

func (b *keyboard) close() {
	if b.shut != nil {
		_ = b.shut()
	}
}

// raw makes each key come as it is pressed.
func (b *keyboard) raw() error {
	f, ok := b.file.(term.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return nil // a test's
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	state, err := term.MakeRaw(f.Fd())
	if err != nil {
		return err
	}
	b.state = state
	_, err = io.WriteString(b.modes, pasteOn)
	return err
}

// cooked makes the terminal as it was before raw.
func (b *keyboard) cooked() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == nil {
		return
	}
	_, _ = io.WriteString(b.modes, pasteOff)
	_ = term.Restore(b.file.(term.File).Fd(), b.state)
	b.state = nil
}

// cookedCommand is a command that has the terminal for a while, as it was before.
type cookedCommand struct {
	tea.ExecCommand
	in *keyboard
}

// Run implements tea.ExecCommand.
func (c *cookedCommand) Run() error {
	c.in.cooked()
	return errors.Join(c.ExecCommand.Run(), c.in.raw())
}
