package app

import (
	"context"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// Attempt gives an attempt whole, by its ID; false where the history has none.
func (a *App) Attempt(ctx context.Context, id int64) (webhook.Attempt, bool, error) {
	return a.store.Attempt(ctx, id)
}

// AttemptsOf gives the attempts of a callback, newest first, without large bodies, at most limit.
func (a *App) AttemptsOf(ctx context.Context, callbackID int64, limit int) ([]webhook.Attempt, error) {
	return a.store.AttemptsOf(ctx, callbackID, limit)
}

// Attempts gives the attempts before an ID, 0 for no bound, newest first, without large bodies, at most limit.
func (a *App) Attempts(ctx context.Context, before int64, limit int) ([]webhook.Attempt, error) {
	return a.store.Attempts(ctx, before, limit)
}

// Tried tells how often each of these callbacks was sent again; see store.Store.Tried.
func (a *App) Tried(ctx context.Context, callbackIDs []int64) (map[int64]store.Tried, error) {
	return a.store.Tried(ctx, callbackIDs)
}
