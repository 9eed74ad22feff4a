package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// stock is what the demo sends: every status, several error codes, the encodings, and what goes wrong
// on the way. The destinations are the simulator's magic numbers.
var stock = []struct{ to, text string }{
	{"+15005550000", "Your code is 482913. It is valid for ten minutes."},
	{"+15005550030", "WIN a free cruise! Click http://example.com/win now"},
	{"+15005550000", strings.Repeat("Dear customer, your parcel is on its way and arrives between nine and noon. ", 6)},
	{"+15005550450", "Ihre Bestellung ist unterwegs."},
	{"+15005550001", "Meeting moved to 3 pm"},
	{"+15005550000", "مرحبا! طلبك جاهز للاستلام 🎉"},
	{"+15005550200", "Reply STOP to opt out"},
	{"+15005550080", "您的验证码是 739201"},
	{"+15005550003", "These callbacks come out of order"},
	{"+15005550004", "Each of these callbacks comes twice"},
	{"+15005550005", "These callbacks are signed with a token that is not known"},
	{"+15005550007", "These callbacks are signed over another URL; open this row"},
	{"+15005559429", "The API refuses this one: too many requests"},
	{"+15005550000", "Thanks – your table for 2 is booked"},
}

// Stock sends the demo's messages to the simulator and lets one message come in. A refusal by the API
// belongs to the stock and is no error; an answer that the history does not take is one.
func (a *App) Stock(ctx context.Context) error {
	for _, s := range stock {
		draft := plivo.Draft{From: a.sender(), To: []string{s.to}, Text: strings.TrimSpace(s.text)}
		var unnoted *UnnotedError
		if sent, err := a.Send(ctx, SendRequest{Draft: draft}); err != nil && (len(sent.IDs) == 0 || errors.As(err, &unnoted)) {
			return fmt.Errorf("the demo could not send to %s: %w", s.to, err)
		}
	}
	return a.Inbound(ctx, "+14155550177", a.sender(), "Is my order on its way?")
}
