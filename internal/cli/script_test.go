package cli

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	_ "dev.internal/plivoscope/internal/headstart"
	_ "dev.internal/plivoscope/internal/quiet" // as in cmd/plivoscope
	"dev.internal/plivoscope/internal/racewatch"
)

// asProgram makes the test binary behave as the program, for tests that need a process to kill or a
// terminal to give it.
const asProgram = "TEST_BINARY_IS_PLIVOSCOPE"

func program() {
	os.Exit(Main(os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

func TestMain(m *testing.M) {
	if os.Getenv(asEdge) != "" {
		edge()
	}
	if os.Getenv(asProgram) != "" {
		program()
	}
	testscript.Main(racewatch.Tests{M: m}, map[string]func(){"plivoscope": program})
}

// TestScripts runs every script of testdata/script against the program as a process, in a folder and
// a state folder of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_STATE_HOME", e.WorkDir+"/state")
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("LocalAppData", e.WorkDir+"/state")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits, "clean": clean, "same": same, "api": startAPI, "has": apiHas, "sends": apiSends, "eventually": becomesTrue, "simulates": startSimulate, "fetches": fetches, "app": startApp},
	})
}

// exits CODE COMMAND… runs a command and checks the code that it ends with.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG …]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s ended with %d, not %d\n%s", args[1:], got, want, fmt.Sprint(ts.ReadFile("stderr")))
	}
}

// fetches URL PATTERN… asks for a page that holds each pattern.
func fetches(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fetches URL PATTERN …")
	}
	resp, err := http.Get(args[0])
	ts.Check(err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	ts.Check(err)
	for _, pattern := range args[1:] {
		if !regexp.MustCompile("(?m)" + pattern).Match(page) {
			ts.Fatalf("%s has no %q:\n%s", args[0], pattern, page)
		}
	}
}

// becomesTrue is eventually PATTERN COMMAND… runs a command until it ends with 0 and prints what the pattern finds.
func becomesTrue(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually PATTERN COMMAND [ARG …]")
	}
	pattern, err := regexp.Compile(args[0])
	ts.Check(err)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		if err == nil && pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s does not print %q: %v\n%s%s", args[1:], args[0], err, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
		}
	}
}
