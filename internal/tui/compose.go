package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textarea"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
)

// compose is the screen that writes a message. A draft stays until it was sent.
type compose struct {
	fields
	env  *env
	text *textarea.Model
	area rect // the body

	form     form            // as it was last looked at
	edits    int             // how often it changed
	draft    plivo.Draft     // as it would be sent
	numbers  []plivo.Problem // of sender, destinations and options: they take long to check
	problems []plivo.Problem // of all fields
	gauge    gauge
	to       recipients
	strict   bool   // the user tried to send: fields left empty are wrong from now on
	failure  string // why the last send did not work, until the draft changes
	sending  int    // sends that have not been answered
	sent     int    // the state of edits that was sent last
	lastTo   string // the destinations of the last draft that was sent
	replaced replaced
	excess   string // what to tell of what there was no room for
	language int    // the code that was looked at last
	kept     []form // the drafts whose place another one took, the last one first

	more      bool             // the page of the options is shown
	elsewhere field            // the focus on the page that is not
	chosen    map[field]string // of the options that are chosen

	countries map[string]string // by number
}

// form is what was typed into the fields.
type form struct {
	text, to, from, fate, url string
	more                      optionForm
	untaken                   untaken
}

// untaken are texts of the editor that there was no room for in a draft, or no place.
type untaken struct{ template, interactive, location string }

// at is the text of one of the fields that hold JSON.
func (u *untaken) at(f field) *string {
	switch f {
	case fieldInteractive:
		return &u.interactive
	case fieldLocation:
		return &u.location
	}
	return &u.template
}

func newCompose(e *env) *compose {
	c := &compose{env: e, fields: newFields(e.th), countries: map[string]string{}, chosen: map[field]string{}}
	c.addArea(fieldText, "Write the message here")
	c.text = c.areas[fieldText]
	for f, hint := range map[field]string{
		fieldTo: toHint, fieldFrom: fromHint, fieldFate: "decided by the number", fieldURL: "",
	} {
		c.addInput(f, hint)
	}
	c.addOptions()
	c.lineUp()
	c.inputs[fieldFrom].SetValue(e.status.DefaultSender)
	c.hide = c.hiddenField
	c.setFocus(fieldText)
	c.elsewhere = fieldKind
	c.check()
	return c
}

const (
	toHint   = "+14155550123, several with commas"
	fromHint = "your Plivo number or sender ID"
)

// arrange gives the form its room.
func (c *compose) arrange(f frame) {
	c.area = f.body
	w, h := f.body.w, f.body.h-1
	if w == c.w && h == c.h {
		return
	}
	c.setSize(w, h)
	c.text.SetHeight(min(max(h-14, 3), 6))
	c.refresh()
}

func (c *compose) wake() tea.Cmd { return nil }

// tick brings up what time changes.
func (c *compose) tick() tea.Cmd {
	c.refresh()
	return nil
}

func (c *compose) entered() tea.Cmd {
	c.refresh()
	return nil
}

func (c *compose) left() { c.env.forget(aboutDraft) }

// key handles a key of the form and reports whether it was one.
func (c *compose) key(k tea.KeyMsg) (tea.Cmd, bool) {
	defer c.changed()
	if cmd, done := c.optionsKey(k); done {
		return cmd, true
	}
	switch km := c.env.keys; {
	case key.Matches(k, km.keep):
		c.env.show(onMessages)
	case key.Matches(k, km.send):
		return c.send(), true
	case key.Matches(k, km.earlier):
		return c.openRecent(), true
	case key.Matches(k, km.code):
		c.openCode()
	case key.Matches(k, km.plain):
		c.writePlain()
	case key.Matches(k, km.undo):
		c.undo()
	case key.Matches(k, km.nextField):
		c.step(1)
	case key.Matches(k, km.prevField):
		c.step(-1)
	case c.focus == fieldSend:
		return c.buttonKey(k)
	case key.Matches(k, km.newline) && c.areas[c.focus] == nil:
		c.step(1)
	case c.focus == fieldFate && key.Matches(k, km.choose):
		c.chooseFate(k)
	case c.focus == fieldURL && k.Type == tea.KeyRight && c.inputs[fieldURL].Value() == "":
		// The hint is the URL in use: an arrow takes it over to change it.
		c.inputs[fieldURL].SetValue(c.env.status.CallbackURL)
		c.inputs[fieldURL].CursorEnd()
	case c.focus == fieldTo && k.Type == tea.KeyRight && c.inputs[fieldTo].Value() == "" && c.lastTo != "":
		c.inputs[fieldTo].SetValue(c.lastTo)
		c.inputs[fieldTo].CursorEnd()
	case c.areas[c.focus] == nil && (k.Type == tea.KeyUp || k.Type == tea.KeyDown):
		c.step(map[tea.KeyType]int{tea.KeyUp: -1, tea.KeyDown: 1}[k.Type])
	case (c.focus == fieldTo || c.areas[c.focus] != nil) && k.Type == tea.KeyCtrlV:
		return c.pasteClipboard(), true
	default:
		var cmds []tea.Cmd
		for range c.times(k) {
			cmds = append(cmds, c.input(c.whole(k)))
		}
		return tea.Batch(cmds...), true
	}
	return nil, true
}

