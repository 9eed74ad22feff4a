package tui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// detail shows one message with its callbacks.
type detail struct {
	env  *env
	w, h int

	shown     bool
	message   plivo.Message
	callbacks []webhook.Callback
	loaded    detailKey // what callbacks belong to
	asking    bool      // one question at a time

	top   int
	hops  []hop    // of the message's life
	rest  []string // the lines below it
	day   int      // on which rest was rendered: times of another day have a date
	lines []string

	cause    cause // why a signature does not match
	together sentWith
	tried    triedOf
	stranded bool // its reports go to a public URL that is no more
}

// detailKey tells one state of a message's callbacks from another.
type detailKey struct {
	id        int64
	uuid      string
	callbacks int
	updated   time.Time
}

func keyOf(m plivo.Message) detailKey {
	return detailKey{m.ID, m.UUID, m.Callbacks, m.UpdatedAt}
}

func newDetail(e *env) *detail { return &detail{env: e} }

func (d *detail) setSize(w, h int) {
	if w != d.w || h != d.h {
		d.w, d.h = w, h
		d.refresh()
	}
}

// show shows a message, at its top where it is another one, and asks for its callbacks where they are
// not at hand.
func (d *detail) show(m plivo.Message, ok bool) tea.Cmd {
	if !ok {
		d.shown, d.message, d.callbacks, d.loaded, d.top = false, plivo.Message{}, nil, detailKey{}, 0
		d.forgetCause()
		d.refresh()
		return d.pullTogether()
	}
	if m.ID != d.message.ID {
		d.env.forget(aboutSelection)
		d.callbacks, d.loaded, d.top = nil, detailKey{}, 0
		d.forgetCause()
	}
	changed := !d.shown || m.ID != d.message.ID || !sameRow(m, d.message)
	d.shown, d.message = true, m
	asked := d.pullTogether()
	if changed {
		d.refresh()
	}
	return tea.Batch(asked, d.pull())
}

func (d *detail) pull() tea.Cmd {
	key := keyOf(d.message)
	if d.asking || !d.shown || key == d.loaded || key.uuid == "" || key.callbacks == 0 {
		return nil
	}
	d.asking = true
	ctx, core := d.env.ctx, d.env.core
	return func() tea.Msg {
		cbs, err := core.CallbacksOf(ctx, key.uuid, callbacksShown)
		return callbacksMsg{key, cbs, err}
	}
}

// answer takes callbacks, and asks again where the selection has gone on.
func (d *detail) answer(msg callbacksMsg) tea.Cmd {
	d.asking = false
	if msg.err != nil {
		if !errors.Is(msg.err, context.Canceled) {
			d.env.notifyAbout(aboutSelection, app.Failure, fmt.Sprintf("Read the callbacks of the message: %v; select it again to retry.", msg.err))
		}
		if msg.of == keyOf(d.message) {
			return nil
		}
	} else if d.shown && msg.of.id == d.message.ID {
		d.callbacks, d.loaded = msg.callbacks, msg.of
		cmd := d.findCause()
		d.refresh()
		return tea.Batch(cmd, d.pullTried(), d.pull())
	}
	return d.pull()
}

func (d *detail) scroll(n int) {
	d.top = max(min(d.top+n, len(d.lines)-d.h), 0)
}

// refresh renders the lines as they are now.
func (d *detail) refresh() {
	d.hops, d.rest = nil, nil
	if d.w > 0 && d.shown {
		d.day, d.stranded = d.env.at.YearDay(), d.env.core.Stranded(d.message)
		d.hops, d.rest = d.findHops(), d.renderRest()
	}
	d.join()
}

// tick brings up what time changes, and looks again for a cause that could not be looked for.
func (d *detail) tick() tea.Cmd {
	if d.env.at.YearDay() != d.day {
		d.refresh()
	} else {
		d.join()
	}
	asked := d.tickTogether()
	if d.cause.failure == nil {
		return asked
	}
	return tea.Batch(asked, d.findCause())
}

// join puts the timeline above the rest.
func (d *detail) join() {
	d.lines = nil
	if d.w > 0 && d.shown {
		for _, l := range d.timeline(d.w - 2) {
			d.lines = append(d.lines, line(d.w, append([]span{{d.env.th.text, " "}}, l...)...))
		}
		d.lines = append(d.lines, d.rest...)
	}
	d.scroll(0)
}

// view is the visible part, exactly h lines of w cells.
func (d *detail) view() []string { return window(d.lines, d.top, d.w, d.h) }

// place tells how far the detail is scrolled.
func (d *detail) place() string { return place(d.top, d.h, len(d.lines)) }

// place tells how far lines are scrolled of which h are seen, empty where all of them are.
func place(top, h, lines int) string {
	switch {
	case lines <= h || h <= 0:
		return ""
	case top+h >= lines:
		return "end"
	case top == 0:
		return plural(lines-h, "more line")
	}
	return fmt.Sprintf("%d %%", 100*(top+h)/lines)
}
