package tui

import (
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// writePreview says what would be sent.
func (s *replayScreen) writePreview(p *page) {
	th, km := s.th, s.env.keys
	f, wrong, any := s.problemOf()
	switch {
	case s.failure != nil:
		words := strings.ReplaceAll(s.env.mask.Sentence(s.failure.Error()), "--as-captured", "as captured") // no flag here
		p.hang(th.bad, "✗", capital(escape.Line(head(words, noticeBytes))))
	case s.wrong != "":
		p.hang(th.bad, "✗", "The edited request cannot be read: "+escape.Line(head(s.env.mask.Sentence(s.wrong), noticeBytes)))
		p.hang(th.text, "→", km.editRequest.Help().Key+" opens the text again as it was left, "+km.asCaught.Help().Key+" drops it. What is sent is as before.")
	case any && (s.shownProblem(f) != ""):
		p.hang(th.warn, "!", readable(s.env.mask.Sentence(wrong)))
	case !s.known && len(s.errs) == 0:
		p.say(th.muted, "Looking at it …")
	case !s.known:
		p.blank()
		p.say(th.text, "Send a callback again, to your own app")
		p.blank()
		p.say(th.muted, "To is the URL of your app, as http://localhost:3000 or :3000. Without a path the callback keeps its own.")
		p.say(th.muted, "Re-signed, the app's own check of the signature passes at that URL. As captured, the original signatures go along. With a fault, the app should refuse it.")
		p.say(th.muted, km.moreFields.Help().Key+" shows the fields for edits, pace and order. On the lists, "+km.again.Help().Key+" brings a callback here, or all that are marked.")
	}
	if !s.known {
		return
	}
	s.writeRequest(p)
}

// writeRequest says what goes over the wire.
func (s *replayScreen) writeRequest(p *page) {
	th, r := s.th, s.shownRequest()
	for _, w := range s.preview.Warnings {
		p.hang(th.warn, "!", readable(s.env.mask.Sentence(w)))
	}
	if f, ok := faultOf(r.Fault); ok && r.Mode == webhook.Faulty {
		p.hang(th.text, "·", f.About)
		writeExpected(p, f)
	}
	first := "request"
	if s.preview.Requests > 1 {
		first = "first"
	}
	p.field(first, th.strong, readable(r.Method+" "+r.URL))
	switch {
	case r.SignedURL != "" && r.SignedURL != r.URL:
		p.field("signed", th.text, schemes(r)+" for "+readable(r.SignedURL))
	case r.SignedURL != "":
		p.field("signed", th.text, schemes(r)+" for this URL")
	default:
		p.field("signed", th.text, "as it came")
	}
	if token := s.env.status.SimulatorToken; token != "" && r.SignedURL != "" {
		p.field("token", th.text, brief(token))
		p.field("", th.muted, "the simulator's made-up one: your app has to check with it")
	}
	if r.Host != hostOf(r.URL) {
		p.field("Host", th.text, readable(r.Host))
	}
	p.field("body", th.text, sizeWords(len(r.Body))+" of "+brief(orNoType(http.Header(r.Header).Get("Content-Type"))))
	if n := s.preview.Requests; n > 1 {
		words := plural(int(n), "request")
		if c := int64(s.preview.Callbacks); c != n {
			words += " for " + plural(int(c), "callback")
		}
		p.field("in all", th.text, words)
	}
	if s.source.kind == ofScenario {
		s.writeParams(p)
		return
	}
	signed, others := signatureChanges(r.Changes)
	if len(others)+len(signed) == 0 {
		return
	}
	p.heading("What differs from the callback", "")
	for _, c := range others[:min(len(others), changesShown)] {
		writeChange(p, c)
	}
	if n := len(others) - changesShown; n > 0 {
		p.say(th.muted, "and "+plural(n, "more change"))
	}
	if len(signed) > 0 {
		p.hang(th.muted, "·", "and "+plural(len(signed), "header")+" of the signature: "+strings.Join(signed, ", "))
	}
}

// writeParams lists what the first callback of a scenario tells.
func (s *replayScreen) writeParams(p *page) {
	params := s.env.mask.Params(s.preview.Callback.Report.Params)
	if len(params) == 0 {
		return
	}
	p.heading("What it tells", "")
	for _, param := range params[:min(len(params), changesShown)] {
		value := []piece{{brief(param.Value), plain}}
		if param.Value == "" {
			value = []piece{{"(empty)", quiet}}
		}
		p.labelledValue(previewNames, brief(param.Name), value)
	}
}

// labelledValue writes a value behind a label of a width.
func (p *page) labelledValue(width int, label string, value []piece) {
	spans := []span{{p.th.muted, " " + grid.Fit(label, width, false) + " "}}
	for _, v := range value {
		spans = append(spans, span{map[pieceKind]grid.Paint{plain: p.th.text, quiet: p.th.muted}[v.kind], v.text})
	}
	p.add(spans...)
}

// changesShown bounds the changes that are listed.
const changesShown = 30

// signatureChanges sets apart what follows from signing anew.
func signatureChanges(all []replay.Change) (signed []string, others []replay.Change) {
	for _, c := range all {
		if name, ok := strings.CutPrefix(c.What, "header X-Plivo-Signature"); ok {
			signed = append(signed, brief("…"+name))
		} else {
			others = append(others, c)
		}
	}
	return signed, others
}

// writeChange writes what was above what is, with their differences marked.
func writeChange(p *page, c replay.Change) {
	p.hang(p.th.text, "·", readable(c.What))
	before, after := readable(c.Before), readable(c.After)
	a, b := differ(before, after)
	absent := []piece{{"not there", quiet}}
	if c.Before == "" {
		a, b = absent, []piece{{after, plain}}
	}
	if c.After == "" {
		a, b = []piece{{before, plain}}, absent
	}
	p.value("  before", p.th.given, a)
	p.value("  now", p.th.signed, b)
}

func schemes(r replay.Request) string {
	words := make([]string, len(r.Signed))
	for i, scheme := range r.Signed {
		words[i] = string(scheme)
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

// writeExpected says what a correct handler answers to a fault.
func writeExpected(p *page, f replay.Fault) {
	p.field("expect", p.th.text, statusList(f.V2)+" of a check of V2 alone, "+statusList(f.V3)+" of one of V3")
	if f.Note != "" {
		p.field("", p.th.muted, f.Note)
	}
}
