package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
	"dev.internal/plivoscope/internal/webhook/capture"
)

// importCommand is one run of import.
type importCommand struct {
	flags
	as           string
	keepVerdicts bool
}

func newImport(s Streams) *cobra.Command {
	var c importCommand
	cmd := &cobra.Command{
		Use:   "import FILE … | -",
		Short: "Read callbacks into the history: JSON lines of export, HAR, or raw HTTP",
		Long: `Read the callbacks of files, or of standard input (-), into the history, which is made where there is
none yet. They keep the time at which they were received, and fold into messages like any other.

A callback that is in the history already, with the same method, URL, headers, body and time, is not
added again: so a file can be imported twice, or again after it was mended. What stands before a broken
line is imported; the line's number is said.

The signatures are checked with the tokens at hand, those of the environment or of a running
simulator. Where there is none, or with --keep-verdicts, the verdict stays that of the file.`,
		Example: `  plivoscope import callbacks.jsonl
  plivoscope import --db case-1234.db capture.har request.http
  gunzip < callbacks.jsonl.gz | plivoscope import -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("import needs a file: give its name, or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd, s, args) },
	}
	c.printing(cmd)
	c.file(cmd)
	fs := cmd.Flags()
	fs.StringVar(&c.as, "as", "", "read the files as `FORMAT`: "+formatNames(archive.Readable())+"; default: by their content")
	fs.BoolVar(&c.keepVerdicts, "keep-verdicts", false, "take the verdicts of the file as they are")
	fs.IntVar(&c.keep, "keep", 0, "keep `N` verified callbacks, the newest (default 1,000,000)")
	_ = cmd.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(strings.Split(formatNames(archive.Readable()), ", "), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (c *importCommand) run(cmd *cobra.Command, s Streams, args []string) (err error) {
	asTyped := cmd.Flags().Changed("as")
	set, err := c.plainSettings(cmd, s)
	if err != nil {
		return err
	}
	var as archive.Format
	if asTyped && c.as != "" { // that of the environment is an SDK of sign
		if as, err = archive.ParseFormat(c.as, archive.Readable()); err != nil {
			return fmt.Errorf("--as: %w", err)
		}
	}
	if c.keep < 0 {
		return fmt.Errorf("--keep %d is below zero: give the number of callbacks to keep", c.keep)
	}
	if err := c.whichHistory(cmd, set); err != nil {
		return err
	}
	// A file that is not there makes no history.
	for _, name := range args {
		if name != "-" {
			if _, err := os.Stat(name); err != nil {
				return fmt.Errorf("cannot read %s: %w; check its name", name, bare(err))
			}
		}
	}
	ctx := cmd.Context()
	db, err := store.Open(ctx, store.Options{Path: set.options.HistoryPath, Keep: c.keep, Hide: s.hidden(), OnProblem: s.problem})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(stopped(ctx, err), db.Close()) }()
	job := importJob{s: s, json: set.json, db: db, into: db.NewImport(), keepVerdicts: c.keepVerdicts, o: archive.ReadOptions{As: as, Now: time.Now()}}
	if job.tokens, err = c.tokensAtHand(ctx, set, db); err != nil {
		return err
	}
	job.o.URL = func(q capture.Request) string {
		return publicURL(signature.Request{Method: q.Method, Header: q.Header, Params: q.Params}, job.tokens, q)
	}
	var unread error
	for _, name := range args {
		switch err := job.file(ctx, name); {
		case errors.Is(err, errReaderGone):
			unread = err // what is imported does not hang on who reads of it
		case err != nil:
			return err
		}
	}
	return unread
}

// tokensAtHand are those that belong to the history: of a simulator that runs on it, or else of the
// environment, where the history is not a simulator's.
func (c *importCommand) tokensAtHand(ctx context.Context, set *settings, db *store.Store) ([]signature.Token, error) {
	lease, live, err := db.Lease(ctx)
	switch {
	case err != nil:
		return nil, err
	case live && lease.SimToken != "":
		return []signature.Token{signature.NewToken(accountLabel, lease.SimToken)}, nil
	case c.simulator || c.db == "" && set.options.Mode == app.Simulator:
		return nil, nil // a made-up token is gone with its simulator
	}
	return environmentTokens(set.env), nil
}

// importJob reads files into a history.
type importJob struct {
	s            Streams
	json         bool
	db           *store.Store
	into         *store.Import
	tokens       []signature.Token
	keepVerdicts bool
	o            archive.ReadOptions

	sum    importedJSON
	batch  []*webhook.Callback
	size   int // of its bodies and headers, in bytes
	warned int
}

// What one transaction takes: enough to be quick, and little enough that a server on the same history does
// not wait.
const (
	importRows  = 500
	importBytes = 4 << 20
)

// file imports one file and tells what came of it, also where it could be read only in part.
func (j *importJob) file(ctx context.Context, name string) error {
	j.sum, j.warned = importedJSON{Event: "imported", File: name, History: j.db.Path()}, 0
	in := j.s.In
	shown := "standard input"
	if name != "-" {
		shown = name
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("cannot read %s: %w; check its name", name, bare(err))
		}
		defer f.Close()
		in = f
	}
	err := j.read(ctx, stoppable{ctx, in})
	if failed := j.flush(ctx); failed != nil {
		err = failed
	}
	if err != nil && j.sum.Read == 0 {
		return j.failed(ctx, shown, err)
	}
	told := j.tell()
	if err != nil {
		return j.failed(ctx, shown, err)
	}
	return told
}

func (j *importJob) failed(ctx context.Context, shown string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	rest := ""
	if j.sum.Read > 0 {
		rest = fmt.Sprintf(". What stands before it is in the history (%d); import the file again when it is mended, and only the rest is added", j.sum.Read)
	}
	return fmt.Errorf("cannot import %s: %w%s", shown, bare(err), rest)
}

// read reads all callbacks.
func (j *importJob) read(ctx context.Context, in io.Reader) error {
	r, err := archive.NewReader(in, j.o)
	if err != nil {
		return err
	}
	j.sum.Format = r.Format()
	for ctx.Err() == nil {
		e, err := r.Next()
		j.sum.PassedOver = r.Skipped()
		if errors.Is(err, io.EOF) {
			if len(j.batch)+j.sum.Read == 0 {
				return errors.New("no callback is in it")
			}
			return nil
		}
		if err != nil {
			return err
		}
		if err := j.take(ctx, e); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// take judges a callback and puts it into the batch.
func (j *importJob) take(ctx context.Context, e archive.Entry) error {
	cb := e.Callback
	if e.Note != "" {
		j.warn(e.Place, e.Note)
	}
	if cb.Truncated {
		j.sum.Cut++
	}
	switch {
	case e.Masked:
		j.sum.Masked++
	case !e.Judged, len(j.tokens) > 0 && !j.keepVerdicts:
		was := cb.Verdict.Outcome
		if cb.Check(j.tokens); cb.Verdict.Outcome != was {
			cb.Cause = "" // it was found with other tokens
		}
	}
	j.batch = append(j.batch, &cb)
	j.size += len(cb.Body)
	for name, values := range cb.Header {
		for _, v := range values {
			j.size += len(name) + len(v)
		}
	}
	if len(j.batch) < importRows && j.size < importBytes {
		return nil
	}
	return j.flush(ctx)
}

// flush stores the batch.
func (j *importJob) flush(ctx context.Context) error {
	if len(j.batch) == 0 {
		return nil
	}
	added, err := j.into.Add(ctx, j.batch)
	if err != nil {
		return err
	}
	j.sum.Read += len(j.batch)
	j.sum.Added += added
	j.sum.Already += len(j.batch) - added
	j.batch, j.size = j.batch[:0], 0
	return nil
}

// warn says what could not be read of a callback; of many only the first.
func (j *importJob) warn(place, note string) {
	const most = 5
	switch j.warned++; {
	case j.warned <= most:
		j.s.say("warning: %s: %s", place, note)
	case j.warned == most+1:
		j.s.say("warning: of others something could not be read either")
	}
}

// stoppable is a reader of which a signal ends the wait for more, as for a pipe that nobody writes to.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	type result struct {
		data []byte
		err  error
	}
	read := make(chan result, 1)
	go func() {
		own := make([]byte, len(p)) // p is the caller's again after a signal
		n, err := s.r.Read(own)
		read <- result{own[:n], err}
	}()
	select {
	case <-s.ctx.Done():
		return 0, context.Cause(s.ctx)
	case r := <-read:
		return copy(p, r.data), r.err
	}
}
