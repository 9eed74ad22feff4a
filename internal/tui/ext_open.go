package tui

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/redact"
)

// opened is what the keys of editor and pager open of what can be copied: its JSON, or else the first.
func opened(items []copyItem) (copyItem, bool) {
	if i := slices.IndexFunc(items, isJSON); i >= 0 {
		return items[i], true
	}
	if len(items) == 0 {
		return copyItem{}, false
	}
	return items[0], true
}

// jsonLine is what a thing as the command line prints it is called.
const jsonLine = "JSON line"

func isJSON(it copyItem) bool { return it.name == jsonLine }

// edit opens an item in the user's editor, as a copy that is read back by nobody.
func (e *env) edit(it copyItem) tea.Cmd {
	editor, role, ok := e.editor()
	if !ok {
		return nil
	}
	return e.open(it, readableCopy(it), editor, role)
}

// editor is the user's editor, and what it is called in a sentence. Where there is none it says so.
func (e *env) editor() (program, role string, ok bool) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if program := os.Getenv(name); strings.TrimSpace(program) != "" {
			return program, "the editor (" + name + ")", true
		}
	}
	e.notify(app.Warning, `There is no editor to open it in: set EDITOR before starting plivoscope, as in EDITOR=vim or EDITOR="code -w".`)
	return "", "", false
}

// page opens an item in the user's pager.
func (e *env) page(it copyItem) tea.Cmd {
	pager := os.Getenv("PAGER")
	if strings.TrimSpace(pager) == "" {
		pager = "less -R"
	}
	return e.open(it, readableCopy(it), pager, "the pager (PAGER)")
}

// readableCopy is an item for another program to show, with all that would act on the terminal escaped.
func readableCopy(it copyItem) []byte { return []byte(escape.Block(string(indented(it)))) }

// indented is an item's text as it is read best.
func indented(it copyItem) []byte {
	var b bytes.Buffer
	if isJSON(it) && json.Indent(&b, []byte(it.text), "", "  ") == nil {
		return append(b.Bytes(), '\n')
	}
	return []byte(it.text)
}

// open runs a program on a copy of data, in a folder that only the user can read and that is gone after.
func (e *env) open(it copyItem, data []byte, program, role string) tea.Cmd {
	ctx, name, copying := e.ctx, brief(it.name), e.keys.copyID.Help().Key
	run := func(in io.Reader, out, errOutput io.Writer) error {
		dir, err := os.MkdirTemp("", "plivoscope-")
		if err != nil {
			return fmt.Errorf("make a copy of it: %w", err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		path := filepath.Join(dir, fileName(it))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return fmt.Errorf("make a copy of it: %w", err)
		}
		cmd := programOn(ctx, program, path)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, errOutput
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%q: %w; check the variable", program, err)
		}
		return nil
	}
	return e.leave(run, func(err error) app.Notice {
		if err != nil {
			return app.Notice{Severity: app.Failure, Text: fmt.Sprintf("Open %q in %s: %v, or copy it with %s.", name, role, err, copying)}
		}
		return app.Notice{}
	})
}

// longestEdited bounds the text that is taken from the editor, in bytes.
const longestEdited = 4 << 20

// editText runs the editor on a text and brings back what became of it. The file is in a folder that only the
// user can read and that is gone after.
func (e *env) editText(text, name, program string, done func(text string, err error) tea.Msg) tea.Cmd {
	ctx, edited := e.ctx, ""
	run := func(in io.Reader, out, errOutput io.Writer) error {
		dir, err := os.MkdirTemp("", "plivoscope-")
		if err != nil {
			return fmt.Errorf("make a file of it: %w", err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return fmt.Errorf("make a file of it: %w", err)
		}
		cmd := programOn(ctx, program, path)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, errOutput
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%q: %w; check the variable", program, err)
		}
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("read it back: %w", err)
		}
		defer func() { _ = f.Close() }()
		data, err := io.ReadAll(io.LimitReader(f, longestEdited+1))
		if err == nil && len(data) > longestEdited {
			err = fmt.Errorf("it has more than %d MiB", longestEdited>>20)
		}
		edited = string(data)
		return err
	}
	told := e.o.Away
	if told == nil {
		told = func(bool) {}
	}
	return e.exec(&away{run: run, told: told}, func(err error) tea.Msg { return done(edited, err) })
}

// fileName tells an editor what it has before it.
func fileName(it copyItem) string {
	switch {
	case isJSON(it), json.Valid([]byte(it.text)) && strings.HasPrefix(strings.TrimSpace(it.text), "{"):
		return "plivoscope.json"
	case it.name == "curl":
		return "plivoscope.sh"
	case it.name == "Go":
		return "plivoscope.go"
	case it.name == "Node":
		return "plivoscope.js"
	case it.name == "Python":
		return "plivoscope.py"
	}
	return "plivoscope.txt"
}

// programOn runs a program as it stands in a variable, with its arguments, on a file. The shell takes the
// variable apart, as for every program that reads it; Windows has no such custom.
func programOn(ctx context.Context, program, path string) *exec.Cmd {
	if runtime.GOOS == "windows" {
		words := strings.Fields(program)
		cmd := exec.CommandContext(ctx, words[0], append(words[1:], path)...)
		cmd.Env = redact.Environment(os.Environ())
		return cmd
	}
	// Asked to end, and not killed, it can still give the terminal back as it found it.
	cmd := exec.CommandContext(ctx, "sh", "-c", program+` "$1"`, "sh", path)
	cmd.Env = redact.Environment(os.Environ())
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 2 * time.Second
	return cmd
}
