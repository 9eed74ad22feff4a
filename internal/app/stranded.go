package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// strandedMost is how many messages in flight are counted, and strandedWithin how long after its send one can
// still be reported on.
const (
	strandedMost   = 1000
	strandedWithin = 24 * time.Hour
)

// Stranded tells whether a message is in flight and its reports go to a public URL that this server had and has
// no more, so that they may never come: m.CallbackURL is that URL.
func (a *App) Stranded(m plivo.Message) bool {
	base, own := strings.CutSuffix(m.CallbackURL, webhook.DeliveryReportPath)
	if !own || m.Direction != plivo.Outbound || m.Refusal != "" || m.Status.Terminal() || a.joined {
		return false
	}
	a.urls.mu.Lock()
	defer a.urls.mu.Unlock()
	// What the server's own address was given for still comes there.
	return base != a.urls.public && base != a.urls.opened && base != a.listenURL && slices.Contains(a.urls.earlier, base)
}

// unfinished gives the messages that were sent and have come to no end, newest first, of those that were sent
// within d.
func (a *App) unfinished(ctx context.Context, d time.Duration, limit int) ([]plivo.Message, error) {
	f, err := store.ParseFilter("dir:out status:sending,queued,sent since:" + d.String())
	if err != nil {
		return nil, err
	}
	return a.store.Messages(ctx, store.Window{Filter: f, Limit: limit})
}

// countStranded counts the messages in flight whose reports go elsewhere, up to strandedMost.
func (a *App) countStranded(ctx context.Context) (int, error) {
	ms, err := a.unfinished(ctx, strandedWithin, strandedMost)
	n := 0
	for _, m := range ms {
		if a.Stranded(m) {
			n++
		}
	}
	return n, err
}
