package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/tui"
)

// demoSpeed hurries the simulator in the headless demo, where nobody watches the hops.
const demoSpeed = 10

func newDemo(s Streams) *cobra.Command {
	var (
		f        flags
		headless bool
	)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the main job on the simulator with a stock of messages",
		Long: `Send a stock of messages on the embedded simulator: every status, several error codes, a long
message, an inbound one, a bad signature. In a terminal they show in the UI; elsewhere, or with
--headless, the resulting table is printed and the demo ends. Nothing is kept and no account is used.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd, s, &f, &headless)
		},
	}
	f.common(cmd)
	f.server(cmd)
	f.measuring(cmd)
	typedOnly(cmd.Flags(), "metrics") // that of another run has the address
	f.pace(cmd)
	f.forwarding(cmd)
	f.screens(cmd)
	cmd.Flags().BoolVar(&headless, "headless", false, "print the resulting table and end")
	return cmd
}

func runDemo(cmd *cobra.Command, s Streams, f *flags, asked *bool) error {
	if f.plain && !s.outIsTerminal() {
		return noTerminal("demo --headless")
	}
	// The demo is the same with and without an account in the environment.
	f.simulator = true
	set, err := f.load(cmd, s)
	if err != nil {
		return err
	}
	defer set.close()
	o := set.options
	o.HistoryPath = ""
	headless := *asked || !s.outIsTerminal()
	look, err := f.look(s, !headless)
	if err != nil {
		return err
	}
	look.FilterFile, look.TargetFile = "", "" // the demo keeps nothing
	if headless && !cmd.Flags().Changed("speed") {
		o.Speed = demoSpeed
	}
	if !headless {
		o.CallbacksAtOnce = keysFirst()
	}
	ctx := cmd.Context()
	a, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	err = whileRunning(ctx, s, a, func(ctx context.Context) error {
		if headless {
			return demoTable(ctx, s, a, f.output == "json")
		}
		return demoScreen(ctx, s, look, a)
	})
	return errors.Join(err, a.Close())
}

// demoScreen sends the stock while the screen is open.
func demoScreen(ctx context.Context, s Streams, look tui.Options, a *app.App) error {
	ctx, cancel := context.WithCancel(ctx)
	stocked := make(chan struct{})
	go func() {
		defer close(stocked)
		if err := a.Stock(ctx); err != nil && ctx.Err() == nil {
			a.Notify(app.Failure, err.Error())
		}
	}()
	err := s.screen(func() error { return tui.Run(ctx, a, look) })
	cancel()
	<-stocked
	return err
}

// demoTable sends the stock, waits for the last callback and prints what came of it.
func demoTable(ctx context.Context, s Streams, a *app.App, asJSON bool) error {
	if err := a.Stock(ctx); err != nil {
		return stopped(ctx, err)
	}
	if err := a.Settle(ctx); err != nil {
		return stopped(ctx, err)
	}
	if len(a.Status().Routes) > 0 {
		within, cancel := context.WithTimeout(ctx, forwardedWithin)
		_ = a.ForwardingSettled(within)
		cancel()
		newNotices(s).print(a.Status().Notices)
	}
	p := newPrinter(s, asJSON, nil)
	return each(ctx, p.lines, store.Filter{}, 0, a.Messages, messageID, p.message)
}
