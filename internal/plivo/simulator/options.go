package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// DefaultNumber is what the account owns unless Options.Numbers says otherwise.
const DefaultNumber = "+14155550100"

// Options say what account is simulated and how its messages fare. The zero Options are usable.
type Options struct {
	AuthID        string   // made up when empty
	AuthToken     string   // made up when empty
	AuthTokens    []string // that are active beside AuthToken
	MainToken     string   // of the main account, for the Ma- signatures; empty for AuthToken
	Seed          uint64   // repeats everything random, made-up credentials too; 0 never repeats
	Speed         float64  // hurries the pace and the retries so many times; 0 for 1
	Fate          string   // of messages with none by number or request, as ParseFate reads it; empty for delivered
	Numbers       []string // the account's own; empty for DefaultNumber
	StrictSenders bool     // refuse a src that is not among Numbers
	AllowRemote   bool     // post callbacks to other machines too
	InboundURL    string   // message_url of the account's first application, which has the Numbers; empty for none
	Pace          Pace
	Start         time.Time // what the clock shows at the beginning; zero for this machine's time
	Stopped       bool      // the clock stands still, until it is moved on by hand
	Keep          int       // messages that are remembered, the latest; 0 for 10,000
	AtOnce        int       // callbacks that are on their way to one host and port at once; 0 for 6, up to 64

	Sign  scenario.Families // signature headers that callbacks carry; zero for all
	Rules scenario.Rules    // before Fate
	Chaos scenario.Chaos    // in place of that of Rules; zero for that

	Balance      string        // cash credits in dollars, which messages lessen; empty for a million
	Disabled     bool          // refuse every call with 403
	DisabledLate bool          // a disabled account's messages are taken, and fail with 910
	Subaccounts  []Subaccount  // of the account
	MoreNumbers  []Number      // after Numbers, for what these do not say
	Applications []Application // after the first
	Powerpacks   []Powerpack   // of the account; none for one of the first number
	AnyPowerpack bool          // take a powerpack_uuid that is not there for the first one
	Skew         time.Duration // of the API's clock, as its answers' Date shows it, against this machine's

	Limits           Limits
	MPS              float64  // messages a second from a number without one of its own; 0 for no limit, MPSByType for Plivo's
	GeoBlocked       []string // countries that are not switched on, as DE
	GeoLate          bool     // messages there are taken, and fail with 450
	OptOutEverywhere bool     // STOP and START count for all numbers, not for those of the US and Canada alone
	ownMPS           bool     // a number has its own

	Logger *slog.Logger // nil for none

	// OnReset is called by each Reset, when what was before is forgotten and nothing new is taken yet. It may not call the
	// Simulator. nil for none.
	OnReset func()

	// OnEvent is called one event at a time, from a goroutine of its own: a slow one holds nothing up, but
	// loses events where more than 4,096 wait for it, and is told how many. nil for none.
	OnEvent func(Event)
}

// Pace is when a message's statuses come, counted from the send, at speed 1. The zero Pace stands for
// 0, 0.2 s, 1 s, and 10 s for how much later than its status a late callback is posted.
type Pace struct {
	Queued time.Duration
	Sent   time.Duration
	Final  time.Duration
	Late   time.Duration
}

// The speeds between which times make sense.
const (
	minSpeed = 0.001
	maxSpeed = 1e6
)

var defaultPace = Pace{Sent: 200 * time.Millisecond, Final: time.Second, Late: 10 * time.Second}

func (o Options) withDefaults() (Options, error) {
	if o.Speed == 0 {
		o.Speed = 1
	}
	if !(o.Speed >= minSpeed && o.Speed <= maxSpeed) {
		return o, fmt.Errorf("cannot start the simulator at speed %v: give a number from %v to %v, as 20 for twenty times the real pace", o.Speed, minSpeed, float64(maxSpeed))
	}
	if o.Pace == (Pace{}) {
		o.Pace = defaultPace
	}
	if o.Pace.Queued < 0 || o.Pace.Sent < o.Pace.Queued || o.Pace.Final < o.Pace.Sent || o.Pace.Late < 0 {
		return o, errors.New("cannot start the simulator at this pace: queued, sent and final must follow each other in time")
	}
	if max(o.Pace.Final, o.Pace.Late) > scenario.MaxTime {
		return o, fmt.Errorf("cannot start the simulator at this pace: a time is longer than %s; give a shorter one", scenario.MaxTime)
	}
	if o.Keep < 0 || o.Keep > maxKept {
		return o, fmt.Errorf("cannot have the simulator remember %d messages: give a number from 1 to %d", o.Keep, maxKept)
	}
	o.Keep = cmp.Or(o.Keep, defaultKept)
	if o.AtOnce < 0 || o.AtOnce > maxPosting {
		return o, fmt.Errorf("cannot have the simulator post %d callbacks to one target at once: give a number from 1 to %d", o.AtOnce, maxPosting)
	}
	o.AtOnce = cmp.Or(o.AtOnce, defaultAtOnce)
	o.Balance = cmp.Or(o.Balance, defaultBalance)
	switch left, err := readDollars(o.Balance); {
	case err != nil:
		return o, err
	case left < 0:
		return o, fmt.Errorf("cannot give the simulated account the balance %q: it begins with what is there, at least 0", o.Balance)
	}
	if o.Limits.Lists == 0 {
		o.Limits.Lists = listsPerMinute
	}
	if err := o.checkQueue(); err != nil {
		return o, err
	}
	blocked := make([]string, len(o.GeoBlocked))
	for i, country := range o.GeoBlocked {
		if blocked[i] = strings.ToUpper(country); !plivo.IsRegion(blocked[i]) {
			return o, fmt.Errorf("cannot block the country %q: name it by its two letters, as DE", country)
		}
	}
	o.GeoBlocked = blocked
	if len(o.Numbers) == 0 {
		o.Numbers = []string{DefaultNumber}
	}
	own := make([]string, len(o.Numbers))
	for i, n := range o.Numbers {
		own[i] = alphanumeric(n)
		if own[i] == "" {
			return o, fmt.Errorf("cannot give the simulated account the number %q: it has no digits; write it as %s", n, DefaultNumber)
		}
	}
	o.Numbers = own
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}
