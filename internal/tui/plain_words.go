package tui

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// messageSentence says of a message in a line what its row shows.
func messageSentence(m plivo.Message, now time.Time) string {
	words := []string{"Message to " + brief(orNone(m.To)), statusSpoken(m)}
	if m.Direction == plivo.Inbound {
		words = []string{"Message from " + brief(orNone(m.From)), statusSpoken(m)}
	}
	switch {
	case m.Unclear:
	case m.Refusal != "":
		words = append(words, refusedBy(m))
	case plivo.HasError(m.ErrorCode):
		words = append(words, errorSpoken(m.ErrorCode))
	}
	if missed := silenceBrief(m, plainWide); missed != "" {
		words = append(words, missed)
	}
	if m.Callbacks > 0 {
		words = append(words, signatureSpoken(m.Signature, m.Cause))
	}
	if took, ok := tookTime(m); ok {
		words = append(words, spokenTime(took))
	}
	s := strings.Join(words, ", ") + ", " + whenSpoken(m.CreatedAt, now) + "."
	if m.Text != "" {
		s += " Text: " + brief(m.Text)
	}
	return s
}

// callbackSentence says of a callback in a line what its row shows.
func callbackSentence(c webhook.Callback, now time.Time) string {
	var words []string
	switch c.Kind {
	case webhook.DeliveryReport:
		words = append(words, "Delivery report")
	case webhook.Inbound:
		words = append(words, "Inbound message")
	default:
		words = append(words, "Other request, "+brief(c.Method+" "+pathOf(c.URL)))
	}
	if about := messageWords(c); about != "" {
		words = append(words, about)
	}
	return strings.Join(append(words, cameWords(c)...), ", ") + ", " + whenSpoken(c.ReceivedAt, now) + "."
}

// cameWords say what a callback of a known message says, and how it came.
func cameWords(c webhook.Callback) []string {
	words := append(reportedWords(c), signatureSpoken(c.Verdict, c.Cause))
	if c.Answer.Status != 0 {
		words = append(words, fmt.Sprintf("answered %d", c.Answer.Status))
	}
	if a := arrivalWords(c.Arrival); a != "" {
		words = append(words, a)
	}
	return words
}

// messageWords say which message a callback is about, empty for none.
func messageWords(c webhook.Callback) string {
	switch r := c.Report; {
	case c.Kind == webhook.Inbound && r.From() != "":
		return "from " + brief(r.From())
	case r.To() != "":
		return "on the message to " + brief(r.To())
	case r.MessageUUID() != "":
		return "on the message " + brief(r.MessageUUID())
	}
	return ""
}

// reportedWords say what a callback says of its message.
func reportedWords(c webhook.Callback) []string {
	var words []string
	if st := c.Report.Status(); st != "" {
		words = append(words, brief(string(st)))
	}
	if code := c.Report.ErrorCode(); plivo.HasError(code) {
		words = append(words, errorSpoken(code))
	}
	return words
}

// logSentence says what a callback came to, as it comes. of is its message, where that is at hand.
func logSentence(c webhook.Callback, of plivo.Message) string {
	if c.Verdict.Outcome == signature.Invalid || c.Verdict.Outcome == signature.Missing {
		words := []string{fmt.Sprintf("Callback %d", c.ID)}
		if about := messageWords(c); about != "" {
			words = append(words, about)
		}
		words = append(words, reportedWords(c)...)
		return strings.Join(append(words, signatureSpoken(c.Verdict, c.Cause)), ", ") + "."
	}
	if c.Report.MessageUUID() == "" {
		return fmt.Sprintf("Callback %d, %s, of no message, %s.", c.ID, brief(c.Method+" "+pathOf(c.URL)), signatureSpoken(c.Verdict, c.Cause))
	}
	who := "Message to " + plusOf(c.Report.To(), of.To)
	if c.Kind == webhook.Inbound {
		who = "Message from " + plusOf(c.Report.From(), of.From)
	}
	words := []string{who + " " + statusOf(c), signatureSpoken(c.Verdict, c.Cause)}
	if code := c.Report.ErrorCode(); plivo.HasError(code) {
		words = slices.Insert(words, 1, errorSpoken(code))
	}
	if took := c.ReceivedAt.Sub(of.CreatedAt); c.Kind != webhook.Inbound && of.ID != 0 && took >= 50*time.Millisecond {
		words = append(words, spokenTime(took))
	}
	if a := arrivalWords(c.Arrival); a != "" {
		words = append(words, a)
	}
	s := strings.Join(words, ", ") + "."
	if t := c.Report.Text(); t != "" {
		s += " Text: " + brief(t)
	}
	return s
}

