package cli

import (
	"context"
	"errors"

	"dev.internal/plivoscope/internal/app"
)

// interrupted says what a signal that came while Plivo's answer was awaited leaves open, and how that is found out.
func (j *sendJob) interrupted(ctx context.Context, sendErr error, ids []int64) error {
	if app.Unclear(sendErr) {
		found := "plivoscope history --filter is:unclear lists it, and the next plivoscope, listen or send on this history asks Plivo what became of it"
		if j.f.ephemeral {
			found = "the history is not kept, so look into Plivo's message logs"
		}
		j.s.say("stopped before Plivo's answer came: the message may have gone out; do not send it again before you know: %s", found)
	} else {
		j.s.say("%v", sendErr)
	}
	return errors.Join(context.Cause(ctx), j.print(context.WithoutCancel(ctx), ids))
}
