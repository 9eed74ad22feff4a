package tui

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
)

// tell renders the result as it is now.
func (s *replayScreen) tell() {
	w := s.lay.result.w
	if w <= 0 {
		return
	}
	p := &figures{page: page{th: s.th, w: w}}
	s.rows = nil
	switch {
	case s.run != nil && s.run.over && s.run.planned == 1 && len(s.run.last) == 1:
		s.writeOnly(p)
	case s.run != nil:
		s.run.write(s.env, p)
		s.listAttempts(p)
	default:
		s.writePreview(&p.page)
		s.listAttempts(p)
	}
	s.result = p.lines
	s.scrollResult(0)
}

// writeOnly says all of the only attempt of a run.
func (s *replayScreen) writeOnly(p *figures) {
	d := newDoc(s.th, p.w-1)
	writeAttempt(d, nil, s.env.mask.Attempt(s.run.last[0]), viewAuto, s.env.at, false)
	for _, r := range d.rows {
		spans := r.spans
		if len(spans) > 0 && !strings.HasPrefix(spans[0].text, " ") {
			spans = append([]span{{s.th.text, " "}}, spans...) // a body begins at the edge
		}
		p.lines = append(p.lines, line(p.w, spans...))
	}
}

// listAttempts lists the last attempts of the run, each of which can be opened.
func (s *replayScreen) listAttempts(p *figures) {
	all := s.attempts()
	if len(all) == 0 {
		return
	}
	s.cursor = max(min(s.cursor, len(all)-1), 0)
	title, more := "Attempts", "  the newest first"
	switch {
	case s.run == nil:
		title = "Earlier attempts"
	case s.run.progress.Sent-s.run.progress.InFlight > int64(len(all)):
		more = fmt.Sprintf("  the last %d, the newest first", len(all))
	}
	p.heading(title, more)
	for i := range all {
		s.rows = append(s.rows, len(p.lines))
		p.add(s.attemptRow(p.w, all[i], i == s.cursor && s.reading())...)
	}
}

// attemptRow is an attempt in a line.
func (s *replayScreen) attemptRow(w int, a webhook.Attempt, on bool) []span {
	th := s.th
	mark := span{th.text, "   "}
	text := th.text
	if on {
		mark, text = span{th.accent, " › "}, th.strong
	}
	paint, words := answerOf(th, a)
	about := attemptSource(a)
	return []span{
		mark,
		{th.muted, clock(a.At, s.env.at) + "  "},
		{paint, grid.Fit(words, min(max(w-52, 16), 30), false)},
		{th.muted, " " + grid.Fit(latency(a.Timings.Total), 7, true) + "  "},
		{text, grid.Fit(about, 14, false)},
		{th.muted, " " + brief(a.Method+" "+pathOf(s.env.mask.URL(a.URL)))},
	}
}

// attemptSource is what was sent, in a few words.
func attemptSource(a webhook.Attempt) string {
	if a.CallbackID == 0 {
		return brief(fmt.Sprintf("%s %d", a.Scenario, a.Step))
	}
	return fmt.Sprintf("callback %d", a.CallbackID)
}

// answerOf is what came of an attempt, the status in words too.
func answerOf(th *theme, a webhook.Attempt) (grid.Paint, string) {
	paint, words := answeredWords(th, a)
	if text := http.StatusText(a.Answer.Status); a.Failure == "" && text != "" {
		words += " " + text
	}
	return paint, words
}

func (s *replayScreen) scrollResult(n int) {
	s.top = max(min(s.top+n, len(s.result)-s.lay.result.h), 0)
}

// attempts are those that are listed: of the run, or else the last ones of the history.
func (s *replayScreen) attempts() []webhook.Attempt {
	if s.run != nil {
		return s.run.last
	}
	return s.recent
}

// selectedAttempt is the attempt that the cursor is on.
func (s *replayScreen) selectedAttempt() (webhook.Attempt, bool) {
	all := s.attempts()
	if s.cursor >= len(all) {
		return webhook.Attempt{}, false
	}
	return all[s.cursor], true
}

// selectAttempt keeps the cursor on an attempt while others come, and on the oldest once it is listed no more; on the
// newest it stays on the newest.
func (s *replayScreen) selectAttempt(a webhook.Attempt) {
	if s.cursor == 0 {
		return
	}
	s.cursor = slices.IndexFunc(s.run.last, func(b webhook.Attempt) bool { return b.ID == a.ID })
	if s.cursor < 0 {
		s.cursor = max(len(s.run.last)-1, 0)
	}
}

// moveResult moves the cursor of the attempts, or scrolls where there is none in sight.
func (s *replayScreen) moveResult(n int) {
	h := s.lay.result.h
	if len(s.rows) == 0 {
		s.scrollResult(n)
		return
	}
	first := s.rows[0]
	switch {
	case n > 0 && s.top+h <= first, n < 0 && s.cursor == 0:
		s.scrollResult(n) // the attempts are below what is seen, or left upwards
		return
	}
	s.cursor = max(min(s.cursor+n, len(s.rows)-1), 0)
	s.tell()
	row := s.rows[s.cursor]
	s.top = max(min(s.top, row), row-h+1)
	s.scrollResult(0)
}

// resultKey handles a key of the result.
func (s *replayScreen) resultKey(k tea.KeyMsg) (tea.Cmd, bool) {
	page := max(s.lay.result.h-1, 1)
	switch km := s.env.keys; {
	case key.Matches(k, km.up):
		s.moveResult(-1)
	case key.Matches(k, km.down):
		s.moveResult(1)
	case key.Matches(k, km.pageUp):
		s.scrollResult(-page)
	case key.Matches(k, km.pageDown):
		s.scrollResult(page)
	case key.Matches(k, km.detailTop):
		s.top = 0
	case key.Matches(k, km.detailEnd):
		s.scrollResult(len(s.result))
	case key.Matches(k, km.openSent):
		return s.openSelected(), true
	default:
		return nil, false
	}
	return nil, true
}
