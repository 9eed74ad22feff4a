package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
)

// refresh renders the form as it is now.
func (c *compose) refresh() {
	c.clear()
	if c.w <= 0 || c.h <= 0 {
		return
	}
	c.inputs[fieldURL].Placeholder = escape.Line(c.env.status.CallbackURL)
	if c.env.status.CallbackURL == "" {
		c.inputs[fieldURL].Placeholder = "none asked for: Plivo cannot reach this server (see --public-url)"
	}
	if c.lastTo != "" {
		c.inputs[fieldTo].Placeholder = "→ " + escape.Line(inShort(c.env.mask.Numbers(destinations(c.lastTo)))) + " again"
	}
	c.inputs[fieldFrom].Placeholder = fromHint
	if c.draft.Powerpack != "" {
		c.inputs[fieldFrom].Placeholder = "chosen by the Powerpack"
	}
	air := c.h >= 19
	for _, f := range c.order {
		from := len(c.lines)
		o, option := optionOf(f)
		switch {
		case f == fieldText:
			c.drawText()
		case f == fieldSend:
			if !c.more {
				c.drawOptions()
			}
			from = len(c.lines)
			if air {
				c.blank()
				from++
			}
			c.drawButton()
		case option:
			c.drawOption(o)
		default:
			c.drawInput(f, map[field]string{
				fieldTo: "To", fieldFrom: "From", fieldFate: "Fate", fieldURL: "Callbacks",
			}[f])
		}
		c.spots = append(c.spots, spot{f, from, len(c.lines)})
		if air && f == fieldText {
			c.blank()
		}
	}
	c.reveal()
}

func (c *compose) drawText() {
	c.draw(fieldText, "Text")
	c.drawGauge()
	c.drawProblems("text", c.text.Value() == "")
}

func (c *compose) drawInput(f field, name string) {
	in := c.inputs[f]
	c.draw(f, name)
	empty := in.Value() == ""
	switch f {
	case fieldTo:
		if c.focus == fieldTo && empty && c.lastTo != "" {
			c.say(span{c.env.th.muted, "the last one; → takes it over"})
		}
		if words := c.to.words(); words != "" {
			c.say(span{c.env.th.muted, words})
		}
		c.drawProblems("to", empty)
	case fieldFrom:
		if c.focus == fieldFrom {
			c.say(span{c.env.th.muted, c.env.keys.senders.Help().Key + " lists the senders of the account"})
		}
		c.drawProblems("from", empty)
	case fieldFate:
		if c.focus == fieldFate {
			c.say(span{c.env.th.muted, "↑↓ delivered · sent · undelivered:CODE · failed:CODE · none"})
		}
		c.drawProblems("fate", false)
	case fieldURL:
		if c.focus == fieldURL && empty && c.env.status.CallbackURL != "" {
			c.say(span{c.env.th.muted, "this server's own; → takes it over to change it"})
		}
		c.drawProblems("callback_url", false)
	}
}

// drawProblems writes what is wrong with a field. One that was not filled in yet is not wrong before
// the user tries to send.
func (c *compose) drawProblems(name string, empty bool) {
	const most = 5
	th, n := c.env.th, 0
	for _, p := range c.problems {
		if p.Field != name || (empty && !c.strict) {
			continue
		}
		if n++; n > most {
			continue
		}
		if p.Warning {
			c.say(span{th.warn, "! " + escape.Line(c.env.problemWords(p))})
		} else {
			c.say(span{th.bad, "✗ " + escape.Line(c.env.problemWords(p))})
		}
	}
	if n > most {
		c.say(span{th.muted, "and " + count(int64(n-most)) + " more problems like these"})
	}
}

func (c *compose) drawButton() {
	th := c.env.th
	what := "Send"
	if len(c.draft.To) > 0 && (c.gauge.Segments > 0 || c.form.more.said()) {
		what = "Send " + c.costWords()
	}
	left := []span{{th.text, blank(fieldIndent)}}
	if c.focus == fieldSend {
		left[0] = span{th.accent, " ›" + blank(fieldIndent-2)}
		left = append(left, span{th.badge, " " + what + " "})
	} else {
		left = append(left, span{th.accent, " " + what + " "})
	}
	hint := "  ctrl+s"
	if c.sending > 0 {
		hint = "  waiting for the API …"
	}
	c.lines = append(c.lines, line(c.w, append(left, span{th.muted, hint})...))
	if c.failure != "" {
		c.say(span{th.bad, "✗ " + escape.Line(head(c.env.mask.Sentence(c.failure), noticeBytes))})
	}
}

// body is the screen, with a rule over the form.
func (c *compose) body(rule ruler) []string {
	title := "Compose"
	if c.more {
		title = "Compose · more"
	} else if set := c.set(); len(set) > 0 && !c.inSight(fieldOptions) {
		room := c.w - ruleEdges - ansi.StringWidth(title+c.place()) - 6
		title += " · " + longest(room, c.env.mask.Sentence(strings.Join(set, " · ")), plural(len(set), "option"))
	}
	return append([]string{rule(c.w, true, title, c.place())}, c.view()...)
}

// inSight reports whether a field is on the screen.
func (c *compose) inSight(f field) bool {
	for _, p := range c.spots {
		if p.field == f {
			return p.from >= c.off && p.to <= c.off+c.h
		}
	}
	return false
}

// turning is the key that goes to the other page.
func (c *compose) turning() key.Binding {
	if c.more {
		return c.env.keys.message
	}
	return c.env.keys.options
}

// leaving is the key that goes back.
func (c *compose) leaving() key.Binding {
	if c.more {
		return c.env.keys.leaveOptions
	}
	return c.env.keys.keep
}

func (c *compose) footer() []key.Binding {
	km := c.env.keys
	return []key.Binding{km.send, c.leaving(), c.turning(), km.earlier, km.code, km.nextField, km.helpTyped}
}

func (c *compose) help() []section {
	km := c.env.keys
	plain, undo := when(c.gauge.plain != c.form.text, km.plain), when(c.undoable(), km.undo)
	write := section{"Writing a message", []key.Binding{km.send, km.nextField, km.prevField, km.newline, c.leaving()}}
	if c.env.simulated() {
		write.keys = append(write.keys, when(!c.more, km.choose))
	}
	if c.more {
		write.keys = append(write.keys, km.turnOption)
	}
	return []section{write, {"The message", []key.Binding{c.turning(), when(c.areas[c.focus] == nil, km.senders), km.earlier, km.code, plain, undo, when(c.editable(), km.editContent)}}}
}
