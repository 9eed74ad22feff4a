package tui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// entriesShown bounds the parameters and the headers that are listed: no callback of Plivo's has as many.
const entriesShown = 1000

// inQuery reports whether a request has its parameters in the URL.
func inQuery(cb webhook.Callback) bool {
	return cb.Method == http.MethodGet || cb.Method == http.MethodHead
}

// writeParams lists the parameters with what they mean.
func writeParams(d *doc, cb webhook.Callback) {
	where := "body"
	if inQuery(cb) {
		where = "URL"
	}
	params := cb.Report.Params
	switch {
	case cb.Truncated:
		d.hang(d.th.warn, "!", "The body was cut, so its parameters are not read; Body shows what is kept.")
	case len(params) == 0:
		d.say(d.th.muted, "There are no parameters in the "+where+".")
		if cb.Problem != "" {
			d.hang(d.th.warn, "!", readable(cb.Problem))
		}
	default:
		d.say(d.th.muted, fmt.Sprintf("%s of the %s, decoded, in the order of arrival", plural(len(params), "parameter"), where))
		if cb.Problem != "" {
			d.hang(d.th.warn, "!", readable(cb.Problem))
		}
		d.blank()
		listParams(d, cb.Kind, params)
	}
	if inQuery(cb) {
		return
	}
	if query, _ := webhook.ParseParams(http.MethodGet, cb.URL, "", nil); len(query) > 0 {
		d.heading("In the query of the URL", "  V3 signs these too; they are no parameters of the callback")
		listParams(d, webhook.Other, query)
	}
}

func listParams(d *doc, kind webhook.Kind, params []signature.Param) {
	th := d.th
	times := map[string]int{}
	names := 0
	for _, p := range params[:min(len(params), entriesShown)] {
		times[p.Name]++
		names = max(names, ansi.StringWidth(brief(p.Name)))
	}
	names = min(names, 24)
	values := valueColumn(d.w-names, params)
	nth := map[string]int{}
	for _, p := range params[:min(len(params), entriesShown)] {
		nth[p.Name]++
		var notes []span
		if kind != webhook.Other {
			if words := meaningOf(kind, p.Name); words != "" {
				notes = append(notes, span{th.muted, words})
			} else {
				notes = append(notes, span{th.warn, "! not documented by Plivo"})
			}
			if words := remarkOn(p.Name, p.Value); words != "" {
				notes = append(notes, span{th.warn, "! " + words})
			}
		}
		if n := times[p.Name]; n > 1 {
			notes = append(notes, span{th.warn, fmt.Sprintf("! number %d of %d of this name; the first counts", nth[p.Name], n)})
		}
		name := span{th.accent, brief(p.Name)}
		if ansi.StringWidth(name.text) > names {
			d.entryBelow("parameter "+p.Name, name, p.Value, notes)
			continue
		}
		d.about("parameter "+brief(p.Name), p.Value, func() { d.entry(names, values, name, valuePieces(p.Value), th.text, notes...) })
	}
	d.more(len(params), "parameter")
}

// valueColumn is the width of the column of values, beside which their meanings stand; 0 where there is
// no room for both.
func valueColumn(w int, params []signature.Param) int {
	const meanings = 37
	most, used := min(40, w-meanings), len("(empty)")
	if most < 12 {
		return 0
	}
	for _, p := range params[:min(len(params), entriesShown)] {
		if n := ansi.StringWidth(brief(p.Value)); n <= most {
			used = max(used, n)
		}
	}
	return used
}

// entryBelow writes a value below a name that is too long for the column of names.
func (d *doc) entryBelow(of string, name span, value string, notes []span) {
	d.about(brief(of), value, func() {
		d.put(docRow{spans: []span{{name.paint, " " + name.text}}})
		d.again = true
		d.entry(2, 0, span{d.th.text, ""}, valuePieces(value), d.th.text, notes...)
	})
}

func (d *doc) more(n int, noun string) {
	if n > entriesShown {
		d.say(d.th.muted, "and "+plural(n-entriesShown, "more "+noun))
	}
}

// valuePieces is a value to show whole; one that is empty says so.
func valuePieces(v string) []piece {
	if v == "" {
		return []piece{{"(empty)", quiet}}
	}
	return []piece{{escape.Line(v), plain}}
}

