package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// ReplayPlan says what is sent to an application, how, and how fast: callbacks of the history by their IDs
// or by a filter, or ones that were made without a capture.
type ReplayPlan struct {
	IDs       []int64      // of callbacks, in the order to send them
	Filter    store.Filter // oldest first
	UseFilter bool         // where no IDs are given: an empty filter is for all
	// Make makes callbacks as they go, in place of all the above; nil for none.
	Make *ScenarioPlan
	// Options are those of each request. The app fills in Keys, which are the simulator's or the account's,
	// and Guard where it is empty. To is as the user wrote it.
	Options replay.Options
	// Run says how many and how fast. Each, where set, is called after the attempt is kept. A Seed of 0 is
	// another one each time.
	Run    replay.RunOptions
	Sender replay.SenderOptions
}

// ReplayPreview is what a plan comes to.
type ReplayPreview struct {
	Requests  int64            // that will be sent
	Callbacks int              // that they are made from
	Callback  webhook.Callback // whose request goes first, unless they are shuffled
	First     replay.Request   // that request, with what differs from the callback
	Raw       []byte           // the same, byte by byte as it goes over HTTP/1.1
	Warnings  []string         // sentences
}

// PreviewReplay says what a plan comes to, and sends nothing. The nonces of what is sent are others. The
// error says why the plan, or its first request, cannot be made.
func (a *App) PreviewReplay(ctx context.Context, plan ReplayPlan) (ReplayPreview, error) {
	p, err := a.prepare(ctx, plan)
	if err != nil {
		return ReplayPreview{}, err
	}
	run, err := replay.NewRun(nil, p.source, p.build, p.run)
	if err != nil {
		return ReplayPreview{}, err
	}
	preview := ReplayPreview{Requests: run.Progress().Total, Callbacks: p.source.Len}
	if preview.Callback, err = p.source.Load(ctx, 0); err != nil {
		return ReplayPreview{}, err
	}
	if preview.First, err = p.build(preview.Callback); err != nil {
		return ReplayPreview{}, err
	}
	if preview.Raw, err = preview.First.Bytes(); err != nil {
		return ReplayPreview{}, err
	}
	preview.Warnings = p.warnings(preview)
	return preview, nil
}

// prepared is a plan that was looked over.
type prepared struct {
	source  replay.Source
	options replay.Options
	run     replay.RunOptions
	build   func(webhook.Callback) (replay.Request, error)
}

func (a *App) prepare(ctx context.Context, plan ReplayPlan) (*prepared, error) {
	p := &prepared{options: plan.Options, run: plan.Run}
	var err error
	if p.options.To, err = replay.CheckTarget(plan.Options.To); err != nil {
		return nil, err
	}
	if _, err := checkServer(ctx, a.store, p.options.To, a.listenURL, a.publicURL()); err != nil {
		return nil, err
	}
	p.options.Keys, p.options.Guard = a.replayKeys, cmp.Or(plan.Options.Guard, "replay")
	if err := CheckReplay(p.options); err != nil {
		return nil, err
	}
	if plan.Make != nil {
		err = p.make(*plan.Make)
	} else {
		p.source, err = a.sourceOf(ctx, plan)
		p.build = func(cb webhook.Callback) (replay.Request, error) { return replay.Build(cb, p.options) }
	}
	if err != nil {
		return nil, err
	}
	if p.run.Shuffle && p.run.Seed == 0 {
		p.run.Seed = rand.Uint64()
	}
	return p, nil
}

func (a *App) sourceOf(ctx context.Context, plan ReplayPlan) (replay.Source, error) {
	s := selection{store: a.store}
	switch {
	case len(plan.IDs) > 0:
		err := s.take(ctx, plan.IDs)
		return s.Source(), err
	case plan.UseFilter:
		err := s.find(ctx, plan.Filter)
		return s.Source(), err
	}
	return replay.Source{}, errors.New("there is nothing to send: choose callbacks, or a filter that finds them")
}

func (p *prepared) warnings(of ReplayPreview) []string {
	var list []string
	if of.First.Unverified {
		list = append(list, "It goes as captured to another path or query, or edited, so its signatures cannot match any more; send it re-signed, or to the same path.")
	}
	if of.Callback.Truncated && p.options.Edits.Body == nil {
		list = append(list, fmt.Sprintf("Its body was cut at %d bytes when it was captured, and goes as it was kept.", len(of.Callback.Body)))
	}
	if !onLoopback(p.options.To) {
		list = append(list, "The target is not on this machine: the numbers and texts of the callbacks leave it.")
	}
	if of.Requests > store.KeptAttempts {
		list = append(list, fmt.Sprintf("Only the newest %d attempts are kept in the history.", store.KeptAttempts))
	}
	return list
}
