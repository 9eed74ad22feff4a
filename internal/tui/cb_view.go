package tui

import (
	"fmt"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook"
)

// writePreview says the most important of a callback, and then its parameters.
func writePreview(d *doc, cb webhook.Callback, now time.Time) {
	writeOutcome(d, cb)
	paint, words := signatureWords(d.th, cb)
	if unverified(cb.Verdict) {
		_, short := d.th.signature(cb.Verdict, cb.Cause, 20)
		paint, words = d.th.bad, short+" · enter says why it does not verify"
	}
	d.field("signature", paint, words)
	paint, words = answerWords(d.th, cb)
	if a := arrivalWords(cb.Arrival); a != "" {
		paint, words = d.th.warn, words+" · ! "+a
	}
	d.field("answer", paint, words)
	if cb.Problem != "" {
		d.field("beware", d.th.warn, "! "+brief(cb.Problem))
	}
	d.field("request", d.th.text, brief(cb.Method+" "+cb.URL))
	d.field("", d.th.muted, "from "+brief(orDash(cb.RemoteAddr))+" · "+sizeOfRequest(cb))
	if n := len(cb.Report.Params); n > 0 {
		d.blank()
		for _, p := range cb.Report.Params[:min(n, previewParams)] {
			d.entry(previewNames, 0, span{d.th.muted, brief(p.Name)}, []piece{{brief(p.Value), plain}}, d.th.text)
		}
		if n > previewParams {
			d.say(d.th.muted, "and "+plural(n-previewParams, "more parameter"))
		}
	}
}

// previewParams bounds the parameters of the preview, of which Plivo's callbacks have some twenty;
// previewNames is the width of their names.
const (
	previewParams = 40
	previewNames  = 18
)

// previewLines are the preview's lines, or a hint where nothing is selected.
func (s *callbacks) previewLines() []string {
	w, h := s.lay.detail.w, s.lay.detail.h
	out := make([]string, 0, h)
	for _, r := range s.preview.rows[:min(h, len(s.preview.rows))] {
		out = append(out, line(w, r.spans...))
	}
	for len(out) < h {
		out = append(out, line(w))
	}
	if !s.seen && h > 1 {
		out[1] = line(w, span{s.env.th.muted, "  The selected callback is shown here."})
	}
	return out
}

// previewTitle names the preview.
func (s *callbacks) previewTitle() string {
	if !s.seen {
		return "Callback"
	}
	return fmt.Sprintf("Callback %d · %s", s.of.ID, kindWords(s.of.Kind))
}

// nothing says why there are no rows and what to do.
func (s *callbacks) nothing() [][]span {
	th, km := s.env.th, s.env.keys
	type sentence = []span
	switch {
	case s.fromElsewhere():
		return []sentence{
			{{th.text, "The history keeps no callback of this message."}},
			{{th.key, km.toMessage.Help().Key}, {th.muted, " goes back to it."}},
		}
	case !s.applied.Empty():
		return []sentence{
			{{th.text, "No callback matches this filter."}},
			{{th.key, km.unfilter.Help().Key}, {th.muted, " shows all again, "}, {th.key, km.filter.Help().Key}, {th.muted, " changes it."}},
		}
	}
	out := []sentence{
		{{th.text, "No callbacks yet. Each request to this server is listed."}},
		{{th.muted, "They come to "}, {th.text, escape.Line(s.env.status.PublicURL) + webhook.DeliveryReportPath}},
		{{th.muted, "and at any other path and method."}},
	}
	if s.env.simulated() {
		out = append(out, sentence{{th.key, km.compose.Help().Key}, {th.muted, " writes a message to the simulator, which then calls."}})
	}
	return out
}

// title names the list.
func (s *callbacks) title() string {
	words := s.titleWords("Callbacks")
	if n := len(s.marks); n > 0 {
		words += fmt.Sprintf(" · %s marked", count(int64(n)))
	}
	return words
}

// body is the screen, with a rule over each of its parts.
func (s *callbacks) body(rule ruler) []string {
	switch {
	case s.compared != nil:
		return s.compared.body(rule)
	case s.open != nil:
		return s.open.body(rule)
	}
	l := s.lay
	list := []string{rule(l.title.w, true, s.title(), s.followWords())}
	if l.filter.h > 0 {
		list = append(list, s.filter.lines()...)
	}
	list = append(list, s.grid.Head())
	list = append(list, s.lines(l.list.w, s.nothing)...)
	if l.detail.h == 0 {
		return list
	}
	about := append([]string{rule(l.about.w, false, s.previewTitle(), place(0, l.detail.h, len(s.preview.rows)))}, s.previewLines()...)
	if !l.beside {
		return append(list, about...)
	}
	return sideBySide(s.env.th, list, about)
}

// mouse handles a click or the wheel.
func (s *callbacks) mouse(e tea.MouseMsg) tea.Cmd {
	step := wheel(e)
	if step == 0 && (e.Button != tea.MouseButtonLeft || e.Action != tea.MouseActionPress) {
		return nil
	}
	switch {
	case s.compared != nil:
		s.compared.mouse(e, step)
	case s.open != nil:
		s.open.mouse(e, step)
	case s.lay.filter.has(e.X, e.Y):
		if step == 0 {
			s.clickFilter(e, s.lay.filter)
		}
	case s.lay.list.has(e.X, e.Y) && step != 0:
		s.grid.Scroll(step)
		return s.moved()
	case s.lay.list.has(e.X, e.Y):
		return s.click(e.Y - s.lay.list.y)
	case s.lay.detail.has(e.X, e.Y) && step == 0:
		return s.openSelected()
	}
	return nil
}

