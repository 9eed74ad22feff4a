package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// sourceMsg brings the one callback of the source.
type sourceMsg struct {
	id  int64 // 0 for the newest of all
	cb  webhook.Callback
	err error
}

// take looks at a source that was chosen: a single callback is read, to be edited.
func (s *replayScreen) take() tea.Cmd {
	s.forgetEdits()
	s.open, s.top, s.cursor = nil, 0, 0
	if !s.running() {
		s.run = nil
	}
	s.lineUp()
	s.setFocus(fieldTarget)
	if s.source.kind == ofCallbacks && len(s.source.ids) == 1 {
		s.refresh()
		return s.readOne()
	}
	s.entry = nil // whatever the fields hold, it is about something else
	return s.follow()
}

func (s *replayScreen) readOne() tea.Cmd {
	s.edit++
	s.known, s.failure = false, nil
	s.stop()
	s.tell()
	id := s.source.ids[0]
	ctx, core := s.askCallback(), s.env.core
	return func() tea.Msg {
		cb, err := readCallback(ctx, core, id)
		return sourceMsg{id, cb, err}
	}
}

// newest asks for the newest callback of the history.
func (s *replayScreen) newest() tea.Cmd {
	ctx, core := s.askCallback(), s.env.core
	return func() tea.Msg { return newestCallback(ctx, core) }
}

// askCallback ends the reading before and gives the context of the next one, which goes on while the user types.
func (s *replayScreen) askCallback() context.Context {
	s.unread()
	ctx, stop := context.WithCancel(s.env.ctx)
	s.unread = stop
	return ctx
}

func newestCallback(ctx context.Context, core Core) tea.Msg {
	rows, err := core.Callbacks(ctx, store.Window{Limit: 1})
	if err != nil || len(rows) == 0 {
		return sourceMsg{err: err}
	}
	return sourceMsg{cb: rows[0]}
}

// learnSource takes the callback, unless others were chosen by now. While a filter or a scenario is chosen it is
// kept for later.
func (s *replayScreen) learnSource(msg sourceMsg) tea.Cmd {
	away := s.source.kind != ofCallbacks
	switch {
	case errors.Is(msg.err, context.Canceled), away && (msg.err != nil || msg.cb.ID == 0):
		return nil
	case msg.id == 0 && len(s.source.ids) > 0, msg.id != 0 && !slices.Equal(s.source.ids, []int64{msg.id}):
		return nil
	case msg.err != nil:
		s.failure = fmt.Errorf("the callback cannot be read: %w", msg.err)
		s.tell()
		return nil
	case msg.cb.ID == 0:
		s.refresh()
		s.tell()
		return nil
	}
	s.source.ids, s.source.one, s.source.read = []int64{msg.cb.ID}, msg.cb, true
	if away {
		return nil
	}
	s.base = editableOf(msg.cb)
	s.restoreEdits()
	s.entry = nil
	return s.follow()
}

// forgetEdits empties what was edited of the request before.
func (s *replayScreen) forgetEdits() {
	s.base = editable{}
	s.draft, s.wrong = "", ""
	s.restoreEdits()
}

// restoreEdits shows the request as it is without edits.
func (s *replayScreen) restoreEdits() {
	s.bodyEdit = nil
	s.put(fieldMethod, "")
	s.put(fieldPath, "")
	s.put(fieldHeaders, s.base.headers)
	s.put(fieldParams, s.base.params)
	s.hint()
}

// hint shows what stands in for a method and a path that were not edited.
func (s *replayScreen) hint() {
	method, path := "its own", "its own"
	if s.source.single() {
		method, path = brief(s.base.method), brief(s.env.mask.URL(s.base.target))
	}
	s.inputs[fieldMethod].Placeholder, s.inputs[fieldPath].Placeholder = method, path
}

// restore undoes what was edited.
func (s *replayScreen) restore() tea.Cmd {
	if !s.edited() && s.draft == "" {
		s.env.notifyAbout(aboutReplay, app.Info, "Nothing of the request was edited.")
		return nil
	}
	s.draft, s.wrong = "", ""
	s.restoreEdits()
	s.env.forget(aboutReplay)
	cmd := s.follow()
	s.tell() // a text that could not be read is dropped without an edit
	return cmd
}

// now is the request as it was edited.
func (s *replayScreen) now() editable {
	e := editable{
		method: s.word(fieldMethod), target: s.word(fieldPath), headers: s.word(fieldHeaders), params: s.word(fieldParams),
		whole: s.base.whole, body: s.base.body,
	}
	if s.bodyEdit != nil {
		e.whole, e.body = true, *s.bodyEdit
	}
	return e
}

// edited reports whether the request differs from the callback's own.
func (s *replayScreen) edited() bool {
	n := s.now()
	return n.method != "" || n.target != "" || n.headers != s.base.headers || n.params != s.base.params || s.bodyEdit != nil
}

// turnSource goes on to the next kind of source, unless that would lose what was edited of this one.
func (s *replayScreen) turnSource(n int) {
	const kinds = 3
	if s.edited() && n%kinds != 0 {
		s.env.notifyAbout(aboutReplay, app.Warning, "The request was edited, which another source would lose: "+
			s.env.keys.asCaught.Help().Key+" undoes all edits first.")
		return
	}
	s.leaveScenario()
	s.source.kind = sourceKind((int(s.source.kind) + n + kinds) % kinds)
	s.forgetEdits()
	if s.source.single() {
		s.base = editableOf(s.source.one)
		s.restoreEdits()
	}
	if s.source.kind == ofScenario {
		s.begin()
	}
}
