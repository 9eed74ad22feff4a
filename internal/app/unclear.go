package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
)

// When Plivo is asked for a send whose outcome is unclear: a message that it took is not listed at once. It is asked
// again only where it gave no list.
var (
	askAfter      = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute}
	askNearbyThen = []time.Duration{time.Second, 5 * time.Second, 10 * time.Second} // of an API on this machine
)

// How far Plivo's time of a message may be from ours of its send: clocks differ, and a message may wait.
const (
	listedBefore = 2 * time.Minute
	listedAfter  = 15 * time.Minute
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

// ClarifiedAfter is when Plivo is asked for a send whose outcome is unclear.
func (a *App) ClarifiedAfter() time.Duration { return a.askTimes()[0] }

func (a *App) askTimes() []time.Duration {
	if a.simulated() || onLoopback(a.apiURL) {
		return askNearbyThen
	}
	return askAfter
}

// clarify finds out what became of the rows of one send, by a list of the account's messages; a callback may be
// faster. certain says that the rows are of this account.
func (a *App) clarify(ctx context.Context, ids []int64, certain bool) {
	for _, pause := range a.askTimes() {
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		done, err := a.ask(ctx, ids, certain)
		if done || ctx.Err() != nil {
			return
		}
		if err != nil {
			a.Notify(Warning, "What became of a send is still unclear: "+err.Error())
		}
	}
}

// ask makes one list call for the rows of a send that are unclear, and writes down what it tells; done means
// that asking again tells no more.
func (a *App) ask(ctx context.Context, ids []int64, certain bool) (done bool, err error) {
	ms, err := a.store.MessagesByID(ctx, ids)
	if err != nil {
		return false, err
	}
	var open []plivo.Message
	for _, m := range ms {
		if m.Unclear {
			open = append(open, m)
		}
	}
	if len(open) == 0 {
		return true, nil
	}
	first := open[0]
	filter := api.ListFilter{
		Direction: plivo.Outbound, From: first.From,
		After: first.CreatedAt.Add(-listedBefore), Before: first.CreatedAt.Add(listedAfter),
	}
	if len(open) == 1 {
		filter.To = first.To
	}
	records, err := a.api.Messages(ctx, filter)
	if err != nil {
		return false, err
	}
	found := make([]store.Candidate, 0, len(records))
	for i := len(records) - 1; i >= 0; i-- { // oldest first, as the sends
		found = append(found, store.Candidate{UUID: records[i].UUID, From: records[i].From, To: records[i].To})
	}
	missing := ""
	whole := len(records) < api.ListedAtOnce
	if whole && certain {
		missing = fmt.Sprintf("No answer to the send was understood, and Plivo lists no such message around %s: it was most likely not accepted, so it can be sent again.",
			first.CreatedAt.Local().Format("15:04"))
	}
	rows := make([]int64, len(open))
	for i, m := range open {
		rows[i] = m.ID
	}
	if err := a.store.ResolveUnclear(ctx, rows, found, missing); err != nil {
		return false, err
	}
	if missing != "" {
		// What is left is another send's to the same number as long as that waits for its answer.
		if ms, err = a.store.MessagesByID(ctx, rows); err != nil || !Clarified(ms) {
			return false, err
		}
	}
	return true, a.tellClarified(ctx, rows, whole)
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
	var sends [][]int64
	for i, m := range left {
		if i > 0 && m.SentWith != 0 && m.SentWith == left[i-1].SentWith {
			sends[len(sends)-1] = append(sends[len(sends)-1], m.ID)
			continue
		}
		sends = append(sends, []int64{m.ID})
	}
	for _, ids := range sends[max(0, len(sends)-mostLeft):] {
		a.clarify(ctx, ids, a.ownHistory())
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
