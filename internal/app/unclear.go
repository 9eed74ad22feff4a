package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
)

// The pauses before each question to Plivo for a send whose outcome is unclear. A message that it took is not
// listed at once, so what is missing from one list alone is asked for again; after the second such list no more.
// The others are for lists that could not be had.
var (
	askAfter      = []time.Duration{10 * time.Second, 40 * time.Second, time.Minute, 5 * time.Minute}
	askNearbyThen = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second} // of an API on this machine
)

// How far Plivo's time of a message may be from ours of its send, and of the last sign that it waited for its
// answer: clocks differ, and a message may wait. No list is of more than listedMost.
const (
	listedBefore = 2 * time.Minute
	listedAfter  = 15 * time.Minute
	listedMost   = 24 * time.Hour
)

// Of the sends that earlier runs left unclear, the youngest are asked for at the start: a list each.
const (
	mostLeft = 5
	leftFor  = 80 * 24 * time.Hour // Plivo's lists reach 90 days back
)

// doubts are the sends whose outcome is found out.
type doubts struct {
	mu      sync.Mutex
	over    bool
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
}

// begin runs find beside until it is done or end is called; after that nothing begins.
func (d *doubts) begin(find func(context.Context)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		return
	}
	if d.ctx == nil {
		d.ctx, d.stop = context.WithCancel(context.Background())
	}
	d.running.Go(func() { find(d.ctx) })
}

func (d *doubts) end() {
	d.mu.Lock()
	d.over = true
	if d.stop != nil {
		d.stop()
	}
	d.mu.Unlock()
	d.running.Wait()
}

// Clarified reports whether of none of these messages it is unclear whether Plivo took them: what is unclear is
// asked for in the background.
func Clarified(ms []plivo.Message) bool {
	for _, m := range ms {
		if m.Unclear {
			return false
		}
	}
	return true
}

// ClarifiedAfter is how long after its failure Plivo is asked for a send whose outcome is unclear, and how long after
// it once more, for what the first list lacks: what the second lacks too counts as not found at Plivo.
func (a *App) ClarifiedAfter() (first, second time.Duration) {
	times := a.askTimes()
	return times[0], times[0] + times[1]
}

func (a *App) askTimes() []time.Duration {
	if a.simulated() || onLoopback(a.apiURL) {
		return askNearbyThen
	}
	return askAfter
}

