package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
)

// aboutWords name the detail.
func (s *messages) aboutWords() string {
	m, ok := s.grid.Selected()
	if !ok {
		return "Detail"
	}
	if m.UUID == "" {
		return brief(counterpart(m)) + " · no UUID"
	}
	return brief(counterpart(m)) + " · " + brief(m.UUID)
}

// nothing says why there are no rows and what to do.
func (s *messages) nothing() [][]span {
	th, km := s.env.th, s.env.keys
	type sentence = []span
	switch {
	case !s.applied.Empty():
		return []sentence{
			{{th.text, "No message matches this filter."}},
			{{th.key, km.unfilter.Help().Key}, {th.muted, " shows all again, "}, {th.key, km.filter.Help().Key}, {th.muted, " changes it."}},
		}
	case s.env.simulated():
		return []sentence{
			{{th.text, "No messages yet."}},
			{{th.key, km.fresh.Help().Key}, {th.muted, " writes one; "}, {th.key, km.inbound.Help().Key}, {th.muted, " has the simulator deliver one to you."}},
			{{th.muted, "Or send through its API at "}, {th.text, escape.Line(s.env.status.APIURL)}},
		}
	default:
		return []sentence{
			{{th.text, "No messages yet."}},
			{{th.key, km.fresh.Help().Key}, {th.muted, " writes one. Callbacks are taken at"}},
			{{th.text, escape.Line(s.env.status.PublicURL) + "/sms/delivery-report"}},
		}
	}
}

// detailLines are the detail's lines, or a hint where nothing is selected.
func (s *messages) detailLines() []string {
	lines := s.detail.view()
	if !s.detail.shown && len(lines) > 1 {
		lines[1] = line(s.lay.detail.w, span{s.env.th.muted, "  The selected message is explained here."})
	}
	return lines
}

// body is the screen, with a rule over each of its parts.
func (s *messages) body(rule ruler) []string {
	l := s.lay
	var list []string
	if l.title.h > 0 {
		list = append(list, rule(l.title.w, !s.focused, s.listTitle(), s.followWords()))
		if l.filter.h > 0 {
			list = append(list, s.filter.lines()...)
		}
		list = append(list, s.grid.Head())
		list = append(list, s.lines(l.list.w, s.nothing)...)
	}
	if l.detail.h == 0 {
		return list
	}
	about := append([]string{rule(l.about.w, s.focused, s.aboutWords(), s.detail.place())}, s.detailLines()...)
	if !l.beside {
		return append(list, about...)
	}
	return sideBySide(s.env.th, list, about)
}

// footer names the keys of the present context, the most useful first and the way to all last.
func (s *messages) footer() []key.Binding {
	km := s.env.keys
	if s.typing() {
		return s.filterFooter()
	}
	m, any := s.grid.Selected()
	fresh := km.again
	if s.focused && m.SentWith > 0 {
		fresh = km.destinations
	}
	down := km.down
	last := km.follow
	if s.env.simulated() {
		last = km.inbound
	}
	keys := []key.Binding{km.back, down, km.signature, km.callbacks, km.copyID, fresh, km.help}
	if !s.focused {
		keys = []key.Binding{when(any, km.open), km.fresh, km.signature, km.again, last, when(any, km.copyID), km.help}
		if !hasCallbacks(m) {
			keys = slices.Insert(keys, len(keys)-1, km.filter)
		}
	}
	if s.answers() {
		keys = slices.Insert(slices.DeleteFunc(keys, func(b key.Binding) bool {
			words := b.Help().Desc
			return slices.Contains([]string{km.down.Help().Desc, km.follow.Help().Desc, km.inbound.Help().Desc, km.again.Help().Desc}, words)
		}), 1, km.answer, km.replyEach)
	}
	if any && m.Ahead() {
		keys = slices.Insert(keys[:len(keys)-2:len(keys)-2], 1, km.giveMissed)
		keys = append(keys, km.help)
	}
	if !hasCallbacks(m) {
		keys = slices.DeleteFunc(keys, func(b key.Binding) bool {
			words := b.Help().Desc
			return slices.Contains([]string{km.signature.Help().Desc, km.callbacks.Help().Desc, km.again.Help().Desc}, words)
		})
	}
	return keys
}

// hasCallbacks reports whether there is a callback of a message, and so a signature to look at.
func hasCallbacks(m plivo.Message) bool { return m.Callbacks > 0 && m.UUID != "" }

// answers reports whether an inbound message is selected: the two ways to answer it are named together.
func (s *messages) answers() bool {
	m, any := s.grid.Selected()
	return any && m.Direction == plivo.Inbound && !s.typing()
}

// help is all keys of the present context.
func (s *messages) help() []section {
	if s.typing() {
		return s.filterHelp()
	}
	km := s.env.keys
	m, any := s.grid.Selected()
	open, together := when(any, km.open), when(m.SentWith > 0, km.destinations)
	missed := when(any && m.Ahead(), km.giveMissed)
	callbacks, signature, again := when(hasCallbacks(m), km.callbacks), when(hasCallbacks(m), km.signature), when(hasCallbacks(m), km.again)
	focus, zoom := when(any, km.focus), when(any, km.zoom)
	copied, edit, page := when(any, km.copyID), when(any, km.edit), when(any, km.page)
	list := section{"The list", []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.newest, km.oldest, km.follow}}
	answer, reply := when(any && m.Direction == plivo.Inbound, km.answer), when(s.answers(), km.replyEach)
	message := section{"The selected message", []key.Binding{open, focus, zoom, callbacks, signature, again, missed, together, answer, reply, copied, edit, page}}
	if s.focused {
		list = section{"The detail", []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.detailTop, km.detailEnd, km.back, focus, zoom}}
		message = section{"The selected message", []key.Binding{callbacks, signature, again, missed, together, answer, reply, copied, edit, page, km.follow}}
	}
	more := section{"Messages", []key.Binding{km.fresh, km.filter, when(!s.applied.Empty(), km.unfilter), when(s.newWords() != "", km.markRead)}}
	if s.env.simulated() {
		more.keys = append(more.keys, km.inbound)
	}
	return []section{list, message, more, legend()}
}
