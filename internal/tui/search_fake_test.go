package tui

import (
	"context"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// ScanMessages looks at scanStep messages in one step, at all where that is 0.
func (c *fakeCore) ScanMessages(ctx context.Context, w store.Window, _ time.Duration) (store.Scan, error) {
	rows, err := c.Messages(ctx, store.Window{})
	return scanRows(rows, func(m plivo.Message) int64 { return m.ID }, func(m plivo.Message) bool { return matches(w.Filter, m) }, w, c.scanStep), err
}

func (c *fakeCore) MatchingMessages(ctx context.Context, f store.Filter, ids []int64) ([]plivo.Message, error) {
	rows, err := c.Messages(ctx, store.Window{Filter: f})
	return slices.DeleteFunc(rows, func(m plivo.Message) bool { return !slices.Contains(ids, m.ID) }), err
}

func (c *fakeCore) ScanCallbacks(ctx context.Context, w store.Window, _ time.Duration) (store.Scan, error) {
	rows, err := c.Callbacks(ctx, store.Window{})
	return scanRows(rows, func(cb webhook.Callback) int64 { return cb.ID }, func(cb webhook.Callback) bool { return takes(w.Filter, cb) }, w, c.scanStep), err
}

func (c *fakeCore) MatchingCallbacks(ctx context.Context, f store.Filter, ids []int64) ([]webhook.Callback, error) {
	rows, err := c.Callbacks(ctx, store.Window{Filter: f})
	return asListed(slices.DeleteFunc(rows, func(cb webhook.Callback) bool { return !slices.Contains(ids, cb.ID) })), err
}

func (c *fakeCore) ListCallbacks(ctx context.Context, w store.Window) ([]webhook.Callback, error) {
	rows, err := c.Callbacks(ctx, w)
	return asListed(rows), err
}

// asListed leaves out what a list of the history does.
func asListed(rows []webhook.Callback) []webhook.Callback {
	for i, cb := range rows {
		if len(cb.Body) <= 4096 {
			continue
		}
		var known []signature.Param
		for _, p := range cb.Report.Params {
			if slices.Contains([]string{"MessageUUID", "Status", "ErrorCode", "Sequence"}, p.Name) {
				known = append(known, p)
			}
		}
		rows[i].Header, rows[i].Body, rows[i].Report = nil, nil, plivo.NewReport(known)
		rows[i].Omitted, rows[i].Size = true, len(cb.Body)
	}
	return rows
}

// scanRows is a step of a search through rows, newest first, that looks at so many IDs.
func scanRows[T any](rows []T, id func(T) int64, match func(T) bool, w store.Window, step int64) store.Scan {
	var sc store.Scan
	if len(rows) > 0 {
		sc.Newest, sc.Oldest = id(rows[0]), id(rows[len(rows)-1])
	}
	up := w.Oldest || w.After > 0 && w.Before <= 0
	sc.From, sc.To = w.After+1, sc.Newest
	if w.Before > 0 {
		sc.To = min(sc.To, w.Before-1)
	}
	sc.End = true
	switch {
	case step <= 0 || sc.To-sc.From < step:
	case up:
		sc.To, sc.End = sc.From+step-1, false
	default:
		sc.From, sc.End = sc.To-step+1, false
	}
	if up {
		rows = slices.Clone(rows)
		slices.Reverse(rows)
	}
	for _, r := range rows {
		at := id(r)
		if at < sc.From || at > sc.To || !match(r) {
			continue
		}
		sc.IDs = append(sc.IDs, at)
		if len(sc.IDs) < w.Limit {
			continue
		}
		sc.End = false
		if up {
			sc.To = at
		} else {
			sc.From = at
		}
		break
	}
	return sc
}
