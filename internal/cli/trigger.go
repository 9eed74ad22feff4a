package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// triggerCommand is one run of trigger.
type triggerCommand struct {
	flags
	replayFlags
	scenarioFile string
	noWait       bool
	dryRun       bool
}

// mostShuffled bounds what is held in memory of the order.
const mostShuffled = 10_000_000

func newTrigger(s Streams) *cobra.Command {
	var c triggerCommand
	cmd := &cobra.Command{
		Use:   "trigger NAME[:CODE] | --file FILE --to URL",
		Short: "Send your app the callbacks of a scenario, made and signed here, without any capture",
		Long: `Send your app the callbacks of a scenario: delivered, undelivered:30, out-of-order, inbound-mms and
more, as "trigger list" shows them, or one of your own in a file. "trigger show NAME" prints a scenario to
begin with; docs/scenarios.md says what can stand in it.

Every request is made as Plivo makes it and signed for the URL that your app sees, with the V2 and V3
headers and those of the main account. The token is PLIVO_AUTH_TOKEN (PLIVO_MAIN_AUTH_TOKEN for the Ma-
headers) of the environment or .env; without it, that of a simulator that runs. The callbacks go one after
the other, at the times of the scenario.

--set gives a variable of the scenario another value, or sets a parameter, whose name begins with a capital
letter, in every request.

The exit code is 0 for any answer, or for those of --expect-status and --max-latency, of which others
are 6; 3 where there was no answer, and 1 where a callback could not be sent at all.`,
		Example: `  plivoscope trigger delivered --to http://localhost:3000
  plivoscope trigger undelivered:30 --to :3000 \
    --set to=+4915123456789 --expect-status 200
  plivoscope trigger --file lost.yaml --to :3000 --no-wait`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("trigger sends one scenario at a time, and %q and %q are two; for parameters there is --set", cut(args[0]), cut(args[1]))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return scenarioNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd, s, args) },
	}
	c.printing(cmd)
	fs := cmd.Flags()
	fs.StringVar(&c.db, "db", "", "use the token of the simulator that runs on the history in `FILE`")
	fs.BoolVar(&c.simulator, "simulator", false, "use the token of the simulator that runs, even where PLIVO_AUTH_TOKEN is set")
	c.waiting(cmd, "give an attempt up after this `TIME` (default 10s)")
	c.reporting(cmd)
	c.shared(cmd)
	fs.StringArrayVar(&c.set, "set", nil, "give a variable of the scenario a value, or set a parameter, `NAME=VALUE`; may be repeated")
	fs.IntVar(&c.concurrency, "concurrency", 0, "let `N` requests be on their way at once (default 1, so that they come in order)")
	fs.StringVar(&c.scenarioFile, "file", "", "send the scenario in `FILE`, - for standard input")
	fs.Float64Var(&c.hurry, "speed", 1, "hurry the scenario `N` times")
	fs.BoolVar(&c.noWait, "no-wait", false, "send all at once, one after the other, whatever the times of the scenario are")
	fs.Uint64Var(&c.seed, "seed", 0, "make UUIDs and random values repeat: the same `NUMBER` gives the same ones")
	fs.BoolVar(&c.dryRun, "dry-run", false, "print the exact requests and send nothing")
	cmd.AddCommand(newTriggerList(s), newTriggerShow(s))
	return cmd
}

func scenarioNames() []string {
	var names []string
	for _, s := range scenario.Builtin() {
		names = append(names, s.Name)
	}
	return names
}

