package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// replayCommand is one run of replay.
type replayCommand struct {
	flags
	replayFlags
	filter string
	dryRun bool
	typed  func(flag string) bool // whether it stands on the command line
}

func newReplay(s Streams) *cobra.Command {
	var c replayCommand
	cmd := &cobra.Command{
		Use:   "replay ID … | --filter WORDS --to URL",
		Short: "Send callbacks of the history to your app again: signed anew, as captured, or broken on purpose",
		Long: `Send callbacks of the history to your app again: those of the IDs, as "history --callbacks" numbers
them, in their order, or all that a filter finds, oldest first.

They are signed anew, with fresh nonces, for the URL that your app sees: that of --to, or --sign-url
where a proxy is in between. With --as-captured they go as they came, and with --fault broken in one
way, to see whether your app notices. The token is PLIVO_AUTH_TOKEN (PLIVO_MAIN_AUTH_TOKEN for the Ma-
headers) of the environment or .env; while a simulator runs on the history, it is the simulator's.

Each attempt is kept in the history, beside a plivoscope that runs on it too, and shown with its callback;
the newest 10,000 are kept.

The exit code is 0 for any answer, or for those of --expect-status and --max-latency, of which others
are 6; 3 where there was no answer, and 1 where a callback could not be sent at all.`,
		Example: `  plivoscope replay 12 --to http://localhost:3000
  plivoscope replay 12 --to :3000 --fault wrong-token --expect-status 4xx
  plivoscope replay --filter 'status:delivered since:1h' --to :3000 \
    --rate 50 --concurrency 8`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd, s, args) },
	}
	c.printing(cmd)
	c.file(cmd)
	c.waiting(cmd, "give an attempt up after this `TIME` (default 10s)")
	c.reporting(cmd)
	c.add(cmd)
	fs := cmd.Flags()
	fs.StringVar(&c.filter, "filter", "", "send what matches these `WORDS`, as those of history, instead of IDs")
	fs.BoolVar(&c.dryRun, "dry-run", false, "print the exact requests and what differs from the callbacks, and send nothing")
	return cmd
}

func (c *replayCommand) run(cmd *cobra.Command, s Streams, args []string) error {
	typed := map[string]bool{}
	for _, name := range []string{"filter", "speed"} {
		typed[name] = cmd.Flags().Changed(name)
	}
	c.typed = func(flag string) bool { return typed[flag] }
	set, err := c.plainSettings(cmd, s)
	if err != nil {
		return err
	}
	o := app.ReplayOptions{Hide: s.hidden(), OnProblem: s.problem}
	if o.IDs, err = c.wanted(args); err != nil {
		return err
	}
	words := c.filter
	if len(o.IDs) > 0 {
		words = "" // of the environment
	}
	if o.Filter, err = filterOf(s, words); err != nil {
		return err
	}
	options, err := c.options()
	if err != nil {
		return err
	}
	runOptions, err := c.running(c.typed)
	if err != nil {
		return err
	}
	expect, err := c.expectations()
	if err != nil {
		return err
	}
	if c.timeout < 0 {
		return fmt.Errorf("--timeout %s is below zero: give a time as 5s", c.timeout)
	}
	if c.dryRun && c.junit != "" {
		return errReportOfNothing
	}
	if c.db == "" {
		if err := c.account(set); err != nil {
			return fmt.Errorf("cannot tell which history the callbacks are in: %w. For a token alone, which replay needs no more than, say whose history it is: --db FILE names its file, --simulator is the simulator's", err)
		}
	}
	if err := c.historyPath(cmd, set); err != nil {
		return err
	}
	o.HistoryPath, o.To, o.Keys = set.options.HistoryPath, options.To, environmentKeys(set)
	ctx := cmd.Context()
	r, err := app.OpenReplay(ctx, o)
	if err != nil {
		return stopped(ctx, err)
	}
	options, err = r.Options(options)
	if err == nil {
		job := &replayJob{s: s, p: newPrinter(s, set.json, nil), options: options, expect: expect, keep: r.Keep}
		if c.dryRun {
			err = job.dry(ctx, r.Source())
		} else if job.report, err = c.report("replay"); err == nil {
			err = job.send(ctx, r.Source(), runOptions, replay.SenderOptions{Timeout: c.timeout, InsecureSkipVerify: c.insecure})
		}
	}
	return errors.Join(err, r.Close())
}

var errReportOfNothing = errors.New("--dry-run and --junit exclude each other: nothing is sent that could be reported")

// wanted reads the IDs. A filter of the environment does not come between them and what was typed.
func (c *replayCommand) wanted(args []string) ([]int64, error) {
	switch {
	case len(args) > 0 && c.typed("filter"):
		return nil, errors.New("IDs and --filter exclude each other: the callbacks come from one of them")
	case len(args) == 0 && !c.typed("filter") && c.filter == "":
		return nil, errors.New("there is no callback to send: give the IDs that \"plivoscope history --callbacks\" shows, or --filter WORDS")
	}
	return callbackIDs(args)
}

// callbackIDs reads the numbers of callbacks.
func callbackIDs(args []string) ([]int64, error) {
	ids := make([]int64, len(args))
	for i, arg := range args {
		id, err := strconv.ParseInt(strings.TrimPrefix(arg, "#"), 10, 64)
		if err != nil || id <= 0 {
			return nil, fmt.Errorf("%q is no callback: \"plivoscope history --callbacks\" shows their numbers", cut(arg))
		}
		ids[i] = id
	}
	return ids, nil
}

// environmentKeys are the account's tokens; no auth id is needed with them.
func environmentKeys(set *settings) replay.Keys {
	token := func(label, name string) signature.Token {
		return signature.NewToken(label, set.env.Secret(name).Reveal())
	}
	return replay.Keys{Account: token("account", "PLIVO_AUTH_TOKEN"), Main: token("main account", "PLIVO_MAIN_AUTH_TOKEN")}
}