// plusOf is a number as the message has it: callbacks leave out the plus.
func plusOf(reported, known string) string {
	if reported == "" || strings.TrimPrefix(known, "+") == reported {
		reported = known
	}
	return orNone(brief(reported))
}

// statusOf is what a callback says became of its message: one about an inbound message has no status of its own.
func statusOf(c webhook.Callback) string {
	switch st := c.Report.Status(); {
	case st != "":
		return brief(string(st))
	case c.Kind == webhook.Inbound:
		return string(plivo.Received)
	}
	return "without a status"
}

func orNone(s string) string {
	if s == "" {
		return "nobody"
	}
	return s
}

func statusSpoken(m plivo.Message) string {
	switch {
	case m.Unclear:
		return "unclear whether Plivo took it"
	case m.Status == "":
		return "no status"
	case m.Unverified:
		return brief(string(m.Status)) + " as unverified callbacks say"
	}
	return brief(string(m.Status))
}

func errorSpoken(code string) string {
	s := "error " + brief(code)
	if c, ok := plivo.LookupCode(code); ok {
		s += " " + c.Short
	}
	return s
}

// signatureSpoken is the outcome of a check in words, with its cause where that is known.
func signatureSpoken(r signature.Result, cause string) string {
	switch r.Outcome {
	case signature.Valid:
		return "signature valid"
	case signature.Missing:
		return "no signature"
	case signature.Invalid:
		if word := signature.CauseWord(cause); word != "" {
			return "signature invalid because of " + brief(word)
		}
		return "signature invalid"
	default:
		return "signature not checked"
	}
}

// whenSpoken is a time of day, with its date where that is another day.
func whenSpoken(t, now time.Time) string {
	t = t.In(now.Location())
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("at 15:04:05")
	}
	return t.Format("on 2006-01-02 at 15:04:05")
}

// spokenTime is a span of time in words.
func spokenTime(d time.Duration) string {
	switch {
	case d < 0:
		return "at once"
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%d milliseconds", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f seconds", d.Seconds())
	case d < 100*time.Second:
		return fmt.Sprintf("%.0f seconds", d.Seconds())
	case d < 100*time.Minute:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	default:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	}
}

// noticeSpoken is a notice with how grave it is.
func (e *env) noticeSpoken(n app.Notice) string {
	n.Text = e.mask.Sentence(n.Text)
	switch n.Severity {
	case app.Failure:
		return "Error: " + noticeWords(n)
	case app.Warning:
		return "Warning: " + noticeWords(n)
	default:
		return noticeWords(n)
	}
}

// answerSpoken says how a callback was answered, and what that means to Plivo.
func answerSpoken(c webhook.Callback) string {
	if c.Answer.Status == 0 {
		return answerMeaning(0)
	}
	words := fmt.Sprintf("Answered %d %s", c.Answer.Status, http.StatusText(c.Answer.Status))
	if took, ok := answerTime(c); ok {
		words += ", decided in " + took
	}
	return strings.TrimRight(words, " ") + ". " + answerMeaning(c.Answer.Status)
}

// plainWide is the width of what is written to be spoken: nothing is wrapped.
const plainWide = 1 << 20

// written are the lines of a page, as sentences: a label before a colon, and without the signs that a
// screen shows before its words.
func written(th *theme, write func(*page)) []string {
	var out []string
	p := &page{th: th, w: plainWide}
	p.keep = func(spans []span) {
		if s := spokenLine(spans); strings.Trim(s, "^ ") != "" { // carets point at what nobody sees
			out = append(out, s)
		}
	}
	write(p)
	return out
}

func spokenLine(spans []span) string {
	if len(spans) == 0 {
		return ""
	}
	first := unsigned(strings.TrimSpace(spans[0].text))
	var rest strings.Builder
	for _, s := range spans[1:] {
		text := s.text
		if rest.Len() == 0 {
			text = unsigned(strings.TrimLeft(text, " "))
		} else if cut := strings.TrimPrefix(text, "  "); cut != text || strings.HasSuffix(rest.String(), "  ") {
			// Columns stand apart by two blanks at least.
			before := strings.TrimRight(rest.String(), " ")
			rest.Reset()
			rest.WriteString(before + ", ")
			text = unsigned(strings.TrimLeft(cut, " "))
		}
		rest.WriteString(text)
	}
	said := strings.TrimRight(rest.String(), " ,")
	switch {
	case first == "":
		return said
	case said == "":
		return first
	}
	return first + ": " + said
}

// unsigned takes the sign of a state, or of a list, from before its words.
func unsigned(s string) string {
	for _, sign := range []string{"✓", "✗", "!", "→", "·", "–", "?", "…", "↓", "›", silentSign, lostSign} {
		if rest, ok := strings.CutPrefix(s, sign+" "); ok {
			return strings.TrimLeft(rest, " ")
		}
	}
	return s
}
