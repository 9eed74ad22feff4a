package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// listenEnd says when listen ends by itself.
type listenEnd struct {
	until string
	count int
}

func (e listenEnd) waits() bool { return e.until != "" || e.count > 0 }

func newListen(s Streams) *cobra.Command {
	var (
		f   flags
		end listenEnd
	)
	cmd := &cobra.Command{
		Use:   "listen",
		Short: "Receive callbacks, check their signatures and print them as they come",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runListen(cmd, s, &f, end)
		},
	}
	f.common(cmd)
	f.history(cmd)
	f.server(cmd)
	f.simulation(cmd)
	f.waiting(cmd, "end after this `TIME`, as 90s; with --until or --count the default is 1m, and exit code 6 says that they were not met")
	cmd.Flags().StringVar(&end.until, "until", "", "end when a message reaches `STATUS` by a verified callback")
	cmd.Flags().IntVar(&end.count, "count", 0, "end after `N` callbacks")
	return cmd
}

// runListen serves and prints callbacks until a signal, or until end is met.
func runListen(cmd *cobra.Command, s Streams, f *flags, end listenEnd) error {
	set, err := f.load(cmd, s)
	if err != nil {
		return err
	}
	defer set.close()
	if end.until != "" && !plivo.Status(end.until).Known() {
		return fmt.Errorf("--until %q is no status; the statuses are queued, sent, delivered, undelivered, failed, read, received and rejected", end.until)
	}
	ctx := cmd.Context()
	if f.timeout > 0 || end.waits() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, f.limit(), errTimeout)
		defer cancel()
	}
	a, err := app.Open(ctx, set.options)
	if err != nil {
		return err
	}
	p := &printer{lines: &lines{w: s.Out}, json: set.json}
	err = whileRunning(ctx, a, func(ctx context.Context) error {
		if err := announce(s, a, p); err != nil {
			return err
		}
		return tail(ctx, s, a, p, end)
	})
	err = errors.Join(err, a.Close())
	if errors.Is(err, errTimeout) {
		if end.waits() {
			return fmt.Errorf("%w before what was waited for came", errTimeout)
		}
		return nil
	}
	return err
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
	s.say("%s account %s, listening on %s", st.Mode, st.AuthID, st.ListenURL)
	if a.CallbackURL() == "" {
		s.say("Plivo cannot reach this address: open a tunnel to it and name its address with --public-url")
	} else {
		s.say("callback URLs: %s and %s", st.PublicURL+webhook.DeliveryReportPath, st.PublicURL+webhook.InboundPath)
	}
	if st.Mode == app.Simulator {
		s.say("the simulator's API is %s", st.APIURL)
		if token := a.SimulatorToken(); token != "" {
			s.say("its made-up account: PLIVO_AUTH_ID=%s PLIVO_AUTH_TOKEN=%s", st.AuthID, token)
		}
	}
	return nil
}

// tail prints each callback once, in the order of the history.
func tail(ctx context.Context, s Streams, a *app.App, p *printer, end listenEnd) error {
	wake, stop := a.Subscribe()
	defer stop()
	var last int64
	newest, err := a.Callbacks(ctx, store.Window{Limit: 1})
	if err != nil {
		return err
	}
	if len(newest) > 0 {
		last = newest[0].ID
	}
	printed, notices := 0, newNotices(s)
	for {
		notices.print(a.Status().Notices)
		rows, err := a.Callbacks(ctx, store.Window{After: last, Oldest: true, Limit: 500})
		if err != nil {
			return stopped(ctx, err)
		}
		for _, c := range rows {
			last = c.ID
			if err := p.callback(c); err != nil {
				return err
			}
			printed++
			if end.count > 0 && printed >= end.count {
				return nil
			}
		}
		if done, err := untilMet(ctx, a, rows, plivo.Status(end.until)); err != nil || done {
			return stopped(ctx, err)
		}
		if len(rows) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-wake:
		}
	}
}

// untilMet looks whether a message of these callbacks has come to the status waited for.
func untilMet(ctx context.Context, a *app.App, rows []webhook.Callback, want plivo.Status) (bool, error) {
	if want == "" {
		return false, nil
	}
	var uuids []string
	for _, c := range rows {
		if uuid := c.Report.MessageUUID(); uuid != "" {
			uuids = append(uuids, uuid)
		}
	}
	if len(uuids) == 0 {
		return false, nil
	}
	ms, err := a.MessagesByUUID(ctx, uuids)
	for _, m := range ms {
		if ok, _ := app.Reached([]plivo.Message{m}, want); ok {
			return true, err
		}
	}
	return false, err
}

// stopped prefers the reason for which ctx ended over the error that its end caused.
func stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
