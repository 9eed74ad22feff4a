package tui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// triedOf is how often the callbacks of the shown message were sent again, and how the last time went.
type triedOf struct {
	message int64
	store.Tried
	last   webhook.Attempt
	known  bool
	asking bool // one question at a time
	again  bool // something changed since the question
}

// triedMsg answers how often the callbacks of a message were sent again.
type triedMsg struct {
	message int64
	tried   store.Tried
	changed bool
	last    webhook.Attempt
	err     error
}

// pullTried asks for it, and for the last attempt where that is another one.
func (d *detail) pullTried() tea.Cmd {
	if d.tried.message != d.message.ID {
		d.tried = triedOf{message: d.message.ID, asking: d.tried.asking}
	}
	switch {
	case !d.shown || len(d.callbacks) == 0:
		return nil
	case d.tried.asking:
		d.tried.again = true
		return nil
	}
	d.tried.asking, d.tried.again = true, false
	ids := make([]int64, len(d.callbacks))
	for i, c := range d.callbacks {
		ids[i] = c.ID
	}
	ctx, core, had := d.env.ctx, d.env.core, d.tried
	return func() tea.Msg { return readTried(ctx, core, had, ids) }
}

func readTried(ctx context.Context, core Core, had triedOf, ids []int64) tea.Msg {
	msg := triedMsg{message: had.message}
	all, err := core.Tried(ctx, ids)
	for _, t := range all {
		msg.tried.Count += t.Count
		msg.tried.Last = max(msg.tried.Last, t.Last)
	}
	msg.err = err
	if msg.changed = err == nil && (!had.known || msg.tried != had.Tried); msg.changed && msg.tried.Last != 0 {
		msg.last, _, msg.err = core.Attempt(ctx, msg.tried.Last)
	}
	return msg
}

// answerTried takes the answer, and asks again where the selection has gone on.
func (d *detail) answerTried(msg triedMsg) tea.Cmd {
	d.tried.asking = false
	switch {
	case msg.message != d.message.ID || !d.shown:
		return d.pullTried()
	case errors.Is(msg.err, context.Canceled):
		return nil
	case msg.err != nil:
		d.env.notifyAbout(aboutSelection, app.Failure, fmt.Sprintf("Read how often the callbacks were sent again: %v; select the message again to retry.", msg.err))
		d.tried.known = true
		return nil
	case msg.changed:
		d.tried.Tried, d.tried.last, d.tried.known = msg.tried, msg.last, true
		d.refresh()
	}
	if d.tried.again {
		return d.pullTried()
	}
	return nil
}

// writeTried says how often the callbacks were sent again, and how the last time went.
func (d *detail) writeTried(p *page) {
	if d.tried.message != d.message.ID || d.tried.Count == 0 {
		return
	}
	words := plural(d.tried.Count, "attempt") + " at your app"
	paint := p.th.text
	if d.tried.last.ID != 0 {
		var last string
		paint, last = answeredWords(p.th, d.tried.last)
		words = last + " at the last of " + words + ", " + lastWords(d.tried.last, d.env.at)
	}
	p.field("sent again", paint, words)
}

// lastWords say how, when and where an attempt went.
func lastWords(a webhook.Attempt, now time.Time) string {
	return fmt.Sprintf("%s, %s, in %s, to %s", howWords(a), moment(a.At, now), tookWords(a.Timings.Total), readable(targetWords(a.URL)))
}
