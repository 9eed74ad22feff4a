package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/tui"
)

// runUI shows the full-screen UI over a running app.
func runUI(cmd *cobra.Command, s Streams, f *flags) error {
	set, err := f.load(cmd, s)
	if err != nil {
		return err
	}
	defer set.close()
	ctx := cmd.Context()
	a, err := app.Open(ctx, set.options)
	if err != nil {
		return err
	}
	for _, w := range set.warnings {
		a.Notify(app.Warning, w)
	}
	err = whileRunning(ctx, a, func(ctx context.Context) error { return screen(ctx, s, a) })
	return errors.Join(err, a.Close())
}

func screen(ctx context.Context, s Streams, a *app.App) error {
	return tui.Run(ctx, a, tui.Options{Input: s.keyboard(), Output: s.Out, Version: version()})
}
