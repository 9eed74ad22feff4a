package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// simulateFlags are those of simulate alone: what account is simulated, and how it is limited.
type simulateFlags struct {
	inboundURL  string
	allowRemote bool
	clock       string
	keep        int
	atOnce      int
	balance     string
	numbers     []string
	subaccounts []string
	geoBlock    []string
	geoLate     bool
	queueMPS    string
	noLimits    bool
}

func (f *simulateFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.inboundURL, "inbound-url", "", "post inbound messages to `URL` unless they name their own")
	fs.BoolVar(&f.allowRemote, "allow-remote", false, "post callbacks to other machines too")
	fs.StringVar(&f.clock, "clock", "now", "`TIME` that the clock shows at the beginning: now, or as 2026-03-01T12:00:00Z; with \",stopped\" behind it stands still until it is moved on")
	fs.IntVar(&f.keep, "keep-messages", 0, "remember the latest `N` messages (default 10,000)")
	fs.IntVar(&f.atOnce, "callbacks-at-once", 6, "post `N` callbacks to one host and port at once, up to 64")
	fs.StringVar(&f.balance, "balance", "", "`DOLLARS` that the account has, which messages lessen (default 1000000)")
	fs.StringSliceVar(&f.numbers, "numbers", nil, "`NUMBER` that the account has (may be repeated); NUMBER@NAME is one of a subaccount (default "+simulator.DefaultNumber+")")
	fs.StringArrayVar(&f.subaccounts, "subaccount", nil, "make a subaccount with this `NAME` and credentials of its own, which are printed (may be repeated)")
	fs.StringSliceVar(&f.geoBlock, "geo-block", nil, "refuse messages to this `COUNTRY`, as DE, as one that is not switched on (may be repeated)")
	fs.BoolVar(&f.geoLate, "geo-late", false, "take messages to blocked countries, and let them fail with 450")
	fs.StringVar(&f.queueMPS, "queue-mps", "", "let `N` messages a second go from one number, the rest waits in its queue; plivo is what Plivo gives each type of number (default no limit)")
	fs.BoolVar(&f.noLimits, "no-limits", false, "answer any number of requests: not only 300 in 5 s, 100 at a time, and 20 lists of messages a minute")
}

// into checks the flags and puts them into the simulator's options.
func (f *simulateFlags) into(o *simulator.Options) error {
	var err error
	if o.Start, o.Stopped, err = parseClock(f.clock); err != nil {
		return err
	}
	if o.MPS, err = parseQueueMPS(f.queueMPS); err != nil {
		return err
	}
	if f.keep < 0 {
		return fmt.Errorf("--keep-messages %d is below zero: give the number of messages to remember", f.keep)
	}
	if f.atOnce < 1 {
		return fmt.Errorf("--callbacks-at-once %d lets nothing be posted: give a number from 1 to 64", f.atOnce)
	}
	o.AtOnce = f.atOnce
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
	for _, given := range f.numbers {
		number, owner, owned := strings.Cut(given, "@")
		if number == "" || owned && owner == "" {
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
	if err != nil || !(n > 0) {
		return 0, fmt.Errorf("--queue-mps %q is no number of messages a second: give one above zero, as 0.5, or plivo", cut(given))
	}
	return n, nil
}
