package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
)

// doctorSheet shows what the doctor finds, as it comes. Findings are masked where they are drawn.
type doctorSheet struct {
	env   *env
	of    *checkUp
	found []app.Finding
	over  bool
	err   error

	w, h   int
	top    int
	held   bool // the user scrolled: what comes does not move it
	drawn  []string
	spoken int // findings that were said, where there is no screen
}

func (s *doctorSheet) learn(msg checkedMsg) {
	s.found, s.over, s.err = msg.found, msg.over, msg.err
	s.draw()
}

func (s *doctorSheet) setSize(w, h int) {
	if w != s.w || h != s.h {
		s.w, s.h = w, h
		s.draw()
	}
}

// summary says how it stands.
func (s *doctorSheet) summary() (sign string, paint grid.Paint, words string) {
	th := s.env.th
	n := map[app.CheckResult]int{}
	for _, f := range s.found {
		n[f.Result]++
	}
	failed, warnings := n[app.CheckFailed], n[app.CheckWarning]
	switch {
	case !s.over:
		return "…", th.text, "looking"
	case failure(s.err) != "":
		return "✗", th.bad, "ended early: " + escape.Line(head(s.env.mask.Sentence(failure(s.err)), noticeBytes))
	case failed > 0 && warnings > 0:
		return "✗", th.bad, plural(failed, "check") + " failed, " + plural(warnings, "warning")
	case failed > 0:
		return "✗", th.bad, plural(failed, "check") + " failed"
	case warnings > 0:
		return "!", th.warn, "nothing failed, " + plural(warnings, "warning")
	}
	return "✓", th.good, "everything is in order"
}

func (s *doctorSheet) heading() string {
	_, _, words := s.summary()
	if !s.over {
		return fmt.Sprintf("Doctor · %s, %s so far", words, plural(len(s.found), "check"))
	}
	return "Doctor · " + words
}

// checkSign is the sign of a result, and its paint.
func (th *theme) checkSign(r app.CheckResult) (sign string, paint grid.Paint) {
	switch r {
	case app.CheckOK:
		return "✓", th.good
	case app.CheckWarning:
		return "!", th.warn
	case app.CheckFailed:
		return "✗", th.bad
	default:
		return "–", th.muted
	}
}

// checkWords are the name of a check, what was found and what to do, to be shown.
func (e *env) checkWords(f app.Finding) (name, what, advice string) {
	f = f.Masked(e.mask)
	shown := func(s string) string { return escape.Line(head(s, noticeBytes)) }
	return brief(strings.ReplaceAll(f.Check, "_", " ")), shown(f.What), shown(f.Advice)
}

// checkWidth is the column of the names of the checks.
const checkWidth = 15

func (s *doctorSheet) draw() {
	th := s.env.th
	s.drawn = s.drawn[:0]
	room := s.w - checkWidth - 5
	for _, f := range s.found {
		sign, paint := th.checkSign(f.Result)
		name, what, advice := s.env.checkWords(f)
		words := th.text
		if f.Result == app.CheckSkipped {
			words = th.muted
		}
		before := []span{{paint, " " + sign + " "}, {th.muted, grid.Fit(name, checkWidth, false) + " "}}
		for _, l := range wrap(what, room) {
			s.drawn = append(s.drawn, line(s.w, append(before, span{words, l})...))
			before = []span{{th.text, blank(checkWidth + 4)}}
		}
		if advice == "" {
			continue
		}
		arrow := "→ "
		for _, l := range wrap(advice, room-2) {
			s.drawn = append(s.drawn, line(s.w, before[0], span{th.strong, arrow + l}))
			arrow = "  "
		}
	}
	sign, paint, words := s.summary()
	s.drawn = append(s.drawn, line(s.w))
	for i, l := range wrap(capital(words)+".", s.w-4) {
		if i > 0 {
			sign = " "
		}
		s.drawn = append(s.drawn, line(s.w, span{paint, " " + sign + " "}, span{th.strong, l}))
	}
	s.scroll(0)
}

// scroll moves the window; until the user does so it follows what comes.
func (s *doctorSheet) scroll(n int) {
	last := max(len(s.drawn)-s.h, 0)
	s.top = max(min(s.top+n, last), 0)
	if n != 0 {
		s.held = s.top < last
	}
	if !s.held {
		s.top = last
	}
}

func (s *doctorSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := s.env.keys; {
	case k.Paste:
	case key.Matches(k, km.closeDoctor):
		s.of.cancel()
		return nil, true
	case key.Matches(k, km.copyFindings):
		return s.copy(), false
	case key.Matches(k, km.down):
		s.scroll(1)
	case key.Matches(k, km.up):
		s.scroll(-1)
	case key.Matches(k, km.pageDown):
		s.scroll(max(s.h-1, 1))
	case key.Matches(k, km.pageUp):
		s.scroll(-max(s.h-1, 1))
	case key.Matches(k, km.detailTop):
		s.scroll(-1 << 20)
	case key.Matches(k, km.detailEnd):
		s.scroll(1 << 20)
	}
	return nil, false
}

func (s *doctorSheet) other(tea.Msg) tea.Cmd { return nil }

func (s *doctorSheet) lines(_, h int) []string { return window(s.drawn, s.top, s.w, min(h, s.h)) }

func (s *doctorSheet) footer() []key.Binding {
	km := s.env.keys
	scroll := len(s.drawn) > s.h
	return []key.Binding{km.closeDoctor, when(scroll, km.down), when(scroll, km.up), km.copyFindings}
}

// text is all that was found, to be read elsewhere.
func (s *doctorSheet) text() string {
	var b strings.Builder
	for _, f := range s.found {
		sign, _ := s.env.th.checkSign(f.Result)
		name, what, advice := s.env.checkWords(f)
		fmt.Fprintf(&b, "%s %-*s %s\n", sign, checkWidth, name, what)
		if advice != "" {
			fmt.Fprintf(&b, "%s→ %s\n", blank(checkWidth+3), advice)
		}
	}
	sign, _, words := s.summary()
	fmt.Fprintf(&b, "%s %s\n", sign, words)
	return b.String()
}

// copy puts all findings on the clipboard.
func (s *doctorSheet) copy() tea.Cmd {
	put, text, n := s.env.o.Clipboard, s.text(), len(s.found)
	return func() tea.Msg {
		if err := put(text); err != nil {
			return noticeMsg{app.Failure, fmt.Sprintf("Copy the findings: %v; select them with the mouse while holding shift instead.", err)}
		}
		return noticeMsg{app.Info, "Copied " + plural(n, "finding") + "."}
	}
}

// speak says what was found since it was asked last, and at the end how it stands.
func (s *doctorSheet) speak() []string {
	var out speech
	for ; s.spoken < len(s.found); s.spoken++ {
		f := s.found[s.spoken]
		name, what, advice := s.env.checkWords(f)
		out.add("%s, %s: %s.", capital(name), brief(string(f.Result)), strings.TrimSuffix(what, "."))
		out.labelled("To do", advice)
	}
	if s.over && s.spoken == len(s.found) {
		s.spoken++ // the end is said once
		_, _, words := s.summary()
		out.add("%s.", capital(words))
	}
	return out
}
