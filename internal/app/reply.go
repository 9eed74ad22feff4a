package app

import (
	"context"
	"errors"
	"fmt"

	"dev.internal/plivoscope/internal/plivo"
)

// ReplyDraft is the draft of an answer to an inbound message of the history, by the message's ID: from the number
// that it came to, to the one that it came from, with the given text.
func (a *App) ReplyDraft(ctx context.Context, id int64, text string) (plivo.Draft, error) {
	ms, err := a.store.MessagesByID(ctx, []int64{id})
	switch {
	case err != nil:
		return plivo.Draft{}, err
	case len(ms) == 0:
		return plivo.Draft{}, errors.New("cannot answer the message: it is not in the history any more")
	case ms[0].Direction != plivo.Inbound:
		return plivo.Draft{}, errors.New("cannot answer the message: it was sent from here; only one that came in can be answered")
	case ms[0].From == "" || ms[0].To == "":
		return plivo.Draft{}, fmt.Errorf("cannot answer the message: it came without its numbers (from %q to %q)", ms[0].From, ms[0].To)
	}
	return plivo.Draft{From: ms[0].To, To: []string{ms[0].From}, Text: text, Method: "POST"}, nil
}

// SetInboundReply lets the server reply to each inbound message from now on with text; empty for no reply. The error
// says what Plivo would not take; then the answer stays as it was. Where another process serves, that is one too.
func (a *App) SetInboundReply(text string) error {
	if a.server == nil {
		return fmt.Errorf("cannot set the reply from here: process %d serves this history", a.serverPID)
	}
	var answer plivo.Answer
	if text != "" {
		var err error
		if answer, err = plivo.ReplyWith(text); err != nil {
			return fmt.Errorf("cannot reply with this text: %w", err)
		}
	}
	a.server.SetAnswer(answer)
	a.inboundAnswer.Store(&answer)
	a.store.Wake()
	return nil
}

// Reply answers an inbound message of the history, by its ID, with a send of its own. Whether money may be spent is
// for the caller to ask. The errors are those of ReplyDraft and Send.
func (a *App) Reply(ctx context.Context, id int64, text string) (Sent, error) {
	draft, err := a.ReplyDraft(ctx, id, text)
	if err != nil {
		return Sent{}, err
	}
	return a.Send(ctx, SendRequest{Draft: draft})
}
