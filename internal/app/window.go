package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// Status is a snapshot from memory.
func (a *App) Status() Status {
	s := Status{
		Mode: a.o.Mode, AuthID: a.authID, ListenURL: a.listenURL, PublicURL: a.publicURL(), CallbackURL: a.CallbackURL(),
		APIURL: a.apiURL, Tunnel: a.tunnelLog.now(), DefaultSender: a.sender(), HistoryPath: a.store.Path(), SimulatorToken: a.SimulatorToken(),
		Ephemeral: a.o.HistoryPath == "", Started: a.started, Spends: a.Spends(),
		InFlight: int(a.inFlight.Load()), Notices: a.notices.snapshot(),
		Joined: a.joined, ServerPID: a.serverPID, Shared: a.joined || a.leased.Load(),
		API: a.api.Stats(), HistorySize: a.store.Size(), Routes: a.routes.Stats(), Attachment: a.custody.status(),
	}
	if a.metricsLn != nil {
		s.MetricsURL = a.metricsURL()
	}
	if answer := a.inboundAnswer.Load(); answer != nil {
		s.InboundAnswer, s.InboundReply = answer.String(), answer.Text()
	}
	if t := a.totals.Load(); t != nil {
		s.Totals = *t
	}
	if w := a.watched.Load(); w != nil {
		s.Watch = *w
	}
	if a.server != nil {
		s.Server = a.server.Stats()
	}
	if a.sim != nil {
		s.Embedded, s.Simulator, s.Clock = true, a.sim.Stats(), a.sim.Clock()
		if c := a.sim.Chaos(); !c.None() {
			s.Chaos = c.String()
		}
		s.SimulatorAt = time.Now()
	}
	if a.far.Client != nil {
		a.farClock.into(&s)
	}
	return s
}

func (a *App) sender() string {
	if a.o.Sender != "" || !a.simulated() {
		return a.o.Sender
	}
	return simulator.DefaultNumber
}

// SimulatorToken is the made-up token of the embedded simulator; empty where it was given or there is
// no simulator.
func (a *App) SimulatorToken() string {
	if a.sim == nil || !a.o.AuthToken.Empty() {
		return ""
	}
	return a.sim.AuthToken()
}

// Subscribe wakes a reader after a change of the history or a notice.
func (a *App) Subscribe() (<-chan struct{}, func()) { return a.store.Subscribe() }

// Messages gives a window of the messages.
func (a *App) Messages(ctx context.Context, w store.Window) ([]plivo.Message, error) {
	a.refreshTotals(ctx)
	return a.store.Messages(ctx, w)
}

// MessagesByID gives these messages, in their order.
func (a *App) MessagesByID(ctx context.Context, ids []int64) ([]plivo.Message, error) {
	return a.store.MessagesByID(ctx, ids)
}

// SentTogether gives the messages of one send to several destinations; see store.Store.SentTogether.
func (a *App) SentTogether(ctx context.Context, sentWith int64) ([]plivo.Message, error) {
	return a.store.SentTogether(ctx, sentWith)
}

// ScanMessages takes a step of a search; see store.Store.ScanMessages.
func (a *App) ScanMessages(ctx context.Context, w store.Window, budget time.Duration) (store.Scan, error) {
	a.refreshTotals(ctx)
	return a.store.ScanMessages(ctx, w, budget)
}

// MatchingMessages gives those of these messages that match f, newest first.
func (a *App) MatchingMessages(ctx context.Context, f store.Filter, ids []int64) ([]plivo.Message, error) {
	return a.store.MatchingMessages(ctx, f, ids)
}

// Callbacks gives a window of the callbacks.
func (a *App) Callbacks(ctx context.Context, w store.Window) ([]webhook.Callback, error) {
	a.refreshTotals(ctx)
	return a.store.Callbacks(ctx, w)
}

// FollowCallbacks begins to follow the callbacks as they come; see store.Store.Follow.
func (a *App) FollowCallbacks() (*store.Follower, func()) { return a.store.Follow() }

// ListCallbacks gives a window of the callbacks, without the bodies of large ones.
func (a *App) ListCallbacks(ctx context.Context, w store.Window) ([]webhook.Callback, error) {
	a.refreshTotals(ctx)
	return a.store.ListCallbacks(ctx, w)
}

// ScanCallbacks takes a step of a search; see store.Store.ScanCallbacks.
func (a *App) ScanCallbacks(ctx context.Context, w store.Window, budget time.Duration) (store.Scan, error) {
	a.refreshTotals(ctx)
	return a.store.ScanCallbacks(ctx, w, budget)
}

// MatchingCallbacks gives those of these callbacks that match f, newest first, without large bodies.
func (a *App) MatchingCallbacks(ctx context.Context, f store.Filter, ids []int64) ([]webhook.Callback, error) {
	return a.store.MatchingCallbacks(ctx, f, ids)
}

// MessagesByUUID gives the messages of these UUIDs, in their order.
func (a *App) MessagesByUUID(ctx context.Context, uuids []string) ([]plivo.Message, error) {
	return a.store.MessagesByUUID(ctx, uuids)
}

// CallbacksOf gives the callbacks of a message, oldest first, at most limit of the newest.
func (a *App) CallbacksOf(ctx context.Context, uuid string, limit int) ([]webhook.Callback, error) {
	return a.store.CallbacksOf(ctx, uuid, limit)
}

// Inbound makes the embedded simulator deliver one inbound message to the callback server.
func (a *App) Inbound(ctx context.Context, from, to, text string) error {
	if a.sim == nil {
		return errors.New("an inbound message can only be made up on the embedded simulator; on a live account, text your Plivo number")
	}
	if _, err := a.sim.Inbound(ctx, simulator.InboundMessage{From: from, To: to, Text: text}); err != nil {
		return fmt.Errorf("the simulated inbound message from %s did not arrive: %w", from, err)
	}
	return nil
}

// refreshTotals keeps the counters of Status current: a reader of a window wants both.
func (a *App) refreshTotals(ctx context.Context) {
	if t, err := a.store.Totals(ctx); err == nil {
		a.totals.Store(&t)
	}
}
