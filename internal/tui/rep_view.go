package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
)

var replayNames = map[field]string{
	fieldSource: "What", fieldFilter: "Filter", fieldScenario: "Scenario", fieldTarget: "To", fieldMode: "How", fieldFault: "Fault",
	fieldCount: "Count", fieldSignURL: "Sign for", fieldRate: "Rate", fieldConcurrency: "At once", fieldDuplicates: "Doubles",
	fieldOrder: "Order", fieldTiming: "Spacing", fieldSpeed: "Speed", fieldMethod: "Method", fieldPath: "Path", fieldParams: "Params",
	fieldHeaders: "Headers",
}

// refresh renders the form as it is now.
func (s *replayScreen) refresh() {
	s.clear()
	if s.w <= 0 || s.lay.form.h <= 0 {
		return
	}
	for _, f := range s.order[:len(s.order)-1] {
		if f == fieldSend && s.h >= 12 {
			s.blank()
		}
		from := len(s.lines)
		switch {
		case f == fieldSend:
			s.drawButton()
		case choosing(f):
			s.drawChoice(f)
		case f >= fieldVariable:
			s.draw(f, brief(s.scene.label(f)))
		default:
			s.draw(f, replayNames[f])
		}
		if p := s.shownProblem(f); p != "" {
			s.say(span{s.th.bad, "✗ " + escape.Line(head(s.env.mask.Sentence(p), noticeBytes))})
		} else if r, ok := s.remark(f); ok {
			s.say(r)
		}
		s.spots = append(s.spots, spot{f, from, len(s.lines)})
		if f == fieldSend && s.more {
			s.blank()
		}
	}
	s.scroll(0)
}

// drawChoice draws a field that is chosen.
func (s *replayScreen) drawChoice(f field) {
	words := s.choices[f]
	if f == fieldSource {
		words = s.source.words()
	}
	s.drawChosen(f, replayNames[f], span{s.th.text, words})
}

func (s *replayScreen) drawButton() {
	th := s.th
	what := "Send"
	if s.known {
		what = "Send " + plural(int(s.preview.Requests), "request")
	}
	left := []span{{th.text, blank(fieldIndent)}}
	if s.focus == fieldSend {
		left[0] = span{th.accent, " ›" + blank(fieldIndent-2)}
		left = append(left, span{th.badge, " " + what + " "})
	} else {
		left = append(left, span{th.accent, " " + what + " "})
	}
	hint := "  " + s.env.keys.sendReplay.Help().Key
	if s.running() {
		hint = "  on its way …"
	}
	s.lines = append(s.lines, line(s.w, append(left, span{th.muted, hint})...))
}

// remark is a line below a field: what it means, or what was understood.
func (s *replayScreen) remark(f field) (span, bool) {
	th, here := s.th, s.focus == f
	muted := func(words string) (span, bool) { return span{th.muted, words}, words != "" && here }
	if h, ok := s.held[f]; ok {
		if h.shown == s.value(f) {
			return span{th.muted, "not all can be shown; it counts as it came, until edited"}, true
		}
		return span{th.warn, "! edited from what is shown; " + s.env.keys.asCaught.Help().Key + " brings back what came"}, true
	}
	switch f {
	case fieldSource:
		return muted("← → a callback, a filter, a scenario")
	case fieldFilter:
		if s.known {
			return span{th.muted, "finds " + plural(s.preview.Callbacks, "callback")}, true
		}
	case fieldScenario:
		return span{th.muted, readable(s.aboutScenario())}, true
	case fieldTarget:
		return muted("without a path a callback keeps its own")
	case fieldMode:
		return muted(map[string]string{
			replayModes[0]: "fresh nonces, signed for the URL that is asked",
			replayModes[1]: "the bytes, headers and signatures that came",
			replayModes[2]: "signed anew, then broken in one way",
		}[s.choices[f]])
	case fieldFault:
		fault, _ := faultOf(s.choices[f])
		words := statusList(fault.V2) + " of a check of V2, " + statusList(fault.V3) + " of V3"
		if here {
			words += " · enter lists all"
		}
		return span{th.muted, words}, true
	case fieldCount:
		return muted("how many times all of it is sent")
	case fieldSignURL:
		return muted("where your app sees another URL, as behind a proxy")
	case fieldRate:
		return muted("requests a second, as 50 or 0.5")
	case fieldConcurrency:
		return muted("how many may be on their way at once")
	case fieldDuplicates:
		return muted("how many more times each goes, right after its first time")
	case fieldOrder, fieldTiming:
		return muted("← → the other")
	case fieldSpeed:
		return muted("2 is twice as fast as they came")
	case fieldParams:
		return s.bodyRemark()
	}
	return span{}, false
}