// click selects a row, or opens it where it was selected.
func (s *callbacks) click(y int) tea.Cmd {
	above, _ := s.grid.Above()
	if y >= s.grid.Len()-above {
		return nil
	}
	before, _ := s.selected()
	s.grid.Click(y)
	if now, ok := s.selected(); ok && now.ID == before.ID {
		return s.openSelected()
	}
	return s.moved()
}

// mouse turns to the tab that is clicked, puts the cursor on a line, and scrolls.
func (s *inspector) mouse(e tea.MouseMsg, step int) {
	switch y := e.Y - s.area.y; {
	case step != 0:
		s.wheel(step)
	case y == 1:
		if at, ok := s.partAt(e.X); ok {
			s.turn(at)
		}
	case y > 1:
		s.click(y - 2)
	}
}

// footer names the keys of the present context, the most useful first and the way to all last.
func (s *callbacks) footer() []key.Binding {
	km := s.env.keys
	_, any := s.selected()
	open, mark, compare := when(any, km.open), when(any, km.mark), when(any, km.compare)
	signature, again, copied := when(any, km.signature), when(any, km.again), when(any, km.copyID)
	switch {
	case s.filter.editing:
		return s.filterFooter()
	case s.typing():
		return []key.Binding{km.apply, km.leaveFilter, km.helpTyped}
	case s.compared != nil:
		return []key.Binding{km.closeText, s.compared.toggles(), s.searching(), km.down, km.up, km.copyID, km.help}
	case s.open != nil && s.open.at == partAttempts && s.open.tries.opened.ID == 0:
		some := len(s.open.tries.list) > 0
		return []key.Binding{km.closeText, when(!some, km.nextPart), when(some, km.openAttempt), when(some, km.mark), when(some, km.compare), km.again, when(some, km.copyID), km.help}
	case s.open != nil && s.open.hasBody():
		return []key.Binding{km.closeText, km.nextPart, km.bodyView, s.searching(), km.older, km.copyID, km.help}
	case s.open != nil:
		return []key.Binding{km.closeText, km.nextPart, s.searching(), km.older, km.again, km.copyID, km.help}
	case s.fromElsewhere():
		return []key.Binding{open, km.toMessage, mark, compare, signature, again, km.help}
	}
	if !any {
		return []key.Binding{km.filter, km.help}
	}
	return []key.Binding{open, mark, compare, signature, again, copied, km.help}
}

// canCompare reports whether something is marked that the open callback, or one of its attempts, can be
// compared with.
func (s *callbacks) canCompare() bool {
	if s.open.at == partAttempts {
		return len(s.open.tries.marks) > 0
	}
	return len(s.marks) > 0
}

// attemptKeys are those of the list of attempts.
func (s *callbacks) attemptKeys() []key.Binding {
	km := s.env.keys
	listed := s.open.at == partAttempts && s.open.tries.opened.ID == 0 && len(s.open.tries.list) > 0
	return []key.Binding{when(listed, km.openAttempt), when(listed, km.mark), when(listed && len(s.open.tries.marks) > 0, km.unmark)}
}

// searching is the key of the search that helps on: it goes to the next match where there is a search.
func (s *callbacks) searching() key.Binding {
	if p := s.pager(); p != nil && p.query != "" {
		return s.env.keys.nextMatch
	}
	return s.env.keys.search
}

// help is all keys of the present context.
func (s *callbacks) help() []section {
	if s.filter.editing {
		return s.filterHelp()
	}
	km := s.env.keys
	searched := s.pager() != nil && s.pager().query != ""
	text := section{"The text", []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.detailTop, km.detailEnd, km.search, when(searched, km.nextMatch), when(searched, km.prevMatch)}}
	switch {
	case s.compared != nil:
		return []section{text, {"The comparison", []key.Binding{s.compared.toggles(), km.again, km.copyID, km.edit, km.page, km.closeText}}}
	case s.open != nil:
		return []section{text, {"The callback", []key.Binding{
			km.nextPart, km.prevPart, km.older, km.newer, when(s.open.hasBody(), km.bodyView), km.signature, km.again, when(s.canCompare(), km.compare), km.copyID, km.edit, km.page, km.closeText,
		}}, {"The attempts", s.attemptKeys()}}
	}
	_, any := s.selected()
	back := when(!s.applied.Empty(), km.unfilter)
	if s.fromElsewhere() {
		back = km.toMessage
	}
	return []section{
		{"The list", []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.newest, km.oldest, km.follow}},
		{"The selected callback", []key.Binding{when(any, km.open), when(any, km.mark), when(any, km.signature), when(any, km.again), when(any, km.copyID), when(any, km.edit), when(any, km.page)}},
		{"Callbacks", []key.Binding{when(len(s.marks) > 0, km.compare), when(len(s.marks) > 0, km.unmark), km.filter, back}},
	}
}
