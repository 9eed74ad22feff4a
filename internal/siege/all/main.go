// Command all runs every test of faults and attacks, the whole of each, and ends with the table of what was lost. It
// ends with 1 where anything was lost or did not survive, or a test failed. -million has the test of leaks alone, over a
// million callbacks, which takes an hour at most.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"

	"dev.internal/plivoscope/internal/figures"
)

// commands are the tests.
var commands = [][]string{
	{"test", "-count", "1", "-parallel", "6", "./internal/siege", "-timeout", "30m"}, // most of them wait more than they compute
	{"test", "-count", "1", "./internal/store", "-run", "^TestMendedTogether$"},
}

// soak is the test of leaks, for a million callbacks.
var soak = [][]string{
	{"test", "-count", "1", "-v", "./internal/siege", "-run", "^TestLeaks$", "-timeout", "90m", "-args", "-million"},
}

func main() {
	million := flag.Bool("million", false, "have a million callbacks go through, forwarded, and see that nothing grows")
	flag.Parse()
	if *million {
		commands = soak
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	attacks, failed, err := figures.Collect[figures.Attack](ctx, os.Stdout, commands)
	if err != nil {
		failed = append(failed, err.Error())
	}
	rows, bad := make([][]string, len(attacks)), 0
	for i, a := range attacks {
		if a.Lost > 0 || a.Survived < a.Tries {
			bad++
		}
		rows[i] = []string{a.What, strconv.Itoa(a.Tries), strconv.Itoa(a.Survived), strconv.Itoa(a.Lost)}
	}
	fmt.Println()
	if err := figures.Table(os.Stdout, []string{"what", "tries", "survived", "lost"}, rows); err != nil {
		failed = append(failed, err.Error())
	}
	for _, f := range failed {
		fmt.Fprintln(os.Stderr, "failed:", f)
	}
	if len(failed) > 0 || bad > 0 {
		os.Exit(1)
	}
}
