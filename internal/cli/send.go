package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

func newSend(s Streams) *cobra.Command {
	var (
		f     flags
		draft plivo.Draft
		wait  string
	)
	cmd := &cobra.Command{
		Use:   "send --to NUMBER [--to NUMBER …] --text TEXT",
		Short: "Send a message and follow it to a status",
		Long: `Send one message to one or more numbers and print it; while it is followed, at each change.

Where a plivoscope runs on the same history its callback server is used. Otherwise send opens one of
its own until --wait is met or --timeout ends; on the embedded simulator it stays to the last report.`,
		Example: `  plivoscope send --to +15005550000 --text hello --wait delivered
  plivoscope send --from +14155550100 --to +14155550123 --text hello --yes
  plivoscope send --type mms --media https://example.com/cat.jpg \
    --to +14155550123 --text look --yes`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runSend(cmd, s, &f, &draft, &wait)
		},
	}
	f.common(cmd)
	f.history(cmd)
	f.server(cmd)
	f.tunnelling(cmd)
	f.simulation(cmd)
	f.sending(cmd)
	f.calling(cmd)
	f.waiting(cmd, "give up waiting after this `TIME` (default 1m)")
	fs := cmd.Flags()
	fs.StringVar(&draft.From, "from", "", "sender `NUMBER`; default: PLIVO_SENDER_ID, or the simulator's own number")
	fs.StringArrayVar(&draft.To, "to", nil, "destination `NUMBER` in E.164; several with a comma, or the flag again")
	fs.StringVar(&draft.Text, "text", "", "the message")
	fs.StringVar(&draft.CallbackURL, "callback-url", "", "where delivery reports go; default: the callback server's own `URL`")
	fs.StringVar(&draft.Method, "method", "POST", "how delivery reports are sent: POST or GET")
	sendOptions(cmd, &draft.Options)
	fs.StringVar(&wait, "wait", "", "follow the message to this `STATUS`; another final status ends with exit code 6")
	return cmd
}

func runSend(cmd *cobra.Command, s Streams, f *flags, written *plivo.Draft, wait *string) error {
	set, err := f.load(cmd, s)
	if err != nil {
		return err
	}
	defer set.close()
	draft, want := *written, plivo.Status(*wait)
	if want != "" && !want.Known() {
		return fmt.Errorf("--wait %q is no status; the statuses are queued, sent, delivered, undelivered, failed and read", want)
	}
	if err := readObjects(&draft.Options); err != nil {
		return err
	}
	set.options.Join = true
	if set.autoTunnel && (want == "" && f.timeout == 0 || draft.CallbackURL != "") {
		set.options.Tunnel = nil // it ends before a report can come, or reports go elsewhere
	}
	if !set.options.AddrGiven && set.options.PublicURL == "" {
		set.options.Addr = "127.0.0.1:0" // nobody needs to know the port of a server that ends so soon
	}
	ctx := cmd.Context()
	a, err := app.Open(ctx, set.options)
	if err != nil {
		return err
	}
	if draft.From == "" && draft.Powerpack == "" {
		draft.From = a.Status().DefaultSender
	}
	if a.Joined() {
		sayUnused(cmd, s, a)
	}
	p := newPrinter(s, set.json, f.more(set).whereTokensAre(set, a.Joined()))
	err = whileRunning(ctx, s, a, func(ctx context.Context) error {
		tunnelled, stop := endsWithTunnel(ctx, a)
		defer stop()
		job := sendJob{s: s, a: a, p: p, f: f, draft: draft, fate: f.fate, want: want, notices: newNotices(s)}
		defer job.tell()
		return job.run(ctx, tunnelled)
	})
	return errors.Join(err, a.Close())
}

// sendJob is one run of send.
type sendJob struct {
	s     Streams
	a     *app.App
	p     *printer
	f     *flags
	draft plivo.Draft
	fate  string
	want  plivo.Status

	notices *noticePrinter
}

