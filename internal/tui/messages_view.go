package tui

import (
	"fmt"

	"github.com/charmbracelet/bubbles/key"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
)

// titleWords name the list: how many rows of how many, and the filter.
func (s *messages) titleWords() string {
	// The totals and the count are some moments behind the rows: never less than those at hand.
	all := max(s.env.status.Totals.Messages, int64(s.grid.Len()))
	if s.applied.Empty() {
		return fmt.Sprintf("Messages (%s)", count(all))
	}
	n := "…"
	if s.known {
		matching := int64(max(s.count, s.grid.Len()))
		n, all = count(matching), max(all, matching)
		if s.more {
			n += "+"
		}
	}
	return fmt.Sprintf("Messages (%s of %s, %s)", n, count(all), escape.Line(s.applied.String()))
}

// followWords tell whether the list stays on the newest row, and what it would jump over.
func (s *messages) followWords() string {
	if s.grid.Len() == 0 {
		return ""
	}
	if s.grid.Following() {
		return "following the newest"
	}
	n, more := s.grid.Above()
	switch {
	case n == 0 && !more:
		return "f follows the newest"
	case more:
		return fmt.Sprintf("↑ more than %s above · f follows", count(int64(n)))
	default:
		return fmt.Sprintf("↑ %s above · f follows", count(int64(n)))
	}
}

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

// rowLines are the rows, or what to do where there are none.
func (s *messages) rowLines() []string {
	lines := s.grid.Lines()
	if s.grid.Len() > 0 || !s.grid.Loaded() {
		return lines
	}
	th := s.env.th
	type sentence = []span
	var say []sentence
	switch {
	case !s.applied.Empty():
		say = []sentence{
			{{th.text, "No message matches this filter."}},
			{{th.key, "esc"}, {th.muted, " shows all again, "}, {th.key, "/"}, {th.muted, " changes it."}},
		}
	case s.env.status.Mode == app.Simulator:
		say = []sentence{
			{{th.text, "No messages yet."}},
			{{th.key, "n"}, {th.muted, " writes one to the simulator; "}, {th.key, "i"}, {th.muted, " makes it deliver one to you."}},
			{{th.muted, "Or send through its API at "}, {th.text, escape.Line(s.env.status.APIURL)}},
		}
	default:
		say = []sentence{
			{{th.text, "No messages yet."}},
			{{th.key, "n"}, {th.muted, " writes one. Callbacks are taken at"}},
			{{th.text, escape.Line(s.env.status.PublicURL) + "/sms/delivery-report"}},
		}
	}
	out := append([]string(nil), lines...)
	top := 1
	if len(out) < len(say)+1 {
		top = 0
	}
	for i, sp := range say {
		if top+i < len(out) {
			out[top+i] = line(s.lay.list.w, append([]span{{th.text, "  "}}, sp...)...)
		}
	}
	return out
}

// detailLines are the detail's lines, or a hint where nothing is selected.
func (s *messages) detailLines() []string {
	lines := s.detail.view()
	if !s.detail.shown && len(lines) > 1 {
		lines[1] = line(s.lay.detail.w, span{s.env.th.muted, "  The selected message is explained here."})
	}
	return lines
}

// footerKeys are the keys of the present context, the most useful first and the way to all last.
func (m *Model) footerKeys() []key.Binding {
	km := m.env.keys
	if m.env.sheet != nil {
		return m.env.sheet.footer()
	}
	switch s := m.messages; {
	case m.screen == onCompose:
		return []key.Binding{km.send, km.keep, km.nextField, km.prevField, km.helpTyped}
	case m.screen == onSignature && m.sig.reading():
		return []key.Binding{km.leave, km.copyBase, km.copySignature, km.toFields, km.down, km.up, km.help}
	case m.screen == onSignature:
		return []key.Binding{km.leave, km.nextField, km.prevField, m.sig.restoring(), km.helpTyped}
	case s.editing():
		return []key.Binding{km.apply, km.leaveFilter, km.helpTyped}
	case s.focused:
		return []key.Binding{km.back, km.down, km.up, km.signature, km.copyID, km.fresh, km.help}
	default:
		last := km.follow
		if m.compose.simulated() {
			last = km.inbound
		}
		return []key.Binding{km.open, km.fresh, km.signature, last, km.copyID, km.filter, km.help}
	}
}

// helpSections are all keys of the present context.
func (m *Model) helpSections() []section {
	km := m.env.keys
	if m.screen == onCompose {
		write := section{"Writing a message", []key.Binding{km.send, km.nextField, km.prevField, km.newline, km.keep}}
		if m.compose.simulated() {
			write.keys = append(write.keys, km.choose)
		}
		return []section{write, {"Everywhere", []key.Binding{km.helpTyped, km.redraw, km.forceQuit}}}
	}
	all := section{"Everywhere", []key.Binding{km.messages, km.compose, km.examine, km.help, km.redraw, km.quit, km.forceQuit}}
	switch {
	case m.screen == onSignature && m.sig.reading():
		return []section{
			{"The result", []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.detailTop, km.detailEnd, km.copyBase, km.copySignature}},
			{"The request", []key.Binding{km.toFields, km.pasted, m.sig.restoring(), km.leave}},
			all,
		}
	case m.screen == onSignature:
		return []section{
			{"The request", []key.Binding{km.nextField, km.prevField, km.newline, km.method, km.pasted, m.sig.restoring(), km.leave}},
			{"Everywhere", []key.Binding{km.helpTyped, km.redraw, km.forceQuit}},
		}
	}
	list := section{"The list", []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.newest, km.oldest, km.follow}}
	message := section{"The selected message", []key.Binding{km.open, km.focus, km.signature, km.copyID}}
	if m.messages.focused {
		list = section{"The detail", []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.detailTop, km.detailEnd, km.back, km.focus}}
		message = section{"The selected message", []key.Binding{km.signature, km.copyID, km.follow}}
	}
	more := section{"Messages", []key.Binding{km.fresh, km.filter, km.unfilter}}
	if m.compose.simulated() {
		more.keys = append(more.keys, km.inbound)
	}
	return []section{list, message, more, all}
}
