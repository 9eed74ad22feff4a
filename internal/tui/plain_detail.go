package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// speech are the lines of something that is told at length.
type speech []string

func (s *speech) add(format string, args ...any) { *s = append(*s, fmt.Sprintf(format, args...)) }

// labelled adds a value behind its name, nothing where there is none.
func (s *speech) labelled(name, value string) {
	if value != "" {
		s.add("%s: %s", name, value)
	}
}

// ready reports whether all that is going to be known of the shown message is.
func (d *detail) ready() bool {
	asked := d.message.UUID == "" || d.message.Callbacks == 0 || d.loaded == keyOf(d.message)
	return asked && (len(d.callbacks) == 0 || d.tried.message == d.message.ID && d.tried.known) && d.togetherKnown() && (!d.cause.wanted || d.cause.known || d.cause.failure != nil)
}

// speak tells all of the shown message.
func (d *detail) speak() []string {
	m, now := d.message, d.env.at
	var s speech
	s.add("%s", messageSentence(m, now))
	s.labelled("From", readable(m.From))
	s.labelled("To", readable(m.To))
	s.labelled("UUID", readable(m.UUID))
	s.labelled("Text", readableBlock(m.Text))
	if m.Options != nil {
		s.labelled("Options", readable(strings.Join(append(optionWords(*m.Options), m.Options.Media...), ", ")))
	}
	segments, why := segmentWords(m)
	s.labelled("Segments", strings.TrimSpace(segments+". "+why))
	s = append(s, written(d.env.th, d.writeReportsTo)...)
	hops := d.findHops()
	for i, h := range hops {
		words := unsigned(h.words)
		if i == 0 {
			s.add("Timeline: %s at %s.", words, moment(h.at, now))
			continue
		}
		s.add("Then %s after %s.", words, spokenTime(h.at.Sub(hops[i-1].at)))
	}
	if m.Direction == plivo.Outbound && m.Refusal == "" && !m.Status.Terminal() {
		words, _ := d.silenceEnd()
		s.add("%s, for %s.", capital(unsigned(words)), spokenTime(now.Sub(hops[len(hops)-1].at)))
	}
	s = append(s, written(d.env.th, d.writeSilence)...)
	s = append(s, written(d.env.th, d.explain)...)
	for _, o := range odditiesOf(m) {
		if o.says == "" {
			continue
		}
		s.add("Beware: %s %s", o.says, o.todo)
	}
	s = append(s, d.speakTogether()...)
	s = append(s, d.speakTried()...)
	s.add("%s.", plural(m.Callbacks, "callback"))
	if more := m.Callbacks - len(d.callbacks); more > 0 && len(d.callbacks) > 0 {
		s.add("The newest %d of them:", len(d.callbacks))
	}
	for _, c := range d.callbacks {
		words := cameWords(c)
		if c.Kind != webhook.DeliveryReport {
			words = append([]string{kindWords(c.Kind)}, words...)
		}
		s.add("Callback %d: %s, %s.", c.ID, strings.Join(words, ", "), whenSpoken(c.ReceivedAt, now))
	}
	return s
}

// sayTogether tells the destinations of a message's send.
func (p *plainUI) sayTogether(d *detail) {
	words := d.speakTogether()
	if len(words) == 0 {
		words = []string{aloneWords(d.message)}
	}
	p.out.say(join(words))
}

// callbackParts is how many parts a callback is told in: what it says, its signature, parameters, headers,
// body and attempts.
const callbackParts = 6

// speakCallback tells all of a callback, or one of its parts from 1 on.
func (e *env) speakCallback(told spokenMsg) []string {
	c, part, exam, failure := told.callback, told.part, told.exam, told.err
	r := c.Report
	var s speech
	s.add("Callback %d: %s", c.ID, callbackSentence(c, e.at))
	s.add("It is %s.", kindSpoken(c.Kind))
	s.labelled("Message UUID", readable(r.MessageUUID()))
	if code := r.ErrorCode(); plivo.HasError(code) {
		s.add("Error %s: %s", brief(code), remarkOn("ErrorCode", code))
		if known, ok := plivo.LookupCode(code); ok {
			s.add("%s %s %s", faultWords(known.Fault), retryWords(known.Retryable), known.Advice)
		}
	}
	s.labelled("Problem", readable(c.Problem))
	s.add("Received at %s from %s.", c.ReceivedAt.In(e.at.Location()).Format("2006-01-02 15:04:05.000000 MST"), readable(orNone(c.RemoteAddr)))
	s.add("Request: %s %s", readable(c.Method), readable(c.URL))
	if c.ReceivedURL != c.URL {
		s.labelled("It came to", readable(c.ReceivedURL))
	}
	s.add("%s", answerSpoken(c))
	for _, words := range arrivalMeanings(c.Arrival) {
		s.add("%s", words)
	}
	parts := [callbackParts][]string{s, nil, speakParams(c), speakHeaders(c), speakBody(c), e.speakAttempts(c, told.tried.Count, told.list, told.last, told.unread)}
	s = speech{"Signature."}
	if failure != nil {
		s.add("It could not be examined: %s", head(failure.Error(), noticeBytes))
	} else {
		s = append(s, e.speakExamination(exam)...)
	}
	parts[1] = s
	if part > 0 {
		return append([]string{fmt.Sprintf("Callback %d, part %d of %d.", c.ID, part, callbackParts)}, parts[part-1]...)
	}
	return slices.Concat(parts[:]...)
}

