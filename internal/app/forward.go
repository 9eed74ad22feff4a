package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// openRoutes finds out how far the forwarding is. It refuses a target that is this program itself.
func (a *App) openRoutes(ctx context.Context) error {
	if len(a.o.Routes) == 0 {
		return nil
	}
	for _, r := range a.o.Routes {
		for _, own := range []string{a.listenURL, a.publicURL(), a.apiURL} {
			if own != "" && sameHost(r.To, own) {
				return fmt.Errorf("cannot forward to %s: this plivoscope listens there itself, and would take each callback for a new one; give the URL of your app", r.To)
			}
		}
	}
	prefix := ""
	if u, err := url.Parse(a.publicURL()); err == nil {
		prefix = strings.TrimSuffix(u.EscapedPath(), "/")
	}
	var err error
	a.routes, err = forward.New(ctx, forward.Options{
		Routes: a.o.Routes, Store: a.store, Keys: a.signingKeys, Prefix: prefix, Now: a.now, Logger: a.log,
		Notify: func(level slog.Level, text string) { a.Notify(severityOf(level), text) },
	})
	return err
}

// forwardsTo tells whether callbacks are forwarded to a URL's host.
func (a *App) forwardsTo(rawURL string) bool {
	return slices.ContainsFunc(a.o.Routes, func(r forward.Route) bool { return sameHost(r.To, rawURL) })
}

// signingKeys are what a valid callback is signed with anew: the tokens of the account, or that of the other
// account that it verifies with.
func (a *App) signingKeys(c *webhook.Callback) replay.Keys {
	var k replay.Keys
	k.Account = a.tokens[0]
	if !a.o.MainToken.Empty() {
		k.Main = signature.NewToken("main account", a.o.MainToken.Reveal())
	}
	for _, t := range a.o.ExtraTokens {
		if t.Label == c.Verdict.Token {
			return replay.Keys{Account: t}
		}
	}
	return k
}

// PauseForwarding stops the forwarding, or lets it go on. What is in flight ends; what comes meanwhile is
// kept.
func (a *App) PauseForwarding(paused bool) {
	if a.routes == nil {
		return
	}
	a.routes.Pause(paused)
	a.store.Wake()
}

// ForwardingSettled waits until what has come was forwarded, as far as the applications take it.
func (a *App) ForwardingSettled(ctx context.Context) error {
	if a.routes == nil {
		return nil
	}
	newest, err := a.store.NewestCallback(ctx)
	if err != nil {
		return err
	}
	wake, stop := a.store.Subscribe()
	defer stop()
	for !a.routes.Settled(newest) {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-wake: // each attempt is kept
		case <-time.After(settleEvery):
		}
	}
	return nil
}

// Forwarded gives attempts to forward callbacks with a larger ID than after, oldest first, at most limit.
func (a *App) Forwarded(ctx context.Context, after int64, limit int) ([]webhook.Attempt, error) {
	return a.store.Forwarded(ctx, after, limit)
}

// NewestAttempt gives the ID of the newest attempt; 0 where there is none.
func (a *App) NewestAttempt(ctx context.Context) (int64, error) {
	newest, err := a.store.Attempts(ctx, 0, 1)
	if err != nil || len(newest) == 0 {
		return 0, err
	}
	return newest[0].ID, nil
}

// settleEvery is how often it is looked whether the forwarding is done: the last of it changes nothing in
// the history.
const settleEvery = 20 * time.Millisecond
