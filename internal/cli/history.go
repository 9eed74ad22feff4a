package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

func newHistory(s Streams) *cobra.Command {
	var (
		f         flags
		callbacks bool
		filter    string
		limit     int
	)
	cmd := &cobra.Command{
		Use:   "history",
		Short: "Print the messages or callbacks of the history, oldest first",
		Long: `Print the messages of the history, oldest first; with --callbacks the callbacks.

Filter words: status: code: sig: dir: is: from: to: uuid: path: since: text, alone or with values that
commas separate (or); a - before a word negates it; several words must all hold; other words are
looked for in the text. sig: takes valid, invalid, missing, unchecked, or what is wrong where that is
known: url, port, token, params, nonce, method, recipe.`,
		Example: `  plivoscope history --filter 'status:failed,undelivered since:2h'
  plivoscope history --callbacks --filter sig:invalid -o json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := f.load(cmd, s)
			if err != nil {
				return err
			}
			defer set.close()
			if limit < 0 {
				return fmt.Errorf("--limit %d is below zero: give the number of rows, or leave it out for all", limit)
			}
			parsed, err := filterOf(s, filter)
			if err != nil {
				return err
			}
			path := set.options.HistoryPath
			if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("there is no history at %s yet: receive or send something first, or name another file with --db", path)
			}
			ctx := cmd.Context()
			db, err := store.Open(ctx, store.Options{Path: path, Keep: set.options.Keep, Logger: set.options.Logger, OnProblem: s.problem, Reads: true})
			if err != nil {
				return err
			}
			lease, live, err := db.Lease(ctx)
			if err != nil {
				return errors.Join(stopped(ctx, err), db.Close())
			}
			p := newPrinter(s, set.json, f.more(set).whereTokensAre(set, live && lease.SimToken != ""))
			noun, printed := "message", 0
			if callbacks {
				noun = "callback"
				err = each(ctx, p.lines, parsed, limit, db.Callbacks, callbackID, func(c webhook.Callback) error {
					printed++
					return p.callback(c, nil)
				})
			} else {
				err = each(ctx, p.lines, parsed, limit, db.Messages, messageID, func(m plivo.Message) error {
					printed++
					return p.message(m)
				})
			}
			if err == nil && printed == 0 && !set.json {
				if parsed.Empty() {
					s.say("There is no %s yet.", noun)
				} else {
					s.say("No %s matches.", noun)
				}
			}
			return errors.Join(stopped(ctx, err), db.Close())
		},
	}
	f.common(cmd)
	f.file(cmd)
	fs := cmd.Flags()
	fs.BoolVar(&callbacks, "callbacks", false, "print callbacks instead of messages")
	fs.StringVar(&filter, "filter", "", "only what matches these `WORDS`")
	fs.IntVar(&limit, "limit", 0, "only the newest `N`; 0 for all")
	return cmd
}

// filterOf reads --filter, and warns of a status in it that Plivo is not known to have.
func filterOf(s Streams, words string) (store.Filter, error) {
	f, err := store.ParseFilter(words)
	if err != nil {
		return f, fmt.Errorf("--filter: %w", err)
	}
	for _, v := range f.OddStatuses() {
		s.say("warning: --filter: Plivo is not known to have a status %s", cut(v))
	}
	return f, noPseudonym(f)
}

// noPseudonym refuses a filter for a number that was shown masked: what it stands for is known only to
// the run that showed it.
func noPseudonym(f store.Filter) error {
	for _, v := range f.Numbers() {
		if mask.IsPseudonym(v) {
			return fmt.Errorf("--filter: %s is a pseudonym; it can be used in the UI, where it was shown in this run; give the number", cut(v))
		}
	}
	return nil
}

// page is how many rows are read at a time: the whole of a large history never stands in memory.
const page = 500

// each prints the matching rows, oldest first; with a limit, the newest of them.
func each[T any](ctx context.Context, out *lines, f store.Filter, limit int,
	read func(context.Context, store.Window) ([]T, error), id func(T) int64, print func(T) error,
) error {
	all := func(rows iter.Seq2[int, T]) error {
		return out.together(func() error {
			for _, r := range rows {
				if err := print(r); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if limit > 0 {
		rows, err := newest(ctx, f, limit, read, id)
		if err != nil {
			return err
		}
		return all(slices.Backward(rows))
	}
	w := store.Window{Filter: f, Oldest: true, Limit: page}
	for {
		rows, err := read(ctx, w)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := all(slices.All(rows)); err != nil {
			return err
		}
		w.After = id(rows[len(rows)-1])
	}
}

// newest reads the newest rows, newest first.
func newest[T any](ctx context.Context, f store.Filter, limit int,
	read func(context.Context, store.Window) ([]T, error), id func(T) int64,
) ([]T, error) {
	var all []T
	w := store.Window{Filter: f}
	for len(all) < limit {
		w.Limit = min(page, limit-len(all))
		rows, err := read(ctx, w)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			break
		}
		all = append(all, rows...)
		w.Before = id(rows[len(rows)-1])
	}
	return all, nil
}

func callbackID(c webhook.Callback) int64 { return c.ID }
func messageID(m plivo.Message) int64     { return m.ID }
