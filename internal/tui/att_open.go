package tui

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// What can be copied of an attempt, as it is called.
const (
	answerBody  = "answer body"
	requestBody = "request body"
)

// writeAttempt says what came back, how long it took, what differed from the callback, where that is at hand,
// and what was sent. Where it is open its bodies can be shown in other ways.
func writeAttempt(d *doc, cb *webhook.Callback, a webhook.Attempt, chosen bodyView, now time.Time, open bool) {
	th := d.th
	paint, words := wholeAnswer(th, a)
	d.field("answer", paint, words)
	how := howWords(a)
	if a.Mode == webhook.Faulty {
		how = "re-signed, with the fault " + how
	}
	d.field("sent", th.text, how+" · "+a.At.In(now.Location()).Format("2006-01-02 15:04:05.000000 MST"))
	for _, words := range faultSays(a) {
		d.field("", th.muted, words)
	}
	if a.Scenario != "" {
		d.field("scenario", th.text, readable(a.Scenario)+" · step "+strconv.Itoa(a.Step))
	}
	if a.Route != "" {
		d.field("forwarded", th.text, "by the route to "+readable(a.Route))
	}
	d.about("URL", a.URL, func() { d.value("request", th.text, []piece{{readable(a.Method + " " + a.URL), plain}}) })
	switch {
	case a.SignedURL == "":
		d.field("signed for", th.muted, "nothing anew: the signatures are those that came")
	case a.SignedURL == a.URL:
		d.field("signed for", th.muted, "the same URL")
	default:
		d.about("URL it is signed for", a.SignedURL, func() {
			_, theirs := differ(readable(a.URL), readable(a.SignedURL))
			d.value("signed for", th.signed, theirs)
		})
	}
	if a.ID != 0 {
		d.about("attempt ID", strconv.FormatInt(a.ID, 10), func() { d.field("attempt", th.text, strconv.FormatInt(a.ID, 10)) })
	}

	writeTimings(d, a)
	if a.Answer.Status != 0 {
		answer := answerOfAttempt(a)
		d.heading("Answer", fmt.Sprintf("  %s %d, %s", brief(orDash(a.Answer.Protocol)), a.Answer.Status, plural(len(headerPairs(answer.Header)), "header")))
		writeHalf(d, answer, chosen, answerBody, open)
	}
	if cb != nil {
		writeDifferences(d, *cb, a)
	}
	request := requestOfAttempt(a)
	d.heading("Request", fmt.Sprintf("  as it was sent, %s", plural(len(headerPairs(request.Header))+1, "header")))
	d.about("header Host", a.Host, func() { d.entry(headerNames(d.w), 0, span{th.accent, "Host"}, valuePieces(a.Host), th.text) })
	writeHalf(d, request, chosen, requestBody, open)
}

// writeTimings says how long each part took.
func writeTimings(d *doc, a webhook.Attempt) {
	words := "  each part alone, then since the beginning"
	if a.Timings.Reused {
		words = "  the connection was open already"
	}
	d.heading("Timings", words)
	for _, t := range timingsOf(a) {
		if d.w < 76 {
			t.note = ""
		}
		d.put(docRow{spans: []span{{d.th.muted, " " + grid.Fit(t.name, labelWidth, false)}, {d.th.text, grid.Fit(tookWords(t.took), 10, true)}, {d.th.muted, "  " + t.note}}})
	}
	if a.Timings.Total > plivoWaits {
		d.hang(d.th.warn, "!", "It took longer than the five seconds that Plivo waits.")
	}
}

// plivoWaits is how long Plivo waits for an answer.
const plivoWaits = 5 * time.Second

// writeHalf lists the headers of a request or an answer, and shows its body.
func writeHalf(d *doc, half webhook.Callback, chosen bodyView, name string, open bool) {
	listHeaders(d, half, slices.Sorted(maps.Keys(half.Header)), func(string) []span { return nil })
	d.blank()
	if len(half.Body) == 0 {
		d.say(d.th.muted, "There is no body.")
		return
	}
	writeBodyAs(d, half, chosen, name, open)
}

// writeDifferences says what of the request is other than what came.
func writeDifferences(d *doc, cb webhook.Callback, a webhook.Attempt) {
	th := d.th
	d.heading("What differs from the callback", "")
	if cutRequest(a) {
		d.hang(th.warn, "!", fmt.Sprintf("Of the body's %s only the beginning is kept, and compared.", sizeWords(a.Size)))
	}
	changes := replay.Differences(cb, a)
	if len(changes) == 0 {
		d.say(th.muted, "Nothing does.")
	}
	names := min(34, d.w*2/5)
	for _, c := range changes[:min(len(changes), entriesShown)] {
		before, after := differ(readable(c.Before), readable(c.After))
		name := span{th.accent, brief(c.What)}
		for i, side := range []struct {
			text   string
			pieces []piece
			mark   grid.Paint
		}{{c.Before, before, th.given}, {c.After, after, th.signed}} {
			if side.text == "" {
				side.pieces = []piece{{"– not there", quiet}}
			}
			sign := []string{"was ", "is  "}[i]
			rows := chop(append([]piece{{sign, quiet}}, side.pieces...), max(d.w-names-2, 8))
			for n, r := range rows {
				row := docRow{lead: 1, joined: n > 0, spans: []span{{name.paint, " " + grid.Fit(name.text, names, false) + " "}}}
				for _, p := range r {
					row.spans = append(row.spans, span{map[pieceKind]grid.Paint{plain: th.text, quiet: th.muted, other: side.mark}[p.kind], p.text})
				}
				d.again = i+n > 0
				d.put(row)
				name.text = ""
				if marks := carets(r); th.bare && marks != "" {
					d.goOn(docRow{spans: []span{{th.text, blank(names + 2)}, {th.text, marks}}})
				}
			}
		}
	}
	d.more(len(changes), "difference")
}