// unusedBeside are the flags that were given and that only a server of its own would use.
func unusedBeside(cmd *cobra.Command) (given []string) {
	for _, name := range []string{"addr", "public-url", "insecure-url", "tunnel", "tunnel-pattern", "ngrok-api", "forwarded-for", "on-invalid", "allow", "keep", "speed", "pace", "seed", "sign", "rules", "chaos", "strict-senders"} {
		if cmd.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	return given
}

// sayUnused names the flags that only a server of its own would have used.
func sayUnused(cmd *cobra.Command, s Streams, a *app.App) {
	for _, flag := range unusedBeside(cmd) {
		s.say("warning: %s is not used: the server at %s, which runs on the same history, receives the callbacks", flag, a.Status().ListenURL)
	}
}

// tell repeats what the program has to say beside the messages.
func (j *sendJob) tell() { j.notices.print(j.a.Status().Notices) }

// changed prints a message, after what led to its change.
func (j *sendJob) changed(m plivo.Message) error {
	j.tell()
	return j.p.change(m)
}

// run sends the message and follows it. tunnelled is ctx, and ends with the tunnel too: that ends the waiting, and
// never a request that Plivo may have taken already.
func (j *sendJob) run(ctx, tunnelled context.Context) error {
	checked, found := j.draft.Check()
	if j.draft.From == "" && j.draft.Powerpack == "" {
		found = withoutField(found, "from")
		found = append(found, plivo.Problem{Field: "from", Text: "There is no sender: give --from NUMBER or --powerpack UUID, or set PLIVO_SENDER_ID."})
	}
	for i, p := range found {
		switch {
		case p.Field == "to" && len(j.draft.To) == 0:
			found[i].Text = "There is no destination: give --to NUMBER with its country code, as +14155550123."
		case p.Field == "text" && j.draft.Text == "":
			found[i].Text = "There is no text: give --text TEXT."
		}
	}
	problems(j.s, found)
	for _, problem := range found {
		if !problem.Warning {
			return withCode(exitUser, errors.New("nothing was sent; mend the errors above"))
		}
	}
	if j.a.Spends() && !j.f.yes {
		return withCode(exitWantsYes, j.wantsYes(checked))
	}
	if err := awaitTunnel(tunnelled, j.a, j.f.limit()); err != nil {
		return fmt.Errorf("nothing was sent: %w", err)
	}
	if checked.CallbackURL == "" && j.a.CallbackURL() == "" {
		if j.want != "" {
			return fmt.Errorf("--wait needs callbacks, and Plivo cannot reach this machine: %s; open a tunnel with --tunnel, name its address from outside with --public-url, or run without --wait; nothing was sent", j.a.Unreachable())
		}
		j.s.say("%s, so no callbacks are asked for: the message stays as Plivo accepted it; open a tunnel with --tunnel, or name its address from outside with --public-url, to see more", j.a.Unreachable())
	}
	sent, err := j.a.Send(ctx, app.SendRequest{Draft: checked, Fate: j.fate})
	if len(sent.IDs) == 0 {
		return stopped(ctx, err)
	}
	var unnoted *app.UnnotedError
	if errors.As(err, &unnoted) {
		return errors.Join(err, j.unnoted(unnoted.Messages))
	}
	if err != nil && ctx.Err() != nil {
		return j.interrupted(ctx, err, sent.IDs)
	}
	if err != nil {
		if clear, said := j.clarified(ctx, err, sent.IDs); !clear {
			return said
		}
	}
	if j.want == "" && j.f.timeout == 0 && checked.CallbackURL == "" && j.a.CallbackURL() != "" && !j.a.Joined() && !j.a.Embedded() {
		j.s.say("reports will go to %s, where nothing listens when this command has ended: send with --wait, or start plivoscope or plivoscope listen first", j.a.CallbackURL())
	}
	if err := j.follow(tunnelled, sent.IDs); err != nil {
		if ctx.Err() == nil && endedBy(tunnelled, err) { // what was sent is told all the same
			return errors.Join(err, j.print(ctx, sent.IDs), j.refusals(ctx, sent.IDs))
		}
		return err
	}
	return j.refusals(ctx, sent.IDs)
}

// endedBy tells whether err is that the waiting was ended, and not what came of it just before.
func endedBy(waiting context.Context, err error) bool {
	return waiting.Err() != nil && errors.Is(err, context.Cause(waiting))
}

// refusals is an error where Plivo took some destinations and refused others.
func (j *sendJob) refusals(ctx context.Context, ids []int64) error {
	ms, err := j.a.MessagesByID(ctx, ids)
	if err != nil {
		return stopped(ctx, err)
	}
	refused := 0
	for _, m := range ms {
		if m.Refusal != "" {
			refused++
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d of %s refused, as printed; the others were sent", refused, plural(len(ms), "destination")+" were")
	}
	return nil
}

// follow prints every change until there is nothing left to wait for.
func (j *sendJob) follow(ctx context.Context, ids []int64) error {
	if j.want == "" && !j.a.Embedded() && j.f.timeout == 0 {
		return j.print(ctx, ids)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, j.f.limit(), errTimeout)
	defer cancel()
	if j.want == "" {
		return j.untilSettled(ctx, ids)
	}
	err := j.a.Follow(ctx, ids, j.changed, func(ms []plivo.Message) (bool, error) { return app.Reached(ms, j.want) })
	if errors.Is(err, errTimeout) {
		return withCode(exitUnmet, j.late(context.WithoutCancel(ctx), ids))
	}
	return err
}

// late says what did not come in time, and of callbacks that say it did why they do not count.
func (j *sendJob) late(ctx context.Context, ids []int64) error {
	ms, err := j.a.MessagesByID(ctx, ids)
	if err != nil {
		return err
	}
	var last webhook.Callback
	for _, m := range ms {
		if m.UUID == "" {
			continue
		}
		all, err := j.a.CallbacksOf(ctx, m.UUID, page)
		if err != nil {
			return err
		}
		for _, c := range all {
			if claims(c, j.want) && c.ID > last.ID {
				last = c
			}
		}
	}
	return fmt.Errorf("the message did not reach %s within %s (--timeout changes that)%s%s", j.want, j.f.limit(), claimed(ctx, j.a, last, j.p), providerSays(ctx, j.a, ms, j.p))
}

// untilSettled follows the messages until all are final, the embedded simulator has nothing left to
// report, or the time is over.
func (j *sendJob) untilSettled(ctx context.Context, ids []int64) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		if j.a.Embedded() && j.a.Settle(ctx) == nil {
			cancel(errFinished)
		}
	}()
	err := j.a.Follow(ctx, ids, j.changed, func(ms []plivo.Message) (bool, error) {
		unfinished := func(m plivo.Message) bool { return !m.Status.Terminal() }
		return !j.a.Embedded() && !slices.ContainsFunc(ms, unfinished), nil
	})
	if errors.Is(err, errFinished) || (errors.Is(err, errTimeout) && j.f.timeout > 0) {
		return j.print(context.WithoutCancel(ctx), ids)
	}
	return err
}

// print writes the messages as they are now; the printer passes over those that have not changed.
func (j *sendJob) print(ctx context.Context, ids []int64) error {
	return j.a.Follow(ctx, ids, j.changed, func([]plivo.Message) (bool, error) { return true, nil })
}

func withoutField(ps []plivo.Problem, field string) []plivo.Problem {
	var kept []plivo.Problem
	for _, p := range ps {
		if p.Field != field {
			kept = append(kept, p)
		}
	}
	return kept
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, strings.TrimSuffix(noun, "s"))
}
