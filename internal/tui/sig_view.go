package tui

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

var sigNames = map[field]string{
	fieldMethod: "Method", fieldSigned: "URL", fieldHeaders: "Headers", fieldBody: "Body", fieldToken: "Token",
}

// refresh renders the form as it is now.
func (s *sigScreen) refresh() {
	s.clear()
	if s.w <= 0 || s.lay.form.h <= 0 {
		return
	}
	for i, f := range s.order[:len(s.order)-1] {
		if i > 1 && s.airy() {
			s.blank()
		}
		from := len(s.lines)
		s.draw(f, sigNames[f])
		if r, ok := s.remark(f); ok {
			s.say(r)
		}
		s.spots = append(s.spots, spot{f, from, len(s.lines)})
	}
	if s.reading() {
		s.off = 0
	}
	s.scroll(0)
}

// formTitle names the form and what it was filled with.
func (s *sigScreen) formTitle() string {
	words := "Signature"
	switch at := slices.Index(s.siblings, s.callback); {
	case s.callback != 0:
		words += fmt.Sprintf(" · callback %d", s.callback)
		if at >= 0 && len(s.siblings) > 1 {
			words += fmt.Sprintf(" (%d of %d)", at+1, len(s.siblings))
		}
	case s.source.name != "":
		words += " · " + s.source.name
	}
	switch {
	case s.edited():
		words += ", edited"
	case s.source.name != "" && s.value(fieldToken) != "":
		words += " + token"
	}
	return words
}

// restoring is the key that undoes all edits, by what it does now.
func (s *sigScreen) restoring() key.Binding {
	if s.edited() || s.opened != 0 {
		return s.env.keys.restore
	}
	return s.env.keys.empty
}

// body is the screen, with a rule over each of its parts.
func (s *sigScreen) body(rule ruler) []string {
	var form, result []string
	if l := s.lay.form; l.h > 0 {
		right := s.place()
		if s.lay.result.h == 0 {
			right = s.verdictWords()
		}
		form = append([]string{rule(l.w, s.typing(), s.formTitle(), right)}, s.view()...)
	}
	if l := s.lay.result; l.h > 0 {
		title := "Result"
		if s.lay.form.h == 0 {
			title = s.formTitle()
		}
		right := s.resultPlace(l.w - ansi.StringWidth(title) - ruleEdges)
		result = append([]string{rule(l.w, s.reading(), title, right)}, window(s.result, s.top, l.w, l.h)...)
	}
	if !s.lay.beside {
		return append(form, result...)
	}
	return sideBySide(s.th, form, result)
}

// ruleEdges is what a rule needs beside its words, in cells.
const ruleEdges = 9

// resultPlace says in at most room cells what came out, and how far the result is scrolled.
func (s *sigScreen) resultPlace(room int) string {
	verdict, at := s.verdictWords(), place(s.top, s.lay.result.h, len(s.result))
	switch whole := verdict + " · " + at; {
	case verdict == "" || at == "":
		return verdict + at
	case ansi.StringWidth(whole) <= room:
		return whole
	case s.top+s.lay.result.h < len(s.result):
		return verdict + " ↓"
	}
	return verdict
}

// mouse focuses what is clicked, and scrolls what the pointer is on.
func (s *sigScreen) mouse(e tea.MouseMsg) tea.Cmd {
	step := wheel(e)
	press := e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionPress
	switch {
	case s.lay.result.has(e.X, e.Y) && step != 0:
		s.scrollResult(step)
	case s.lay.form.has(e.X, e.Y) && step != 0:
		s.scroll(step)
	case s.lay.result.has(e.X, e.Y) && press:
		s.setFocus(noField)
		s.refresh()
	case s.lay.form.has(e.X, e.Y) && press:
		if f, ok := s.at(e.Y - s.lay.form.y); ok {
			s.setFocus(f)
			s.refresh()
		}
	}
	return nil
}

func (s *sigScreen) wake() tea.Cmd    { return nil }
func (s *sigScreen) tick() tea.Cmd    { return nil }
func (s *sigScreen) entered() tea.Cmd { return nil }
func (s *sigScreen) left() {
	s.back = onMessages
	s.env.forget(aboutSignature)
}

func (s *sigScreen) footer() []key.Binding {
	km := s.env.keys
	if s.reading() {
		scroll := []key.Binding{km.down, km.up}
		if len(s.siblings) > 1 {
			scroll = []key.Binding{km.sibling, km.down}
		}
		return append(append([]key.Binding{km.leave, km.toFields}, scroll...), km.copyBase, km.copySignature, km.help)
	}
	return []key.Binding{km.leave, km.nextField, km.prevField, s.restoring(), km.helpTyped}
}

func (s *sigScreen) help() []section {
	km := s.env.keys
	if s.reading() {
		return []section{
			{"The result", []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.detailTop, km.detailEnd, km.sibling, km.copyBase, km.copySignature}},
			{"The request", []key.Binding{km.toFields, km.pasted, s.restoring(), km.leave}},
		}
	}
	return []section{
		{"The request", []key.Binding{km.nextField, km.prevField, km.newline, km.method, km.pasted, s.restoring(), km.leave}},
		{"The result", []key.Binding{km.pageDown, km.pageUp}},
	}
}
