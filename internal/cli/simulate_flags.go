package cli

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dev.internal/plivoscope/internal/hostport"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// simulateFlags are those of simulate alone: what account is simulated, and how it is limited.
type simulateFlags struct {
	inboundURL  string
	allowRemote bool
	clock       string
	keep        int
	balance     string
	numbers     []string
	subaccounts []string
	geoBlock    []string
	geoLate     bool
	queueMPS    string
	noLimits    bool
	madeUp      bool
	extraTokens []string
	disabled    string
	everywhere  bool
	skew        time.Duration
	atOnce      int
}

func (f *simulateFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.inboundURL, "inbound-url", "", "post inbound messages to `URL` unless they name their own")
	fs.BoolVar(&f.allowRemote, "allow-remote", false, "post callbacks to other machines too")
	fs.StringVar(&f.clock, "clock", "now", "`TIME` that the clock shows at the beginning: now, or as 2026-03-01T12:00:00Z; with \",stopped\" behind it stands still until it is moved on")
	fs.IntVar(&f.keep, "keep-messages", 0, "remember the latest `N` messages (default 10,000)")
	fs.StringVar(&f.balance, "balance", "", "`DOLLARS` that the account has, which messages lessen (default 1000000)")
	fs.StringSliceVar(&f.numbers, "numbers", nil, "`NUMBER` that the account has (may be repeated); NUMBER@NAME is one of a subaccount (default "+simulator.DefaultNumber+")")
	fs.StringArrayVar(&f.subaccounts, "subaccount", nil, "make a subaccount with this `NAME` and credentials of its own, which are printed (may be repeated)")
	fs.StringSliceVar(&f.geoBlock, "geo-block", nil, "refuse messages to this `COUNTRY`, as DE, as one that is not switched on (may be repeated)")
	fs.BoolVar(&f.geoLate, "geo-late", false, "take messages to blocked countries, and let them fail with 450")
	fs.StringVar(&f.queueMPS, "queue-mps", "", "let `N` messages a second go from one number, the rest waits in its queue; plivo is what Plivo gives each type of number (default no limit)")
	fs.IntVar(&f.atOnce, "at-once", 0, "post up to `N` callbacks to one host and port at once, from 1 to 64 (default 6)")
	fs.BoolVar(&f.madeUp, "made-up", false, "make the account up, though PLIVO_AUTH_ID names one, in the environment or in .env")
	fs.StringArrayVar(&f.extraTokens, "extra-token", nil, "another active `TOKEN` of the account, with which callbacks are signed too and calls are taken (may be repeated; choose one that is no secret)")
	fs.StringVar(&f.disabled, "disabled", "", "disable the account: `HOW` is now, its calls are refused with 403, or late, its messages are taken and fail with 910")
	fs.BoolVar(&f.everywhere, "opt-out-everywhere", false, "let STOP and START count for all numbers, not for those of the US and Canada alone")
	fs.DurationVar(&f.skew, "skew", 0, "how far the Date of the API's answers is ahead of the simulator's clock, or behind it (default as the clock)")
	fs.BoolVar(&f.noLimits, "no-limits", false, "answer any number of requests: not only 300 in 5 s, 100 at a time, and 20 lists of messages a minute")
}

// mostSkew is how wrong a clock may be.
const mostSkew = 24 * time.Hour

