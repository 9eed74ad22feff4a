package tui

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/tui/grid"
)

// replyLines is how many lines of the text are shown where there is room.
const replyLines = 4

// room is how many lines of the XML are shown.
func (s *replySheet) room() int { return max(s.h-len(s.above())-len(s.below()), 1) }

// draw renders the sheet: the text, how long it is, what is wrong, the XML, and how it stands.
func (s *replySheet) draw() {
	if s.w <= 0 || s.h <= 0 {
		return
	}
	above, below := s.above(), s.below()
	s.wrapXML()
	room := max(s.h-len(above)-len(below), 1)
	s.top = max(min(s.top, len(s.xml)-room), 0)
	seen := s.xml[s.top:min(s.top+room, len(s.xml))]
	out := above
	for i, l := range seen {
		label := ""
		if i == 0 {
			label = "XML"
			if len(s.xml) > room {
				label = fmt.Sprintf("XML %d/%d", min(s.top+room, len(s.xml)), len(s.xml))
			}
		}
		out = append(out, s.labelled(label, span{s.env.th.text, l}))
	}
	s.drawn = append(out, below...)
}

// labelled is a line with what it is about.
func (s *replySheet) labelled(label string, words span) string {
	th := s.env.th
	return line(s.w, span{th.muted, grid.Fit("   "+label, fieldIndent, false)}, words)
}

// above are the lines of the text, and what there is to say about it.
func (s *replySheet) above() []string {
	th, w := s.env.th, max(s.w-fieldIndent-2, 8)
	var out []string
	for i, l := range s.textLines(w) {
		label := ""
		if i == 0 {
			label = " › Reply"
		}
		out = append(out, th.fieldEdge(label)+typed(l, s.w-fieldIndent))
	}
	g := measure(s.text.Value())
	paint := th.muted
	if g.over() > 0 {
		paint = th.bad
	}
	out = append(out, s.labelled("", span{paint, g.words(w)}))
	if len(g.chars.Forcing) > 0 && s.h >= barFrom && !s.covered {
		out = append(out, s.labelled("", span{th.warn, "! " + g.forcedWords()}))
	}
	for _, r := range s.remarks() {
		for _, l := range wrap(r.text, w) {
			out = append(out, s.labelled("", span{r.paint, l}))
		}
	}
	return out
}

// remarks are what is wrong with the text, and what is to be known of it.
func (s *replySheet) remarks() (out []span) {
	th := s.env.th
	switch {
	case s.failure != "":
		out = append(out, span{th.bad, "✗ " + escape.Line(s.failure)})
	case s.wrong != nil:
		out = append(out, span{th.bad, "✗ Plivo would not take it: " + escape.Line(s.wrong.Error())})
	}
	if s.left != "" {
		out = append(out, span{th.warn, "! " + s.left})
	}
	if s.covered {
		out = append(out, span{th.warn, "! masked; what you type shows it"})
	}
	return out
}

// textLines are the lines of the text that are shown.
func (s *replySheet) textLines(w int) []string {
	h := min(max(s.h-7, 1), replyLines)
	if s.covered {
		lines := wrap(readable(s.env.mask.Text(s.before)), w)
		return lines[:min(len(lines), h)]
	}
	s.text.SetHeight(h)
	return areaLines(&s.text, w)
}

// wrapXML breaks the answer of the text into lines that fit, or the present one where there is no text.
func (s *replySheet) wrapXML() {
	e := s.env
	xml, text := s.answer.String(), s.text.Value()
	if text == "" {
		if xml = e.status.InboundAnswer; e.status.InboundReply != "" || xml == "" {
			xml = plivo.NoReply
		}
	}
	if text == "" && xml != plivo.NoReply || s.covered {
		xml = e.maskedAnswer(xml, text)
	}
	xml = escape.Block(head(xml, 16*detailBytes))
	s.xml = s.xml[:0]
	for l := range strings.SplitSeq(strings.TrimRight(xml, "\n"), "\n") {
		for l != "" {
			n := reach(l, max(s.w-fieldIndent-2, 8))
			s.xml = append(s.xml, l[:n])
			l = l[n:]
		}
	}
}

// below are the lines that say how inbound messages are answered now, and what the places in the XML are.
func (s *replySheet) below() []string {
	e, th := s.env, s.env.th
	w := max(s.w-fieldIndent-2, 8)
	now := "answered " + e.nowWords()
	if e.status.InboundAnswer != "" && e.status.InboundReply == "" {
		now += "; a reply here replaces it for this run"
	}
	var out []string
	if s.text.Value() != "" && s.h >= 12 {
		for _, l := range wrap("Only in this XML do {from} and {to} become the numbers of the inbound message, and {callback} where reports come", w) {
			out = append(out, s.labelled("", span{th.muted, l}))
		}
	}
	label := "Now"
	lines := wrap(now, w)
	for _, l := range lines[:min(len(lines), 2)] {
		out = append(out, s.labelled(label, span{th.muted, l}))
		label = ""
	}
	return out
}

// tellAnswer writes what inbound messages are answered with.
func (e *env) tellAnswer(p *figures) {
	st := &e.status
	key := e.keys.reply.Help().Key
	switch {
	case st.Joined:
	case st.InboundAnswer == "":
		p.field("replies", p.th.muted, "inbound messages get no reply; "+key+" sets one")
	case st.InboundReply == "":
		p.field("replies", p.th.text, "inbound messages get the XML of --inbound-answer; "+key+" shows it")
	default:
		g := measure(st.InboundReply)
		p.field("replies", p.th.text, "inbound messages get the reply “"+brief(e.mask.Text(st.InboundReply))+"”")
		p.field("", p.th.muted, string(g.Encoding)+", "+plural(g.Segments, "segment")+"; "+key+" changes it")
	}
}
