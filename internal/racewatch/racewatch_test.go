package racewatch_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/racewatch"
)

// as says what this binary is: tests that start a program, or that program.
const as = "TEST_BINARY_IS"

func TestMain(m *testing.M) {
	if os.Getenv(as) == "program" {
		race()
		return
	}
	os.Exit(racewatch.Tests{M: m}.Run())
}

// race has two goroutines write what nothing guards.
func race() {
	n, done := 0, make(chan struct{})
	go func() { n++; close(done) }()
	n++
	<-done
	_ = n
}

// TestAProgramThatRaces fails the tests that started it, though it ends well and nobody reads what it says.
func TestAProgramThatRaces(t *testing.T) {
	if !raceDetector {
		t.Skip("built without the race detector")
	}
	if os.Getenv(as) == "tests" {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), as+"=program")
		_ = cmd.Run()
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestAProgramThatRaces$")
	cmd.Env = append(os.Environ(), as+"=tests")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 66 || !strings.Contains(string(out), "DATA RACE") {
		t.Errorf("%v:\n%s", err, out)
	}
}
