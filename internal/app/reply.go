package app

import (
	"fmt"

	"dev.internal/plivoscope/internal/plivo"
)

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
