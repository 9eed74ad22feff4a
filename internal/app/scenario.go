package app

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// ScenarioOptions say how the callbacks of a scenario are made.
type ScenarioOptions struct {
	Vars   map[string]string // in place of the values that the variables have
	To     string            // the target, as replay.CheckTarget gives it
	Keys   replay.Keys
	Now    time.Time // when the first round begins
	Pacing scenario.Pacing
	Speed  float64 // divides all times; 0 for 1
	Rounds int     // how often the scenario goes, each time with messages of its own; 0 for once
	Seed   uint64  // repeats UUIDs and random values; 0 never repeats
}

// Scenario is a scenario that can be sent: a source of callbacks that replay.Build signs for the target.
type Scenario struct {
	s      scenario.Scenario
	o      ScenarioOptions
	seed   [sha256.Size]byte
	each   int           // callbacks of a round
	span   time.Duration // of a round
	signer scenario.Signer

	round  int // that steps are of; -1 for none
	steps  []scenario.Step
	began  time.Time // of the round
	origin string
}

// NewScenario makes the first round. The error is that of scenario.Make, or says that there is no token.
func NewScenario(s scenario.Scenario, o ScenarioOptions) (*Scenario, error) {
	if o.Keys.Account.Empty() {
		return nil, errNoToken
	}
	o.Rounds = max(o.Rounds, 1)
	c := &Scenario{s: s, o: o, round: -1, origin: originOf(o.To)}
	if o.Seed == 0 {
		_, _ = crand.Read(c.seed[:]) // never fails
	} else {
		c.seed = sha256.Sum256(binary.BigEndian.AppendUint64([]byte("scenario"), o.Seed))
	}
	c.signer.Keys = scenario.KeysOf(o.Keys.Account, o.Keys.Main)
	// Made of the right one, and so never the same.
	wrong := signature.NewToken("another", signature.SignBase(o.Keys.Account, signature.V2, "another token"))
	c.signer.Forged = scenario.KeysOf(wrong, wrong)
	if err := c.make(0); err != nil {
		return nil, err
	}
	c.each = len(c.steps)
	if c.each > math.MaxInt32/o.Rounds {
		return nil, fmt.Errorf("cannot send %s %d times: that is more callbacks than can be counted; give a smaller number", s.Name, o.Rounds)
	}
	for _, st := range c.steps {
		c.span = max(c.span, st.After)
	}
	return c, nil
}

var errNoToken = errors.New("there is no token to sign with: set PLIVO_AUTH_TOKEN in the environment or .env, or start the simulator that your app works with")

// make makes the steps of a round, always the same ones.
func (c *Scenario) make(round int) error {
	if c.round == round {
		return nil
	}
	began := c.o.Now.Add(time.Duration(round) * c.span)
	steps, err := scenario.Make(c.s, scenario.Input{
		Vars: c.o.Vars, Now: began, Random: c.random("values", round), Pacing: c.o.Pacing, Speed: c.o.Speed,
	})
	if err != nil {
		return err
	}
	c.round, c.steps, c.began = round, steps, began
	return nil
}

func (c *Scenario) random(label string, at ...int) io.Reader {
	in := append(c.seed[:len(c.seed):len(c.seed)], label...)
	for _, n := range at {
		in = binary.BigEndian.AppendUint64(in, uint64(n))
	}
	return rand.NewChaCha8(sha256.Sum256(in))
}

// Callbacks are those of the first round, in the order in which they go. Each is signed as its step says, for
// the target without a path of its own.
func (c *Scenario) Callbacks() ([]webhook.Callback, error) {
	list := make([]webhook.Callback, c.each)
	for i := range list {
		var err error
		if list[i], err = c.callback(i); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Source gives the callbacks of all rounds, each made when its turn comes. ReceivedAt is when each is to go.
func (c *Scenario) Source() replay.Source {
	return replay.Source{Len: c.each * c.o.Rounds, Load: func(_ context.Context, i int) (webhook.Callback, error) {
		return c.callback(i)
	}}
}

func (c *Scenario) callback(i int) (webhook.Callback, error) {
	round, at := i/c.each, i%c.each
	if err := c.make(round); err != nil {
		return webhook.Callback{}, err
	}
	st := &c.steps[at]
	cb := webhook.Callback{
		Scenario: c.s.Name, Step: st.Number, ReceivedAt: c.began.Add(st.After), Kind: webhook.Kind(st.Kind),
		Method: cmp.Or(st.Method, http.MethodPost), Protocol: "HTTP/1.1", Report: plivo.NewReport(st.Params),
		Verdict: signature.Result{Outcome: signature.Unchecked},
	}
	signed, err := c.signer.Sign(st.Signature, cb.Method, c.origin+cmp.Or(st.Path, usualPaths[cb.Kind]), st.Params, c.nonces(round, at))
	if err != nil {
		return cb, err
	}
	cb.URL, cb.ReceivedURL, cb.Header, cb.Body = signed.URL, signed.URL, signed.Header, signed.Body
	return cb, nil
}

var usualPaths = map[webhook.Kind]string{
	webhook.DeliveryReport: webhook.DeliveryReportPath, webhook.Inbound: webhook.InboundPath, webhook.Other: "/",
}

// nonces have 20 digits, as Plivo's.
func (c *Scenario) nonces(round, at int) func() string {
	random := c.random("nonce", round, at)
	return func() string {
		var b [8]byte
		_, _ = io.ReadFull(random, b[:]) // never fails
		return fmt.Sprintf("%020d", binary.BigEndian.Uint64(b[:]))
	}
}

// originOf is the scheme and host of a URL.
func originOf(url string) string {
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		return "http://localhost"
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return scheme + "://" + rest
}

// Options are what a callback of the scenario is built with, so that its signature is as its step says. What
// is to be broken otherwise stays so.
func (c *Scenario) Options(cb webhook.Callback, o replay.Options) replay.Options {
	if o.Mode != "" && o.Mode != webhook.Resigned {
		return o
	}
	if fault := faultOf(c.s.SignatureOf(cb.Step)); fault != "" {
		o.Mode, o.Fault = webhook.Faulty, fault
	}
	return o
}

// faultOf is the fault of replay that makes a signature; empty for the right one.
func faultOf(s scenario.Signature) string {
	switch s {
	case scenario.Right:
		return ""
	case scenario.Unsigned:
		return "no-signature"
	}
	return string(s)
}

// ReplayKeys are what callbacks are signed with that are sent from here: those of the account, or of the
// simulator, also of one that was joined.
func (a *App) ReplayKeys() replay.Keys { return a.replayKeys }