// bodyRemark says what becomes of the body beside its parameters.
func (s *replayScreen) bodyRemark() (span, bool) {
	edit := s.env.keys.editRequest.Help().Key
	switch {
	case s.bodyEdit != nil:
		return span{s.th.text, "the whole body was edited, " + sizeWords(len(*s.bodyEdit)) + "; " + edit + " shows it"}, true
	case s.base.whole:
		return span{s.th.muted, "the body has no parameters; " + edit + " opens it in the editor"}, true
	}
	return span{}, false
}

// formTitle names the form.
func (s *replayScreen) formTitle() string {
	words := "Replay"
	if s.source.kind == ofCallbacks && len(s.source.ids) == 1 {
		words += fmt.Sprintf(" · callback %d", s.source.ids[0])
	}
	if s.edited() {
		words += ", edited"
	}
	return strings.Replace(words, "Replay,", "Replay ·", 1)
}

// resultTitle names the result.
func (s *replayScreen) resultTitle() string {
	switch {
	case s.run == nil:
		return "What is sent"
	case !s.run.over:
		return "On its way to " + brief(hostOf(s.env.mask.URL(s.run.plan.Options.To)))
	}
	return "What came of it"
}

// resultWords say in a few words what came out, for a title.
func (s *replayScreen) resultWords() string {
	switch r := s.run; {
	case r != nil && !r.over:
		return fmt.Sprintf("… %s of %s", count(r.progress.Sent-r.progress.InFlight), count(r.planned))
	case r != nil && len(r.last) == 1 && r.planned == 1:
		_, words := answerOf(s.th, r.last[0])
		return words
	case r != nil:
		sev, _ := r.outcome()
		_, sign := s.th.severity(sev)
		if sev == app.Info {
			sign = "✓"
		}
		return fmt.Sprintf("%s %s sent", sign, count(r.summary.Requests))
	case s.failure != nil:
		return "✗"
	}
	return ""
}

// body is the screen, with a rule over each of its parts.
func (s *replayScreen) body(rule ruler) []string {
	if s.open != nil {
		return s.open.body(rule)
	}
	var form, result []string
	if l := s.lay.form; l.h > 0 {
		right := s.place()
		if s.lay.result.h == 0 {
			right = strings.Trim(s.resultWords()+" · "+right, " ·")
		}
		form = append([]string{rule(l.w, !s.reading(), s.formTitle(), right)}, s.view()...)
	}
	if l := s.lay.result; l.h > 0 {
		title, right := s.resultTitle(), s.resultWords()
		if at := place(s.top, l.h, len(s.result)); at != "" && ansi.StringWidth(title+right+at)+ruleEdges+3 <= l.w {
			right = strings.TrimPrefix(right+" · "+at, " · ")
		} else if s.top+l.h < len(s.result) {
			right += " ↓"
		}
		result = append([]string{rule(l.w, s.reading(), title, strings.TrimSpace(right))}, window(s.result, s.top, l.w, l.h)...)
	}
	if !s.lay.beside {
		return append(form, result...)
	}
	return sideBySide(s.th, form, result)
}

