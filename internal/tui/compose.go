package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textarea"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
)

// field is a place of the compose screen that can have the focus.
type field int

const (
	fieldText field = iota
	fieldTo
	fieldFrom
	fieldFate
	fieldURL
	fieldSend
)

// compose is the screen that writes a message. A draft stays until it was sent.
type compose struct {
	env  *env
	w, h int

	text   textarea.Model
	inputs map[field]*textinput.Model
	order  []field
	focus  field

	draft    plivo.Draft // as it would be sent
	problems []plivo.Problem
	segments plivo.Segmentation
	strict   bool   // the user tried to send: fields left empty are wrong from now on
	failure  string // why the last send did not work, until the draft changes
	sending  int    // sends that have not been answered

	lines []string
	spots []spot
	off   int // first visible line
}

// spot is the lines of one field, for the mouse and for scrolling.
type spot struct {
	field    field
	from, to int
}

// sentMsg is the answer to a send.
type sentMsg struct {
	request app.SendRequest
	sent    app.Sent
	err     error
}

func newCompose(e *env) *compose {
	c := &compose{env: e, text: e.th.area("Write the message here"), inputs: map[field]*textinput.Model{}}
	for f, hint := range map[field]string{
		fieldTo: "+14155550123, several with commas", fieldFrom: "your Plivo number or sender ID",
		fieldFate: "decided by the number", fieldURL: "",
	} {
		in := e.th.input(hint)
		c.inputs[f] = &in
	}
	c.order = []field{fieldText, fieldTo, fieldFrom}
	if c.simulated() {
		c.order = append(c.order, fieldFate)
	}
	c.order = append(c.order, fieldURL, fieldSend)
	c.inputs[fieldFrom].SetValue(e.status.DefaultSender)
	c.setFocus(fieldText)
	c.check()
	return c
}

func (c *compose) simulated() bool { return c.env.status.Mode == app.Simulator }

// setSize gives the screen its body.
func (c *compose) setSize(w, h int) {
	c.w, c.h = w, h
	value := max(w-fieldIndent-2, 8)
	for _, in := range c.inputs {
		in.Width = value - 1
	}
	c.text.SetWidth(value)
	c.text.SetHeight(min(max(h-13, 3), 6))
	c.refresh()
}

func (c *compose) setFocus(f field) {
	c.focus = f
	c.text.Blur()
	for _, in := range c.inputs {
		in.Blur()
	}
	if f == fieldText {
		c.text.Focus()
	} else if in := c.inputs[f]; in != nil {
		in.Focus()
	}
}

func (c *compose) step(n int) {
	for i, f := range c.order {
		if f == c.focus {
			c.setFocus(c.order[(i+n+len(c.order))%len(c.order)])
			break
		}
	}
}

