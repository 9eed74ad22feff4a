package tui

import (
	"fmt"
	"strconv"

	"dev.internal/plivoscope/internal/plivo"
)

// segmentation is how the text of an SMS is cut; none of another message.
func segmentation(m plivo.Message) plivo.Segmentation {
	if m.Type != "" && m.Type != "sms" {
		return plivo.Segmentation{}
	}
	return m.Segmentation()
}

// segmentsOf is what Plivo billed where it has said so, else what we count; with a sign where the two are
// not the same.
func segmentsOf(m plivo.Message) string {
	ours := segmentation(m).Segments
	switch {
	case m.Units == 0 && ours == 0:
		return ""
	case m.Units == 0:
		return strconv.Itoa(ours)
	case ours > 0 && ours != m.Units:
		return "≠" + strconv.Itoa(m.Units)
	}
	return strconv.Itoa(m.Units)
}

// segmentWords compares what we count with what Plivo billed, and says why the two may differ where they do.
func segmentWords(m plivo.Message) (words, why string) {
	s := segmentation(m)
	ours := ""
	if s.Segments > 0 {
		ours = fmt.Sprintf("we count %s (%s), ", plural(s.Segments, "segment"), s.Encoding)
	}
	theirs := "Plivo billed " + plural(m.Units, "unit")
	switch {
	case m.Units == 0 && m.Unclear:
		theirs = "it is unclear whether Plivo took it"
	case m.Units == 0 && m.Refusal != "":
		theirs = "nothing was billed: the API did not take it"
	case m.Units == 0 && m.Direction == plivo.Inbound:
		theirs = "the callback of an inbound message does not say what is billed"
	case m.Units == 0:
		theirs = "Plivo has not said yet what it bills"
	case m.Status == plivo.Failed:
		theirs = "Plivo counts " + plural(m.Units, "unit") + ", and bills none of a message that failed"
	}
	if s.Segments > 0 && m.Units > 0 && s.Segments != m.Units {
		why = unlikeWords(m, s)
	}
	return ours + theirs, why
}

// writeSegments writes both.
func (p *page) writeSegments(m plivo.Message) {
	words, why := segmentWords(m)
	if why == "" {
		p.field("segments", p.th.text, words)
		return
	}
	p.field("segments", p.th.warn, "≠ "+words)
	p.field("", p.th.text, "→ "+why)
}

// unlikeWords say why Plivo may bill another number of units than we count segments.
func unlikeWords(m plivo.Message, s plivo.Segmentation) string {
	const logs = "The console's message logs show the text that went out."
	switch {
	case m.Direction == plivo.Inbound:
		return "Plivo joined the parts of the message before it posted them; what it bills is by those parts."
	case m.Units < s.Segments && s.Encoding != plivo.GSM7:
		return "Plivo may have replaced characters such as curly quotes by those of GSM-7, which is a setting of the account. " + logs
	case m.Units > s.Segments:
		return "The text may have become longer on its way: a trial account puts words of Plivo's before it. " + logs
	}
	return "The text may have been changed on its way. " + logs
}
