package cli

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// simulatorAddr is where the simulator listens unless told otherwise: beside the callback server's
// default, so that both can run with theirs.
const simulatorAddr = "127.0.0.1:4142"

func newSimulate(s Streams) *cobra.Command {
	var (
		f   flags
		own simulateFlags
	)
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Run a Plivo on loopback for any SDK",
		Long: `Run the simulator as a server: point an SDK's base URL at it, and messages are accepted, and their
callbacks posted, as Plivo does. The account is that of PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN, in the environment
or in .env; without them, and with --made-up, one is made up and printed.

The destination decides what becomes of a message: +1500555CCCC ends with error code CCCC; 0000 is
delivered, 0001 sent and never more, 0002 has no callback, 0003 callbacks out of order, 0004 each
twice, 0005 a wrong token, 0006 the last one late, 0007 signed over the URL with a slash at its end
more or less; 9400 9401 9429 9500 are refused by the API. A rules file decides for the others.

What runs is looked at and controlled by the subcommands, or by calls under /_simulator/, which are
answered on this machine alone.`,
		Example: `  plivoscope simulate --addr 127.0.0.1:0 --seed 1 \
    --clock 2026-03-01T12:00:00Z,stopped -o json
  plivoscope simulate inbound --from +14155550123 --text hi
  plivoscope simulate advance 60s`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := f.load(cmd, s)
			if err != nil {
				return err
			}
			defer set.close()
			o := set.options
			if own.madeUp {
				o.AuthID, o.AuthToken, o.MainToken = "", config.Secret{}, config.Secret{}
			}
			run := simulation{s: s, out: s.data(), json: set.json, madeUp: o.AuthToken.Empty()}
			ctx, cancel := context.WithCancelCause(cmd.Context())
			defer cancel(nil)
			run.stop = cancel
			so := simulator.Options{
				AuthID: o.AuthID, AuthToken: o.AuthToken.Reveal(), MainToken: o.MainToken.Reveal(),
				Seed: o.Seed, Speed: o.Speed, Pace: o.Pace, Fate: o.Fate, StrictSenders: o.StrictSenders, Sign: o.Sign,
				Rules: o.Rules, Chaos: o.Chaos,
				Logger: o.Logger, OnEvent: run.event,
			}
			if err := own.into(cmd.Flags(), &so); err != nil {
				return err
			}
			sim, err := simulator.New(so)
			if err != nil {
				return err
			}
			ln, moved, err := app.Bind(ctx, "API calls", f.addr, o.AddrGiven)
			if err != nil {
				return err
			}
			if moved {
				s.say("warning: %s is in use already, so the simulator listens on %s; name an address with --addr to keep it the same", f.addr, ln.Addr())
			}
			run.sim, run.url = sim, app.URLOf(ln)
			if o.Metrics != "" {
				served, err := run.measure(ctx, o)
				if err != nil {
					return errors.Join(err, ln.Close())
				}
				defer served()
			}
			if err := run.ready(); err != nil {
				return errors.Join(err, ln.Close())
			}
			err = sim.Serve(ctx, ln)
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return err
		},
	}
	f.common(cmd)
	f.address(cmd, simulatorAddr)
	f.measuring(cmd)
	typedOnly(cmd.Flags(), "metrics") // the callback server beside it has that address
	f.simulation(cmd)
	own.add(cmd)
	cmd.AddCommand(newSimulateInbound(s), newSimulateAdvance(s), newSimulateWait(s), newSimulateReset(s), newSimulateState(s))
	return cmd
}

// simulation is one run of simulate.
type simulation struct {
	s       Streams
	out     *lines
	json    bool
	madeUp  bool
	sim     *simulator.Simulator
	url     string
	metrics string // their URL; empty for none
	titled  atomic.Bool
	stop    context.CancelCauseFunc // ends the run when nobody reads any more
}

func (r *simulation) ready() error {
	token := ""
	if r.madeUp {
		token = r.sim.AuthToken()
	}
	if r.json {
		line, err := encode(simulatorReadyJSON{
			readyJSON:  readyJSON{Event: "ready", APIURL: r.url, Metrics: r.metrics, AuthID: r.sim.AuthID(), AuthToken: token},
			ControlURL: r.url + simulator.ControlPath, Subaccounts: r.subaccounts(),
		})
		if err != nil {
			return err
		}
		return r.out.write(line)
	}
	r.s.say("the simulator's API is %s, and what controls it is under %s", r.url, r.url+simulator.ControlPath)
	if r.metrics != "" {
		r.s.say("metrics are at %s", r.metrics)
	}
	if r.madeUp {
		r.s.say("its made-up account: PLIVO_AUTH_ID=%s PLIVO_AUTH_TOKEN=%s", r.sim.AuthID(), token)
	} else {
		r.s.say("its account is that of PLIVO_AUTH_ID, %s", r.sim.AuthID())
	}
	for _, sub := range r.subaccounts() {
		r.s.say("its made-up subaccount %s: PLIVO_AUTH_ID=%s PLIVO_AUTH_TOKEN=%s", sub.Name, sub.AuthID, sub.AuthToken)
	}
	return nil
}

// simulatorReadyJSON is the first line of simulate.
type simulatorReadyJSON struct {
	readyJSON
	ControlURL  string           `json:"control_url"`
	Subaccounts []subaccountJSON `json:"subaccounts,omitempty"`
}

type subaccountJSON struct {
	Name      string `json:"name"`
	AuthID    string `json:"auth_id"`
	AuthToken string `json:"auth_token"` // made up
}

func (r *simulation) subaccounts() []subaccountJSON {
	var all []subaccountJSON
	for _, sub := range r.sim.Subaccounts() {
		all = append(all, subaccountJSON{sub.Name, sub.AuthID, sub.AuthToken})
	}
	return all
}

// eventJSON is an event with its time as docs/output.md says.
type eventJSON struct {
	Kind string `json:"event"`
	At   string `json:"at"`
	simulator.Event
}

var eventColumns = []column{
	{title: "TIME", width: 12},
	{title: "EVENT", width: 8},
	{title: "STATUS", width: 11},
	{title: "CODE", width: 4, right: true},
	{title: "SEQ", width: 3, right: true, gives: 3},
	{title: "TRY", width: 3, right: true, gives: 4},
	{title: "ANSWER", width: 6, right: true},
	{title: "MESSAGE UUID", width: 36, gives: 1},
	{title: "TO", width: 14, gives: 2},
	{title: "PROBLEM", least: 20},
}

// event prints what the simulator did.
func (r *simulation) event(e simulator.Event) {
	m := r.s.masker()
	e.From, e.To, e.URL, e.Problem = m.Number(e.From), m.Number(e.To), m.URL(e.URL), m.Sentence(e.Problem)
	var err error
	if r.json {
		var line []byte
		if line, err = encode(eventJSON{e.Event, utc(e.At), e}); err == nil {
			err = r.out.write(line)
		}
	} else {
		if !r.titled.Swap(true) {
			err = r.out.write([]byte(header(r.s.width(), eventColumns)))
		}
		err = errors.Join(err, r.out.write([]byte(rowWithin(r.s.width(), eventColumns, []string{
			e.At.Local().Format("15:04:05.000"), e.Event, string(e.Status), e.ErrorCode, count(e.Sequence),
			count(e.Attempt), count(e.Answered), e.MessageUUID, e.To, e.Problem,
		}))))
	}
	if err != nil {
		r.stop(err)
	}
}
