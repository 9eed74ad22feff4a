//go:build unix

package siege

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/screentest"
)

// underUmask is a command that begins with a umask, which belongs to a whole process.
func underUmask(cmd *exec.Cmd, umask string) *exec.Cmd {
	wrapped := exec.Command("sh", append([]string{"-c", "umask " + umask + `; exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)...)
	wrapped.Dir, wrapped.Env = cmd.Dir, cmd.Env
	return wrapped
}

// modes gives what others than the user may do with each file and folder that was made below dir.
func modes(t *testing.T, dir string, looked map[string]bool) (open []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if os.IsNotExist(err) {
			return nil // gone meanwhile
		}
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		looked[name] = true
		if info.Mode().Perm()&0o077 != 0 {
			open = append(open, name+" "+info.Mode().String())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return open
}

// TestFilesAreTheUsersAlone looks at every file that the program makes while it runs and afterwards, also the
// history's log and shared memory, under a umask that would leave them open.
func TestFilesAreTheUsersAlone(t *testing.T) {
	t.Parallel()
	tries, lost := 0, 0
	umasks := []string{"000"}
	if figures.Collecting() {
		umasks = append(umasks, "022", "077")
	}
	for _, umask := range umasks {
		h := newHouse(t).unnamed()
		temporary := t.TempDir()
		run := func(args ...string) *exec.Cmd {
			cmd := underUmask(h.command(args...), umask)
			cmd.Env = append(cmd.Env, "TMPDIR="+temporary)
			return cmd
		}
		looked := map[string]bool{}
		look := func(when string) {
			tries++
			for _, dir := range []string{filepath.Join(h.dir, "plivoscope"), filepath.Join(h.dir, "out"), temporary} {
				if _, err := os.Stat(dir); err != nil {
					continue
				}
				if info, err := os.Stat(dir); dir == filepath.Join(h.dir, "plivoscope") && (err != nil || info.Mode().Perm() != 0o700) {
					lost++
					t.Errorf("%s under the umask %s: the state folder is %v, %v", when, umask, info.Mode(), err)
				}
				for _, file := range modes(t, dir, looked) {
					lost++
					t.Errorf("%s under the umask %s: others may use %s", when, umask, file)
				}
			}
		}
		if err := os.Mkdir(filepath.Join(h.dir, "out"), 0o700); err != nil {
			t.Fatal(err)
		}
		r := start(t, run("listen", "--addr", "127.0.0.1:0", "-o", "json", "--mask"))
		ephemeral := start(t, run("listen", "--ephemeral", "--addr", "127.0.0.1:0", "-o", "json"))
		for _, url := range []string{r.url, ephemeral.url} {
			if _, err := post(t.Context(), httpClient, url, 1); err != nil {
				t.Fatal(err)
			}
		}
		look("while it runs")
		for _, as := range []string{"jsonl", "har", "curl", "http", "jest", "pytest", "go"} {
			if out, err := run("export", "--as", as, "--to", filepath.Join(h.dir, "out", as)).CombinedOutput(); err != nil {
				t.Errorf("export --as %s: %v: %s", as, err, out)
			}
		}
		if out, err := run("import", "--db", filepath.Join(h.dir, "out", "new", "imported.db"), filepath.Join(h.dir, "out", "har")).CombinedOutput(); err != nil {
			t.Errorf("import: %v: %s", err, out)
		}
		_ = run("history", "--log", filepath.Join(h.dir, "out", "log", "a.log")).Run()
		s := screentest.Open(t, run("--addr", "127.0.0.1:0"), 100, 30)
		s.Wait(`Messages`)
		s.Press("/")
		s.Wait(`(?m)^ / `)
		s.Press("hello\r")
		s.Wait(`hello`)
		look("with a screen")
		s.Press("\x03")
		<-s.Ended
		r.kill()
		ephemeral.kill()
		look("after kill -9")
		for _, want := range []string{testAuthID + ".db", testAuthID + ".db-wal", testAuthID + ".db-shm", testAuthID + ".db-mark", "plivoscope.log", "mask.key", "har", "new/imported.db", "log/a.log"} {
			if !looked[want] {
				t.Errorf("%s was not looked at, but %v", want, looked)
			}
		}
	}
	figures.Tell(t, figures.Attack{What: "files that others may use", Tries: tries, Survived: tries - min(lost, tries), Lost: lost})
}

// TestUsersModesStay writes over files of the user's with modes of their own. A history is made the user's alone.
func TestUsersModesStay(t *testing.T) {
	t.Parallel()
	h := newHouse(t).unnamed()
	in := func(name string) string { return filepath.Join(h.dir, name) }
	r := h.listen(t)
	if _, err := post(t.Context(), httpClient, r.url, 1); err != nil {
		t.Fatal(err)
	}
	make := func(name string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(in(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(in(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	make("export.jsonl", 0o640)
	make("my.log", 0o664)
	make("report.xml", 0o600)
	for _, args := range [][]string{
		{"export", "--force", "--to", in("export.jsonl")},
		{"history", "--log", in("my.log")},
		{"replay", "1", "--to", "http://127.0.0.1:9", "--junit", in("report.xml")},
		{"export", "--to", in("fresh.jsonl")},
	} {
		out, err := h.command(args...).CombinedOutput()
		if err != nil && args[0] != "replay" {
			t.Errorf("%v: %v: %s", args, err, out)
		}
	}
	for name, want := range map[string]os.FileMode{"export.jsonl": 0o640, "my.log": 0o664, "report.xml": 0o600, "fresh.jsonl": 0o600} {
		info, err := os.Stat(in(name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has the mode %v, not %v; %v", name, info.Mode(), want, err)
		}
		if name != "my.log" && (err != nil || info.Size() == 0) {
			t.Errorf("%s was not written", name)
		}
	}
	wide := h.db()
	r.kill()
	if err := os.Chmod(wide, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := h.command("history").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if info, err := os.Stat(wide); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("a history that others may read stays so: %v, %v", info.Mode(), err)
	}
}

// TestOpenEnvFileIsWarnedOf has a token in a .env that others may read: each command says so once, doctor how to
// mend it, and the screens in a notice.
func TestOpenEnvFileIsWarnedOf(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	env := filepath.Join(h.dir, ".env")
	write := func(text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(env, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(env, mode); err != nil {
			t.Fatal(err)
		}
	}
	lines := [][]string{
		{"listen", "--addr", "127.0.0.1:0", "--ephemeral", "--timeout", "50ms"},
		{"send", "--simulator", "--ephemeral", "--addr", "127.0.0.1:0", "--speed", "50", "--to", "+14155550123", "--text", "hi"},
		{"history"},
		{"verify", "--url", "https://name.example/", "--header", "X-Plivo-Signature-V3: x", "--header", "X-Plivo-Signature-V3-Nonce: 1"},
		{"doctor", "--simulator", "--addr", "127.0.0.1:0"},
	}
	const token = "PLIVO_AUTH_TOKEN=" + testToken + "\n"
	for _, c := range []struct {
		text string
		mode os.FileMode
		warn bool
	}{
		{token, 0o644, true},
		{token, 0o640, true},
		{token, 0o602, true},
		{"PLIVO_AUTH_TOKEN_SHOP=" + testToken, 0o604, true},
		{"NGROK_AUTHTOKEN=" + testToken, 0o660, true},
		{token, 0o600, false},
		{token, 0o400, false},
		{"PLIVO_SENDER_ID=+14155550100\n", 0o644, false},
	} {
		write(c.text, c.mode)
		some := lines
		if !figures.Collecting() {
			some = lines[:1]
		}
		for _, args := range some {
			var stderr strings.Builder
			cmd := h.command(args...)
			cmd.Stderr = &stderr
			out, _ := cmd.Output()
			said, want := stderr.String(), 0
			if args[0] == "doctor" {
				said = string(out)
			}
			if c.warn {
				want = 1
			}
			if got := strings.Count(said, "chmod 600 .env"); got != want {
				t.Errorf("%v with a .env of mode %v says %d times how to mend it, not %d: %s", args, c.mode, got, want, said)
			}
		}
	}
	write(token, 0o644)
	s := screentest.Open(t, h.command("--simulator", "--ephemeral", "--addr", "127.0.0.1:0"), 160, 30)
	s.Wait(`Messages`)
	s.Press("6G")
	if why := s.Until(func() bool {
		return regexp.MustCompile(`chmod 600 \.env`).MatchString(strings.Join(strings.Fields(s.Text()), " "))
	}); why != "" {
		t.Errorf("the screens do not say it: %s\n%s", why, s.Text())
	}
	s.Press("\x03")
	<-s.Ended
}
