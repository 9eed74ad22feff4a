// Command fuzz throws made-up input at each parser for a time, and ends with 1 at the first that breaks. What broke it
// is kept below testdata/fuzz of its package, where go test tries it from then on.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// target is a fuzz test.
type target struct{ pkg, name string }

func main() {
	each := flag.Duration("for", time.Minute, "fuzz each target for so long")
	only := flag.String("only", "", "fuzz those targets alone whose package and name, as store.FuzzParseFilter, match this regular expression")
	parallel := flag.Int("parallel", 0, "run so many processes at once; 0 for one a processor")
	list := flag.Bool("list", false, "list the targets, and fuzz none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *each, *only, *parallel, *list); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, each time.Duration, only string, parallel int, list bool) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	targets, err := find(ctx)
	if err != nil {
		return err
	}
	done := 0
	for _, t := range targets {
		name := t.pkg[strings.LastIndexByte(t.pkg, '/')+1:] + "." + t.name
		if !wanted.MatchString(name) {
			continue
		}
		done++
		if list {
			_, _ = fmt.Fprintln(out, t.pkg, t.name)
			continue
		}
		_, _ = fmt.Fprintf(out, "\n== %s: compiling it for fuzzing first, which may take minutes, then %s\n", name, each)
		// An input that only reaches something new is not made smaller for up to a minute, in which nothing else is tried.
		args := []string{"test", "-run", "^$", "-fuzz", "^" + t.name + "$", "-fuzztime", each.String(), "-fuzzminimizetime", "100x"}
		if parallel > 0 {
			args = append(args, "-parallel", strconv.Itoa(parallel))
		}
		cmd := exec.CommandContext(ctx, "go", append(args, t.pkg)...)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if done == 0 {
		return fmt.Errorf("no target matches %q; -list lists them", only)
	}
	_, _ = fmt.Fprintf(out, "\n%d targets\n", done)
	return nil
}

// declared is a target, as gofumpt has it.
var declared = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

// find lists the targets of this module, in the order of its packages. It reads them: to ask go test for their names it
// would have to build each package, also those that are not wanted.
func find(ctx context.Context) (targets []target, err error) {
	listed, err := output(ctx, "list", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles", "./...")
	if err != nil {
		return nil, err
	}
	for packages := json.NewDecoder(bytes.NewReader(listed)); ; {
		var p struct {
			ImportPath, Dir           string
			TestGoFiles, XTestGoFiles []string
		}
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			return targets, nil
		} else if err != nil {
			return nil, err
		}
		for _, file := range append(p.TestGoFiles, p.XTestGoFiles...) {
			text, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				return nil, err
			}
			for _, found := range declared.FindAllSubmatch(text, -1) {
				targets = append(targets, target{p.ImportPath, string(found[1])})
			}
		}
	}
}

func output(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return out, nil
}
