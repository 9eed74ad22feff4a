package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
)

const (
	// askedAtEnd is how many messages of a send that came to no end in time the API is asked about.
	askedAtEnd = 5
	// askWithin bounds that: the user has waited already.
	askWithin = 3 * time.Second
)

// providerSays asks the API about messages that a callback was waited for in vain, and says what it knows of
// the first that is not final, as the end of a sentence; empty where it tells nothing, as it does offline.
func providerSays(ctx context.Context, a *app.App, ms []plivo.Message, p *printer) string {
	var plan app.ReconcilePlan
	for _, m := range ms {
		if m.UUID != "" && !m.Status.Terminal() && len(plan.IDs) < askedAtEnd {
			plan.IDs = append(plan.IDs, m.ID)
		}
	}
	if len(plan.IDs) == 0 {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	words := ""
	found := errors.New("found")
	_, _ = a.Reconciler().Run(ctx, plan, func(r app.Reconciled) error {
		if r.Err != nil || !r.Asked {
			return nil
		}
		m := p.mask.Message(r.Message)
		switch said := m.Provider; {
		case m.Ahead():
			_, words = m.SilenceWords(time.Local)
		case words == "":
			words = "Plivo says " + string(said.Status) + " too (asked at " + said.AskedAt.Local().Format("15:04:05") + ")"
		}
		if m.Ahead() {
			return found
		}
		return nil
	})
	if words == "" {
		return ""
	}
	return "; " + escape.Line(strings.TrimSuffix(words, "."))
}
