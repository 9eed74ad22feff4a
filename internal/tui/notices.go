package tui

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
)

// How long the UI's own notices stay. Those of the core stay until the next one, with their age.
const (
	noticeLife  = 6 * time.Second
	failureLife = 20 * time.Second
)

// topic is what a notice of the UI is about: it goes when that is over.
type topic int

const (
	aboutNothing   topic = iota
	aboutDraft           // it could not be sent as it was
	aboutReading         // the history cannot be read
	aboutSelection       // the selected message
	aboutSignature       // what the signature screen shows
	aboutReplay          // what the replay screen shows
)

// notify shows a sentence above the keys for a while.
func (e *env) notify(sev app.Severity, text string) { e.notifyAbout(aboutNothing, sev, text) }

func (e *env) notifyAbout(what topic, sev app.Severity, text string) {
	e.own, e.ownTopic = app.Notice{At: e.now(), Severity: sev, Text: text}, what
	e.remember(e.own)
	if e.heard != nil {
		e.heard(e.own)
	}
}

// forget takes back the UI's notice where it is about what.
func (e *env) forget(what topic) {
	if e.ownTopic == what {
		e.own, e.ownTopic = app.Notice{}, aboutNothing
	}
}

// notice is the notice to show now: the UI's own while it lives, unless the core has something newer
// that matters as much.
func (e *env) notice() (app.Notice, bool) {
	var core app.Notice
	if n := len(e.status.Notices); n > 0 {
		core = e.status.Notices[n-1]
	}
	life := noticeLife
	if e.own.Severity != app.Info {
		life = failureLife
	}
	core.Text = e.mask.Sentence(core.Text)
	if e.own.Text != "" && e.at.Sub(e.own.At) < life && (!core.At.After(e.own.At) || rank(core.Severity) < rank(e.own.Severity)) {
		own := e.own
		own.Text = e.mask.Sentence(own.Text)
		return own, true
	}
	return core, core.Text != ""
}

func rank(s app.Severity) int {
	return slices.Index([]app.Severity{app.Info, app.Warning, app.Failure}, s)
}

// noticeHeight is how many lines of w cells a notice needs that came just now, as most of them at least: what is to be
// done stands at its end.
func (e *env) noticeHeight(w int) int {
	n, ok := e.notice()
	if !ok || e.at.Sub(n.At) >= failureLife || grid.Width(noticeWords(n)) <= noticeRoom(w) {
		return 1
	}
	lines, _ := e.fitNotice(n, noticeRoom(w), noticeMost)
	return len(lines)
}

// fitNotice is what a notice says, in at most h lines of w cells, and whether that is less than all of it. Where it has
// more than two, the folder of the history is shortened in it: which of the files there is meant, and what is said of
// it, matters more.
func (e *env) fitNotice(n app.Notice, w, h int) (lines []string, cut bool) {
	text := noticeWords(n)
	lines = wrap(text, w)
	folder, _ := filepath.Split(e.status.HistoryPath)
	for _, short := range shortFolders(folder) {
		if len(lines) <= min(h, 2) {
			return lines, false
		}
		text = noticeWords(app.Notice{Text: strings.ReplaceAll(" "+n.Text, " "+folder, " "+short)[1:]})
		lines = wrap(text, w)
	}
	if len(lines) <= h {
		return lines, false
	}
	for _, l := range lines[:h-1] {
		text = strings.TrimLeft(text[strings.Index(text, l)+len(l):], " ")
	}
	return append(lines[:h-1], text), true
}

// shortFolders are a folder's name with less and less of its middle, each with the separator at its end.
func shortFolders(folder string) []string {
	const sep = string(filepath.Separator)
	parts := strings.Split(strings.TrimSuffix(folder, sep), sep)
	switch n := len(parts); {
	case n < 2:
		return nil // so short a name would be found in others too
	case n > 3: // the first of a whole name is empty, or the volume
		return []string{strings.Join([]string{parts[0], parts[1], "…", parts[n-1], ""}, sep), "…" + sep}
	default:
		return []string{"…" + sep}
	}
}

func noticeWords(n app.Notice) string { return escape.Line(head(n.Text, noticeBytes)) }

// noticeRoom is what a line leaves for the words beside the sign and the age, however old the notice
// is: its words are not to move as it grows older.
func noticeRoom(w int) int {
	if w < ageFrom {
		return w - 3
	}
	return w - 3 - grid.Width(" 10 min ago ")
}

// ageFrom is the width from which a notice shows its age: on less the words need the room.
const ageFrom = 80

func (e *env) age(n app.Notice, w int) []span {
	if d := e.at.Sub(n.At); d >= time.Second && w >= ageFrom {
		return []span{{e.th.muted, " " + waited(d) + " ago "}}
	}
	return nil
}

func (t *theme) severity(s app.Severity) (grid.Paint, string) {
	switch s {
	case app.Failure:
		return t.bad, "✗"
	case app.Warning:
		return t.warn, "!"
	default:
		return t.muted, "·"
	}
}

// noticeLines are the h lines above the keys: the notice on the last of them. Where it is cut they name the key of the
// screen that has it whole, unless that does not act here.
func (e *env) noticeLines(w, h int, acts bool) []string {
	out := make([]string, 0, h)
	n, ok := e.notice()
	if !ok {
		for range h {
			out = append(out, line(w))
		}
		return out
	}
	paint, sign := e.th.severity(n.Severity)
	words := e.th.text
	if n.Severity == app.Info {
		words = e.th.muted
	}
	age, room := e.age(n, w), noticeRoom(w)
	parts, cut := e.fitNotice(n, room, h)
	for range h - len(parts) {
		out = append(out, line(w))
	}
	for i, p := range parts {
		mark := span{paint, " " + sign + " "}
		if i > 0 {
			mark.text = "   "
		}
		last, end := i == len(parts)-1, []span(nil)
		if last && cut && acts {
			b := e.keys.activity.Help()
			end = []span{{e.th.key, b.Key}, {e.th.muted, " in full "}}
			room -= spansWidth(end) + 1
		}
		left := []span{mark, {words, grid.Fit(p, max(min(grid.Width(p), room), 0), false)}}
		if last {
			out = append(out, sides(w, left, append(end, age...)))
		} else {
			out = append(out, line(w, left...))
		}
	}
	return out
}