func (c *compose) buttonKey(k tea.KeyMsg) (tea.Cmd, bool) {
	switch {
	case k.Type == tea.KeyEnter || k.Type == tea.KeySpace:
		return c.send(), true
	case k.Type == tea.KeyUp:
		c.step(-1)
	case k.Type == tea.KeyDown:
		c.step(1)
	}
	return nil, true
}

// changed looks at the form after a key and draws it.
func (c *compose) changed() {
	c.check()
	c.lineUp()
	c.refresh()
}

// typing reports whether an input has the focus.
func (c *compose) typing() bool { return c.focus != fieldSend }

// update gives a message to the input that has the focus.
func (c *compose) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case pastedMsg:
		if c.focus != m.into {
			return nil
		}
		msg = c.whole(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(m.text), Paste: true})
	case tea.KeyMsg:
		msg = c.whole(m)
	}
	cmd := c.input(msg)
	c.changed()
	return cmd
}

// whole gives a key as the field with the focus takes it: what is pasted into the destinations as one
// line, and of all only what there is room for.
func (c *compose) whole(k tea.KeyMsg) tea.KeyMsg {
	if k.Paste && c.focus == fieldTo {
		k.Runes = []rune(oneLine(string(k.Runes)))
	}
	if k.Paste && c.areas[c.focus] != nil {
		// An area takes CR LF for two line ends.
		k.Runes = []rune(strings.ReplaceAll(string(k.Runes), "\r\n", "\n"))
	}
	k.Runes = c.fitting(k.Runes)
	return k
}

// check looks at the form, where it changed since.
func (c *compose) check() {
	defer c.tellExcess()
	now := form{
		text: c.text.Value(), to: c.inputs[fieldTo].Value(), from: strings.TrimSpace(c.inputs[fieldFrom].Value()),
		fate: strings.TrimSpace(c.inputs[fieldFate].Value()), url: strings.TrimSpace(c.inputs[fieldURL].Value()),
		more: c.optionForm(), untaken: c.form.untaken,
	}
	was := c.form
	if now == was && c.edits > 0 {
		return
	}
	c.form = now
	c.edits++
	c.failure = ""
	c.env.forget(aboutDraft)
	if now.to != was.to || now.from != was.from || now.more != was.more || c.edits == 1 {
		set, unread := now.more.options()
		checked, problems := plivo.Draft{From: now.from, To: destinations(now.to), Options: set}.Check()
		c.draft.From, c.draft.To, c.draft.Options = checked.From, checked.To, checked.Options
		c.numbers = append(unread, except(problems, "text", "callback_url", "method")...)
		c.to = countRecipients(now.to, c.draft.To, c.numbers, c.countries)
	}
	rest, problems := plivo.Draft{Text: now.text, CallbackURL: now.url, Method: *now.more.at(fieldReports), Options: c.draft.Options}.Check()
	c.draft.Text, c.draft.CallbackURL, c.draft.Method = rest.Text, rest.CallbackURL, rest.Method
	c.problems = append(only(problems, "text", "callback_url", "method"), c.numbers...)
	if now.text != was.text || c.edits == 1 {
		c.gauge = measure(now.text)
	}
	c.gauge.kind = c.draft.Kind()
	if p := fateProblem(now.fate); p != "" && c.env.simulated() {
		c.problems = append(c.problems, plivo.Problem{Field: "fate", Text: p})
	}
}

// only keeps the problems of some fields.
func only(problems []plivo.Problem, fields ...string) []plivo.Problem {
	return slices.DeleteFunc(problems, func(p plivo.Problem) bool { return !slices.Contains(fields, p.Field) })
}

// except leaves out the problems of some fields.
func except(problems []plivo.Problem, fields ...string) []plivo.Problem {
	return slices.DeleteFunc(problems, func(p plivo.Problem) bool { return slices.Contains(fields, p.Field) })
}

// unsent reports whether there is a text that would be lost, in the form or set aside.
func (c *compose) unsent() bool {
	return slices.ContainsFunc(c.kept, form.says) || c.form.says() && (c.sending == 0 || c.sent != c.edits)
}

// says reports whether there is something to say.
func (f form) says() bool {
	return strings.TrimSpace(f.text) != "" || f.more.said() || f.untaken != (untaken{})
}

// fieldOf finds the field that a problem of the draft belongs to.
func fieldOf(name string) field {
	switch name {
	case "to":
		return fieldTo
	case "from":
		return fieldFrom
	case "callback_url":
		return fieldURL
	case "fate":
		return fieldFate
	}
	if i := slices.IndexFunc(options, func(o option) bool { return o.problem == name }); i >= 0 {
		return options[i].field
	}
	return fieldText
}

// mouse focuses the field under the pointer, and sends by the button.
func (c *compose) mouse(e tea.MouseMsg) tea.Cmd {
	if e.Button != tea.MouseButtonLeft || e.Action != tea.MouseActionPress || !c.area.has(e.X, e.Y) {
		return nil
	}
	defer c.refresh()
	f, ok := c.at(e.Y - c.area.y - 1)
	if !ok {
		return nil
	}
	had := c.focus == f
	if f != fieldOptions {
		c.setFocus(f)
	}
	switch {
	case f == fieldSend:
		return c.send()
	case f == fieldOptions:
		c.turn()
	case c.choosing(f) && had && e.X >= c.area.x+fieldIndent:
		c.choose(f, 1)
		c.check()
		c.lineUp()
	}
	return nil
}