// into checks the flags and puts them into the simulator's options.
func (f *simulateFlags) into(fs *pflag.FlagSet, o *simulator.Options) error {
	var err error
	if o.Start, o.Stopped, err = parseClock(f.clock); err != nil {
		return err
	}
	if o.MPS, err = parseQueueMPS(f.queueMPS); err != nil {
		return err
	}
	switch {
	case f.keep < 0:
		return fmt.Errorf("--keep-messages %d is below zero: give the number of messages to remember", f.keep)
	case f.keep == 0 && fs.Changed("keep-messages"):
		return errors.New("--keep-messages 0 would remember none: give at least 1, or leave it out for 10,000")
	case f.geoLate && len(f.geoBlock) == 0:
		return errors.New("--geo-late says when messages to blocked countries fail, and none is blocked: name them with --geo-block, as --geo-block DE")
	case f.disabled != "" && f.disabled != "now" && f.disabled != "late":
		return fmt.Errorf("--disabled %q: give now, for an account whose calls are refused, or late, for one whose messages are taken and fail", cut(f.disabled))
	case f.skew < -mostSkew || f.skew > mostSkew:
		return fmt.Errorf("--skew %s is more than %s: give how wrong the clock is, as 90s or -5m", f.skew, mostSkew)
	case f.atOnce == 0 && fs.Changed("at-once"):
		return errors.New("--at-once 0 would post nothing: give a number from 1 to 64")
	case slices.Contains(f.extraTokens, ""):
		return errors.New("--extra-token is empty: give a token, as --extra-token made-up")
	}
	if err := f.checkInboundURL(); err != nil {
		return err
	}
	o.AtOnce = f.atOnce
	o.AuthTokens, o.Disabled, o.DisabledLate, o.OptOutEverywhere, o.Skew = f.extraTokens, f.disabled != "", f.disabled == "late", f.everywhere, f.skew
	o.InboundURL, o.AllowRemote, o.Keep, o.Balance = f.inboundURL, f.allowRemote, f.keep, f.balance
	o.GeoBlocked, o.GeoLate = f.geoBlock, f.geoLate
	o.Limits = simulator.PlivoLimits()
	if f.noLimits {
		o.Limits = simulator.Limits{Lists: -1}
	}
	for _, name := range f.subaccounts {
		if strings.TrimSpace(name) == "" {
			return errors.New("--subaccount has no name: give one, as --subaccount shop")
		}
		o.Subaccounts = append(o.Subaccounts, simulator.Subaccount{Name: name})
	}
	if fs.Changed("numbers") && len(f.numbers) == 0 {
		f.numbers = []string{""} // what was typed
	}
	for _, given := range f.numbers {
		number, owner, owned := strings.Cut(given, "@")
		if !isOwnNumber(number) || owned && owner == "" {
			return fmt.Errorf("--numbers %q is no number: give it as %s, or as %s@NAME for one of a subaccount", given, simulator.DefaultNumber, simulator.DefaultNumber)
		}
		if owned && !slices.Contains(f.subaccounts, owner) {
			return fmt.Errorf("--numbers %q: there is no subaccount %q; make it with --subaccount %s", given, cut(owner), cut(owner))
		}
		if owned {
			o.MoreNumbers = append(o.MoreNumbers, simulator.Number{Number: number, Subaccount: owner})
		} else {
			o.Numbers = append(o.Numbers, number)
		}
	}
	return nil
}

// isOwnNumber tells whether an account may have a number: a long code, or a short one.
func isOwnNumber(given string) bool {
	digits := strings.NewReplacer("+", "", "-", "", " ", "", ".", "", "(", "", ")", "").Replace(given)
	return len(digits) >= 3 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

func (f *simulateFlags) checkInboundURL() error {
	if f.inboundURL == "" {
		return nil
	}
	u, err := url.Parse(f.inboundURL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return fmt.Errorf("--inbound-url %q is no URL to post to: give it as http://127.0.0.1:4141/sms/inbound", cut(f.inboundURL))
	case hostport.URL(u) != nil:
		return fmt.Errorf("--inbound-url %q %w", cut(f.inboundURL), hostport.URL(u))
	case !f.allowRemote && !plivo.IsLoopback(u.Hostname()):
		return fmt.Errorf("--inbound-url is on %s, which is not this machine: the simulator posts there only with --allow-remote", u.Host)
	}
	return nil
}

// parseClock reads what --clock says: a time, zero for that of this machine, and whether it stands still.
func parseClock(given string) (at time.Time, stopped bool, err error) {
	word, how, more := strings.Cut(given, ",")
	if more && how != "stopped" || word == "" {
		return at, false, fmt.Errorf("--clock %q: give now or a time as 2026-03-01T12:00:00Z, with \",stopped\" behind it for a clock that stands still", cut(given))
	}
	if word == "now" {
		return at, more, nil
	}
	if at, err = time.Parse(time.RFC3339, word); err != nil {
		return at, false, fmt.Errorf("--clock %q: %q is no time, which is written as 2026-03-01T12:00:00Z", cut(given), cut(word))
	}
	return at, more, nil
}

func parseQueueMPS(given string) (float64, error) {
	switch given {
	case "":
		return 0, nil
	case "plivo":
		return simulator.MPSByType, nil
	}
	n, err := strconv.ParseFloat(given, 64)
	if err != nil || !(n >= 0.001 && n <= 1e6) { // as the simulator has them
		return 0, fmt.Errorf("--queue-mps %q is no number of messages a second: give one from 0.001 to 1000000, as 0.5, or plivo", cut(given))
	}
	return n, nil
}
