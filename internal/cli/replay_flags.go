package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// replayFlags say how callbacks are changed and sent, and what is expected of the answers. replay and trigger
// have them.
type replayFlags struct {
	to, signURL  string
	asCaptured   bool
	fault        string
	set, unset   []string
	headers      []string
	method, path string
	count        int
	duplicates   int
	burst        int
	rate, hurry  float64
	concurrency  int
	shuffle      bool
	timing       string
	insecure     bool
	expectStatus string
	maxLatency   time.Duration
}

// add registers what replay has.
func (f *replayFlags) add(cmd *cobra.Command) {
	f.shared(cmd)
	fs := cmd.Flags()
	fs.BoolVar(&f.asCaptured, "as-captured", false, "send the body, the headers and the signatures that came")
	fs.StringArrayVar(&f.set, "set", nil, "set a parameter, `NAME=VALUE`; may be repeated")
	fs.IntVar(&f.concurrency, "concurrency", 0, "let `N` requests be on their way at once (default 1, or 64 with --timing original)")
	fs.StringVar(&f.timing, "timing", "", "original: as far apart as they were received")
	fs.Float64Var(&f.hurry, "speed", 1, "with --timing original, hurry `N` times")
	_ = cmd.RegisterFlagCompletionFunc("timing", cobra.FixedCompletions([]string{"original"}, cobra.ShellCompDirectiveNoFileComp))
}

// shared registers what replay and trigger share.
func (f *replayFlags) shared(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.to, "to", "", "send to this `URL`, as http://localhost:3000 or :3000; without a path the callbacks keep theirs")
	fs.StringVar(&f.signURL, "sign-url", "", "sign for this `URL`, where your app sees another one than --to, as behind a proxy")
	fs.StringVar(&f.fault, "fault", "", "break the request after it is signed, in the way `NAME`; docs/replay.md says what to expect of each")
	fs.StringArrayVar(&f.unset, "unset", nil, "remove the parameter `NAME`; may be repeated")
	fs.StringArrayVar(&f.headers, "set-header", nil, "set a header, `'NAME: VALUE'`; may be repeated")
	fs.StringVar(&f.method, "method", "", "send with this `METHOD`; GET has the parameters in the query")
	fs.StringVar(&f.path, "path", "", "send to this `PATH`, with its query, whatever --to's and the callback's are")
	fs.IntVar(&f.count, "count", 1, "send all of them `N` times")
	fs.IntVar(&f.duplicates, "duplicates", 0, "send each `N` times more, right after its first time, as a sender does that missed an answer")
	fs.Float64Var(&f.rate, "rate", 0, "send at most `N` requests a second; 0 for no limit")
	fs.IntVar(&f.burst, "burst", 1, "with --rate, let `N` requests go at once before it holds them back")
	fs.BoolVar(&f.shuffle, "shuffle", false, "send them in random order")
	fs.BoolVar(&f.insecure, "insecure", false, "take any certificate of a target on this machine")
	fs.StringVar(&f.expectStatus, "expect-status", "", "end with exit code 6 unless all answers have one of these `STATUSES`, as 200, 4xx or 200,204")
	fs.DurationVar(&f.maxLatency, "max-latency", 0, "end with exit code 6 when an answer takes longer than this `TIME`, as 500ms")
	_ = cmd.RegisterFlagCompletionFunc("fault", cobra.FixedCompletions(faultNames(), cobra.ShellCompDirectiveNoFileComp))
}

func faultNames() []string {
	var names []string
	for _, f := range replay.Faults() {
		names = append(names, f.Name)
	}
	return names
}

