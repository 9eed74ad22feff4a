package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
)

// addOptions makes the fields of the options.
func (c *compose) addOptions() {
	for _, o := range options {
		switch {
		case o.values != nil:
		case o.lines:
			c.addArea(o.field, o.hint)
			c.areas[o.field].SetHeight(optionLines)
		default:
			c.addInput(o.field, o.hint)
		}
	}
}

// optionLines is the height of a field for several lines.
const optionLines = 3

// lineUp puts the fields of the page in their order. Of the options those are shown that the type of message takes,
// and those that are set all the same.
func (c *compose) lineUp() {
	first := []field{fieldText, fieldTo, fieldFrom}
	if c.env.simulated() {
		first = append(first, fieldFate)
	}
	c.order = append(first, fieldURL, fieldSend)
	if !c.more {
		return
	}
	c.order = c.order[:0]
	for _, o := range c.offered() {
		if o.field == fieldReports {
			c.order = append(c.order, fieldURL)
		}
		c.order = append(c.order, o.field)
	}
	c.order = append(c.order, fieldSend)
}

// turn goes to the other page, to where the focus was there.
func (c *compose) turn() {
	focus := c.elsewhere
	c.elsewhere = c.focus
	c.more = !c.more
	c.off = 0
	c.lineUp()
	if !slices.Contains(c.order, focus) {
		focus = c.order[0]
	}
	c.setFocus(focus)
}

// goTo gives a field the focus, on whichever page it is.
func (c *compose) goTo(f field) {
	_, other := optionOf(f)
	if !slices.Contains(c.order, f) && other != c.more {
		c.turn()
	}
	c.setFocus(f)
	c.lineUp()
}

// choosing reports whether a field of the form is chosen, not typed.
func (c *compose) choosing(f field) bool {
	o, ok := optionOf(f)
	return ok && o.values != nil
}

// choose goes n values on in a field that is chosen.
func (c *compose) choose(f field, n int) {
	o, _ := optionOf(f)
	all := o.values
	at := slices.IndexFunc(all, func(v optionValue) bool { return v.value == c.chosen[f] })
	if at < 0 && n < 0 {
		at = 0
	}
	c.chosen[f] = all[(at+n+len(all))%len(all)].value
}

// chosenWords say what a field is that is chosen.
func (c *compose) chosenWords(o option) string {
	for _, v := range o.values {
		if v.value == c.chosen[o.field] {
			return v.words
		}
	}
	return brief(c.chosen[o.field])
}

// optionForm is what the fields of the options hold.
func (c *compose) optionForm() (f optionForm) {
	for _, o := range options {
		switch {
		case o.values != nil:
			*f.at(o.field) = c.chosen[o.field]
		default:
			*f.at(o.field) = strings.TrimSpace(c.value(o.field))
		}
	}
	return f
}

// fillOptions fills the fields of the options.
func (c *compose) fillOptions(f optionForm) {
	for _, o := range options {
		if o.values != nil {
			c.chosen[o.field] = *f.at(o.field)
		} else {
			c.setValue(o.field, *f.at(o.field))
		}
	}
}

// optionProblems are those of the draft's options, in the order of their fields; what keeps it from being sent
// comes first.
func (c *compose) optionProblems() []plivo.Problem {
	var wrong, odd []plivo.Problem
	for _, o := range options {
		for _, p := range c.problems {
			switch {
			case o.problem == "" || p.Field != o.problem:
			case p.Warning:
				odd = append(odd, p)
			default:
				wrong = append(wrong, p)
			}
		}
	}
	return append(wrong, odd...)
}

