package tui

import (
	"context"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
)

// TestTotalsComeWithTheRows lets a message come after the last change was told: what reads the rows brings
// the totals up, and the title counts it with them, not a second later.
func TestTotalsComeWithTheRows(t *testing.T) {
	core := benchCore()
	d := newDriver(t, core, 120, 36)
	d.expect("Messages (211)")
	core.asked = func(context.Context) {
		core.asked = nil
		core.add(plivo.Message{UUID: "late", Direction: plivo.Outbound, Status: plivo.Sent, CreatedAt: testNow, UpdatedAt: testNow})
	}
	d.wake()
	d.expect("Messages (212)")
}