// options are what each request is built with, all but the keys.
func (f *replayFlags) options() (o replay.Options, err error) {
	if f.to == "" {
		return o, errors.New("--to is missing: give the URL of your app, as --to http://localhost:3000")
	}
	if o.To, err = replay.CheckTarget(f.to); err != nil {
		return o, fmt.Errorf("--to: %w", err)
	}
	o.SignURL, o.Mode, o.Guard = f.signURL, webhook.Resigned, "replay"
	switch {
	case f.asCaptured && f.fault != "":
		return o, errors.New("--as-captured and --fault exclude each other: a fault is put into a request that is signed anew")
	case f.asCaptured && f.signURL != "":
		return o, errors.New("--as-captured and --sign-url exclude each other: as captured, nothing is signed")
	case f.asCaptured:
		o.Mode = webhook.AsCaptured
	case f.fault != "":
		if !slices.Contains(faultNames(), f.fault) {
			return o, fmt.Errorf("there is no --fault %q; use one of %s", cut(f.fault), strings.Join(faultNames(), ", "))
		}
		o.Mode, o.Fault = webhook.Faulty, f.fault
	}
	o.Edits.Method, o.Edits.Path = f.method, f.path
	if f.path != "" && !strings.HasPrefix(f.path, "/") {
		return o, fmt.Errorf("--path %q does not begin with /: give it as /sms/inbound?a=b", cut(f.path))
	}
	for _, s := range f.set {
		name, value, found := strings.Cut(s, "=")
		if !found || name == "" {
			return o, fmt.Errorf("--set %q has no name and \"=\": give it as NAME=VALUE, with nothing behind the \"=\" for an empty value", cut(s))
		}
		o.Edits.Params = append(o.Edits.Params, replay.Edit{Name: name, Value: value})
	}
	for _, name := range f.unset {
		if name == "" {
			return o, errors.New("--unset names no parameter: give its name, as --unset ErrorCode")
		}
		o.Edits.Params = append(o.Edits.Params, replay.Edit{Name: name, Remove: true})
	}
	for _, s := range f.headers {
		name, value, found := strings.Cut(s, ":")
		name = strings.Trim(name, " \t")
		if !found || name == "" {
			return o, fmt.Errorf("--set-header %q has no name and colon: give it as 'NAME: VALUE'", cut(s))
		}
		o.Edits.Header = append(o.Edits.Header, replay.Edit{Name: name, Value: strings.Trim(value, " \t")})
	}
	return o, nil
}

// running says how many requests go, and how fast.
func (f *replayFlags) running(typed func(flag string) bool) (replay.RunOptions, error) {
	o, err := f.amount()
	switch {
	case err != nil:
		return o, err
	case f.timing != "" && f.timing != "original":
		return o, fmt.Errorf("--timing %q is not known: it is original, or left out", cut(f.timing))
	case f.timing == "" && typed("speed"):
		return o, errors.New("--speed says nothing without --timing original: give both, or --rate")
	case f.timing == "":
		return o, nil
	case f.rate > 0 || f.shuffle:
		return o, errors.New("--timing original goes with neither --rate nor --shuffle: choose one of them")
	case !(f.hurry > 0):
		return o, fmt.Errorf("--speed %v does not move time on: give a number above zero, 1 for the original pace", f.hurry)
	}
	o.Original, o.Speed = true, f.hurry
	return o, nil
}

// amount is how many requests go, and in which order.
func (f *replayFlags) amount() (replay.RunOptions, error) {
	o := replay.RunOptions{Count: f.count, Shuffle: f.shuffle, Rate: f.rate, Duplicates: f.duplicates, Burst: f.burst, Concurrency: f.concurrency}
	switch {
	case f.count < 1:
		return o, fmt.Errorf("--count %d sends nothing: give a number of at least 1", f.count)
	case f.duplicates < 0:
		return o, fmt.Errorf("--duplicates %d is below zero: give how many times more each is sent", f.duplicates)
	case f.burst < 1:
		return o, fmt.Errorf("--burst %d lets nothing go: give how many requests may go at once, at least 1", f.burst)
	case f.burst > 1 && f.rate == 0:
		return o, errors.New("--burst says nothing without --rate: give both")
	case !(f.rate >= 0):
		return o, fmt.Errorf("--rate %v is below zero: give the requests a second, or 0 for no limit", f.rate)
	case f.concurrency < 0:
		return o, fmt.Errorf("--concurrency %d is below zero: give the number of requests that may be on their way at once", f.concurrency)
	}
	return o, nil
}