// optionsKey handles a key of the second page, or of what leads there, and reports whether it was one.
func (c *compose) optionsKey(k tea.KeyMsg) (tea.Cmd, bool) {
	km := c.env.keys
	_, option := optionOf(c.focus)
	area := c.areas[c.focus] != nil
	switch {
	case key.Matches(k, km.options), c.more && key.Matches(k, km.keep):
		c.turn()
	case c.editable() && key.Matches(k, km.editContent):
		return c.editContent(), true
	case key.Matches(k, km.editContent) && c.atLineEnd():
		c.tellNoContent()
	case !area && key.Matches(k, km.senders):
		return c.openSenders(), true
	case !option:
		return nil, false
	case c.choosing(c.focus) && key.Matches(k, km.turnOption):
		n := 1
		if k.Type == tea.KeyLeft {
			n = -1
		}
		c.choose(c.focus, n)
	case area && k.Type == tea.KeyDown && c.atEdge(1), c.choosing(c.focus) && k.Type == tea.KeyDown:
		c.step(1)
	case area && k.Type == tea.KeyUp && c.atEdge(-1), c.choosing(c.focus) && k.Type == tea.KeyUp:
		c.step(-1)
	case c.choosing(c.focus) && !key.Matches(k, km.nextField, km.prevField, km.newline, km.send, km.keep, km.earlier, km.code, km.plain, km.undo):
		// Nothing is typed there.
	default:
		return nil, false
	}
	return nil, true
}

// drawOptions draws, on the first page, what is set on the second: nothing is sent that was not seen.
func (c *compose) drawOptions() {
	problems := c.optionProblems()
	words := strings.Join(c.set(), " · ")
	if words == "" && len(problems) == 0 {
		return
	}
	th, from := c.env.th, len(c.lines)
	hint := span{th.muted, "  " + c.env.keys.options.Help().Key}
	room := max(c.w-fieldIndent-spansWidth([]span{hint})-1, 0)
	lines := wrap(escape.Line(c.env.mask.Sentence(words)), room)
	for i, l := range lines {
		name := ""
		spans := []span{{th.text, l}}
		if i == 0 {
			name = "Options"
			spans = append(spans, hint)
		}
		c.lines = append(c.lines, c.label(fieldOptions, name)+line(max(c.w-fieldIndent, 0), spans...))
	}
	for _, p := range problems[:min(len(problems), 1)] {
		paint, sign := th.bad, "✗ "
		if p.Warning {
			paint, sign = th.warn, "! "
		}
		c.say(span{paint, sign + escape.Line(c.env.problemWords(p))})
	}
	if n := len(problems) - 1; n > 0 {
		c.say(span{th.muted, "and " + plural(n, "more problem") + "; " + c.env.keys.options.Help().Key + " shows them"})
	}
	c.spots = append(c.spots, spot{fieldOptions, from, len(c.lines)})
}

// drawOption draws a field of the second page.
func (c *compose) drawOption(o option) {
	th := c.env.th
	if o.values != nil {
		words := span{th.text, c.chosenWords(o)}
		if c.chosen[o.field] == "" {
			words.paint = th.muted
		}
		c.drawChosen(o.field, o.label, words)
	} else {
		if a := c.areas[o.field]; a != nil {
			a.SetHeight(c.optionHeight(o.field))
		}
		c.draw(o.field, o.label)
	}
	if c.focus == o.field {
		words := o.about
		switch {
		case c.editable():
			words += " · " + c.env.keys.editContent.Help().Key + " opens it in the editor"
		case o.field == fieldPowerpack:
			words += " · " + c.env.keys.senders.Help().Key + " lists the account's"
		case o.field == fieldKind:
			words = kindAbout(c.draft.Kind())
		}
		c.say(span{th.muted, words})
	}
	if o.problem != "" {
		c.drawProblems(o.problem, false)
	}
}

// optionHeight is the lines that a field for several has: as many as it holds, where it does not have the focus.
func (c *compose) optionHeight(f field) int {
	if c.focus == f {
		return optionLines
	}
	n := 0
	for l := range strings.SplitSeq(c.value(f), "\n") {
		n += 1 + len(l)/c.valueWidth()
	}
	return min(n, optionLines)
}

// kindAbout says what a type of message takes.
func kindAbout(kind string) string {
	switch kind {
	case plivo.MMS:
		return "text and up to 10 files, to the US and Canada"
	case plivo.WhatsApp:
		return "text, a file, a template, buttons or a location"
	}
	return "text, in segments"
}

// editable reports whether the field with the focus has a text of its own to edit elsewhere.
func (c *compose) editable() bool {
	return slices.Contains([]field{fieldTemplate, fieldInteractive, fieldLocation}, c.focus)
}