func (c *triggerCommand) run(cmd *cobra.Command, s Streams, args []string) error {
	fileTyped := cmd.Flags().Changed("file")
	set, err := c.plainSettings(cmd, s)
	if err != nil {
		return err
	}
	if len(args) > 0 && !fileTyped {
		c.scenarioFile = "" // of the environment
	}
	o := app.ScenarioOptions{Vars: map[string]string{}, Speed: c.hurry, Seed: c.seed}
	sc, err := c.scenario(s, args, o.Vars)
	if err != nil {
		return err
	}
	if err := c.variables(&sc, o.Vars); err != nil {
		return err
	}
	options, err := c.options()
	if err != nil {
		return err
	}
	options.Guard = "trigger"
	runOptions, err := c.amount()
	if err != nil {
		return err
	}
	expect, err := c.expectations()
	switch {
	case err != nil:
		return err
	case c.timeout < 0:
		return fmt.Errorf("--timeout %s is below zero: give a time as 5s", c.timeout)
	case c.dryRun && c.junit != "":
		return errReportOfNothing
	case !(c.hurry > 0):
		return fmt.Errorf("--speed %v does not move time on: give a number above zero, 1 for the scenario's own pace", c.hurry)
	}
	ctx := cmd.Context()
	if options.Keys, err = c.keys(ctx, set); err != nil {
		return stopped(ctx, err)
	}
	// Rounds are the scenario's, so that each has messages of its own.
	o.Rounds, runOptions.Count = runOptions.Count, 1
	o.Keys, o.To, o.Now = options.Keys, options.To, time.Now()
	if c.noWait || c.rate > 0 || c.shuffle {
		o.Pacing = scenario.AtOnce
	} else {
		runOptions.Original, runOptions.Began = true, o.Now
		runOptions.Concurrency = max(runOptions.Concurrency, 1)
	}
	made, err := app.NewScenario(sc, o)
	if err != nil {
		return err
	}
	if n := made.Source().Len; c.shuffle && n > mostShuffled {
		return fmt.Errorf("--shuffle takes at most %d callbacks, and these are %d: give a smaller --count, or leave --shuffle out", mostShuffled, n)
	}
	if err := app.CheckReplay(options); err != nil {
		return err
	}
	job := &replayJob{s: s, p: newPrinter(s, set.json, nil), options: options, expect: expect, made: made}
	if c.dryRun {
		return job.dry(ctx, made.Source())
	}
	if job.report, err = c.report("trigger"); err != nil {
		return err
	}
	return job.send(ctx, made.Source(), runOptions, replay.SenderOptions{Timeout: c.timeout, InsecureSkipVerify: c.insecure})
}

// scenario finds what was asked for; a code that stands with its name goes into vars.
func (c *triggerCommand) scenario(s Streams, args []string, vars map[string]string) (scenario.Scenario, error) {
	switch {
	case len(args) == 1 && c.scenarioFile != "":
		return scenario.Scenario{}, errors.New("a name and --file exclude each other: the scenario is one of them")
	case len(args) == 1:
		sc, given, err := scenario.Named(args[0])
		if code, coded := given["code"]; coded {
			vars["code"] = code
		}
		return sc, err
	case c.scenarioFile == "":
		return scenario.Scenario{}, errors.New("there is no scenario to send: give a name that \"plivoscope trigger list\" shows, or --file FILE")
	}
	in := input{in: s.In}
	data, err := in.read("--file", c.scenarioFile, false)
	if err != nil {
		return scenario.Scenario{}, err
	}
	name := c.scenarioFile
	if name == "-" {
		name = "stdin"
	}
	return scenario.Parse(data, name)
}

// variables takes what --set gives to the scenario; what is left sets parameters.
func (c *triggerCommand) variables(sc *scenario.Scenario, vars map[string]string) error {
	var params []string
	for _, s := range c.set {
		name, value, found := strings.Cut(s, "=")
		switch {
		case !found || name == "":
			return fmt.Errorf("--set %q has no name and \"=\": give it as NAME=VALUE, with nothing behind the \"=\" for an empty value", cut(s))
		case sc.HasVariable(name):
			vars[name] = value
		case name[0] >= 'A' && name[0] <= 'Z' || plivo.Known(name):
			params = append(params, s)
		default:
			return fmt.Errorf("--set %q: the scenario %s has no variable of this name; it has %s. The name of a parameter begins with a capital letter", cut(s), sc.Name, strings.Join(variablesOf(sc), ", "))
		}
	}
	c.set = params
	return nil
}

// variablesOf are the names of a scenario's own variables, and then of those that all have.
func variablesOf(sc *scenario.Scenario) []string {
	var names []string
	for _, v := range slices.Concat(sc.Variables, scenario.Usual()) {
		if !slices.Contains(names, v.Name) {
			names = append(names, v.Name)
		}
	}
	return names
}

// keys are those of the environment, or of a simulator that runs.
func (c *triggerCommand) keys(ctx context.Context, set *settings) (replay.Keys, error) {
	keys := environmentKeys(set)
	if !keys.Account.Empty() && c.db == "" && !c.simulator {
		return keys, nil
	}
	path := c.db
	if path == "" {
		var err error
		if path, err = config.HistoryPath("simulator.db"); err != nil {
			return keys, cannot(err)
		}
	}
	running, found, err := app.RunningSimulator(ctx, path)
	switch {
	case err != nil:
		return keys, err
	case found:
		return running, nil
	case c.simulator || c.db != "" && keys.Account.Empty():
		return keys, fmt.Errorf("no simulator runs on the history %s whose token could sign: start it, or set PLIVO_AUTH_TOKEN in the environment or .env", path)
	}
	return keys, nil
}