// writeHeaders lists the headers, those of signatures first.
func writeHeaders(d *doc, cb webhook.Callback) {
	th := d.th
	var signed, others []string
	for name := range cb.Header {
		if strings.HasPrefix(name, "X-Plivo-Signature") {
			signed = append(signed, name)
		} else {
			others = append(others, name)
		}
	}
	slices.Sort(signed)
	slices.Sort(others)
	d.say(th.muted, "Names in their usual spelling and order; how they were spelled and ordered on the way is not kept.")
	d.heading("Of the signature", "")
	if len(signed) == 0 {
		d.hang(th.warn, "–", "There is none of Plivo's signature headers.")
	}
	listHeaders(d, cb, signed, func(name string) []span {
		if name == cb.Verdict.Header && cb.Verdict.Outcome == signature.Valid {
			return []span{{th.good, "✓ this one verifies"}}
		}
		if name == cb.Verdict.Header && cb.Verdict.Outcome == signature.Invalid {
			return []span{{th.bad, "✗ no token makes this signature"}}
		}
		if words := headerMeaning(name); words != "" {
			return []span{{th.muted, words}}
		}
		return nil
	})
	d.heading("Others", "")
	if u, err := url.Parse(cb.ReceivedURL); err == nil && u.Host != "" {
		d.about("header Host", u.Host, func() {
			d.entry(headerNames(d.w), 0, span{th.accent, "Host"}, valuePieces(u.Host), th.text)
		})
	}
	listHeaders(d, cb, others, func(string) []span { return nil })
}

// headerNames is the column of the headers' names.
func headerNames(w int) int { return min(28, w*2/5) }

func listHeaders(d *doc, cb webhook.Callback, names []string, about func(string) []span) {
	th, shown := d.th, 0
	for _, name := range names {
		for i, v := range cb.Header[name] {
			if shown++; shown > entriesShown {
				continue
			}
			notes := about(name)
			if n := len(cb.Header[name]); n > 1 {
				notes = append(notes, span{th.muted, fmt.Sprintf("value %d of %d", i+1, n)})
			}
			label := span{th.accent, brief(name)}
			if ansi.StringWidth(label.text) > headerNames(d.w) {
				d.entryBelow("header "+name, label, v, notes)
				continue
			}
			d.about("header "+brief(name), v, func() { d.entry(headerNames(d.w), 0, label, valuePieces(v), th.text, notes...) })
		}
	}
	d.more(shown, "header")
}

// headerMeaning says what one of Plivo's signature headers is.
func headerMeaning(name string) string {
	rest := strings.TrimPrefix(name, "X-Plivo-Signature")
	switch {
	case rest == "":
		return "V1, of older times: HMAC-SHA1"
	case strings.HasSuffix(rest, "-Nonce"):
		return "what makes each signature another one; goes into the signed text"
	case strings.HasPrefix(rest, "-Ma-"):
		return keyedBy(signature.Scheme(rest[1:]))
	case rest == "-V2" || rest == "-V3":
		return keyedBy(signature.Scheme(rest[1:]))
	default:
		return ""
	}
}

// writeAnswer says what was answered, when, and what follows from it.
func writeAnswer(d *doc, cb webhook.Callback) {
	th := d.th
	paint, words := answerWords(th, cb)
	d.field("answer", paint, words)
	d.field("", th.text, answerMeaning(cb.Answer.Status))
	d.blank()
	d.field("received", th.text, cb.ReceivedAt.UTC().Format("2006-01-02 15:04:05.000000 MST"))
	if !cb.Answer.At.IsZero() {
		d.field("decided", th.text, cb.Answer.At.UTC().Format("2006-01-02 15:04:05.000000 MST"))
	}
	if took, ok := answerTime(cb); ok {
		d.field("latency", th.text, took+" until the answer was decided; it goes out once the callback is on disk. Plivo waits five seconds.")
	}
	d.heading("How it arrived", "")
	flags := arrivalMeanings(cb.Arrival)
	for _, f := range flags {
		d.hang(th.warn, "!", f)
	}
	if len(flags) == 0 && cb.Report.MessageUUID() != "" {
		d.hang(th.good, "✓", "In order, once, and before any final status.")
	} else if len(flags) == 0 {
		d.say(th.muted, "It is of no message, so there is no order that it could be out of.")
	}
}
