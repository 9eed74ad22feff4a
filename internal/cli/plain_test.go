package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/screentest"
)

// pasteOn is the one mode of the terminal that the program sets for itself.
const pasteOn = "\x1b[?2004h"

// TestPlainSpeaks is the main job without a screen: lines come, a message is told, another one sent, the
// pager has the terminal as it was and gives it back, and so does the program in the end.
func TestPlainSpeaks(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell here")
	}
	if _, err := exec.LookPath("stty"); err != nil {
		t.Skip("nothing here says what state the terminal is in")
	}
	cmd := command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "5")
	pager := filepath.Join(cmd.Dir, "pager")
	script := "#!/bin/sh\necho the pager has $(stty -a | grep -o -- '-*icanon')\nread line\necho it read $line\n"
	if err := os.WriteFile(pager, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, "PLIVOSCOPE_PLAIN=true", "PAGER="+pager)
	cmd.Args = append([]string{"sh", "-c", `"$0" "$@"; echo it ended with $? and $(stty -a | grep -o -- '-*icanon\|-*opost' | tr '\n' ' ')`}, cmd.Args...)
	cmd.Path = sh
	s := screentest.Open(t, cmd, 200, 60)
	s.Wait(`plivoscope .* in plain lines, on the simulator`)
	s.Wait(`Message to \+1500555\d+ \w+, signature valid`)
	s.Wait(`\d more callbacks?.* in the last second`)
	s.Press("\x0c")
	s.Wait(`Messages \(15\)`)
	s.Press("jk")
	s.Wait(`(?m)^2 of 15: Message .*\n1 of 15: Message`)
	s.Press("o")
	s.Wait(`the pager has icanon`)
	s.Press("jj\r")
	s.Wait(`it read jj`)
	if why := s.Until(func() bool { return strings.Count(string(s.Written()), pasteOn) == 2 }); why != "" {
		t.Fatalf("the keys do not come back from the pager: %s", why)
	}
	s.Press("\r")
	s.Wait(`(?m)^Timeline: `)
	s.Press("n")
	s.Wait(`(?m)^From, enter keeps \+14155550100, esc leaves: *$`)
	s.Press("\r")
	s.Wait(`(?m)^To, several with commas:$`)
	s.Press("+14155550123\r")
	s.Wait(`(?m)^Text:$`)
	s.Press("Hello from plain lines\r")
	s.Wait(`Send 1 message times 1 segment\? y: send\. n or enter: go back\.`)
	s.Press("y")
	s.Wait(`Sent 1 message\.`)
	s.Wait(`Message to \+14155550123 delivered, signature valid, `)
	s.Press("q")
	s.Wait(`it ended with 0 and (opost icanon|icanon opost)`)
	<-s.Ended
	out := strings.NewReplacer(pasteOn, "", "\x1b[?2004l", "").Replace(string(s.Written()))
	if at := regexp.MustCompile(`[^\r\n -~\x{80}-\x{10ffff}]|[\x80-\x9f]`).FindStringIndex(out); at != nil {
		t.Errorf("%q is written in %q", out[at[0]:at[1]], out[max(at[0]-60, 0):min(at[1]+20, len(out))])
	}
}

// TestPlainNeedsATerminal holds that the flag says what to use where there is no terminal, and that the
// variable, which is about the screens, keeps nobody from a pipe.
func TestPlainNeedsATerminal(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--plain":      "use plivoscope listen,",
		"demo --plain": "use plivoscope demo --headless,",
	} {
		cmd := command(t, strings.Fields(args)...)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != exitUser || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v: %s", args, err, out)
		}
	}
	cmd := command(t, "demo", "--addr", "127.0.0.1:0", "-o", "json")
	cmd.Env = append(cmd.Env, "PLIVOSCOPE_PLAIN=1")
	if out, err := cmd.Output(); err != nil || strings.Count(string(out), "\n") != 15 {
		t.Errorf("with the variable: %v: %s", err, out)
	}
}