// key handles a key of the form and reports whether it was one.
func (c *compose) key(k tea.KeyMsg) (tea.Cmd, bool) {
	defer c.refresh()
	switch km := c.env.keys; {
	case key.Matches(k, km.keep):
		return nil, false
	case key.Matches(k, km.send):
		return c.send(), true
	case key.Matches(k, km.nextField):
		c.step(1)
	case key.Matches(k, km.prevField):
		c.step(-1)
	case c.focus == fieldSend:
		return c.buttonKey(k)
	case key.Matches(k, km.newline) && c.focus != fieldText:
		c.step(1)
	case c.focus == fieldFate && key.Matches(k, km.choose):
		c.chooseFate(k)
	case c.focus == fieldURL && k.Type == tea.KeyRight && c.inputs[fieldURL].Value() == "":
		// The hint is the URL in use: an arrow takes it over to change it.
		c.inputs[fieldURL].SetValue(c.serverURL())
		c.inputs[fieldURL].CursorEnd()
	case c.focus != fieldText && (k.Type == tea.KeyUp || k.Type == tea.KeyDown):
		c.step(map[tea.KeyType]int{tea.KeyUp: -1, tea.KeyDown: 1}[k.Type])
	default:
		return c.update(k), true
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

// update gives a message to the input that has the focus.
func (c *compose) update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	if c.focus == fieldText {
		c.text, cmd = c.text.Update(msg)
	} else if in := c.inputs[c.focus]; in != nil {
		*in, cmd = in.Update(msg)
	}
	c.failure = ""
	c.check()
	c.refresh()
	return cmd
}

// check looks at the draft as it stands.
func (c *compose) check() {
	raw := plivo.Draft{
		From: strings.TrimSpace(c.inputs[fieldFrom].Value()), To: destinations(c.inputs[fieldTo].Value()),
		Text: c.text.Value(), CallbackURL: strings.TrimSpace(c.inputs[fieldURL].Value()),
	}
	c.draft, c.problems = raw.Check()
	c.segments = plivo.Segment(raw.Text)
	if p := fateProblem(strings.TrimSpace(c.inputs[fieldFate].Value())); p != "" && c.simulated() {
		c.problems = append(c.problems, plivo.Problem{Field: "fate", Text: p})
	}
}

// destinations splits numbers at commas, semicolons and line ends, and where one begins with a plus.
func destinations(s string) []string {
	s = strings.NewReplacer(";", ",", "\n", ",", " +", ",+", "\t", " ").Replace(s)
	var out []string
	for _, n := range strings.Split(s, ",") {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// send sends the draft, after a question where that costs money. With a problem it goes to its field
// instead.
func (c *compose) send() tea.Cmd {
	c.strict = true
	c.check()
	for _, p := range c.problems {
		if !p.Warning {
			c.setFocus(fieldOf(p.Field))
			c.env.notify(app.Warning, "Not sent: "+p.Text)
			return nil
		}
	}
	r := app.SendRequest{Draft: c.draft}
	if c.simulated() {
		r.Fate = strings.TrimSpace(c.inputs[fieldFate].Value())
		return c.sendNow(r)
	}
	to := c.draft.To[0]
	if n := len(c.draft.To) - 1; n > 0 {
		to += fmt.Sprintf(" and %d more", n)
	}
	c.env.sheet = &confirmSheet{
		env: c.env, title: "This costs money", word: "send",
		question: fmt.Sprintf("Send %s × %s from %s to %s?", plural(len(c.draft.To), "message"),
			plural(c.segments.Segments, "segment"), brief(c.draft.From), brief(to)),
		yes: func() tea.Cmd { return c.sendNow(r) },
	}
	return nil
}

func (c *compose) sendNow(r app.SendRequest) tea.Cmd {
	c.sending++
	c.failure = ""
	c.refresh()
	ctx, core := c.env.ctx, c.env.core
	return func() tea.Msg {
		sent, err := core.Send(ctx, r)
		return sentMsg{r, sent, err}
	}
}

// done takes the answer to a send and reports whether a message is on its way.
func (c *compose) done(msg sentMsg) bool {
	c.sending--
	defer c.refresh()
	if msg.err != nil {
		c.failure = msg.err.Error()
		c.env.notify(app.Failure, c.failure)
		return false
	}
	refused := 0
	for _, u := range msg.sent.UUIDs {
		if u == "" {
			refused++
		}
	}
	n := len(msg.sent.UUIDs)
	switch {
	case refused == 0:
		c.env.notify(app.Info, "Sent "+plural(n, "message")+".")
	case refused < n:
		c.env.notify(app.Warning, fmt.Sprintf("Sent %d of %s; the others were refused, their rows say why.", n-refused, plural(n, "message")))
	default:
		c.env.notify(app.Failure, "Not sent: the API refused it, its row says why.")
		return false
	}
	if c.text.Value() == msg.request.Draft.Text {
		c.text.Reset()
		c.setFocus(fieldText)
	}
	c.strict = false
	c.check()
	return true
}

// fieldOf finds the field that a problem of the draft belongs to.
func fieldOf(name string) field {
	switch name {
	case "to":
		return fieldTo
	case "from":
		return fieldFrom
	case "callback_url", "method":
		return fieldURL
	case "fate":
		return fieldFate
	default:
		return fieldText
	}
}

// mouse focuses the field under the pointer, and sends by the button.
func (c *compose) mouse(e tea.MouseMsg, body rect) tea.Cmd {
	if e.Button != tea.MouseButtonLeft || e.Action != tea.MouseActionPress || !body.has(e.X, e.Y) {
		return nil
	}
	defer c.refresh()
	y := e.Y - body.y - 1 + c.off
	for _, s := range c.spots {
		if y >= s.from && y < s.to {
			c.setFocus(s.field)
			if s.field == fieldSend {
				return c.send()
			}
		}
	}
	return nil
}
