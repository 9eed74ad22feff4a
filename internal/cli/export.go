package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
)

// exportCommand is one run of export.
type exportCommand struct {
	flags
	filter, as, to string
	force          bool
}

func newExport(s Streams) *cobra.Command {
	var c exportCommand
	cmd := &cobra.Command{
		Use:   "export [ID …] [--filter WORDS]",
		Short: "Write callbacks of the history for other programs: JSON lines, HAR, raw HTTP, curl, or a test",
		Long: `Write callbacks of the history: those of the IDs, as "history --callbacks" numbers them, in their
order, or all that a filter finds, or all, oldest first.

JSON lines hold everything, and "plivoscope import" reads them back without loss, as it does HAR and
raw HTTP. --as jest, pytest or go writes a test that sends the callbacks to a handler of your own,
signed when it runs with PLIVO_AUTH_TOKEN of the environment. No token is ever written.

With --mask numbers and texts are pseudonyms; that is said in the export, and its signatures cannot
verify any more.`,
		Example: `  plivoscope export --to callbacks.jsonl
  plivoscope export 12 --as har --to callback.har
  plivoscope export 12 --as jest --to callback.test.js
  CALLBACK_URL=http://localhost:3000 node --test callback.test.js`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd, s, args) },
	}
	c.printing(cmd)
	c.file(cmd)
	fs := cmd.Flags()
	fs.StringVar(&c.filter, "filter", "", "only what matches these `WORDS`, as those of history")
	fs.StringVar(&c.as, "as", "jsonl", "write this `FORMAT`: "+formatNames(archive.Formats()))
	fs.StringVar(&c.to, "to", "-", "write to `FILE`, which must not be there yet; - for standard output")
	fs.BoolVar(&c.force, "force", false, "write over a file that is there")
	_ = cmd.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(strings.Split(formatNames(archive.Formats()), ", "), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func formatNames(of []archive.Format) string {
	names := make([]string, len(of))
	for i, f := range of {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

func (c *exportCommand) run(cmd *cobra.Command, s Streams, args []string) (err error) {
	typed, toTyped, asTyped := cmd.Flags().Changed("filter"), cmd.Flags().Changed("to"), cmd.Flags().Changed("as")
	set, err := c.plainSettings(cmd, s)
	if err != nil {
		return err
	}
	if !toTyped {
		c.to = "-" // that of the environment is where send and replay send
	}
	if !asTyped {
		c.as = string(archive.JSONLines) // that of the environment is an SDK of sign
	}
	format, err := archive.ParseFormat(c.as, archive.Formats())
	if err != nil {
		return fmt.Errorf("--as: %w", err)
	}
	if c.to == "" {
		return errors.New("--to names no file: give its name, or - for standard output")
	}
	if len(args) > 0 && typed {
		return errors.New("IDs and --filter exclude each other: the callbacks come from one of them")
	}
	ids, err := callbackIDs(args)
	if err != nil {
		return err
	}
	words := c.filter
	if len(ids) > 0 {
		words = "" // of the environment
	}
	filter, err := filterOf(s, words)
	if err != nil {
		return err
	}
	if err := c.whichHistory(cmd, set); err != nil {
		return err
	}
	ctx := cmd.Context()
	db, err := openHistory(ctx, s, set.options.HistoryPath)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(stopped(ctx, err), db.Close()) }()
	out, err := createOut(s, c.to, c.force, format)
	if err != nil {
		return err
	}
	defer out.abandon()
	masker := s.masker()
	w := archive.NewWriter(out, format, archive.Options{Version: version(), Masked: masker != nil})
	n, err := exported(ctx, db, ids, filter, func(cb webhook.Callback) error { return out.failed(w.Write(masker.Callback(*cb.Without(s.hidden())))) })
	if err != nil {
		return err
	}
	if n == 0 {
		if !out.toFile() {
			s.say("No callback matches.")
			return nil
		}
		return fmt.Errorf("no callback matches, so %s is not written", c.to)
	}
	if err := out.failed(w.Close()); err != nil {
		return err
	}
	if err := out.done(); err != nil || !out.toFile() {
		return err
	}
	return tellExported(s, set.json, exportedJSON{Event: "exported", File: c.to, Format: format, Callbacks: n, Masked: masker != nil})
}

// whichHistory finds the history of the account, which is not needed where a file is named.
func (f *flags) whichHistory(cmd *cobra.Command, set *settings) error {
	if f.db == "" {
		if err := f.account(set); err != nil {
			return fmt.Errorf("cannot tell which history is meant: %w. Say it: --db FILE names its file, --simulator is the simulator's", err)
		}
	}
	return f.historyPath(cmd, set)
}

// openHistory opens a history that is there.
func openHistory(ctx context.Context, s Streams, path string) (*store.Store, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no history at %s yet: receive or send something first, or name another file with --db", path)
	}
	return store.Open(ctx, store.Options{Path: path, OnProblem: s.problem, Reads: true})
}

// exported hands over the callbacks, and tells how many they were. All IDs are looked for first.
func exported(ctx context.Context, db *store.Store, ids []int64, filter store.Filter, write func(webhook.Callback) error) (n int, err error) {
	one := func(cb webhook.Callback) error {
		n++
		return write(cb)
	}
	if len(ids) == 0 {
		w := store.Window{Filter: filter, Oldest: true, Limit: page}
		for {
			rows, err := db.Callbacks(ctx, w)
			if err != nil || len(rows) == 0 {
				return n, err
			}
			for _, cb := range rows {
				if err := one(cb); err != nil {
					return n, err
				}
			}
			w.After = rows[len(rows)-1].ID
		}
	}
	for _, missing := range []bool{true, false} {
		for _, id := range ids {
			cb, found, err := db.Callback(ctx, id)
			switch {
			case err != nil:
				return n, err
			case !found:
				return n, fmt.Errorf("there is no callback %d in the history %s: \"plivoscope history --callbacks\" shows their numbers", id, db.Path())
			case missing:
				continue
			}
			if err := one(cb); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// exportedJSON tells what was written into a file.
type exportedJSON struct {
	Event     string         `json:"event"`
	File      string         `json:"file"`
	Format    archive.Format `json:"format"`
	Callbacks int            `json:"callbacks"`
	Masked    bool           `json:"masked"`
}

func tellExported(s Streams, asJSON bool, j exportedJSON) error {
	l := s.data()
	if asJSON {
		line, err := encode(j)
		if err != nil {
			return err
		}
		return l.write(line)
	}
	words := fmt.Sprintf("%s written to %s", plural(j.Callbacks, "callback"), j.File)
	if j.Masked {
		words += "; numbers and texts are masked, so no signature in it can verify"
	}
	return l.write([]byte(wrapped(escape.Line(words), s.width(), 0, 4)))
}

// onTerminal writes raw requests as they can be shown: they may hold anything.
type onTerminal struct{ w io.Writer }

func (t onTerminal) Write(p []byte) (int, error) {
	if _, err := io.WriteString(t.w, escape.Block(strings.ReplaceAll(string(p), "\r\n", "\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
