package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
)

// fieldIndent is the column where the values begin: mark, label, edge.
const fieldIndent = 15

// refresh renders the form as it is now.
func (c *compose) refresh() {
	c.lines, c.spots = c.lines[:0], c.spots[:0]
	if c.w <= 0 || c.h <= 0 {
		return
	}
	c.inputs[fieldURL].Placeholder = c.env.status.CallbackURL
	if c.env.status.CallbackURL == "" {
		c.inputs[fieldURL].Placeholder = "none asked for: Plivo cannot reach this server (see --public-url)"
	}
	air := c.h >= 20
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

func (c *compose) blank() { c.lines = append(c.lines, line(c.w)) }

// reveal scrolls so that the field with the focus is on the screen.
func (c *compose) reveal() {
	room := c.h - 1
	for _, s := range c.spots {
		if s.field == c.focus {
			c.off = min(c.off, s.from)
			c.off = max(c.off, s.to-room)
			c.off = min(c.off, s.from)
		}
	}
	c.off = max(min(c.off, len(c.lines)-room), 0)
}

// label is the beginning of a field's line: mark, name and edge.
func (c *compose) label(f field, name string) string {
	th := c.env.th
	if f == c.focus {
		mark := " › "
		if name == "" {
			mark = "   "
		}
		return line(fieldIndent, span{th.accent, mark}, span{th.accent, fmt.Sprintf("%-10s", name)}, span{th.accent, "│"}, span{th.text, " "})
	}
	return line(fieldIndent, span{th.muted, "   "}, span{th.muted, fmt.Sprintf("%-10s", name)}, span{th.faint, "│"}, span{th.text, " "})
}

func (c *compose) put(f field, name, view string) {
	c.lines = append(c.lines, c.label(f, name)+typed(view, max(c.w-fieldIndent, 0)))
}

// say writes a remark below a field.
func (c *compose) say(p span) {
	indent := strings.Repeat(" ", fieldIndent)
	for i, l := range wrap(p.text, c.w-fieldIndent-1) {
		if i > 0 {
			l = "  " + l
		}
		c.lines = append(c.lines, line(c.w, span{c.env.th.text, indent}, span{p.paint, l}))
	}
}

// textLines is the text as it is drawn, in lines of at most w cells. The area takes some emoji for
// narrower than they are drawn, so it gets less room until no line is too long.
func (c *compose) textLines(w int) []string {
	for room := w; ; {
		c.text.SetWidth(room)
		lines := strings.Split(c.text.View(), "\n")
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

func (c *compose) drawText() {
	for i, l := range c.textLines(c.valueWidth()) {
		name := ""
		if i == 0 {
			name = "Text"
		}
		c.put(fieldText, name, l)
	}
	th, s := c.env.th, c.segments
	gauge := "empty"
	if s.Segments > 0 {
		gauge = fmt.Sprintf("%s · %s · %s · %s left", s.Encoding, plural(s.Length, lengthUnit(s.Encoding)), plural(s.Segments, "segment"), count(int64(s.Left)))
	}
	paint := th.muted
	if s.Segments > 1 {
		paint = th.text
	}
	c.say(span{paint, gauge})
	if len(s.Forced) > 0 {
		c.say(span{th.warn, "! " + forcedWords(s.Forced)})
	}
	c.drawProblems("text", c.text.Value() == "")
}

func lengthUnit(e plivo.Encoding) string {
	if e == plivo.UCS2 {
		return "UTF-16 unit"
	}
	return "septet"
}

// forcedWords names the characters that made the text UCS-2 and what could stand for them.
func forcedWords(forced []plivo.Forced) string {
	const most = 5
	var parts []string
	for _, f := range forced[:min(len(forced), most)] {
		w := f.Name
		if escape.Line(f.Char) == f.Char {
			w = f.Char + " " + w
		}
		if f.Count > 1 {
			w += fmt.Sprintf(" ×%d", f.Count)
		}
		if f.Instead != "" {
			w += " (" + f.Instead + " would do)"
		}
		parts = append(parts, w)
	}
	s := "UCS-2 because of " + strings.Join(parts, ", ")
	if n := len(forced) - most; n > 0 {
		s += fmt.Sprintf(" and %d more", n)
	}
	return s
}

func (c *compose) drawInput(f field, name string) {
	in := c.inputs[f]
	c.put(f, name, in.View())
	empty := in.Value() == ""
	switch f {
	case fieldTo:
		if c.focus == fieldTo && empty && c.lastTo != "" {
			c.say(span{c.env.th.muted, "the last one; → takes it over"})
		}
		if n := len(c.draft.To); n > 1 {
			c.say(span{c.env.th.muted, plural(n, "destination")})
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
			c.say(span{th.warn, "! " + escape.Line(p.Text)})
		} else {
			c.say(span{th.bad, "✗ " + escape.Line(p.Text)})
		}
	}
	if n > most {
		c.say(span{th.muted, "and " + count(int64(n-most)) + " more problems like these"})
	}
}

func (c *compose) drawButton() {
	th := c.env.th
	what := "Send"
	if n := len(c.draft.To); n > 0 && c.segments.Segments > 0 {
		what = fmt.Sprintf("Send %s × %s", plural(n, "message"), plural(c.segments.Segments, "segment"))
	}
	left := []span{{th.text, strings.Repeat(" ", fieldIndent)}}
	if c.focus == fieldSend {
		left[0] = span{th.accent, " ›" + strings.Repeat(" ", fieldIndent-2)}
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
		c.say(span{th.bad, "✗ " + escape.Line(head(c.failure, noticeBytes))})
	}
}

// place tells that there is more than can be seen, above or below.
func (c *compose) place() string {
	above, below := c.off > 0, c.off+max(c.h-1, 0) < len(c.lines)
	switch {
	case above && below:
		return "↑↓ more"
	case above:
		return "↑ more"
	case below:
		return "↓ more"
	}
	return ""
}

// view is the form without its title, exactly h-1 lines of w cells.
func (c *compose) view() []string {
	room := max(c.h-1, 0)
	out := make([]string, 0, room)
	out = append(out, c.lines[c.off:min(c.off+room, len(c.lines))]...)
	for len(out) < room {
		out = append(out, line(c.w))
	}
	return out
}
