package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/plivo/simulator/control"
)

// SimulatorState is what a simulator holds, does next and did.
type SimulatorState struct {
	Where     string // URL of its API where it runs in another process; empty for this one
	Clock     simulator.Clock
	Stats     simulator.Stats
	Standing  simulator.Standing
	Fate      string // of messages that nothing else is said for
	NextFate  string // of the next messages
	NextLeft  int    // how many of these are still to come
	Chaos     scenario.Chaos
	Rules     []simulator.RuleUse // Fitted and Used are -1 where they are not told
	RulesFile string              // that this process loaded them from; empty for none, and where others hold by now
	Upcoming  []simulator.Scheduled
	Tried     []simulator.Tried
}

// SimulatorChange is what is to change in a simulator. What it leaves empty stays.
type SimulatorChange struct {
	Stop, Start bool          // the clock
	ToNext      bool          // move the clock on to when something goes next
	Advance     time.Duration // of the clock, in Plivo's time
	Speed       float64
	Fate        string // of messages that nothing else is said for
	Next        *NextFate
	Chaos       *scenario.Chaos
	RulesFile   string // to load
	NoRules     bool

	rules *scenario.Rules // of the RulesFile
}

// NextFate is the fate of the next messages; with Messages 0 there is none any more.
type NextFate struct {
	Fate     string
	Messages int
}

// ErrNotSimulated says that messages go to no simulator that can be controlled.
var ErrNotSimulated = errors.New("messages go to a live account, so there is no simulator to control; start with --simulator for one")

// maxRulesFile is how much of a rules file is read, in bytes: more than one may have.
const maxRulesFile = 1 << 20

// simulation is a simulator that is controlled: in this process or another one.
type simulation interface {
	state(ctx context.Context, most int) (SimulatorState, error)
	change(ctx context.Context, c SimulatorChange) error
	receive(ctx context.Context, in simulator.InboundMessage) (simulator.Receipt, error)
}

// simulation is the simulator that messages go to.
func (a *App) simulation() (simulation, error) {
	switch {
	case a.sim != nil:
		return embedded{a.sim}, nil
	case a.far.Client != nil:
		return a.far, nil
	}
	return nil, ErrNotSimulated
}

// findSimulator makes the client of a simulator of another process, where messages go to one.
func (a *App) findSimulator() error {
	if a.sim != nil || !a.simulated() && !onLoopback(a.apiURL) {
		return nil
	}
	client, err := control.New(a.apiURL)
	a.far = controlled{client, a.apiURL, controlWithin}
	return err
}

// SimulatorState is what the simulator holds, with at most so many attempts that were made, and that are to be made.
// The error is ErrNotSimulated where there is none.
func (a *App) SimulatorState(ctx context.Context, most int) (SimulatorState, error) {
	s, err := a.simulation()
	if err != nil {
		return SimulatorState{}, err
	}
	begun := time.Now()
	st, err := s.state(ctx, most)
	a.farClock.tell(begun, st, err)
	st.RulesFile = a.rulesFile(st.Rules)
	return st, err
}

// ChangeSimulator changes something in the simulator. It returns once that is done: where the clock is moved on, when
// all that was due by then was posted and answered. It ends early with the error of ctx; the clock then stays where it
// has come to. A simulator of another process that gives no answer to anything else for 3 s is an error.
func (a *App) ChangeSimulator(ctx context.Context, c SimulatorChange) error {
	s, err := a.simulation()
	if err != nil {
		return err
	}
	if c.RulesFile != "" {
		rules, err := readRules(c.RulesFile)
		if err != nil {
			return err
		}
		c.rules = &rules
	}
	if err := s.change(ctx, c); err != nil {
		return err
	}
	if a.sim == nil {
		_ = a.askClock(ctx) // so that Status has it at once; what goes wrong stands there
	}
	if c.rules != nil {
		a.rulesFrom.Store(&loadedRules{c.RulesFile, encodedRules(c.rules.List)})
	}
	return nil
}

