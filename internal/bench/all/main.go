// Command all runs every benchmark of the program and ends with the table of what was measured. It ends with 1 where
// a goal is missed or a benchmark failed.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"dev.internal/plivoscope/internal/figures"
)

// commands are the benchmarks, those of single packages first.
var commands = [][]string{
	{"test", "./internal/bench", "-run", "^$", "-bench", ".", "-benchtime", "1x", "-timeout", "20m"},
	{"test", "./internal/siege", "-run", "^$", "-bench", ".", "-benchtime", "1x", "-timeout", "20m"},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	measures, failed, err := figures.Collect[figures.Measure](ctx, os.Stdout, commands)
	if err != nil {
		failed = append(failed, err.Error())
	}
	rows, missed := make([][]string, len(measures)), 0
	for i, m := range measures {
		reached := "yes"
		switch {
		case m.Goal == "":
			reached = "-"
		case !m.Reached:
			reached, missed = "NO", missed+1
		}
		rows[i] = []string{m.What, m.Measured, m.Baseline, m.Ratio, m.Goal, reached}
	}
	fmt.Println()
	if err := figures.Table(os.Stdout, []string{"what", "measured", "baseline", "ratio", "goal", "reached"}, rows); err != nil {
		failed = append(failed, err.Error())
	}
	for _, f := range failed {
		fmt.Fprintln(os.Stderr, "failed:", f)
	}
	if missed > 0 {
		fmt.Fprintf(os.Stderr, "%d goals missed\n", missed)
	}
	if len(failed) > 0 || missed > 0 {
		os.Exit(1)
	}
}
