package tui

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// allCallbacks are those that the list of callbacks can show, oldest first. One without an identity is
// of the messages' detail alone.
func (c *fakeCore) allCallbacks() []webhook.Callback {
	all := slices.Clone(c.strangers)
	for _, of := range c.callbacks {
		for _, cb := range of {
			if cb.ID > 0 {
				all = append(all, cb)
			}
		}
	}
	slices.SortFunc(all, func(a, b webhook.Callback) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// takes knows the two filter words that the tests need.
func takes(f store.Filter, cb webhook.Callback) bool {
	key, list, _ := strings.Cut(f.String(), ":")
	switch key {
	case "":
		return true
	case "uuid":
		return strings.HasPrefix(cb.Report.MessageUUID(), strings.Trim(list, `"`))
	default:
		return slices.Contains(strings.Split(list, ","), string(cb.Report.Status()))
	}
}

func (c *fakeCore) Callbacks(ctx context.Context, w store.Window) ([]webhook.Callback, error) {
	c.calls.Add(1)
	if c.asked != nil {
		c.asked(ctx)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failReads != nil {
		return nil, c.failReads
	}
	var out []webhook.Callback
	for _, cb := range c.allCallbacks() {
		if cb.ID > w.After && (w.Before == 0 || cb.ID < w.Before) && takes(w.Filter, cb) {
			out = append(out, cb)
		}
	}
	if !w.Oldest && (w.After == 0 || w.Before > 0) {
		slices.Reverse(out)
	}
	if w.Limit > 0 {
		out = out[:min(len(out), w.Limit)]
	}
	return out, nil
}

func (c *fakeCore) CountCallbacks(_ context.Context, f store.Filter, limit int) (int, bool, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failCounts != nil {
		return 0, false, c.failCounts
	}
	n := 0
	for _, cb := range c.allCallbacks() {
		if takes(f, cb) {
			n++
		}
	}
	return min(n, limit), n > limit, nil
}
