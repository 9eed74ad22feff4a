package app

import (
	"context"

	"dev.internal/plivoscope/internal/store"
)

// Unheard gives the messages of a day that were missed a callback of and have come to no end; see
// store.Store.Unheard. Subscribe tells when to ask again.
func (a *App) Unheard(ctx context.Context) ([]store.Unheard, error) {
	return a.store.Unheard(ctx, a.now().Add(-watchedFor))
}
