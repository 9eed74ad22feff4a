package tui

import (
	"github.com/charmbracelet/bubbles/key"

	"dev.internal/plivoscope/internal/escape"
)

// refresh renders the form as it is now.
func (c *compose) refresh() {
	c.clear()
	if c.w <= 0 || c.h <= 0 {
		return
	}
	c.inputs[fieldURL].Placeholder = c.env.status.CallbackURL
	if c.env.status.CallbackURL == "" {
		c.inputs[fieldURL].Placeholder = "none asked for: Plivo cannot reach this server (see --public-url)"
	}
	if c.lastTo != "" {
		c.inputs[fieldTo].Placeholder = "→ " + inShort(c.env.mask.Numbers(destinations(c.lastTo))) + " again"
	}
	air := c.h >= 19
	for _, f := range c.order {
		from := len(c.lines)
		switch f {
		case fieldText:
			c.drawText()
		case fieldSend:
			if air {
				c.blank()
				from++
			}
			c.drawButton()
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
		c.drawProblems("method", false)
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
	if len(c.draft.To) > 0 && c.gauge.Segments > 0 {
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
	return append([]string{rule(c.w, true, "Compose", c.place())}, c.view()...)
}

func (c *compose) footer() []key.Binding {
	km := c.env.keys
	return []key.Binding{km.send, km.keep, km.earlier, km.code, km.nextField, km.helpTyped}
}

func (c *compose) help() []section {
	km := c.env.keys
	plain, undo := when(c.gauge.plain != c.form.text, km.plain), when(c.undoable(), km.undo)
	write := section{"Writing a message", []key.Binding{km.send, km.nextField, km.prevField, km.newline, km.keep}}
	if c.env.simulated() {
		write.keys = append(write.keys, km.choose)
	}
	return []section{write, {"The message", []key.Binding{km.earlier, km.code, plain, undo}}}
}
