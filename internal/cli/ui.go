package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/tui"
	"dev.internal/plivoscope/internal/webhook"
)

// runUI shows the full-screen UI over a running app.
func runUI(cmd *cobra.Command, s Streams, f *flags) error {
	set, err := f.load(cmd, s)
	if err != nil {
		return err
	}
	defer set.close()
	look, err := f.look(s, true)
	if err != nil {
		return err
	}
	set.options.CallbacksAtOnce = keysFirst()
	ctx := cmd.Context()
	a, err := app.Open(ctx, set.options)
	if err != nil {
		return err
	}
	for _, w := range set.warnings {
		a.Notify(app.Warning, w)
	}
	unattached := func(foreign *app.ForeignError) error {
		a.DeclineReplacing(foreign) // the screens can ask again
		return nil
	}
	if err := f.consent(ctx, s, a, unattached); err != nil {
		return errors.Join(err, a.Close())
	}
	after := newNotices(s)
	err = whileRunning(ctx, s, a, func(ctx context.Context) error {
		defer func() { after.last = time.Now() }()
		return s.screen(func() error { return tui.Run(ctx, a, look) })
	})
	after.print(a.Status().Notices) // what was said when the screen was gone
	unforwarded(s, a, set.options.HistoryPath != "")
	return errors.Join(err, a.Close())
}

// look is how and where the screens are shown. Where none are, only a settings file that was named is read.
func (f *flags) look(s Streams, shown bool) (tui.Options, error) {
	o := tui.Options{
		Input: s.keyboard(), Output: s.Out, Version: version(), NoMouse: f.noMouse, Plain: f.plain,
		MessageJSON:  messageLine,
		CallbackJSON: func(c webhook.Callback, masked bool) ([]byte, error) { return callbackLine(c, nil, masked) },
		AttemptJSON:  attemptLine,
	}
	if s.away != nil {
		o.Away = s.gone
	}
	if shown {
		if o.Masker, o.Mask = s.masker(), f.mask; o.Masker == nil {
			o.Masker = newMasker()
		}
	}
	if dir, err := config.StateDir(); err == nil {
		o.ReportDir = dir
		if !f.ephemeral && !f.mask {
			o.FilterFile, o.TargetFile = filepath.Join(dir, "filters"), filepath.Join(dir, "replay-target")
		}
	}
	if !shown && f.config == "" {
		return o, nil
	}
	file, err := config.LoadScreens(f.config)
	if err != nil {
		return o, cannot(err)
	}
	o.Keys, o.Colors = named(file.Keys), named(file.Theme)
	o.NoMouse = o.NoMouse || !file.Mouse
	if err := o.Check(); err != nil {
		return o, cannot(file.Wrong(lineOf(file, err), err))
	}
	return o, nil
}

// noTerminal says what to use instead of --plain where nobody could press a key.
func noTerminal(instead string) error {
	return fmt.Errorf("--plain takes keys and speaks to a terminal, and standard output is none: use plivoscope %s, which prints lines anywhere", instead)
}

func named(all []config.Named) []tui.Setting {
	out := make([]tui.Setting, len(all))
	for i, n := range all {
		out[i] = tui.Setting{Name: n.Name, Values: n.Values}
	}
	return out
}

// lineOf finds the line of what is wrong.
func lineOf(file config.Screens, err error) int {
	var wrong *tui.SettingError
	if !errors.As(err, &wrong) {
		return 1
	}
	if wrong.Theme {
		return config.LineOf(file.Theme, wrong.Name)
	}
	return config.LineOf(file.Keys, wrong.Name)
}

// signalDelay is how long after its arrival a signal may reach a busy program.
const signalDelay = 200 * time.Millisecond

// gone notes that another program has the terminal, or that it is back: what was typed to that program just
// before its end is not for this one.
func (s Streams) gone(away bool) {
	if away {
		s.away.Add(1)
		return
	}
	time.AfterFunc(signalDelay, func() { s.away.Add(-1) })
}
