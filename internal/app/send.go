package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/redact"
	"dev.internal/plivoscope/internal/store"
)

// DraftError says why a draft was not sent.
type DraftError struct {
	Problems []plivo.Problem // the errors among them, at least one
}

// Error lists the problems, a sentence each.
func (e *DraftError) Error() string {
	words := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		words[i] = p.Text
	}
	return strings.Join(words, " ")
}

// Send checks the draft, makes its rows in the history, calls the API and writes the answer into the
// rows. The errors are *DraftError (nothing was sent or stored), *api.Error (the rows show the
// refusal), *UnnotedError (Plivo has answered, as Sent says, and the rows lack it) and those of the history (nothing
// was sent). Where the error is Unclear the rows are too, and what became of them is
// found out in the background; see Clarified.
func (a *App) Send(ctx context.Context, r SendRequest) (Sent, error) {
	draft, problems := r.Draft.Check()
	if bad := errorsOf(problems); len(bad) > 0 {
		return Sent{}, &DraftError{Problems: bad}
	}
	if holdsToken(a.o.Hide, draft) {
		return Sent{}, errors.New("the message holds an auth token of yours, so it was not sent: take it out")
	}
	header, err := a.fateHeader(r.Fate)
	if err != nil {
		return Sent{}, err
	}
	if draft.CallbackURL == "" {
		draft.CallbackURL = a.CallbackURL()
	}
	rows := make([]plivo.Message, len(draft.To))
	ours := "" // the simulator's API
	if a.simulated() {
		ours = a.apiURL
	}
	now := a.now()
	for i, to := range draft.To {
		rows[i] = plivo.Message{
			Direction: plivo.Outbound, From: draft.From, To: to, Text: draft.Text, Type: draft.Kind(),
			Status: plivo.Sending, CreatedAt: now, UpdatedAt: now, CallbackURL: draft.CallbackURL, Simulator: ours,
		}
		if !draft.Options.Zero() {
			rows[i].Options = &draft.Options
		}
	}
	a.inFlight.Add(1)
	defer a.inFlight.Add(-1)
	ids, err := a.store.BeginSend(ctx, rows)
	if err != nil {
		return Sent{}, fmt.Errorf("cannot note the message in the history before sending it, so it was not sent: %w", err)
	}
	answered := a.stillSending(ctx, ids)
	accepted, sendErr := a.api.Send(ctx, draft, header)
	answered()
	outs := outcomes(ids, draft.To, accepted, sendErr)
	// What Plivo answered is written down even when the caller has gone.
	err = a.store.FinishSend(context.WithoutCancel(ctx), outs)
	sent := Sent{IDs: ids, UUIDs: make([]string, len(outs))}
	for i, o := range outs {
		sent.UUIDs[i] = o.UUID
	}
	if err != nil {
		return sent, a.unnoted(rows, outs, sendErr, err)
	}
	if outs[0].Unclear && ctx.Err() == nil {
		since := a.now()
		a.doubts.begin(func(ctx context.Context) { a.clarify(ctx, ids, true, since) })
	}
	if accepted.Doubt != "" {
		a.Notify(Warning, accepted.Doubt)
	}
	return sent, sendErr
}

// fateHeader tells the simulator what is to become of the message.
func (a *App) fateHeader(fate string) (http.Header, error) {
	if fate == "" {
		return nil, nil
	}
	if _, err := simulator.ParseFate(fate); err != nil {
		return nil, err
	}
	if !a.simulated() {
		return nil, errors.New("a fate can only be given to messages on the simulator, and this is a live account: leave the fate out, or run with --simulator")
	}
	return http.Header{simulator.FateHeader: {fate}}, nil
}

// outcomes pairs the API's answer with the rows. The order of the UUIDs is not promised to be that of
// the destinations; the callbacks' own numbers overrule the pairing when they come.
func outcomes(ids []int64, to []string, accepted api.Accepted, err error) []store.SendOutcome {
	outs := make([]store.SendOutcome, len(ids))
	unclear := Unclear(err)
	invalid := map[string]bool{}
	for _, n := range accepted.Invalid {
		invalid[digits(n)] = true
	}
	uuids := accepted.UUIDs
	for i, id := range ids {
		outs[i].ID = id
		switch {
		case err != nil:
			outs[i].Refusal, outs[i].Unclear, outs[i].NoReply = err.Error(), unclear, noReply(err)
		case invalid[digits(to[i])]:
			outs[i].Refusal = "Plivo refused this destination as an invalid number; check its country code and digits."
		case len(uuids) == 0:
			outs[i].Refusal = "Plivo accepted the request but gave no message UUID for this destination; look it up in the console's message logs."
		default:
			outs[i].UUID, uuids = uuids[0], uuids[1:]
		}
	}
	return outs
}

// noReply tells of the error of a send whether the API has refused nothing: it was not asked or not reached, or what
// came is no answer of it.
func noReply(err error) bool {
	var failed *api.Error
	return errors.As(err, &failed) && failed.Status < http.StatusBadRequest
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func errorsOf(ps []plivo.Problem) []plivo.Problem {
	var bad []plivo.Problem
	for _, p := range ps {
		if !p.Warning {
			bad = append(bad, p)
		}
	}
	return bad
}

// holdsToken tells whether a token would go to a phone, or into the history, with a message.
func holdsToken(tokens *redact.Tokens, d plivo.Draft) bool {
	o := d.Options
	texts := []string{d.From, d.Text, d.CallbackURL, o.Powerpack, o.DLTEntityID, o.DLTTemplateID, o.Template, o.Interactive, o.Location}
	return tokens.Holds(slices.Concat(texts, d.To, o.Media)...)
}
