package tui

import (
	"context"
	"errors"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
)

// TestAnUnclearSendThatTheHistoryLacks holds that nothing is promised of a row that stays as it is: nobody asks for
// what the history does not have as unclear.
func TestAnUnclearSendThatTheHistoryLacks(t *testing.T) {
	d := staged80(t)
	d.m.env.core = unclearUnnotedCore{d.core}
	d.keys("n", "hello", "tab", "+14155550123", "ctrl+s")
	d.expect("Messages (12)", "✗ cannot send: the connection failed")
	d.absent("Unclear: ")
	if text := d.m.compose.form.text; text != "" {
		t.Errorf("the draft is %q", text)
	}
}

// unclearUnnotedCore loses the answer to a send, and cannot note that.
type unclearUnnotedCore struct{ *fakeCore }

func (c unclearUnnotedCore) Send(ctx context.Context, r app.SendRequest) (app.Sent, error) {
	_, _ = c.fakeCore.Send(ctx, r)
	return app.Sent{IDs: []int64{1}, UUIDs: []string{""}}, &app.UnnotedError{
		Messages: []plivo.Message{{ID: 1, To: "+14155550123", Unclear: true}},
		Answer:   &api.Error{Kind: api.Network, Op: "send", Unclear: true, Err: errors.New("no answer came")}, Cause: errors.New("disk full"),
	}
}
