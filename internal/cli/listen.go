package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// listenEnd says when listen ends by itself.
type listenEnd struct {
	until string
	count int
}

func (e listenEnd) waits() bool { return e.until != "" || e.count > 0 }

// causesWithin is how long a listen that is done waits for the causes of what it took to be written down.
const causesWithin = 2 * time.Second

func newListen(s Streams) *cobra.Command {
	var (
		f   flags
		end listenEnd
	)
	cmd := &cobra.Command{
		Use:   "listen",
		Short: "Receive callbacks, check their signatures and print them as they come",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runListen(cmd, s, &f, &end)
		},
	}
	f.common(cmd)
	f.history(cmd)
	f.server(cmd)
	f.measuring(cmd)
	f.tunnelling(cmd)
	f.simulation(cmd)
	f.reporting(cmd)
	f.forwarding(cmd)
	f.attaching(cmd)
	f.answering(cmd)
	f.waiting(cmd, "end after this `TIME`, as 90s; with --until or --count the default is 1m, and exit code 6 says that they were not met")
	cmd.Flags().StringVar(&end.until, "until", "", "end when a message reaches `STATUS` by a verified callback")
	cmd.Flags().IntVar(&end.count, "count", 0, "end after `N` callbacks")
	return cmd
}

// runListen serves and prints callbacks until a signal, or until end is met.
func runListen(cmd *cobra.Command, s Streams, f *flags, end *listenEnd) error {
	set, err := f.load(cmd, s)
	if err != nil {
		return err
	}
	defer set.close()
	if end.until != "" && !plivo.Status(end.until).Known() {
		return fmt.Errorf("--until %q is no status; the statuses are queued, sent, delivered, undelivered, failed, read, received and rejected", end.until)
	}
	if end.count < 0 {
		return fmt.Errorf("--count %d is below zero: give the number of callbacks to wait for", end.count)
	}
	report, err := f.report("listen")
	if err != nil {
		return err
	}
	defer report.Abandon()
	ctx := cmd.Context()
	a, err := app.Open(ctx, set.options)
	if err != nil {
		return err
	}
	if err := f.consent(ctx, s, a, endsDeclined); err != nil {
		return errors.Join(err, a.Close())
	}
	if f.timeout > 0 || end.waits() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, f.limit(), errTimeout)
		defer cancel()
	}
	p := newPrinter(s, set.json, f.more(set))
	// What is read before anything is waited for has its own time.
	t, err := newTail(cmd.Context(), s, a, p, end)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	t.report = report
	began := time.Now()
	err = listen(ctx, s, t)
	unforwarded(s, a, set.options.HistoryPath != "")
	if errors.Is(err, errTimeout) {
		err = nil
		switch {
		case !t.announced:
			err = tunnelLate(a, f.limit())
		case end.waits():
			p.more = p.more.whereTokensAre(set, a.Joined()) // a simulator of this process ends with it
			err = withCode(exitUnmet, t.late(context.WithoutCancel(ctx), f.limit()))
		}
	}
	t.reportEnd(time.Since(began), err)
	return errors.Join(err, report.Close(time.Now()), a.Close())
}

// late says what did not come in time.
func (t *tail) late(ctx context.Context, limit time.Duration) error {
	within := fmt.Sprintf("within %s (--timeout changes that)", limit)
	if t.end.until == "" {
		return fmt.Errorf("%d of %s came %s", t.printed, plural(t.end.count, "callback"), within)
	}
	return fmt.Errorf("no message reached %s by a verified callback %s%s", t.end.until, within, claimed(ctx, t.a, t.claimed, t.p))
}

// listen prints from the first callback on to the last one that is answered while the server stops. Without
// a tunnel the ready line comes before.
func listen(ctx context.Context, s Streams, t *tail) error {
	defer t.close()
	t.announce = func() error {
		t.announced = true
		return announce(s, t.a, t.p)
	}
	err := whileRunning(ctx, s, t.a, func(ctx context.Context) error {
		ctx, stop := endsWithTunnel(ctx, t.a)
		defer stop()
		if st := t.a.Status(); st.Tunnel.Asked() {
			// It is ready once a probe came back, if ever; what comes to its own address is printed already.
			s.say("listening on %s, and opening the tunnel (%s)", st.ListenURL, st.Tunnel.Name)
		} else if err := t.announce(); err != nil {
			return err
		}
		err := t.follow(ctx)
		if err == nil && t.met && !t.a.Joined() {
			// What was printed with its cause is to be found by it.
			within, cancel := context.WithTimeout(ctx, causesWithin)
			_ = t.a.Explained(within)
			cancel()
			return t.settleForwarding(ctx)
		}
		return err
	})
	if t.met || errors.Is(err, errReaderGone) {
		t.notices.print(t.a.Status().Notices) // what was put back
		return err
	}
	return errors.Join(err, t.rest(context.WithoutCancel(ctx)))
}

// announce says where the server is reached: as the first JSON line, or in words beside the data.
func announce(s Streams, a *app.App, p *printer) error {
	st := a.Status()
	if p.json {
		line, err := readyLine(st, a.SimulatorToken())
		if err != nil {
			return err
		}
		return p.lines.write(line)
	}
	account := fmt.Sprintf("%s account %s", st.Mode, st.AuthID)
	if st.Mode == app.Live && !st.Spends {
		account = fmt.Sprintf("account %s at %s", st.AuthID, st.APIURL) // a server of this machine
	}
	s.say("%s, listening on %s", account, st.ListenURL)
	if why := a.Unreachable(); why != "" {
		s.say("no callbacks come here: %s; open a tunnel with --tunnel, or name the address from outside with --public-url", why)
	} else {
		s.say("callback URLs: %s and %s", st.PublicURL+webhook.DeliveryReportPath, st.PublicURL+webhook.InboundPath)
	}
	if st.MetricsURL != "" {
		s.say("metrics are at %s", st.MetricsURL)
	}
	if st.Mode == app.Simulator {
		s.say("the simulator's API is %s", st.APIURL)
		if token := a.SimulatorToken(); token != "" {
			s.say("its made-up account: PLIVO_AUTH_ID=%s PLIVO_AUTH_TOKEN=%s", st.AuthID, token)
		}
	}
	return nil
}
