package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// What the benchmarks are told by the environment: the folder of large histories, that of the installed guide's server, and
// whether 5,000,000 messages are wanted.
const (
	historiesDir = "PLIVOSCOPE_BENCH_DIR"
	expressDir   = "PLIVOSCOPE_BENCH_EXPRESS"
	wantLarge    = "PLIVOSCOPE_BENCH_LARGE"
)

// npmTimeout bounds the installation of the guide's server.
const npmTimeout = 2 * time.Minute

// prepare sets the environment of the benchmarks, and makes what they share; done takes that away. What the user's
// environment has already is left as it is.
func prepare(ctx context.Context, chosen []benchmark, large bool) (done func(), err error) {
	if large {
		if err := os.Setenv(wantLarge, "1"); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp("", "plivoscope-bench")
	if err != nil {
		return nil, err
	}
	done = func() { _ = os.RemoveAll(dir) }
	if os.Getenv(historiesDir) == "" {
		err = os.Setenv(historiesDir, dir)
	}
	express := slices.ContainsFunc(chosen, func(b benchmark) bool { return b.name == "Express" })
	if err == nil && express && os.Getenv(expressDir) == "" {
		into := filepath.Join(dir, "express")
		if problem := install(ctx, into); problem != nil {
			fmt.Println("the guide's Express server is not measured:", problem)
		} else {
			err = os.Setenv(expressDir, into)
		}
	}
	if err != nil {
		done()
		return nil, err
	}
	return done, nil
}

// install has npm install the packages of the guide's server, in the versions of its lock file.
func install(ctx context.Context, into string) error {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return err
		}
	}
	if err := os.Mkdir(into, 0o700); err != nil {
		return err
	}
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join("internal", "bench", "testdata", "express", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(into, name), text, 0o600); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, npmTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = into
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("npm ci: %w", err), errors.New(string(out)))
	}
	return nil
}
