package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
)

// reconcileCommand is one run of reconcile.
type reconcileCommand struct {
	flags
	plan app.ReconcilePlan
}

func newReconcile(s Streams) *cobra.Command {
	var c reconcileCommand
	cmd := &cobra.Command{
		Use:   "reconcile [UUID …] [--to URL]",
		Short: "Ask Plivo what became of messages whose callbacks did not come, and give your app what it missed",
		Long: `Go over the messages of the history that no verified callback has told the last of, or those of the
UUIDs, ask Plivo's API about each, and print what it says beside what callbacks have told, with the likely
cause. The API's word never becomes the message's status, which rests on callbacks alone.

With --to your app is sent the callback that it missed: made of what the API says, signed as Plivo would with
your token, and marked by the header X-Plivoscope-Synthetic: 1. What your app answered 2xx is not sent again.
Each attempt is kept in the history, as those of replay.

It works beside a plivoscope that runs on the history; the messages of a simulator need that. Plivo is asked
ten times a second at most.

The exit code is 0 when Plivo was asked about all, 2 where it refused the credentials, 3 where it could not
be reached or your app did not answer, 4 for too many requests, and 6 where your app answered something else
than 2xx.`,
		Example: `  plivoscope reconcile
  plivoscope reconcile --since 2h --to http://localhost:3000
  plivoscope reconcile 5b40a428-bfc7-4daf-9d06-726c558bf3b8 --to :3000 --dry-run`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd, s, args) },
	}
	c.common(cmd)
	c.file(cmd)
	c.waiting(cmd, "give an attempt at your app up after this `TIME` (default 10s)")
	fs := cmd.Flags()
	fs.DurationVar(&c.plan.Since, "since", 24*time.Hour, "go over messages that are no older than this `TIME`")
	fs.StringVar(&c.plan.To, "to", "", "send your app at this `URL` the callbacks that it missed; without a path they keep theirs")
	typedOnly(fs, "to")
	fs.BoolVar(&c.plan.DryRun, "dry-run", false, "without --to print the messages and ask nothing; with it ask, print the exact requests, and send your app nothing")
	fs.BoolVar(&c.plan.Again, "again", false, "also send what your app took before")
	return cmd
}

func (c *reconcileCommand) run(cmd *cobra.Command, s Streams, args []string) error {
	toTyped := cmd.Flags().Changed("to")
	set, err := c.load(cmd, s)
	if err != nil {
		return err
	}
	defer set.close()
	switch {
	case toTyped && c.plan.To == "":
		return errors.New("--to names no URL: give that of your app, as --to http://localhost:3000")
	case c.plan.Since <= 0:
		return fmt.Errorf("--since %s is no time in the past: give one as 2h", c.plan.Since)
	}
	c.plan.Timeout = c.timeout
	for _, uuid := range args {
		c.plan.UUIDs = append(c.plan.UUIDs, strings.ToLower(uuid))
	}
	ctx := cmd.Context()
	r, err := app.OpenReconciler(ctx, set.options)
	if err != nil {
		return stopped(ctx, err)
	}
	job := reconcileJob{p: newPrinter(s, set.json, nil), plan: c.plan}
	job.requests = &replayJob{s: s, p: job.p}
	return errors.Join(stopped(ctx, job.run(ctx, r)), r.Close())
}

// reconcileJob prints what comes of a reconcile.
type reconcileJob struct {
	p        *printer
	plan     app.ReconcilePlan
	requests *replayJob // that prints those of --dry-run
	printed  int        // requests
	failed   error      // the first that concerned one message alone
	silent   string     // why the app did not answer, the first time
	refused  int        // answers of the app that are not 2xx
	answer   int        // the first of them
}

func (j *reconcileJob) run(ctx context.Context, r *app.Reconciler) error {
	sum, err := r.Run(ctx, j.plan, j.one)
	if errors.Is(err, errReaderGone) || errors.Is(err, errNotPrinted) {
		return err
	}
	if failed := j.summary(sum, err != nil); failed != nil || err != nil {
		return errors.Join(err, failed)
	}
	switch {
	case j.silent != "":
		return withCode(exitUpstream, fmt.Errorf("%d of %s got no answer: %s", sum.Sent-sum.Taken-j.refused, plural(sum.Sent, "request"), j.silent))
	case j.refused > 0:
		return withCode(exitUnmet, fmt.Errorf("%d of %s not taken by your app, the first answered %d: only 2xx counts", j.refused, plural(sum.Sent, "callback")+" were", j.answer))
	case sum.Failed > 0:
		return withCode(exitUpstream, fmt.Errorf("%s could not be asked about: %w", plural(sum.Failed, "message"), j.failed))
	}
	return nil
}

// one prints what came of one message.
func (j *reconcileJob) one(r app.Reconciled) error {
	if r.Err != nil && j.failed == nil {
		j.failed = r.Err
	}
	if a := r.Attempt; a != nil && !r.Taken() {
		switch {
		case a.Err == "":
			if j.refused++; j.answer == 0 {
				j.answer = a.Answer.Status
			}
		case j.silent == "":
			j.silent = j.p.mask.Sentence(a.Err)
		}
	}
	if r.Request != nil && r.Attempt == nil { // of --dry-run
		j.printed++
		return j.requests.request(j.printed > 1, *r.Request)
	}
	if j.p.json {
		return j.lines(r)
	}
	d := roomFor(j.p.columns(), reconcileColumns, j.p.dated(r.Message.CreatedAt))
	return j.p.text(d.columns(reconcileColumns), reconcileRow(j.p.mask.Message(r.Message), r, d))
}

func (j *reconcileJob) lines(r app.Reconciled) error {
	line, err := reconciledLine(j.p.mask.Message(r.Message), r.Asked)
	if err != nil {
		return err
	}
	if err := j.p.lines.write(line); err != nil || r.Attempt == nil {
		return err
	}
	if line, err = attemptLine(j.p.mask.Attempt(*r.Attempt)); err != nil {
		return err
	}
	return j.p.lines.write(line)
}
