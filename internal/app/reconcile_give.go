package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// SyntheticHeader marks a callback that Plivo did not send: it was made here of what its API said.
const SyntheticHeader = "X-Plivoscope-Synthetic"

// reconcileScenario is what attempts with synthetic callbacks are said to be made by.
const reconcileScenario = "reconcile"

// giver sends an application the callbacks that it missed.
type giver struct {
	sender  *replay.Sender
	options replay.Options
	r       *Reconciler
}

// giver fails where no callback at all could be sent.
func (r *Reconciler) giver(ctx context.Context, plan ReconcilePlan) (*giver, error) {
	g := &giver{r: r}
	g.options = replay.Options{
		Keys: r.keys, Guard: reconcileScenario,
		Edits: replay.Edits{Header: []replay.Edit{{Name: SyntheticHeader, Value: "1"}}},
	}
	var err error
	if g.options.To, err = replay.CheckTarget(plan.To); err != nil {
		return nil, err
	}
	if _, err := checkServer(ctx, r.store, g.options.To, r.own...); err != nil {
		return nil, err
	}
	if err := CheckReplay(g.options); err != nil {
		return nil, err
	}
	g.sender = replay.NewSender(replay.SenderOptions{Timeout: plan.Timeout})
	return g, nil
}

// one makes the missed callback of a message and, unless it is dry, sends it and keeps the attempt.
func (g *giver) one(ctx context.Context, one *Reconciled, record api.Record, dry bool) error {
	cb, err := g.callback(ctx, one.Message, record)
	if err != nil {
		return err
	}
	request, err := replay.Build(cb, g.options)
	if err != nil {
		return err
	}
	request.Changes = nil // there is no callback that it differs from
	one.Request = &request
	if dry {
		return nil
	}
	a := g.sender.Do(ctx, request)
	within := context.WithoutCancel(ctx) // what was sent is kept
	if err := g.r.store.KeepAttempt(within, &a); err != nil {
		return err
	}
	one.Attempt = &a
	if one.Taken() {
		one.Message.Provider.GivenAt = a.At
		return g.r.store.NoteGiven(within, one.Message.ID, a.At)
	}
	return ctx.Err()
}

// callback is what Plivo would have posted, as far as its record tells: what that does not hold is empty, as
// it is where Plivo does not know it.
func (g *giver) callback(ctx context.Context, m plivo.Message, r api.Record) (webhook.Callback, error) {
	sequence, err := g.sequence(ctx, m, r.Status)
	if err != nil {
		return webhook.Callback{}, err
	}
	report := scenario.Report{
		MessageUUID: m.UUID, From: strings.TrimPrefix(cmp.Or(r.From, m.From), "+"), To: strings.TrimPrefix(cmp.Or(r.To, m.To), "+"),
		Type: cmp.Or(r.Type, m.Type, "sms"), Status: r.Status, Units: r.Units, TotalRate: r.TotalRate, TotalAmount: r.TotalAmount,
		ErrorCode: r.ErrorCode, Sequence: sequence, MessageTime: r.CreatedAt, SentTime: r.SentAt, RequesterIP: r.RequesterIP,
	}
	if r.Status.Terminal() {
		report.DeliveryTime = r.UpdatedAt
	}
	cb := webhook.Callback{
		Scenario: reconcileScenario, Step: 1, ReceivedAt: g.r.now(), Kind: webhook.DeliveryReport, Method: http.MethodPost,
		Protocol: "HTTP/1.1", Report: plivo.NewReport(report.Params()), Verdict: signature.Result{Outcome: signature.Unchecked},
	}
	url := m.CallbackURL
	if url == "" {
		url = originOf(g.options.To) + webhook.DeliveryReportPath
	}
	keys := scenario.KeysOf(g.options.Keys.Account, g.options.Keys.Main)
	signed, err := keys.Sign(cb.Method, url, cb.Report.Params, func() string { return fmt.Sprintf("%020d", rand.Uint64()) })
	if err != nil {
		return cb, err
	}
	cb.URL, cb.ReceivedURL, cb.Header, cb.Body = url, url, signed.Header, signed.Body
	return cb, nil
}

// sequence is one more than the greatest that came, and at least that of the status on the usual way there.
func (g *giver) sequence(ctx context.Context, m plivo.Message, status plivo.Status) (int, error) {
	least := 1
	switch status {
	case plivo.Sent, plivo.Failed, plivo.Rejected:
		least = 2
	case plivo.Delivered, plivo.Undelivered:
		least = 3
	case plivo.Read:
		least = 4
	}
	if m.Callbacks == 0 {
		return least, nil
	}
	cs, err := g.r.store.CallbacksOf(ctx, m.UUID, 0)
	if err != nil {
		return 0, err
	}
	for _, c := range cs {
		if n, ok := c.Report.Sequence(); ok && c.Verdict.Outcome == signature.Valid {
			least = max(least, n+1)
		}
	}
	return least, nil
}

// GiveMissed asks Plivo about one message and sends the application at to, as the user wrote it, the callback
// that it missed, whether or not it took one before. Without a Request in the answer there was nothing to give:
// callbacks have told all that Plivo knows. The error is one of the target or the history, or why Plivo was not
// asked.
func (a *App) GiveMissed(ctx context.Context, messageID int64, to string) (one Reconciled, err error) {
	found := false
	_, err = a.Reconciler().Run(ctx, ReconcilePlan{IDs: []int64{messageID}, To: to, Again: true}, func(r Reconciled) error {
		one, found = r, true
		return nil
	})
	switch {
	case err != nil:
		return one, err
	case !found:
		return one, errors.New("the history keeps the message no more")
	}
	return one, one.Err
}
