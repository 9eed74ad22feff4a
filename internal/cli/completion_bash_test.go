package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"dev.internal/plivoscope/internal/screentest"
)

// TestBashCompletes presses tab in a real bash, without the package bash-completion: words with a colon and an
// equals sign, which bash takes apart, come back whole.
func TestBashCompletes(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	if err := exec.Command(bash, "-c", "((BASH_VERSINFO[0] >= 5))").Run(); err != nil {
		t.Skip("this bash is older than 5")
	}
	program := command(t, "send", "--speed", "20", "--to", "+15005550030", "--text", "hi", "--wait", "undelivered")
	withoutAccount(program)
	if out, err := program.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	bin := t.TempDir()
	if err := os.Symlink(program.Path, filepath.Join(bin, "plivoscope")); err != nil {
		t.Skip(err)
	}
	shell := exec.Command(bash, "--norc", "--noprofile", "-i")
	shell.Dir, shell.Env = program.Dir, append(program.Env, "PATH="+bin+":"+os.Getenv("PATH"), "PS1=ready> ", "HISTFILE=", "INPUTRC=/dev/null")
	s := screentest.Open(t, shell, 100, 30)
	s.Wait(`ready>`)
	s.Press("source <(plivoscope completion bash) && echo sour''ced\r")
	s.Wait(`(?m)^sourced`)
	for typed, want := range map[string]string{
		"plivoscope hist":                                  `ready> plivoscope history`,
		"plivoscope trigger lifec":                         `ready> plivoscope trigger lifecycle`,
		"plivoscope history --filter status:undel":         `ready> plivoscope history --filter status:undelivered`,
		"plivoscope history --filter=status:undel":         `ready> plivoscope history --filter=status:undelivered`,
		"plivoscope history --filter to:":                  `ready> plivoscope history --filter to:\+15005550030`,
		"plivoscope send --to +1500555003":                 `ready> plivoscope send --to \+15005550030`,
		"plivoscope replay 3 --to http://[::1]:3000 --fau": `ready> plivoscope replay 3 --to http://\[::1\]:3000 --fault`,
	} {
		s.Press("\x15\x0c" + typed + "\t")
		s.Wait(want)
	}
	s.Press("\x15exit\r")
	<-s.Ended
}
