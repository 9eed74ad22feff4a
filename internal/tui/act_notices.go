package tui

import (
	"fmt"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
)

// noticesShown bounds the notices that are listed, noticesKept those of the UI's own that are kept.
const (
	noticesShown = 100
	noticesKept  = 100
)

// told is a notice of the UI's own, and how often it came one time after the other.
type told struct {
	app.Notice
	times int
}

// remember keeps a notice of the UI's own for the screen that lists all of them.
func (e *env) remember(n app.Notice) {
	if last := len(e.told) - 1; last >= 0 && e.told[last].Text == n.Text && e.told[last].Severity == n.Severity {
		e.told[last].Notice = n
		e.told[last].times++
		return
	}
	e.told = append(e.told, told{n, 1})
	if extra := len(e.told) - noticesKept; extra > 0 {
		e.told = slices.Delete(e.told, 0, extra)
	}
}

// allNotices are those of the core and of the UI, the newest first.
func (e *env) allNotices() []told {
	all := make([]told, 0, len(e.told)+len(e.status.Notices))
	for _, n := range slices.Backward(e.status.Notices) {
		all = append(all, told{n, 1})
	}
	for _, n := range slices.Backward(e.told) {
		all = append(all, n)
	}
	slices.SortStableFunc(all, func(a, b told) int { return b.At.Compare(a.At) })
	all = all[:min(len(all), noticesShown)]
	for i := range all {
		all[i].Text = e.mask.Sentence(all[i].Text)
	}
	return all
}

// noticeLog is the list of all notices as lines. What a notice says is wrapped once for each width.
type noticeLog struct {
	width   int
	wrapped map[told][]string
}

// Before the words of a notice stand its time, its age and its sign.
const noticePrefix = 1 + 8 + 1 + 5 + 1 + 1 + 1

func (l *noticeLog) words(n told, w int) []string {
	if l.width != w || l.wrapped == nil {
		l.width, l.wrapped = w, map[told][]string{}
	}
	n.At = time.Time{} // the words are the same whenever they were said
	if lines, ok := l.wrapped[n]; ok {
		return lines
	}
	text := escape.Line(head(n.Text, noticeBytes))
	if left := len(n.Text) - len(head(n.Text, noticeBytes)); left > 0 {
		text += fmt.Sprintf(" … %s bytes more", count(int64(left)))
	}
	if n.times > 1 {
		text += fmt.Sprintf(" (%d times)", n.times)
	}
	lines := wrap(text, w-noticePrefix-1)
	l.wrapped[n] = lines
	return lines
}

// lines writes notices, each with its time and age. What is no longer told is forgotten.
func (l *noticeLog) lines(e *env, all []told, w int) []actLine {
	if len(l.wrapped) > 2*noticesShown {
		l.wrapped = nil
	}
	th := e.th
	var out []actLine
	for _, n := range all {
		paint, sign := th.severity(n.Severity)
		for i, words := range l.words(n, w) {
			before := []span{{th.text, blank(noticePrefix)}}
			if i == 0 {
				before = []span{
					{th.muted, " " + grid.Fit(clock(n.At, e.at), 8, false) + " " + grid.Fit(waited(e.at.Sub(n.At)), 5, true) + " "},
					{paint, sign + " "},
				}
			}
			out = append(out, actLine{text: line(w, append(before, span{th.text, words})...), notice: n.Notice, nth: i})
		}
	}
	return out
}