// mouse focuses what is clicked, sends by the button, opens an attempt, and scrolls what the pointer is on.
func (s *replayScreen) mouse(e tea.MouseMsg) tea.Cmd {
	step := wheel(e)
	press := e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionPress
	switch {
	case s.open != nil && step != 0:
		s.open.wheel(step)
	case s.open != nil && press:
		s.open.click(e.Y - s.open.area.y - 1)
	case s.open != nil:
	case s.lay.result.has(e.X, e.Y) && step != 0:
		s.scrollResult(step)
	case s.lay.form.has(e.X, e.Y) && step != 0:
		s.scroll(step)
	case s.lay.result.has(e.X, e.Y) && press:
		return s.clickResult(e.Y - s.lay.result.y)
	case s.lay.form.has(e.X, e.Y) && press:
		return s.clickForm(e.Y-s.lay.form.y, e.X-s.lay.form.x)
	}
	return nil
}

// clickResult selects the attempt of a line, and opens it where it was selected.
func (s *replayScreen) clickResult(y int) tea.Cmd {
	was := s.reading()
	s.setFocus(noField)
	for i, row := range s.rows {
		if row != y+s.top {
			continue
		}
		if was && i == s.cursor {
			return s.openSelected()
		}
		s.cursor = i
	}
	s.refresh()
	s.tell()
	return nil
}

// clickForm gives a field the focus; one that is chosen goes on by a click once it has it.
func (s *replayScreen) clickForm(y, x int) tea.Cmd {
	f, ok := s.fields.at(y)
	if !ok {
		return nil
	}
	had := s.focus == f
	s.setFocus(f)
	switch {
	case f == fieldSend:
		return s.send()
	case choosing(f) && had && x >= fieldIndent:
		s.choose(f, 1)
	}
	return s.follow()
}

func (s *replayScreen) footer() []key.Binding {
	km := s.env.keys
	switch {
	case s.open != nil && s.open.searching:
		return []key.Binding{km.apply, km.leaveFilter, km.helpTyped}
	case s.open != nil:
		return []key.Binding{km.closeText, km.older, km.newer, km.search, km.bodyView, km.copyID, km.help}
	case s.reading():
		open := km.openSent
		open.SetHelp(open.Help().Key, "open") // else the smallest screen has no room for what sends
		return []key.Binding{s.leaving(), when(len(s.attempts()) > 0, open), when(!s.running(), km.sendReplay), km.toFields, km.down, km.copyID, km.help}
	}
	return []key.Binding{when(!s.running(), km.sendReplay), s.leaving(), km.moreFields, km.editRequest, km.nextField, km.helpTyped}
}

// leaving is the key that stops a run, or leaves.
func (s *replayScreen) leaving() key.Binding {
	if s.running() {
		return s.env.keys.stopReplay
	}
	return s.env.keys.leaveReplay
}

func (s *replayScreen) help() []section {
	km := s.env.keys
	text := []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.detailTop, km.detailEnd}
	send := section{"The replay", []key.Binding{when(!s.running(), km.sendReplay), km.moreFields, km.editRequest, when(s.edited() || s.draft != "", km.asCaught), s.leaving()}}
	switch {
	case s.open != nil && s.open.searching:
		return []section{{"Searching", []key.Binding{km.apply, km.leaveFilter}}}
	case s.open != nil:
		searched := s.open.query != ""
		return []section{
			{"The text", append(text, km.search, when(searched, km.nextMatch), when(searched, km.prevMatch))},
			{"The attempt", []key.Binding{km.older, km.newer, km.bodyView, km.copyID, km.edit, km.page, km.closeText}},
		}
	case s.reading():
		return []section{{"The result", append(text, when(len(s.attempts()) > 0, km.openSent), km.copyID, km.edit, km.page)}, {send.title, append(send.keys, km.toFields)}}
	}
	return []section{{"The fields", []key.Binding{km.nextField, km.prevField, km.newline, km.turn}}, send}
}

// redraw draws all anew, as where masking begins or ends.
func (s *replayScreen) redraw() {
	s.hint()
	s.refresh()
	s.tell()
	if s.open != nil {
		s.open.write(true)
	}
}
