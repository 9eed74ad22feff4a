package tui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
)

type (
	// replaySettledMsg says that nothing was typed since an edit.
	replaySettledMsg struct{ edit int }
	// previewedMsg says what would be sent.
	previewedMsg struct {
		edit    int
		preview app.ReplayPreview
		err     error
	}
)

// ask ends the question before and gives the context of the next one.
func (s *replayScreen) ask() context.Context {
	s.stop()
	ctx, stop := context.WithCancel(s.env.ctx)
	s.stop = stop
	return ctx
}

// look reads the form: what is to be sent, and what is wrong with it.
func (s *replayScreen) look() {
	o, run, errs := replayWords(s.entries()).plan()
	p := app.ReplayPlan{Options: o, Run: run}
	edits, f, err := s.base.edits(s.now())
	if err != nil {
		errs[f] = sentence(err)
	}
	p.Options.Edits = edits
	switch s.source.kind {
	case ofFilter:
		p.UseFilter = true
		if p.Filter, err = store.ParseFilter(s.env.realFilter(s.word(fieldFilter))); err != nil {
			errs[fieldFilter] = sentence(err)
		}
	case ofScenario:
		p.Make = s.scenePlan()
	default:
		p.IDs = s.source.ids
		if len(p.IDs) == 0 {
			errs[fieldSource] = "There is no callback to send yet; ← → chooses a scenario, which needs none."
		}
	}
	s.plan, s.errs = p, errs
}

// entries are what is to be sent, and what all fields hold, also those that are not shown.
func (s *replayScreen) entries() map[field]string {
	all := map[field]string{}
	for f := range s.inputs {
		all[f] = s.word(f)
	}
	for f := range s.areas {
		all[f] = s.word(f)
	}
	for f, v := range s.choices {
		all[f] = v
	}
	all[fieldSource] = fmt.Sprint(s.source.kind, s.source.ids)
	if s.bodyEdit != nil {
		all[fieldBody] = "edited: " + *s.bodyEdit
	}
	return all
}

// changed follows up on an edit: what would be sent is looked at once nothing was typed for a while.
func (s *replayScreen) changed() tea.Cmd {
	now := s.entries()
	if s.entry != nil && maps.Equal(now, s.entry) {
		return nil
	}
	s.entry = now
	s.edit++
	s.eager = false
	s.env.forget(aboutReplay)
	s.look()
	s.lineUp()
	s.stop()
	if len(s.errs) > 0 {
		s.known, s.failure = false, nil
		s.tell()
		return nil
	}
	return s.wait(s.edit)
}

// settled asks what would be sent as the form is now.
func (s *replayScreen) settled(msg replaySettledMsg) tea.Cmd {
	if msg.edit != s.edit || len(s.errs) > 0 || s.known && s.looked == s.edit {
		return nil
	}
	return s.previewNow()
}

// previewNow asks what would be sent; until the answer, what was known stays.
func (s *replayScreen) previewNow() tea.Cmd {
	ctx, core, plan, edit := s.ask(), s.env.core, s.plan, s.edit
	return func() tea.Msg {
		preview, err := core.PreviewReplay(ctx, plan)
		return previewedMsg{edit, preview, err}
	}
}

// learnPreview takes what would be sent, unless something was edited since.
func (s *replayScreen) learnPreview(msg previewedMsg) tea.Cmd {
	if msg.edit != s.edit || errors.Is(msg.err, context.Canceled) {
		return nil
	}
	s.preview, s.failure, s.known, s.looked = msg.preview, msg.err, msg.err == nil, msg.edit
	if s.run != nil && s.run.edit == msg.edit {
		return nil // it was sent meanwhile
	}
	if !s.running() && s.run != nil {
		s.run = nil // it was about something else
	}
	eager := s.eager
	s.eager = false
	s.top, s.cursor = 0, 0
	s.tell()
	s.refresh()
	if !eager {
		return nil
	}
	return s.sendPreviewed()
}

// problemOf is the first field that is wrong, in the order of the form. What was not filled in yet is not
// wrong before the user tries to send.
func (s *replayScreen) problemOf() (field, string, bool) {
	for _, f := range s.order {
		if p := s.errs[f]; p != "" {
			return f, p, true
		}
	}
	for f, p := range s.errs { // of a field that is not shown
		return f, p, true
	}
	return noField, "", false
}

// shownProblem is what is wrong with a field, as far as it is to be said by now.
func (s *replayScreen) shownProblem(f field) string {
	if !s.strict && !choosing(f) && strings.TrimSpace(s.word(f)) == "" {
		return ""
	}
	return s.errs[f]
}