// kindSpoken is what kindMeaning says, within a sentence.
func kindSpoken(k webhook.Kind) string {
	name, meaning, _ := strings.Cut(kindMeaning(k), ": ")
	switch k {
	case webhook.DeliveryReport:
		name = "a " + name
	case webhook.Inbound:
		name = "an inbound message"
	default:
		name = "another request"
	}
	return name + ": " + meaning
}

// speakExamination says whether a request verifies, and why not.
func (e *env) speakExamination(exam app.Examination) []string {
	said := written(e.th, func(p *page) {
		writeVerdict(p, exam)
		if !lacksURL(exam) {
			writeFindings(p, exam.Diagnosis)
		}
		writeSDKs(p, exam.SDKs)
		writeSettings(p, exam.Diagnosis)
	})
	// The end of a page is not the end of what is told.
	return slices.DeleteFunc(said, func(line string) bool {
		return strings.HasPrefix(line, "What to set in ") && strings.HasSuffix(line, " stands at the end.")
	})
}

// speakBases tell the base strings and what was computed of them.
func (e *env) speakBases(exam app.Examination) []string {
	return written(e.th, func(p *page) { writeBases(p, exam) })
}

// saidEntries bounds the parameters and headers that are told one by one.
const saidEntries = 100

func speakParams(c webhook.Callback) []string {
	var s speech
	params := c.Report.Params
	s.add("%s.", plural(len(params), "parameter"))
	for _, p := range params[:min(len(params), saidEntries)] {
		words := brief(p.Name) + ": " + orEmpty(readable(p.Value))
		if c.Kind != webhook.Other {
			if meaning := meaningOf(c.Kind, p.Name); meaning != "" {
				words += " (" + meaning + ")"
			} else {
				words += " (not documented by Plivo)"
			}
		}
		if remark := remarkOn(p.Name, p.Value); remark != "" {
			words += " " + remark
		}
		s = append(s, words)
	}
	s.rest(len(params), "parameter")
	return s
}

func speakHeaders(c webhook.Callback) []string {
	var s speech
	all := headerPairs(c.Header)
	s.add("%s.", plural(len(all), "header"))
	for _, h := range all[:min(len(all), saidEntries)] {
		words := brief(h.Name) + ": " + orEmpty(readable(h.Value))
		if strings.HasPrefix(h.Name, "X-Plivo-Signature") {
			if meaning := headerMeaning(h.Name); meaning != "" {
				words += " (" + meaning + ")"
			}
		}
		s = append(s, words)
	}
	s.rest(len(all), "header")
	return s
}

// rest says how many were left out.
func (s *speech) rest(n int, noun string) {
	if n > saidEntries {
		s.add("And %s.", plural(n-saidEntries, "more "+noun))
	}
}

func orEmpty(s string) string {
	if s == "" {
		return "empty"
	}
	return s
}

// speakBody tells the body as text, JSON laid out.
func speakBody(c webhook.Callback) []string {
	var s speech
	if len(c.Body) == 0 {
		s.add("There is no body.")
		return s
	}
	words, text := "Body, "+sizeWords(len(c.Body)), string(c.Body)
	if c.Truncated {
		words += ", cut"
	}
	if !utf8.Valid(c.Body) {
		words += ", which is not all text: other bytes are written as escapes"
	}
	s.add("%s:", words)
	var laid bytes.Buffer
	if looksLikeJSON(c.Body) && json.Indent(&laid, c.Body, "", "  ") == nil {
		text = laid.String()
	}
	return append(s, strings.Split(readableBlock(text), "\n")...)
}

// speakComparison tells in what two callbacks differ, or two attempts.
func speakComparison(of comparedSides) []string {
	var s speech
	s.add("%s beside %s.", of.names[0], lower(of.names[1]))
	for _, group := range of.groups {
		var differing []comparedField
		for _, f := range group.fields {
			if !f.same() {
				differing = append(differing, f)
			}
		}
		s.add("%s: %s, %d the same.", group.name, differWords(len(differing)), len(group.fields)-len(differing))
		for _, f := range differing[:min(len(differing), saidEntries)] {
			s.add("%s: %s; and %s", f.name, sideWords(f.inA, f.a), sideWords(f.inB, f.b))
		}
		s.rest(len(differing), "field")
	}
	for _, b := range of.bodies {
		if string(b.a) == string(b.b) {
			s.add("%s: the same %s.", b.name, sizeWords(len(b.a)))
		} else {
			s.add("%s: they differ, %s and %s.", b.name, sizeWords(len(b.a)), sizeWords(len(b.b)))
		}
	}
	return s
}

func sideWords(there bool, value string) string {
	if !there {
		return "not there"
	}
	return orEmpty(value)
}
