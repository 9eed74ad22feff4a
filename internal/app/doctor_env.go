package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"dev.internal/plivoscope/internal/escape"

	"dev.internal/plivoscope/internal/redact"
)

// lookAtEnvFile looks for the file of settings, and who else may read it.
func lookAtEnvFile(_ context.Context, d *doctor) Finding {
	s := d.o.Surroundings
	name := escape.Line(s.EnvFile)
	info, err := os.Stat(s.EnvFile)
	if s.EnvProblem != nil {
		f := failedAs(FaultLocal, s.EnvProblem, "correct the file, or name another with --env")
		if errors.Is(err, fs.ErrNotExist) {
			f.Advice = "create " + name + ", or name a file that exists with --env"
		}
		return f
	}
	if errors.Is(err, fs.ErrNotExist) {
		if d.live() {
			return fine("there is no " + name + " here; the credentials come from the environment")
		}
		return fine("there is no " + name + " here, and the simulator needs none")
	}
	if err != nil {
		return failed(FaultLocal, "cannot look at "+name+": "+reasonOf(err), "make it readable, or name another file with --env")
	}
	held := s.Env.Held()
	mode := info.Mode()
	switch {
	case len(held) == 0:
		return fine(name + " is read; it holds no token")
	case runtime.GOOS != "windows" && mode.IsRegular() && mode.Perm()&0o077 != 0:
		return warn(fmt.Sprintf("%s holds %s, and its mode %#o lets other users of this machine at it", name, tokens(len(held)), mode.Perm()), "run: chmod 600 "+name)
	}
	return fine(name + " holds " + tokens(len(held)) + ", and only you may read it")
}

// lookAtEnvIgnored asks git whether a file with tokens would be committed.
func lookAtEnvIgnored(ctx context.Context, d *doctor) Finding {
	s := d.o.Surroundings
	name := escape.Line(s.EnvFile)
	if _, err := os.Stat(s.EnvFile); err != nil || s.EnvProblem == nil && len(s.Env.Held()) == 0 {
		return fine("no file holds a token that could be committed")
	}
	path, err := filepath.Abs(s.EnvFile)
	if err != nil || !inRepository(filepath.Dir(path)) {
		return fine(name + " is in no git repository")
	}
	switch tracked, err := git(ctx, path, "ls-files", "--error-unmatch"); {
	case err != nil:
		return skipped("whether git ignores "+name+" is not known: "+err.Error(), "make sure that a line of .gitignore names it")
	case tracked:
		return failed(FaultLocal, "git tracks "+name+", with its tokens", "run: git rm --cached "+name+", name it in .gitignore, and make new tokens if it was ever pushed")
	}
	switch ignored, err := git(ctx, path, "check-ignore", "--quiet"); {
	case err != nil:
		return skipped("whether git ignores "+name+" is not known: "+err.Error(), "make sure that a line of .gitignore names it")
	case !ignored:
		return warn("git does not ignore "+name+": its tokens are committed with the next \"git add .\"", "run: echo "+filepath.Base(name)+" >> .gitignore")
	}
	return fine("git ignores " + name)
}

// inRepository tells whether a folder is in a git repository.
func inRepository(dir string) bool {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return false
		}
		dir = up
	}
}

// git asks a yes-or-no question about a file. The configuration of a repository, which may be a stranger's, makes
// git run nothing.
func git(ctx context.Context, path string, question ...string) (bool, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return false, errors.New("git is not installed")
	}
	args := append([]string{"-C", filepath.Dir(path), "-c", "core.fsmonitor=false"}, question...)
	cmd := exec.CommandContext(ctx, program, append(args, "--", filepath.Base(path))...)
	cmd.Env = append(redact.Environment(os.Environ()), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &exit) && exit.ExitCode() == 1:
		return false, nil
	case errors.As(err, &exit):
		return false, errors.New("git cannot tell; \"git status\" there says why")
	}
	return false, fmt.Errorf("git does not run: %w", err)
}

// reasonOf is an error of the file system without the path, which the sentence around it names.
func reasonOf(err error) string {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return strings.TrimSpace(err.Error())
}

func lookAtTerminal(_ context.Context, d *doctor) Finding {
	if d.o.Surroundings.Terminal == nil {
		return skipped("nothing is known of the terminal", "")
	}
	return d.o.Surroundings.Terminal()
}
