package tui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/textarea"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/tui/grid"
)

// field is a place of a form that can have the focus.
type field int

const (
	fieldText field = iota
	fieldTo
	fieldFrom
	fieldFate
	fieldURL
	fieldSend

	fieldMethod
	fieldSigned // the URL that was signed
	fieldHeaders
	fieldBody
	fieldToken

	fieldSource
	fieldFilter
	fieldScenario
	fieldTarget
	fieldMode
	fieldFault
	fieldCount
	fieldSignURL
	fieldRate
	fieldConcurrency
	fieldOrder
	fieldDuplicates
	fieldTiming
	fieldSpeed
	fieldPath
	fieldParams

	// The options of a message, in the order of the page.
	fieldKind
	fieldPowerpack
	fieldMedia
	fieldTemplate
	fieldInteractive
	fieldLocation
	fieldExpiry
	fieldLog
	fieldTrackable
	fieldDLTEntity
	fieldDLTTemplate
	fieldDLTCategory
	fieldReports // how its callbacks come
	fieldOptions // the line that names those that are set

	noField // what stands beside the form has the focus
)

// fieldIndent is the column where the values begin: mark, label, edge.
const fieldIndent = 15

// fields is a form: inputs of one line and of several, of which one has the focus, and the lines that
// they are drawn as, of which h can be seen.
type fields struct {
	th     *theme
	w, h   int
	order  []field
	inputs map[field]*textinput.Model
	areas  map[field]*textarea.Model
	focus  field
	// hide gives what a field shows while it does not have the focus; nil for its value.
	hide func(field, string) string
	// rewinds is whether areas show their beginning while they do not have the focus.
	rewinds bool

	lines []string
	spots []spot
	off   int // first visible line
}

// spot is the lines of one field, for the mouse and for scrolling.
type spot struct {
	field    field
	from, to int
}

func newFields(th *theme) fields {
	return fields{th: th, inputs: map[field]*textinput.Model{}, areas: map[field]*textarea.Model{}}
}

// fieldEdge is what stands before the value of the one field of a sheet, which has the focus.
func (th *theme) fieldEdge(label string) string {
	return line(fieldIndent, span{th.accent, grid.Fit(label, fieldIndent-2, false)}, span{th.accent, "│"}, span{th.text, " "})
}

func (s *fields) addInput(f field, hint string) {
	in := s.th.input(hint)
	s.inputs[f] = &in
}

func (s *fields) addArea(f field, hint string) {
	a := s.th.area(hint)
	s.areas[f] = &a
}

// value is what was typed into a field.
func (s *fields) value(f field) string {
	if a := s.areas[f]; a != nil {
		return a.Value()
	}
	return s.inputs[f].Value()
}

// setValue fills a field and shows its beginning.
func (s *fields) setValue(f field, text string) {
	a := s.areas[f]
	if a == nil {
		s.inputs[f].SetValue(text)
		if s.inputs[f].Focused() {
			s.inputs[f].CursorEnd()
		} else {
			s.inputs[f].CursorStart()
		}
		return
	}
	a.SetValue(text)
	focused := a.Focused()
	a.Focus() // without the focus it takes no message
	press(a, tea.KeyCtrlHome)
	if !focused {
		a.Blur()
	}
}

func press(a *textarea.Model, k tea.KeyType) { *a, _ = a.Update(tea.KeyMsg{Type: k}) }

// setSize gives the form its room.
func (s *fields) setSize(w, h int) {
	s.w, s.h = w, h
	for _, in := range s.inputs {
		in.Width = s.valueWidth() - 1
		in.SetCursor(in.Position()) // where it can be seen in the new width
	}
}

// valueWidth is the cells that a field has for its value.
func (s *fields) valueWidth() int { return max(s.w-fieldIndent-2, 8) }

func (s *fields) setFocus(f field) {
	s.focus = f
	for g, a := range s.areas {
		switch {
		case g != f && a.Focused():
			if s.rewinds {
				press(a, tea.KeyCtrlHome)
			}
			a.Blur()
		case g == f && !a.Focused():
			a.Focus()
			if s.rewinds && a.LineCount() == 1 && (g == fieldSigned || a.LineInfo().Height <= a.Height()) {
				press(a, tea.KeyCtrlEnd) // where one goes on typing, unless the text would jump for it
			}
		}
	}
	for g, in := range s.inputs {
		switch {
		case g != f && in.Focused():
			in.Blur()
			in.CursorStart() // what is not edited shows its beginning
		case g == f && !in.Focused():
			in.Focus()
			in.CursorEnd()
		}
	}
}

func (s *fields) step(n int) {
	for i, f := range s.order {
		if f == s.focus {
			s.setFocus(s.order[(i+n+len(s.order))%len(s.order)])
			break
		}
	}
}

// atEdge reports whether the cursor cannot go up (-1) or down (1) within its field.
func (s *fields) atEdge(n int) bool {
	a := s.areas[s.focus]
	if a == nil {
		return true
	}
	at := a.LineInfo()
	if n < 0 {
		return a.Line() == 0 && at.RowOffset == 0
	}
	return a.Line() == a.LineCount()-1 && at.RowOffset >= at.Height-1
}

// input gives a message to the input that has the focus.
func (s *fields) input(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	if a := s.areas[s.focus]; a != nil {
		*a, cmd = a.Update(msg)
	} else if in := s.inputs[s.focus]; in != nil {
		*in, cmd = in.Update(msg)
	}
	return cmd
}