// atLineEnd reports whether the cursor can go no further to the right on its line: there the key of the editor
// would do nothing else.
func (c *compose) atLineEnd() bool {
	if a := c.areas[c.focus]; a != nil {
		at := a.LineInfo()
		return at.StartColumn+at.ColumnOffset >= utf8.RuneCountInString(strings.Split(a.Value(), "\n")[a.Line()])
	}
	in := c.inputs[c.focus]
	return in == nil || c.choosing(c.focus) || in.Position() >= utf8.RuneCountInString(in.Value())
}

// tellNoContent says where there is something to edit elsewhere.
func (c *compose) tellNoContent() {
	words := "It is the template, the buttons or the location of a WhatsApp message, on the second page: this field has none."
	if c.gauge.kind != plivo.WhatsApp {
		words = "It is of WhatsApp messages alone: this one has none."
	}
	c.env.notifyAbout(aboutDraft, app.Info, c.env.keys.editContent.Help().Key+" opens JSON in the editor. "+words)
}

// contentMsg brings the JSON of a field from the editor.
type contentMsg struct {
	field field
	draft form   // that stood there when the editor was opened
	was   string // what the field held
	text  string
	err   error
}

// editContent opens the JSON of the field with the focus in the editor; one that was not taken as it was left.
func (c *compose) editContent() tea.Cmd {
	program, role, ok := c.env.editor()
	if !ok {
		return nil
	}
	o, _ := optionOf(c.focus)
	was := c.value(o.field)
	text := was
	var b bytes.Buffer
	switch kept := *c.form.untaken.at(o.field); {
	case kept != "":
		text = kept
	case json.Indent(&b, []byte(was), "", "  ") == nil:
		text = b.String() + "\n"
	}
	draft := c.form
	return c.env.editText(text, "plivoscope.json", program, func(text string, err error) tea.Msg {
		if err != nil {
			err = fmt.Errorf("open the %s in %s: %w", o.name, role, err)
		}
		return contentMsg{o.field, draft, was, text, err}
	})
}

// putAside gives a text of the editor to the draft that it was written for, where another one took its place.
func (c *compose) putAside(msg contentMsg, text string) bool {
	same := func(f form) bool {
		f.untaken = msg.draft.untaken
		return f == msg.draft
	}
	at := slices.IndexFunc(c.kept, same)
	if at < 0 || same(c.form) {
		return false
	}
	*c.kept[at].untaken.at(msg.field) = text
	return true
}

// takeContent takes what comes from the editor. What has no room, or no place any more, is kept for the editor.
func (c *compose) takeContent(msg contentMsg) {
	text := strings.TrimSpace(strings.ReplaceAll(msg.text, "\r\n", "\n"))
	switch {
	case msg.err != nil:
		c.env.notifyAbout(aboutDraft, app.Failure, capital(msg.err.Error())+".")
		return
	case c.putAside(msg, text):
		c.env.notifyAbout(aboutDraft, app.Warning, "Not taken: another draft stands here meanwhile. "+c.env.keys.earlier.Help().Key+" has the one it is for, and "+c.env.keys.editContent.Help().Key+" there opens it again as it was left.")
		return
	case msg.was != c.value(msg.field):
		// A send that was answered meanwhile emptied it, or another draft took its place.
		*c.form.untaken.at(msg.field) = text
		c.env.notifyAbout(aboutDraft, app.Warning, "Not taken: the field has changed meanwhile. "+c.env.keys.editContent.Help().Key+" there opens it again as it was left.")
		return
	case len(text) > fieldBytes || strings.Count(text, "\n") >= linesMost:
		*c.form.untaken.at(msg.field) = text
		c.env.notifyAbout(aboutDraft, app.Warning, fmt.Sprintf("Not taken: there is room for %s in %d lines. %s opens it again as it was left.", sizeWords(fieldBytes), linesMost, c.env.keys.editContent.Help().Key))
		return
	}
	*c.form.untaken.at(msg.field) = ""
	c.setValue(msg.field, text)
	c.changed()
}
