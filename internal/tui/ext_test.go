package tui

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/creack/pty"
)

// withoutTerminal lets other programs run without one; what they print goes to out.
func withoutTerminal(d *driver, out io.Writer) {
	d.m.env.exec = func(c tea.ExecCommand, back tea.ExecCallback) tea.Cmd {
		c.SetStdin(strings.NewReader(""))
		c.SetStdout(out)
		c.SetStderr(out)
		return func() tea.Msg { return back(c.Run()) }
	}
}

// program writes a shell script and gives its path.
func program(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "my program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpensInTheEditor(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("TMPDIR", t.TempDir())
	seen := filepath.Join(t.TempDir(), "seen")
	t.Setenv("SEEN", seen)
	// As "code -w": a program with arguments, and with a space in its path.
	t.Setenv("EDITOR", "'"+program(t, `echo "$1" >"$SEEN"; ls -l "$2" | cut -c1-10 >>"$SEEN"; cat "$2" >>"$SEEN"; echo "$2" >"$SEEN.path"`)+"' -w")
	d := staged80(t)
	remembering(d)
	withoutTerminal(d, io.Discard)
	d.keys("end", "e")
	got, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	want := "-w\n-rw-------\n{\n  \"text\": \"Your code is 482913\",\n  \"uuid\": \"5b40a428-0000-4000-8000-000000000000\"\n}\n"
	if string(got) != want {
		t.Errorf("the editor saw %q, not %q", got, want)
	}
	path, err := os.ReadFile(seen + ".path")
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(path)), ".json") {
		t.Errorf("its file is %s, %v", path, err)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	// Anything else by the menu: here the text.
	d.keys("y", "down", "down", "down")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlE})
	if got, err := os.ReadFile(seen); err != nil || !strings.HasSuffix(string(got), "\nYour code is 482913") {
		t.Errorf("of the menu it saw %q, %v", got, err)
	}
}

func TestEditorsThatCannotBeRun(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", " ")
	t.Setenv("TMPDIR", t.TempDir())
	d := staged(t, false, false, 120, 36, nil)
	withoutTerminal(d, io.Discard)
	d.keys("e")
	d.expect(`! There is no editor to open it in: set EDITOR`)
	t.Setenv("EDITOR", "/does/not/exist")
	d.keys("e")
	d.expect(`✗ Open "from" in the editor (EDITOR): "/does/not/exist": exit status 127; check the variable`)
	t.Setenv("VISUAL", "false")
	d.keys("e")
	d.expect(`in the editor (VISUAL): "false": exit status 1`)
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	d.keys("e")
	d.expect(`✗ Open "from" in the editor (VISUAL): make a copy of it: `)
}

// TestThePagerGetsNothingThatActs holds that what the pager shows does nothing to the terminal.
func TestThePagerGetsNothingThatActs(t *testing.T) {
	t.Setenv("PAGER", "cat")
	d := staged80(t)
	var out bytes.Buffer
	withoutTerminal(d, &out)
	m := queued(1)[0]
	m.UUID = "\x1b[31m\u202e\u009b2J"
	d.core.add(m)
	d.wake()
	for _, key := range []string{"o", "|"} {
		out.Reset()
		d.keys(key)
		if got := out.String(); got != `\x1b[31m\u202e\u009b2J` {
			t.Errorf("%s: the pager got %q", key, got)
		}
	}
}

func TestComesBackWithTheMouse(t *testing.T) {
	t.Setenv("EDITOR", "true")
	t.Setenv("VISUAL", "")
	told := ""
	for _, noMouse := range []bool{false, true} {
		d := newDriverOn(t, newStocked(), 80, 24, Options{NoMouse: noMouse, Away: func(on bool) {
			told += map[bool]string{true: "away ", false: "back "}[on]
		}})
		withoutTerminal(d, io.Discard)
		d.hold = true
		d.keys("e")
		back := d.held[0]()
		d.held = nil
		d.send(back)
		var msgs []tea.Msg
		collect(d.held[0], &msgs)
		clear, mouse := false, false
		for _, m := range msgs {
			clear = clear || m == tea.ClearScreen()
			mouse = mouse || m == tea.EnableMouseCellMotion()
		}
		if !clear || mouse == noMouse {
			t.Errorf("without mouse %v: the screen is cleared %v, the mouse switched on %v", noMouse, clear, mouse)
		}
	}
	if told != "away back away back " {
		t.Errorf("told %q", told)
	}
}

func collect(cmd tea.Cmd, out *[]tea.Msg) {
	if cmd == nil {
		return
	}
	if all, ok := cmd().(tea.BatchMsg); ok {
		for _, c := range all {
			collect(c, out)
		}
		return
	}
	*out = append(*out, cmd())
}

func TestSuspends(t *testing.T) {
	real := stop
	t.Cleanup(func() { stop = real })
	d := staged(t, false, false, 120, 36, nil)
	withoutTerminal(d, io.Discard)
	ctrlZ := tea.KeyMsg{Type: tea.KeyCtrlZ}
	stops := 0
	stop = func() bool {
		stops++
		return true
	}
	d.send(ctrlZ)
	d.expect("· Back after ", "Plivo sends again what it got no answer to.")
	stop = func() bool { return false }
	d.send(ctrlZ)
	d.expect("! Not suspended: there is no shell behind this screen")
	stop = nil
	d.send(ctrlZ)
	d.expect("Programs cannot be suspended on this system")
	stop = func() bool {
		t.Error("suspended while typing")
		return true
	}
	d.keys("n")
	d.send(ctrlZ)
	d.keys("esc", "/")
	d.send(ctrlZ)
	if stops != 1 {
		t.Errorf("suspended %d times", stops)
	}
}

// TestTheEditorHasTheTerminal runs a real program on the terminal of the UI: it reads from it and writes to
// it, and the UI comes back with its screen and its mouse. The lines of the terminal wrap for the program and at the end,
// but not under the screens, where one that is too wide would move all below it.
func TestTheEditorHasTheTerminal(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("COLORFGBG", "15;0")
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "'"+program(t, `printf 'this is the editor: '; grep -o -m1 'order 7' "$1"; read answer; echo "read $answer"`)+"'")
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
	m := queued(1)[0]
	m.UUID = "order 7"
	core.add(m)
	done := make(chan error, 1)
	go func() { done <- Run(t.Context(), core, Options{Input: tty, Output: tty}) }()
	out.waitFor(t, "(1)")
	press := func(keys string) {
		t.Helper()
		if _, err := ptmx.WriteString(keys); err != nil {
			t.Fatal(err)
		}
	}
	press("e")
	out.waitFor(t, "this is the editor: order 7")
	before := len(out.String())
	press("something\n")
	out.waitFor(t, "read something")
	out.waitForAfter(t, before, "\x1b[?1049h")
	out.waitForAfter(t, before, "\x1b[?1002h")
	out.waitForAfter(t, before, "(1)")
	press("q")
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := tty.WriteString("that is all"); err != nil { // what was written before has come by then
		t.Fatal(err)
	}
	out.waitFor(t, "that is all")
	var told []string
	for _, s := range regexp.MustCompile(`\x1b\[\?(7|1049)[hl]`).FindAllString(out.String(), -1) {
		told = append(told, strings.TrimPrefix(s, "\x1b[?"))
	}
	if got, want := strings.Join(told, " "), "7l 1049h 1049l 7h 7l 1049h 1049l 7h"; got != want {
		t.Errorf("of its lines and its other screen the terminal is told %s, not %s", got, want)
	}
}
