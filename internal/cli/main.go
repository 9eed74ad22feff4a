package cli

import (
	"context"
	"errors"
	"os/signal"
	"runtime/debug"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/redact"
)

// Main runs the command line and gives the exit code. It never lets a panic of a subcommand go by
// without the terminal being usable: the UI restores it before.
func Main(args []string, s Streams) int {
	// A closed pipe is an error of the write, not the end of the process.
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	s.away, s.mask, s.hide, s.signals = new(atomic.Int32), new(atomic.Pointer[mask.Masker]), new(atomic.Pointer[redact.Tokens]), new(signals)
	s.signals.take(cancel, s.away, s.Err)

	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if cause := context.Cause(ctx); cause != nil && (err == nil || errors.Is(err, context.Canceled)) {
		err = cause
	}
	var owed *app.OwedError
	if errors.As(err, &owed) {
		err = owed // whatever else ended the program: this has to be mended
	}
	code := exitCode(err)
	var sig *signalError
	if err != nil && code != exitDone && !errors.As(err, &sig) {
		if s.masker() == nil && asksToMask(args) {
			s.mask.Store(newMasker()) // no command came so far
		}
		if s.hidden() == nil {
			s.hide.Store(tokensAround(envFileOf(args)))
		}
		s.say("%v", err)
	}
	return code
}

// newRoot is the command tree.
func newRoot(s Streams) *cobra.Command {
	var f flags
	root := &cobra.Command{
		Use:   "plivoscope",
		Short: "See, check and answer for Plivo SMS callbacks in the terminal",
		Long: `plivoscope starts a callback server, sends messages and shows every message live with its
status, error code and signature check.

Without a subcommand it opens the full-screen UI: on a live account when PLIVO_AUTH_ID and
PLIVO_AUTH_TOKEN are set (in the environment or in .env), on the embedded simulator otherwise.
Where standard output is no terminal it runs as "listen".`,
		Args:          noCommand,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !s.outIsTerminal() {
				// A setting of the environment is about the screens; a flag asks for what cannot be.
				if f.plain {
					return noTerminal("listen")
				}
				// A file that was named for the screens is checked though there is none.
				if _, err := f.look(s, false); err != nil {
					return err
				}
				return runListen(cmd, s, &f, &listenEnd{})
			}
			return runUI(cmd, s, &f)
		},
	}
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetIn(s.In)
	root.SetVersionTemplate("plivoscope {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(helpWithin(s))
	root.CompletionOptions.DisableDefaultCmd = true
	f.common(root)
	f.history(root)
	f.server(root)
	f.measuring(root)
	f.tunnelling(root)
	f.simulation(root)
	f.calling(root)
	f.forwarding(root)
	f.attaching(root)
	f.answering(root)
	f.screens(root)
	root.AddCommand(newDemo(s), newListen(s), newSend(s), newSimulate(s), newReplay(s), newTrigger(s), newReconcile(s), newHistory(s), newExport(s), newImport(s), newSign(s), newVerify(s), newRestore(s))
	root.AddCommand(newDoctor(s), newCompletion(s), newMan(s))
	complete(root)
	return root
}

// version is the module's version where it was installed by one, else the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	return "devel"
}
