package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/screentest"
)

// TestScreenOfTheUser runs the program with the user's own file: its keys act and are shown, the old ones
// do not, and the mouse is the terminal's.
func TestScreenOfTheUser(t *testing.T) {
	t.Parallel()
	cmd := command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "20", "--config", "mine.json")
	settings := `{"keys": {"quit": "Q", "new-message": "ctrl+t"}, "theme": {"accent": "#ff8800"}, "mouse": false}`
	if err := os.WriteFile(filepath.Join(cmd.Dir, "mine.json"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	s := screentest.Open(t, cmd, 120, 36)
	s.Wait(`Messages \(15\)`)
	s.Wait(`ctrl\+t new message`)
	s.Press("?")
	s.Wait(`Q\s+quit`)
	s.Press("\x1b")
	s.Wait(`Messages \(15\)`)
	s.Press("q\x14")
	s.Wait(`› Text`)
	s.Press("\x1b")
	s.Wait(`Messages \(15\)`)
	s.Press("Q")
	<-s.Ended
	if err := s.Cmd.Wait(); err != nil {
		t.Errorf("Q ended with %v", err)
	}
}

// TestWrongSettingsOpenNoScreen holds that the file of the user's folder is read where there is a screen, and
// that one that is wrong is a sentence on a terminal that was left alone.
func TestWrongSettingsOpenNoScreen(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the folder is another on each system")
	}
	cmd := command(t, "demo", "--addr", "127.0.0.1:0")
	dir := filepath.Join(cmd.Dir, "config", "plivoscope")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte("{\n\"colours\": {}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := screentest.Open(t, cmd, 200, 10)
	<-s.Ended
	if text := s.Text(); !strings.Contains(text, `plivoscope/config.json, line 2: there is no setting "colours": the settings are keys, theme and mouse`) {
		t.Errorf("the terminal shows\n%s", text)
	}
	if err := s.Cmd.Wait(); s.Cmd.ProcessState.ExitCode() != exitUser {
		t.Errorf("ended with %v", err)
	}
}

// TestScreenSuspends stops the program under a shell that can bring it back, and where there is none goes on
// instead of waiting for ever.
func TestScreenSuspends(t *testing.T) {
	t.Parallel()
	alone := screentest.Open(t, command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "20"), 100, 30)
	alone.Wait(`Messages \(15\)`)
	alone.Press("\x1a")
	alone.Wait(`Not suspended: there is no shell behind this screen`)
	alone.Press("?")
	alone.Wait(`suspend`)
	alone.Press("\x03")
	<-alone.Ended

	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell here")
	}
	cmd := command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "20")
	cmd.Args = append([]string{"sh", "-mc", `"$0" "$@"; echo the shell has it; read line; fg; echo it ended with $?`}, cmd.Args...)
	cmd.Path = sh
	s := screentest.Open(t, cmd, 100, 30)
	s.Wait(`Messages \(15\)`)
	s.Press("\x1a")
	s.Wait(`the shell has it`)
	s.Press("\r")
	s.Wait(`Back after .* No callback was answered meanwhile`)
	s.Press("j")
	s.Wait(`f follows`)
	s.Press("q")
	s.Wait(`it ended with 0`)
	<-s.Ended
}

// TestInterruptIsThePagers holds that ctrl+c while another program has the terminal is that program's.
func TestInterruptIsThePagers(t *testing.T) {
	t.Parallel()
	cmd := command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "20")
	pager := filepath.Join(cmd.Dir, "pager")
	script := "#!/bin/sh\ntrap 'echo the pager stays' INT\ngrep -c error_meaning \"$1\" >\"$0.seen\"\necho the pager is here\nread one\nread two\n"
	if err := os.WriteFile(pager, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, "PAGER="+pager)
	s := screentest.Open(t, cmd, 100, 30)
	s.Wait(`Messages \(15\)`)
	s.Press("o")
	s.Wait(`the pager is here`)
	s.Press("\x03")
	s.Wait(`the pager stays`)
	s.Press("\r\r")
	s.Wait(`Messages \(15\)`)
	if seen, err := os.ReadFile(pager + ".seen"); err != nil || string(seen) != "1\n" {
		t.Errorf("the pager saw no message as JSON: %q, %v", seen, err)
	}
	s.Press("\x03")
	<-s.Ended
}
