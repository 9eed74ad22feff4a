package cli

import (
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
)

func newRestore(s Streams) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "restore",
		Short: "Put back the message_url of applications that a run left pointing at it",
		Long: `Put back the message_url of applications that --attach-app or --attach-number changed, where the run
that did it ended without putting them back: it was killed, or the API did not answer.

What was there before is in the history. An application that somebody else changed since is left as it
is. One that a plivoscope which runs has attached is taken from it only with --yes.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return runRestore(cmd, s, &f) },
	}
	f.common(cmd)
	f.file(cmd)
	cmd.Flags().BoolVar(&f.yes, "yes", false, "also what a plivoscope that runs has attached")
	typedOnly(cmd.Flags(), "yes")
	return cmd
}

// restoredJSON is what came of one application.
type restoredJSON struct {
	AppID     string  `json:"app_id"`
	AppName   string  `json:"app_name"`
	FormerURL string  `json:"former_url"`
	FoundURL  *string `json:"found_url"` // null where the API did not say it, or was not asked
	Outcome   string  `json:"outcome"`   // put_back, unchanged, changed, gone, held or failed
	Error     *string `json:"error"`
}

func runRestore(cmd *cobra.Command, s Streams, f *flags) error {
	set, err := f.load(cmd, s)
	if err != nil {
		return err
	}
	defer set.close()
	if set.options.Mode != app.Live {
		if f.simulator {
			s.say("There is nothing to put back: the simulator's account ends with it.")
			return nil
		}
		return errors.New("cannot put anything back without an account: set PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN, in the environment or in .env, to those of the run that changed the application")
	}
	var done []app.Restored
	if _, err := os.Stat(set.options.HistoryPath); !errors.Is(err, os.ErrNotExist) {
		if done, err = app.Restore(cmd.Context(), set.options, f.yes); err != nil {
			return stopped(cmd.Context(), err)
		}
	}
	if len(done) == 0 && !set.json {
		s.say("There is nothing to put back for the account %s.", set.options.AuthID)
	}
	out := s.data()
	var failures []error
	for _, r := range done {
		line, err := restoredLine(s, r, set.json)
		if err == nil {
			err = out.write(line)
		}
		switch {
		case err != nil:
			failures = append(failures, err)
		case r.Err != nil:
			failures = append(failures, r.Err)
		case r.Outcome == "":
			failures = append(failures, withCode(exitWantsYes, errors.New("an application is attached by a plivoscope that runs; end that one, or say --yes")))
		}
	}
	return errors.Join(failures...)
}

func restoredLine(s Streams, r app.Restored, asJSON bool) ([]byte, error) {
	m := s.masker()
	r.Former, r.Present = m.URL(r.Former), m.URL(r.Present)
	if !asJSON {
		said := r.String()
		return []byte(escape.Line(m.Sentence(strings.ToUpper(said[:1]) + said[1:] + "."))), nil
	}
	j := restoredJSON{
		AppID: r.AppID, AppName: m.Sentence(r.AppName), FormerURL: r.Former, Outcome: string(r.Outcome),
	}
	if r.Found {
		j.FoundURL = &r.Present
	}
	switch {
	case r.Err != nil:
		words := m.Sentence(r.Err.Error())
		j.Outcome, j.Error = "failed", &words
	case r.Outcome == "":
		j.Outcome = "held"
	}
	return encode(j)
}
