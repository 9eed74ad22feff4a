package tui

import (
	"context"

	"dev.internal/plivoscope/internal/plivo"
)

func (c *fakeCore) SentTogether(_ context.Context, sentWith int64) ([]plivo.Message, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failReads != nil {
		return nil, c.failReads
	}
	var out []plivo.Message
	for _, m := range c.messages {
		if sentWith > 0 && m.SentWith == sentWith && !c.gone[m.ID] {
			out = append(out, m)
		}
	}
	return out, nil
}
