package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
)

// wantsYes refuses to spend money that nobody agreed to, and says how much: destinations times segments, and
// what of the text makes these many.
func (j *sendJob) wantsYes(d plivo.Draft) error {
	spending := d.Spending()
	why := ""
	if forced := spending.Forced(); forced != "" && j.s.masker() == nil {
		why = ", since " + forced
	} else if forced != "" {
		why = ", since a character makes the text UCS-2"
	}
	return fmt.Errorf("this would send %s on the live account %s and cost money%s; nothing was sent, say so with --yes",
		spending, j.a.Status().AuthID, why)
}

// clarifyLimit is how much longer than the pauses before them the questions to Plivo may take.
const clarifyLimit = 30 * time.Second

// clarified waits, where the outcome of a send is unclear, until a callback or Plivo's list of messages tells.
// clear means that Plivo has the messages after all.
func (j *sendJob) clarified(ctx context.Context, sendErr error, ids []int64) (clear bool, err error) {
	var failed *api.Error
	if !errors.As(sendErr, &failed) || !failed.Unclear || ctx.Err() != nil {
		return false, errors.Join(sendErr, j.print(ctx, ids))
	}
	first, second := j.a.ClarifiedAfter()
	j.s.say("no answer to the send tells whether Plivo took it (%s), so that is unclear: waiting for a callback, and asking Plivo for the message in %s, and in %s if it does not list it by then; it is not sent again", failed.Reason(), first, second)
	within, cancel := context.WithTimeoutCause(ctx, second+clarifyLimit, errTimeout)
	defer cancel()
	err = j.a.Follow(within, ids, j.changed, func(ms []plivo.Message) (bool, error) { return app.Clarified(ms), nil })
	if err != nil && !errors.Is(err, errTimeout) {
		return false, err
	}
	ms, err := j.a.MessagesByID(ctx, ids)
	if err != nil {
		return false, stopped(ctx, err)
	}
	open, missing := 0, 0
	for _, m := range ms {
		switch {
		case m.Unclear:
			open++
		case m.UUID == "":
			missing++
		}
	}
	switch {
	case open > 0:
		return false, withCode(exitUpstream, fmt.Errorf("it is still unclear whether Plivo took %d of %s; look into the message logs of Plivo's console before you send again",
			open, plural(len(ms), "message")))
	case missing > 0:
		return false, withCode(exitUpstream, fmt.Errorf("the answer was lost, and Plivo, asked twice, has no such message for %d of %s: most likely not accepted, so these can be sent again",
			missing, plural(len(ms), "destination")))
	}
	return true, nil
}
