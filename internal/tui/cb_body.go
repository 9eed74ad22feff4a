package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook"
)

// bodyView is a way to show a body.
type bodyView int

const (
	viewAuto bodyView = iota
	viewForm
	viewJSON
	viewText
	viewHex
)

var bodyViewNames = map[bodyView]string{viewForm: "form, decoded", viewJSON: "JSON, laid out", viewText: "text", viewHex: "bytes"}

// deepest is the nesting of a JSON text that is laid out: more has more indentation than text.
const deepest = 40

// viewsOf are the ways to show a body, the most telling first.
func viewsOf(cb webhook.Callback) []bodyView {
	media, _, _ := mime.ParseMediaType(cb.Header.Get("Content-Type"))
	switch {
	case len(cb.Body) == 0:
		return nil
	case !utf8.Valid(cb.Body):
		return []bodyView{viewHex, viewText}
	case looksLikeJSON(cb.Body):
		return []bodyView{viewJSON, viewText, viewHex}
	case media == "application/x-www-form-urlencoded" || media == "" && len(cb.Report.Params) > 0:
		return []bodyView{viewForm, viewText, viewHex}
	default:
		return []bodyView{viewText, viewHex}
	}
}

// looksLikeJSON reports whether a body is a JSON object or array that can be laid out.
func looksLikeJSON(b []byte) bool {
	t := bytes.TrimLeft(b, " \t\r\n")
	return len(t) > 0 && (t[0] == '{' || t[0] == '[') && depth(b) <= deepest && json.Valid(b)
}

// depth is how deep brackets are nested, at most and with those in strings.
func depth(b []byte) int {
	now, most := 0, 0
	for _, c := range b {
		switch c {
		case '{', '[':
			now++
			most = max(most, now)
		case '}', ']':
			now--
		}
	}
	return most
}

// currentView is the way that a body is shown: the one that was chosen, where this body has it.
func currentView(cb webhook.Callback, chosen bodyView) bodyView {
	views := viewsOf(cb)
	for _, v := range views {
		if v == chosen {
			return v
		}
	}
	if len(views) == 0 {
		return viewAuto
	}
	return views[0]
}

// nextView is the way after the present one.
func nextView(cb webhook.Callback, chosen bodyView) bodyView {
	views, now := viewsOf(cb), currentView(cb, chosen)
	for i, v := range views {
		if v == now {
			return views[(i+1)%len(views)]
		}
	}
	return chosen
}

// writeBody shows the body in one of its ways.
func writeBody(d *doc, cb webhook.Callback, chosen bodyView) {
	th := d.th
	view := currentView(cb, chosen)
	if view == viewAuto {
		words := "The request has no body."
		if inQuery(cb) {
			words = "The request has no body: a " + brief(cb.Method) + " has its parameters in the URL."
		}
		d.say(th.muted, words)
		return
	}
	writeBodyAs(d, cb, chosen, "body", true)
}

// writeBodyAs shows a body that is not empty in one of its ways, and says how to see it in another where it is
// open; it can be copied under a name.
func writeBodyAs(d *doc, cb webhook.Callback, chosen bodyView, name string, open bool) {
	th, view := d.th, currentView(cb, chosen)
	words := sizeWords(bodySize(cb)) + " of " + brief(orNoType(cb.Header.Get("Content-Type"))) + " · shown as " + bodyViewNames[view]
	if views := viewsOf(cb); open && len(views) > 1 {
		words += fmt.Sprintf(" · v shows %s", bodyViewNames[nextView(cb, chosen)])
	}
	d.say(th.muted, words)
	if cb.Truncated {
		d.hang(th.warn, "!", "The body was longer: the rest was not kept.")
	}
	d.blank()
	d.about(name, string(cb.Body), func() {
		switch view {
		case viewForm:
			writeForm(d, cb.Body)
		case viewJSON:
			var b bytes.Buffer
			if json.Indent(&b, cb.Body, "", "  ") != nil {
				b.Write(cb.Body)
			}
			d.block(escape.Block(b.String()))
		case viewHex:
			writeHex(d, cb.Body)
		default:
			d.block(escape.Block(string(cb.Body)))
		}
	})
}

func orNoType(s string) string {
	if s == "" {
		return "no content type"
	}
	return s
}

// writeForm lists the pairs of a form, decoded.
func writeForm(d *doc, body []byte) {
	params, _ := webhook.ParseParams("POST", "", "application/x-www-form-urlencoded", body)
	listParams(d, webhook.Other, params)
}

// writeHex writes sixteen bytes on a line, eight where there is no room: offset, values, characters.
func writeHex(d *doc, body []byte) {
	n := 16
	if d.w < 10+16*3+1+18 {
		n = 8
	}
	var values, chars strings.Builder
	for at := 0; at < len(body); at += n {
		values.Reset()
		chars.Reset()
		for i := range n {
			if i == n/2 {
				values.WriteByte(' ')
			}
			if at+i >= len(body) {
				values.WriteString("   ")
				continue
			}
			c := body[at+i]
			fmt.Fprintf(&values, "%02x ", c)
			if c < ' ' || c > '~' {
				c = '.'
			}
			chars.WriteByte(c)
		}
		d.put(docRow{spans: []span{{d.th.muted, fmt.Sprintf("%06x  ", at)}, {d.th.text, values.String()}, {d.th.muted, " " + chars.String()}}})
	}
}
