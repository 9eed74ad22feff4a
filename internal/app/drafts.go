package app

import (
	"context"

	"dev.internal/plivoscope/internal/store"
)

// SentDrafts gives the drafts that were sent lately; see store.Store.SentDrafts.
func (a *App) SentDrafts(ctx context.Context, limit int) ([]store.SentDraft, error) {
	return a.store.SentDrafts(ctx, limit)
}
