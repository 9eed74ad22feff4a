package app

import (
	"context"
	"time"
)

// outage is a span in which nothing could come in by the public URL.
type outage struct {
	from      time.Time // zero while there is none
	suspected time.Time // when the first probe went out that did not come back
	why       string
}

// suspect notes when one may have begun.
func (o *outage) suspect(at time.Time) {
	if o.suspected.IsZero() {
		o.suspected = at
	}
}

// begin writes down that one has begun and lasts.
func (o *outage) begin(ctx context.Context, a *App, at time.Time, why string) {
	if !o.from.IsZero() {
		return
	}
	if !o.suspected.IsZero() {
		at = o.suspected
	}
	o.from, o.why = at, why
	a.noteOutage(ctx, o.from, time.Time{}, why)
}

// end writes down that it is over.
func (o *outage) end(ctx context.Context, a *App) {
	from, why := o.from, o.why
	*o = outage{}
	if !from.IsZero() {
		a.noteOutage(ctx, from, a.now(), why)
	}
}

// endEarlierOutages ends those that a process left which was killed.
func (a *App) endEarlierOutages(ctx context.Context) {
	now := a.now()
	all, err := a.store.Outages(ctx, now)
	if err != nil {
		a.log.Warn("earlier outages of the public URL could not be read", "err", err)
	}
	for _, o := range all {
		if o.To.IsZero() && o.From.Before(now) {
			a.noteOutage(ctx, o.From, now, o.Why)
		}
	}
}

func (a *App) noteOutage(ctx context.Context, from, to time.Time, why string) {
	if err := a.store.NoteOutage(context.WithoutCancel(ctx), from, to, why); err != nil {
		a.log.Warn("an outage of the public URL was not noted", "err", err)
	}
}