// clarify finds out what became of the rows of one send, by lists of the account's messages; a callback may be
// faster. certain says that the rows are of this account, and since is from when their outcome is unclear.
func (a *App) clarify(ctx context.Context, ids []int64, certain bool, since time.Time) {
	times, inVain := a.askTimes(), time.Time{}
	defer func() { a.noteUnclear(context.WithoutCancel(ctx), ids, notAgain) }()
	for i, pause := range times {
		if i == 0 {
			pause = restOf(pause, a.now().Sub(since))
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		asked := a.now()
		got, err := a.ask(ctx, ids, certain, !inVain.IsZero())
		if got == told || ctx.Err() != nil {
			return
		}
		if err != nil {
			a.Notify(Warning, "What became of a send is still unclear: "+err.Error())
		}
		if got == notListed && inVain.IsZero() {
			inVain = asked
		}
		if inVain.IsZero() {
			continue
		}
		then := noMore
		if i+1 < len(times) {
			then = "asked again at " + a.now().Add(times[i+1]).Local().Format(time.DateTime) + "."
		}
		a.noteUnclear(ctx, ids, func(refusal string) string { return onceAsked(refusal, inVain, then) })
	}
}

// restOf is what is left of a pause after some of it has gone by.
func restOf(pause, gone time.Duration) time.Duration { return min(pause, max(0, pause-gone)) }

// noteUnclear writes what is known so far into the rows of a send that are unclear.
func (a *App) noteUnclear(ctx context.Context, ids []int64, tell func(refusal string) string) {
	if err := a.store.NoteUnclear(ctx, ids, tell); err != nil {
		a.log.Warn("what is known of a send could not be noted", "err", err)
	}
}

// What onceAsked adds begins with asOfOnce, and what comes then with thenAsked.
const (
	asOfOnce  = " Plivo was asked for it at "
	thenAsked = "; it is "
	noMore    = "not asked again before the next start."
)

// onceAsked adds to why a send is unclear that Plivo did not list it when it was asked, and what comes then.
func onceAsked(refusal string, at time.Time, then string) string {
	why, _, _ := strings.Cut(refusal, asOfOnce)
	if !strings.HasSuffix(why, ".") {
		why += "."
	}
	return why + asOfOnce + at.Local().Format(time.DateTime) + " and did not list it yet, which proves nothing" + thenAsked + then
}

// notAgain ends what onceAsked promised, when nobody asks any more.
func notAgain(refusal string) string {
	why, asked, ok := strings.Cut(refusal, asOfOnce)
	if !ok {
		return refusal
	}
	asked, _, _ = strings.Cut(asked, thenAsked)
	return why + asOfOnce + asked + thenAsked + noMore
}

// became is what came of one question to Plivo.
type became int

const (
	unanswered became = iota // there was no list, or one that tells nothing yet
	notListed                // the list lacks some of it
	told                     // asking again tells no more
)

// ask makes one list call for the rows of a send that are unclear, and writes down what it tells. What the list
// lacks is called missing only where an earlier one lacked it too, as again says.
func (a *App) ask(ctx context.Context, ids []int64, certain, again bool) (became, error) {
	open, err := a.stillUnclear(ctx, ids)
	if err != nil {
		return unanswered, err
	}
	if len(open) == 0 {
		return told, nil
	}
	records, err := a.api.Messages(ctx, listOf(open))
	if err != nil {
		return unanswered, err
	}
	found := make([]store.Candidate, 0, len(records))
	for i := len(records) - 1; i >= 0; i-- { // oldest first, as the sends
		found = append(found, store.Candidate{UUID: records[i].UUID, From: records[i].From, To: records[i].To})
	}
	missing := ""
	whole := len(records) < api.ListedAtOnce
	if whole && certain && again {
		missing = fmt.Sprintf("No answer to the send was understood, and Plivo, asked twice, lists no such message around %s: it was most likely not accepted, so it can be sent again.",
			open[0].CreatedAt.Local().Format("15:04"))
	}
	rows := make([]int64, len(open))
	for i, m := range open {
		rows[i] = m.ID
	}
	if err := a.store.ResolveUnclear(ctx, rows, found, missing); err != nil {
		return unanswered, err
	}
	if whole {
		left, err := a.stillUnclear(ctx, rows)
		switch {
		case err != nil:
			return unanswered, err
		case len(left) > 0 && !again:
			return notListed, nil
		case len(left) > 0 && certain:
			// What is left is another send's to the same number as long as that waits for its answer.
			return notListed, nil
		}
	}
	return told, a.tellClarified(ctx, rows, whole)
}

// stillUnclear are those of some messages of which it is unclear whether Plivo took them.
func (a *App) stillUnclear(ctx context.Context, ids []int64) ([]plivo.Message, error) {
	ms, err := a.store.MessagesByID(ctx, ids)
	return slices.DeleteFunc(ms, func(m plivo.Message) bool { return !m.Unclear }), err
}

// listOf asks for what Plivo may have of the messages of one send.
func listOf(open []plivo.Message) api.ListFilter {
	first := open[0]
	from, to := first.CreatedAt.Add(-listedBefore), first.UpdatedAt.Add(listedAfter)
	if most := from.Add(listedMost); to.After(most) {
		to = most
	}
	filter := api.ListFilter{Direction: plivo.Outbound, From: first.From, After: from, Before: to}
	if len(open) == 1 {
		filter.To = first.To
	}
	return filter
}

// tellClarified says what became of sends that were unclear.
func (a *App) tellClarified(ctx context.Context, ids []int64, whole bool) error {
	ms, err := a.store.MessagesByID(ctx, ids)
	if err != nil {
		return err
	}
	var taken, missing, open []string
	for _, m := range ms {
		switch {
		case m.Unclear:
			open = append(open, m.To)
		case m.UUID != "":
			taken = append(taken, m.To)
		default:
			missing = append(missing, m.To)
		}
	}
	if len(taken) > 0 {
		a.Notify(Info, "Plivo did accept the message to "+someOf(taken)+", of which the answer was lost.")
	}
	if len(missing) > 0 {
		a.Notify(Warning, "Plivo has no message to "+someOf(missing)+", of which the answer was lost: it was most likely not accepted, so it can be sent again.")
	}
	if len(open) > 0 {
		why := "another account may have sent it, for the history is of a name of its own"
		if !whole {
			why = "Plivo's list of that time is longer than one page"
		}
		a.Notify(Warning, "Whether Plivo accepted the message to "+someOf(open)+" is still unclear: "+why+"; look into the message logs of Plivo's console before sending it again.")
	}
	return nil
}

// someOf names the first of some numbers.
func someOf(numbers []string) string {
	const named = 3
	if len(numbers) <= named {
		return strings.Join(numbers, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(numbers[:named], ", "), len(numbers)-named)
}

const endedSimulator = "The simulator ended before its answer was known, and forgot the message with all others; send it again."

// clarifyLeft asks for what earlier runs left unclear. What went to a simulator is gone with it.
func (a *App) clarifyLeft(ctx context.Context) {
	left, err := a.store.UnclearSends(ctx, a.now().Add(-leftFor), plivo.MaxDestinations)
	if err != nil || len(left) == 0 {
		return
	}
	if a.simulated() {
		ids := make([]int64, len(left))
		for i, m := range left {
			ids[i] = m.ID
		}
		if err := a.store.ResolveUnclear(ctx, ids, nil, endedSimulator); err != nil {
			a.log.Warn("sends that an earlier simulator was asked for could not be ended", "err", err)
		}
		return
	}
	type send struct {
		ids   []int64
		since time.Time
	}
	var sends []send
	for i, m := range left {
		if i > 0 && m.SentWith != 0 && m.SentWith == left[i-1].SentWith {
			last := &sends[len(sends)-1]
			last.ids = append(last.ids, m.ID)
			continue
		}
		sends = append(sends, send{[]int64{m.ID}, m.UpdatedAt})
	}
	for _, s := range sends[max(0, len(sends)-mostLeft):] {
		a.clarify(ctx, s.ids, a.ownHistory(), s.since)
	}
}

// ownHistory reports whether the history has the name that the account's has by default: another may hold
// messages of several accounts.
func (a *App) ownHistory() bool {
	name, err := config.HistoryName(a.authID)
	return err == nil && filepath.Base(a.o.HistoryPath) == name
}

// Unclear tells of the error of a send that nobody knows whether Plivo took it.
func Unclear(err error) bool {
	var failed *api.Error
	return errors.As(err, &failed) && failed.Unclear
}
