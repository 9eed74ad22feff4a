package tui

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
)

// write says how far a run is, and at the end what came of it.
func (r *sending) write(e *env, p *figures) {
	th, pr := e.th, r.progress
	if !r.started {
		p.say(th.muted, "It begins …")
		return
	}
	ended := pr.Sent - pr.InFlight
	if !r.over {
		r.writeBar(e, p)
	} else {
		sev, words := r.outcome()
		paint, sign := th.severity(sev)
		if sign == "·" {
			paint, sign = th.good, "✓"
		}
		took := ""
		if r.summary.Requests > 0 {
			took = " In " + latency(r.summary.Took) + "."
		}
		p.hang(paint, sign, escape.Line(head(e.mask.Sentence(words), noticeBytes))+took)
	}
	if r.planned > 1 || !r.over {
		p.row("requests",
			figure{"sent", count(pr.Sent), th.text}, figure{"answered", count(ended - pr.Failed), th.text},
			figure{"✗ failed", count(pr.Failed), alarming(pr.Failed, th.text, th.bad)}, figure{"waiting", count(pr.InFlight), th.text})
	}
	if !r.over {
		p.row("answers",
			figure{"✓ 2xx", count(pr.ByClass[2]), th.good}, figure{"→ 3xx", count(pr.ByClass[3]), alarming(pr.ByClass[3], th.text, th.warn)},
			figure{"✗ 4xx", count(pr.ByClass[4]), alarming(pr.ByClass[4], th.text, th.bad)}, figure{"✗ 5xx", count(pr.ByClass[5]), alarming(pr.ByClass[5], th.text, th.bad)},
			figure{"others", count(pr.ByClass[0] + pr.ByClass[1]), alarming(pr.ByClass[0]+pr.ByClass[1], th.text, th.warn)})
	}
	if !r.over {
		p.field("rate", th.text, r.paceWords())
	} else {
		r.writeSummary(e, p)
	}
	if pr.Skipped > 0 {
		words := "! " + plural(int(pr.Skipped), "callback") + " could not be sent"
		if r.over && r.summary.Problem != "" {
			words += "; the first: " + escape.Line(head(e.mask.Sentence(r.summary.Problem), noticeBytes))
		}
		p.field("not sent", th.warn, words)
	}
}

// writeBar draws how far a run is.
func (r *sending) writeBar(e *env, p *figures) {
	th, pr := e.th, r.progress
	all := r.planned
	done := pr.Sent - pr.InFlight + pr.Skipped
	part := 0.0
	if all > 0 {
		part = min(float64(done)/float64(all), 1)
	}
	words := fmt.Sprintf("%s of %s · %3d %%", count(done), count(all), int(100*part))
	if r.stopping {
		words = "stopping …"
	}
	label := " " + grid.Fit("sending", labelWidth, false)
	room := max(min(p.w-ansi.StringWidth(label)-ansi.StringWidth(words)-3, 60), 4)
	if p.keep != nil {
		p.field("sending", th.text, words)
		return
	}
	full := int(part * float64(room))
	p.add(span{th.muted, label}, span{th.accent, strings.Repeat("━", full)}, span{th.faint, strings.Repeat("─", room-full)}, span{th.text, " " + words})
}

// paceWords say how fast a run is, and how long it still takes.
func (r *sending) paceWords() string {
	pr := r.progress
	words := rateWords(pr.Rate) + ", " + short(pr.Elapsed) + " so far"
	left := r.planned - pr.Sent + pr.InFlight - pr.Skipped
	if pr.Rate > 0 && left > 0 && !r.plan.Run.Original {
		words += ", about " + short(time.Duration(float64(left)/pr.Rate*float64(time.Second))) + " to go"
	}
	return words
}

func rateWords(rate float64) string {
	if rate < 9.95 {
		return fmt.Sprintf("%.1f a second", rate)
	}
	return count(int64(rate+0.5)) + " a second"
}

// writeSummary says what came of all requests.
func (r *sending) writeSummary(e *env, p *figures) {
	th, sum := e.th, r.summary
	if len(sum.Answers) > 0 {
		var words []string
		paint := th.good
		for _, status := range slices.Sorted(maps.Keys(sum.Answers)) {
			sign, bad := statusMark(status)
			if bad {
				paint = th.text
			}
			words = append(words, fmt.Sprintf("%s %s × %d %s", sign, count(sum.Answers[status]), status, http.StatusText(status)))
		}
		p.field("answers", paint, strings.Join(words, ", "))
	}
	if f, ok := faultOf(r.plan.Options.Fault); ok && r.plan.Options.Mode == webhook.Faulty {
		writeExpected(&p.page, f)
	}
	if sum.Latency.Count > 0 && r.planned > 1 {
		p.row("took", latencyFigures(th, sum.Latency)...)
	}
	label := "no answer"
	for _, f := range slices.Sorted(maps.Keys(sum.Failures)) {
		p.field(label, th.bad, fmt.Sprintf("✗ %s × %s", count(sum.Failures[f]), failureWords(f)))
		label = ""
	}
	if sum.Slow > 0 {
		p.field("slow", th.warn, fmt.Sprintf("! %s took longer than the 5 s that Plivo waits", count(sum.Slow)))
	}
	if sum.Requests > 0 {
		p.field("bodies", th.text, bytesOf(sum.BytesOut)+" sent, "+bytesOf(sum.BytesIn)+" received")
	}
	if sum.Requests > 1 {
		p.field("rate", th.text, rateWords(float64(sum.Requests)/max(sum.Took.Seconds(), 0.001)))
	}
}

// statusMark is the sign of a status, and whether Plivo would take it for a failure.
func statusMark(status int) (sign string, bad bool) {
	switch {
	case status >= 200 && status < 300:
		return "✓", false
	case status >= 300 && status < 400:
		return "→", true
	}
	return "✗", true
}

// failureWords say why there was no answer, in a few words.
func failureWords(f webhook.Failure) string {
	switch f {
	case webhook.Refused:
		return "nothing listens there"
	case webhook.TimedOut:
		return "no whole answer in time"
	case webhook.UnknownHost:
		return "there is no such host"
	case webhook.Unreachable:
		return "the host cannot be reached"
	case webhook.BadTLS:
		return "TLS failed"
	case webhook.ClosedEarly:
		return "closed before the answer was whole"
	case webhook.NotHTTP:
		return "what came is no HTTP"
	case webhook.Cancelled:
		return "stopped from here"
	}
	return "another failure"
}
