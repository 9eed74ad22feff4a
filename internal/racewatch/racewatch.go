// Package racewatch fails the tests of a package when a program that they started had a data race. Such a program may be
// killed, or its standard error never looked at; its reports go to files, which are looked for at the end. Where nothing
// is built with the race detector it changes nothing.
package racewatch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exitCode is the race detector's own.
const exitCode = 66

// Tests are those of a package, in its TestMain.
type Tests struct{ M *testing.M }

// Run runs the tests and gives the code to exit with. It is called in the process of the tests alone, and not in that of
// a program which they started.
func (t Tests) Run() int {
	dir, err := os.MkdirTemp("", "races")
	if err != nil {
		fmt.Fprintln(os.Stderr, "no folder for the reports of races:", err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "race")
	if err := os.Setenv("GORACE", strings.TrimSpace(os.Getenv("GORACE")+" log_path="+path)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := t.M.Run()
	reports, _ := filepath.Glob(path + ".*") // by process; the pattern is a good one
	for _, report := range reports {
		text, err := os.ReadFile(report)
		if err != nil {
			text = []byte(err.Error())
		}
		fmt.Fprintf(os.Stderr, "a program that the tests started had a data race:\n%s\n", text)
		code = exitCode
	}
	return code
}
