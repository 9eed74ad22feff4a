// Command all runs every benchmark of the program and ends with the table of what was measured. It ends with 1 where
// a goal is missed or a benchmark failed. It is run in the root of the repository:
//
//	go run ./internal/bench/all [-run REGEXP] [-list] [-large]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

func main() {
	only := flag.String("run", "", "run only the benchmarks whose package and name match this `expression`")
	large := flag.Bool("large", false, "measure growth at 5,000,000 messages too, which needs 12 GB of disk and some minutes")
	list := flag.Bool("list", false, "list the benchmarks that would be run, as -run sees them, and run none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *only, *large, *list); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, only string, large, list bool) error {
	began := time.Now()
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	chosen := matching(match)
	if len(chosen) == 0 {
		return fmt.Errorf("no benchmark matches %q; -list lists them", only)
	}
	if list {
		for _, b := range chosen {
			_, _ = fmt.Fprintln(out, b.path())
		}
		return nil
	}
	done, err := prepare(ctx, chosen, large)
	if err != nil {
		return err
	}
	defer done()
	measures, failed, err := figures.Collect[figures.Measure](ctx, out, commands(chosen))
	if err != nil {
		failed = append(failed, err.Error())
	}
	missed, err := table(out, measures)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "\nmeasured in %.0f s\n", time.Since(began).Seconds())
	var problems []error
	for _, f := range failed {
		problems = append(problems, fmt.Errorf("failed: %s", f))
	}
	if missed > 0 {
		problems = append(problems, fmt.Errorf("goals missed: %d", missed))
	}
	return errors.Join(problems...)
}

// table writes the table and gives how many goals are missed.
func table(out io.Writer, measures []figures.Measure) (missed int, err error) {
	rows := make([][]string, len(measures))
	for i, m := range measures {
		reached := "yes"
		switch {
		case m.Goal == "":
			reached = "-"
		case !m.Reached:
			reached = "NO"
			missed++
		}
		rows[i] = []string{m.What, m.Measured, m.Baseline, m.Ratio, m.Goal, reached}
	}
	_, _ = fmt.Fprintln(out)
	return missed, figures.Table(out, []string{"what", "measured", "baseline", "ratio", "goal", "reached"}, rows)
}
