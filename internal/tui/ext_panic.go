package tui

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"
)

// watched is the model with an eye on panics: it notes where one began, and lets it go on to Bubble Tea,
// which restores the terminal.
type watched struct {
	tea.Model

	mu    sync.Mutex
	size  tea.WindowSizeMsg
	what  string
	stack []byte

	wrapAgain func() // has the terminal wrap lines, nil where it does
}

// Init implements tea.Model.
func (w *watched) Init() tea.Cmd { return w.command(w.Model.Init()) }

// Update implements tea.Model.
func (w *watched) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	defer w.note()
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		w.mu.Lock()
		w.size = size
		w.mu.Unlock()
	}
	_, cmd := w.Model.Update(msg)
	return w, w.command(cmd)
}

// View implements tea.Model.
func (w *watched) View() string {
	defer w.note()
	return w.Model.View()
}

// command watches what a Cmd does, and those that it is a batch of.
func (w *watched) command(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		defer w.note()
		msg := cmd()
		if all, ok := msg.(tea.BatchMsg); ok {
			for i := range all {
				all[i] = w.command(all[i])
			}
		}
		return msg
	}
}

// note keeps the stack of a panic that is under way, and of what it is only what holds no text from
// outside: an error of the runtime, or else its type.
func (w *watched) note() {
	r := recover()
	if r == nil {
		return
	}
	w.mu.Lock()
	if w.stack == nil {
		var own runtime.Error
		if err, ok := r.(error); ok && errors.As(err, &own) {
			w.what = own.Error()
		} else {
			w.what = fmt.Sprintf("a value of type %T", r)
		}
		w.stack = debug.Stack()
	}
	w.mu.Unlock()
	if w.wrapAgain != nil {
		w.wrapAgain() // Bubble Tea prints the stack now, of which nothing may be cut
	}
	panic(r)
}

// keep writes the report and says in words where it lies: versions, the size of the terminal and the
// stack, no token and no text of a message.
func (w *watched) keep(o Options) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	const above = "please report the trace above"
	if o.ReportDir == "" || w.stack == nil {
		return above
	}
	var b strings.Builder
	fmt.Fprintf(&b, "plivoscope %s\n%s %s/%s\n%s\nterminal %d×%d, TERM=%s\n\npanic: %s\n\n", o.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH,
		o.Now().UTC().Format("2006-01-02 15:04:05 UTC"), w.size.Width, w.size.Height, readable(os.Getenv("TERM")), w.what)
	b.Write(w.stack)
	path := filepath.Join(o.ReportDir, "panic-"+o.Now().UTC().Format("20060102-150405")+".txt")
	err := os.MkdirAll(o.ReportDir, 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(b.String()), 0o600)
	}
	if err != nil {
		return fmt.Sprintf("%s (it could not be kept: %v)", above, err)
	}
	return "please report it with " + path + ", which holds the trace and no data of yours"
}