// cut is what a field holds before and after its cursor.
func (s *fields) cut(f field) (before, after string) {
	text := s.value(f)
	at, left := 0, 0 // the beginning of the cursor's line; the characters before it there
	if a := s.areas[f]; a != nil {
		for range a.Line() {
			at += strings.IndexByte(text[at:], '\n') + 1
		}
		left = a.LineInfo().StartColumn + a.LineInfo().ColumnOffset
	} else {
		left = s.inputs[f].Position()
	}
	for ; left > 0 && at < len(text); left-- {
		_, n := utf8.DecodeRuneInString(text[at:])
		at += n
	}
	return text[:at], text[at:]
}

// show draws the area with the focus once, because it scrolls to its cursor by what was drawn last.
func (s *fields) show() {
	if a := s.areas[s.focus]; a != nil {
		a.View()
		*a, _ = a.Update(nil)
	}
}

// at finds the field on a visible line, counted from the first.
func (s *fields) at(y int) (field, bool) {
	for _, p := range s.spots {
		if y+s.off >= p.from && y+s.off < p.to {
			return p.field, true
		}
	}
	return noField, false
}

func (s *fields) clear() { s.lines, s.spots = s.lines[:0], s.spots[:0] }

func (s *fields) blank() { s.lines = append(s.lines, line(s.w)) }

// label is the beginning of a field's line: mark, name and edge.
func (s *fields) label(f field, name string) string {
	if f == s.focus {
		mark := " › "
		if name == "" {
			mark = "   "
		}
		return s.edge(f, span{s.th.accent, mark}, span{s.th.accent, fmt.Sprintf("%-10s", name)})
	}
	return s.edge(f, span{s.th.muted, "   "}, span{s.th.muted, fmt.Sprintf("%-10s", name)})
}

// edge closes what stands before a field's value.
func (s *fields) edge(f field, before ...span) string {
	paint := s.th.faint
	if f == s.focus {
		paint = s.th.accent
	}
	return line(fieldIndent, append(before, span{paint, "│"}, span{s.th.text, " "})...)
}

func (s *fields) put(f field, name, view string) {
	s.lines = append(s.lines, s.label(f, name)+typed(view, max(s.w-fieldIndent, 0)))
}

// draw draws the input of a field.
func (s *fields) draw(f field, name string) {
	if in := s.inputs[f]; in != nil {
		view := in.View()
		if hidden := s.hiddenLines(f, 1); hidden != nil {
			view = hidden[0]
		}
		s.put(f, name, view)
		return
	}
	if hidden := s.hiddenLines(f, s.areas[f].Height()); hidden != nil {
		for i, l := range hidden {
			if i > 0 {
				name = ""
			}
			s.put(f, name, l)
		}
		return
	}
	lines := areaLines(s.areas[f], s.valueWidth())
	more := hidden(s.areas[f].Value(), lines)
	for i, l := range lines {
		switch {
		case i == 0 && len(lines) == 1 && more != "":
			s.put(f, name+" "+more, l)
		case i == 0:
			s.put(f, name, l)
		case i == len(lines)-1 && more != "":
			s.lines = append(s.lines, s.edge(f, span{s.th.muted, "   "}, span{s.th.muted, fmt.Sprintf("%-10s", more+" more")})+typed(l, max(s.w-fieldIndent, 0)))
		default:
			s.put(f, "", l)
		}
	}
}

// hidden tells by arrows where an area holds more than the lines that it shows.
func hidden(text string, lines []string) string {
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	all, seen := squeeze(text), squeeze(ansi.Strip(strings.Join(lines, "\n")))
	switch {
	case all == "" || len(seen) >= len(all):
		return ""
	case strings.HasPrefix(all, seen):
		return "↓"
	case strings.HasSuffix(all, seen):
		return "↑"
	}
	return "↑↓"
}

// drawChosen draws a field that is chosen: with arrows, while it has the focus.
func (s *fields) drawChosen(f field, name string, words span) {
	before, after := "", ""
	if s.focus == f {
		before, after, words.paint = "‹ ", " ›", s.th.strong
	}
	s.lines = append(s.lines, s.label(f, name)+line(max(s.w-fieldIndent, 0), span{s.th.accent, before}, words, span{s.th.accent, after}))
}

// say writes a remark below a field. Its further lines stand two cells in.
func (s *fields) say(p span) {
	w := s.w - fieldIndent
	lines := wrap(p.text, w-1)
	for _, l := range lines[min(1, len(lines)):] {
		if ansi.StringWidth(l) > w-2 {
			lines = wrap(p.text, w-2)
			break
		}
	}
	for i, l := range lines {
		if i > 0 {
			l = "  " + l
		}
		s.lines = append(s.lines, line(s.w, span{s.th.text, blank(fieldIndent)}, span{p.paint, l}))
	}
}

// areaLines is a text as it is drawn, in lines of at most w cells. The area takes some emoji for
// narrower than they are drawn, so it gets less room until no line is too long.
func areaLines(a *textarea.Model, w int) []string {
	for room := w; ; {
		a.SetWidth(room)
		lines := strings.Split(a.View(), "\n")
		over := 0
		for _, l := range lines {
			over = max(over, ansi.StringWidth(strings.TrimRight(ansi.Strip(l), " "))-w)
		}
		if over <= 0 || room <= 8 {
			return lines
		}
		room = max(room-over, 8)
	}
}