// ReceiveInbound has the simulator post an inbound message, and tells what was answered.
func (a *App) ReceiveInbound(ctx context.Context, in simulator.InboundMessage) (simulator.Receipt, error) {
	s, err := a.simulation()
	if err != nil {
		return simulator.Receipt{}, err
	}
	return s.receive(ctx, in)
}

// loadedRules are the rules that a file had when it was loaded.
type loadedRules struct {
	file    string
	encoded string
}

// rulesFile is the file that the rules were loaded from, here or at the start; empty where others hold: somebody else
// may have set them, or a reset.
func (a *App) rulesFile(hold []simulator.RuleUse) string {
	from := a.rulesFrom.Load()
	if from == nil && a.o.RulesFile == "" {
		return ""
	}
	list := make([]scenario.Rule, len(hold))
	for i, r := range hold {
		list[i] = r.Rule
	}
	switch now := encodedRules(list); {
	case from != nil && from.encoded == now:
		return from.file
	case a.o.RulesFile != "" && encodedRules(a.o.Rules.List) == now:
		return a.o.RulesFile
	}
	return ""
}

// encodedRules are equal where rules are, whether they were read from a file or told by a simulator.
func encodedRules(list []scenario.Rule) string {
	encoded, err := json.Marshal(scenario.Rules{List: list})
	if err != nil {
		return err.Error()
	}
	return string(encoded)
}

// embedded is the simulator of this process.
type embedded struct{ sim *simulator.Simulator }

func (e embedded) state(_ context.Context, most int) (SimulatorState, error) {
	s := e.sim
	st := SimulatorState{
		Clock: s.Clock(), Stats: s.Stats(), Standing: s.Standing(), Fate: s.Fate(), Chaos: s.Chaos(), Rules: s.RuleUses(),
		Upcoming: s.Upcoming(most), Tried: s.Tried(most),
	}
	st.NextFate, st.NextLeft = s.NextFate()
	return st, nil
}

func (e embedded) change(ctx context.Context, c SimulatorChange) error {
	s := e.sim
	var errs []error
	if c.Speed != 0 {
		errs = append(errs, s.SetSpeed(c.Speed))
	}
	if c.Fate != "" {
		errs = append(errs, s.SetFate(c.Fate))
	}
	if c.Next != nil {
		errs = append(errs, s.FateNext(c.Next.Messages, c.Next.Fate))
	}
	if c.Chaos != nil {
		errs = append(errs, s.SetChaos(*c.Chaos))
	}
	if c.NoRules {
		errs = append(errs, s.SetRules(scenario.Rules{}))
	}
	if c.rules != nil {
		errs = append(errs, s.SetRules(*c.rules))
	}
	if c.Stop {
		s.StopClock()
	}
	if c.Start {
		s.StartClock()
	}
	if c.ToNext {
		errs = append(errs, s.AdvanceToNext(ctx))
	}
	if c.Advance > 0 {
		errs = append(errs, s.Advance(ctx, c.Advance))
	}
	return errors.Join(errs...)
}

func (e embedded) receive(ctx context.Context, in simulator.InboundMessage) (simulator.Receipt, error) {
	return e.sim.Receive(ctx, in)
}

// readRules reads a rules file; no shell has expanded a ~ in its path.
func readRules(path string) (scenario.Rules, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			path = filepath.Join(home, rest)
		}
	}
	fail := func(err error) (scenario.Rules, error) {
		if wrong := (*os.PathError)(nil); errors.As(err, &wrong) {
			err = wrong.Err
		}
		return scenario.Rules{}, fmt.Errorf("cannot load the rules of %s: %w; give the path of a rules file", path, err)
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no regular file")
	}
	if err != nil {
		return fail(err)
	}
	f, err := os.Open(path)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxRulesFile))
	if err != nil {
		return fail(err)
	}
	return scenario.ParseRules(data, path)
}
