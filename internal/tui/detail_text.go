package tui

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
)

// labelWidth is the column of the labels at the left of the detail.
const labelWidth = 11

// page collects the lines of the detail.
type page struct {
	th    *theme
	w     int
	lines []string
	keep  func([]span) // takes what is written instead of lines; nil for none
	again bool         // what is written next goes on with the paragraph
}

func (p *page) add(spans ...span) {
	if p.keep != nil {
		p.keep(spans)
	} else {
		p.lines = append(p.lines, line(p.w, spans...))
	}
	p.again = false
}

func (p *page) blank() { p.add() }

// field writes a label and its wrapped value; the text must be safe.
func (p *page) field(label string, paint grid.Paint, text string) {
	p.labelled(labelWidth, label, paint, text)
}

// labelled is field with labels of another width.
func (p *page) labelled(width int, label string, paint grid.Paint, text string) {
	for i, l := range wrap(text, p.w-width-2) {
		if p.again = i > 0; p.again {
			label = ""
		}
		p.add(span{p.th.muted, " " + grid.Fit(label, width, false)}, span{paint, l})
	}
}

// renderRest is the detail of the message below its timeline: what does not change with time.
func (d *detail) renderRest() []string {
	th, m := d.env.th, d.message
	p := &page{th: th, w: d.w}
	d.writeSilence(p)
	d.explain(p)
	p.writeOddities(m, d.cause.wanted)
	p.blank()
	if m.Text != "" {
		p.field("text", th.text, readableBlock(m.Text))
	}
	p.field("numbers", th.text, fmt.Sprintf("%s → %s", readable(orDash(m.From)), readable(orDash(m.To))))
	if m.Options != nil {
		p.field("options", th.text, readable(strings.Join(optionWords(*m.Options), " · ")))
		for _, raw := range m.Options.Media {
			p.field("", th.text, readable(raw))
		}
	}
	p.writeTogether(d.together, m, d.env.keys.destinations.Help().Key)
	p.writeSegments(m)
	if m.UUID != "" {
		p.field("uuid", th.text, readable(m.UUID))
	}
	d.writeReportsTo(p)
	d.writeTried(p)
	d.listCallbacks(p)
	return p.lines
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// explain says in words what the status and its code mean and what to do.
func (d *detail) explain(p *page) {
	th, m := d.env.th, d.message
	switch {
	case m.Unclear:
		p.field("unclear", th.warn, "? "+readable(m.Refusal))
		p.field("", th.text, "→ Do not send it again yet: a callback tells what became of it, or Plivo's list of messages, which is asked for.")
	case m.Refusal != "":
		p.field(refusedWord(m), th.bad, "✗ "+readable(m.Refusal))
	}
	if plivo.HasError(m.ErrorCode) {
		p.explainCode(th, m.ErrorCode, m.Status)
	}
	if m.Unverified {
		p.field("unverified", th.warn, "! The status rests only on callbacks whose signature did not verify: anybody could have sent them.")
	}
	d.cause.explain(p)
	if m.Status != "" && m.Status != plivo.Sending && !m.Status.Known() {
		p.field("status", th.warn, "! "+readable(string(m.Status))+" is no status that Plivo documents; it is shown as it arrived.")
	}
}

func faultWords(fault string) string {
	switch fault {
	case "none", "":
		return "Nobody's fault."
	case "plivo":
		return "The fault is Plivo's."
	default:
		return "The fault is the " + fault + "'s."
	}
}

func retryWords(retry string) string {
	switch retry {
	case "yes":
		return "Sending it again may work."
	case "no":
		return "Sending it again will not help."
	default:
		return "Sending it again may help once the cause is gone."
	}
}

// listCallbacks lists the callbacks, oldest first.
func (d *detail) listCallbacks(p *page) {
	th, m := d.env.th, d.message
	if m.Callbacks == 0 {
		return
	}
	p.blank()
	if d.loaded.id == 0 {
		p.add(span{th.muted, " reading " + plural(m.Callbacks, "callback") + " …"})
		return
	}
	title := plural(m.Callbacks, "callback")
	if m.Callbacks > len(d.callbacks) {
		title += fmt.Sprintf(", the newest %d", len(d.callbacks))
	}
	p.add(span{th.strong, " " + title})
	idWidth, kindWidth := 3, 10
	for _, c := range d.callbacks {
		idWidth = max(idWidth, len(fmt.Sprint(c.ID)))
	}
	if p.w < 72 {
		kindWidth = 8 // the word of the signature needs the room
	}
	p.add(span{th.muted, " " + grid.Fit("ID", idWidth, true) + "  " + grid.Fit("TIME", 14, false) + grid.Fit("KIND", kindWidth, false) + "STATUS        CODE  SEQ  SIGNATURE"})
	for _, c := range d.callbacks {
		st := c.Report.Status()
		seq := ""
		if n, ok := c.Report.Sequence(); ok {
			seq = fmt.Sprint(n)
		}
		sig, words := th.signature(c.Verdict, c.Cause, p.w)
		if c.Verdict.Header != "" && p.w >= 100 {
			words += " by " + brief(c.Verdict.Header)
		}
		if c.Verdict.Token != "" {
			words += ", token " + brief(c.Verdict.Token)
		}
		name := ""
		if st != "" {
			name = statusSign(st) + " " + brief(string(st))
		}
		spans := []span{
			{th.muted, " " + grid.Fit(fmt.Sprint(c.ID), idWidth, true) + "  " + grid.Fit(momentShort(c.ReceivedAt, d.env.at), 14, false)},
			{th.muted, grid.Fit(kindWords(c.Kind), kindWidth, false)},
			{th.status(st), grid.Fit(name, 14, false)},
			{th.text, grid.Fit(brief(c.Report.ErrorCode()), 4, true) + grid.Fit(seq, 5, true) + "  "},
			{sig, words},
		}
		if c.Answer.Status != 0 && c.Answer.Status != 200 {
			spans = append(spans, span{th.warn, fmt.Sprintf("  answered %d", c.Answer.Status)})
		}
		if a := arrivalWords(c.Arrival); a != "" {
			spans = append(spans, span{th.warn, "  " + a})
		}
		p.add(spans...)
		if c.Problem != "" {
			p.add(span{th.warn, blank(idWidth+17) + "! " + brief(c.Problem)})
		}
	}
}

func arrivalWords(a plivo.Arrival) string {
	var w []string
	if a.Duplicate {
		w = append(w, "duplicate")
	}
	if a.OutOfOrder {
		w = append(w, "out of order")
	}
	if a.AfterTerminal {
		w = append(w, "after the final one")
	}
	return strings.Join(w, ", ")
}

func kindWords(k webhook.Kind) string {
	switch k {
	case webhook.DeliveryReport:
		return "report"
	case webhook.Inbound:
		return "inbound"
	default:
		return "other"
	}
}
