// Command all runs every benchmark of the program and ends with the table of what was measured. It ends with 1 where
// a goal is missed or a benchmark failed. It is run in the root of the repository:
//
//	go run ./internal/bench/all [-run REGEXP] [-large]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

func main() {
	only := flag.String("run", "", "run only the benchmarks whose package and name match this `expression`")
	large := flag.Bool("large", false, "measure growth at 5,000,000 messages too, which needs 12 GB of disk and some minutes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only, *large); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only string, large bool) error {
	began := time.Now()
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	chosen := matching(match)
	if len(chosen) == 0 {
		return fmt.Errorf("no benchmark matches %q", only)
	}
	done, err := prepare(ctx, chosen, large)
	if err != nil {
		return err
	}
	defer done()
	measures, failed, err := figures.Collect[figures.Measure](ctx, os.Stdout, commands(chosen))
	if err != nil {
		failed = append(failed, err.Error())
	}
	missed, err := table(measures)
	if err != nil {
		return err
	}
	fmt.Printf("\nmeasured in %.0f s\n", time.Since(began).Seconds())
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
func table(measures []figures.Measure) (missed int, err error) {
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
	fmt.Println()
	return missed, figures.Table(os.Stdout, []string{"what", "measured", "baseline", "ratio", "goal", "reached"}, rows)
}
