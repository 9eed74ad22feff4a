package tui

import (
	"fmt"
	"io"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

// away is something that has the terminal for a while instead of the UI.
type away struct {
	run            func(in io.Reader, out, err io.Writer) error
	in             io.Reader
	out, errOutput io.Writer
	told           func(bool)
}

func (a *away) SetStdin(r io.Reader)  { a.in = r }
func (a *away) SetStdout(w io.Writer) { a.out = w }
func (a *away) SetStderr(w io.Writer) { a.errOutput = w }

// Run implements tea.ExecCommand. The tea loop waits for it, and the terminal is as it was before the UI.
func (a *away) Run() error {
	a.told(true)
	defer a.told(false)
	return a.run(a.in, a.out, a.errOutput)
}

// backMsg says that the UI has the terminal again, and what to tell of it.
type backMsg struct{ told app.Notice }

// leave gives the terminal to run; words make the notice of its error or its end.
func (e *env) leave(run func(in io.Reader, out, err io.Writer) error, words func(error) app.Notice) tea.Cmd {
	told := e.o.Away
	if told == nil {
		told = func(bool) {}
	}
	return e.exec(&away{run: run, told: told}, func(err error) tea.Msg { return backMsg{words(err)} })
}

// back draws the screen anew. The mouse was switched off with the screen and is not switched on with it.
func (m *Model) back(msg backMsg) tea.Cmd {
	if msg.told.Text != "" {
		m.env.notify(msg.told.Severity, msg.told.Text)
	}
	cmds := []tea.Cmd{tea.ClearScreen}
	if !m.env.o.NoMouse {
		cmds = append(cmds, tea.EnableMouseCellMotion)
	}
	return tea.Batch(cmds...)
}

// suspend gives the terminal back to the shell until the user comes back.
func (e *env) suspend() tea.Cmd {
	if stop == nil {
		e.notify(app.Info, "Programs cannot be suspended on this system; another window serves as well.")
		return nil
	}
	now := e.now
	var gone time.Duration
	stopped := false
	run := func(io.Reader, io.Writer, io.Writer) error {
		from := now()
		stopped = stop()
		gone = now().Sub(from)
		return nil
	}
	return e.leave(run, func(error) app.Notice {
		if !stopped {
			return app.Notice{Severity: app.Warning, Text: "Not suspended: there is no shell behind this screen that could bring it back."}
		}
		if e.status.Joined {
			return app.Notice{Severity: app.Info, Text: fmt.Sprintf("Back after %s. Callbacks were answered meanwhile by the process that serves this history.", waited(gone))}
		}
		return app.Notice{Severity: app.Info, Text: fmt.Sprintf("Back after %s. No callback was answered meanwhile; Plivo sends again what it got no answer to.", waited(gone))}
	})
}
