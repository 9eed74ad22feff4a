package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
)

// doctorSheet shows what is in order and what is not, a check after the other as they end. Leaving it ends the
// check-up.
type doctorSheet struct {
	env  *env
	stop context.CancelFunc

	coming chan app.Finding
	found  []app.Finding
	ended  bool
	err    error // why it ended too early

	top   int  // of the lines that are shown
	moved bool // by the user, who is left where they are
	w, h  int  // of what can be seen
}

// comingMost is more than there are checks, so that nobody waits to tell one.
const comingMost = 100

// doctorMsg is one finding, or the end of them.
type doctorMsg struct {
	sheet *doctorSheet
	found app.Finding
	ended bool
	err   error
}

// openDoctor begins a check-up.
func (e *env) openDoctor() tea.Cmd {
	ctx, stop := context.WithCancel(e.ctx)
	s := &doctorSheet{env: e, stop: stop, coming: make(chan app.Finding, comingMost)}
	e.sheet = s
	core, done := e.core, make(chan error, 1)
	run := func() tea.Msg {
		err := core.Doctor(ctx, func(f app.Finding) {
			select {
			case s.coming <- f:
			case <-ctx.Done():
			}
		})
		done <- err
		close(s.coming)
		return nil
	}
	return tea.Batch(run, s.next(ctx, done))
}

// next waits for a finding.
func (s *doctorSheet) next(ctx context.Context, done <-chan error) tea.Cmd {
	return func() tea.Msg {
		select {
		case f, more := <-s.coming:
			if !more {
				return doctorMsg{sheet: s, ended: true, err: <-done}
			}
			return doctorFound{doctorMsg{sheet: s, found: f}, s.next(ctx, done)}
		case <-ctx.Done():
			return nil
		}
	}
}

// doctorFound is a finding with what waits for the next.
type doctorFound struct {
	doctorMsg
	next tea.Cmd
}

// diagnosed takes what the doctor tells, also to a sheet that was left.
func (m *Model) diagnosed(msg doctorMsg) {
	s := msg.sheet
	if msg.ended {
		s.ended, s.err = true, msg.err
		s.stop()
		s.reveal()
		return
	}
	s.found = append(s.found, msg.found)
}

// reveal scrolls to what failed first, or warned where nothing failed, unless that is in sight.
func (s *doctorSheet) reveal() {
	at := slices.IndexFunc(s.found, func(f app.Finding) bool { return f.Result == app.CheckFailed })
	if at < 0 {
		at = slices.IndexFunc(s.found, func(f app.Finding) bool { return f.Result == app.CheckWarning })
	}
	if at < 0 || s.moved {
		return
	}
	begin, end := len(s.linesOf(s.found[:at], s.w)), len(s.linesOf(s.found[:at+1], s.w))
	all, seen := len(s.all(s.w)), s.h
	if all > s.h {
		seen-- // the last row says how many more there are
	}
	if end > seen {
		s.top = max(min(begin, all-s.h), 0)
	}
}

// counted is how many findings ended so.
func (s *doctorSheet) counted(r app.CheckResult) (n int) {
	for _, f := range s.found {
		if f.Result == r {
			n++
		}
	}
	return n
}

func (s *doctorSheet) heading() string { return "Doctor: " + s.summary() }

func (s *doctorSheet) summary() string {
	failed, warned := s.counted(app.CheckFailed), s.counted(app.CheckWarning)
	var words []string
	if failed > 0 {
		words = append(words, fmt.Sprintf("%d failed", failed))
	}
	if warned > 0 {
		words = append(words, plural(warned, "warning"))
	}
	switch {
	case s.err != nil && !errors.Is(s.err, context.Canceled):
		return "it could not end: " + escape.Line(s.env.mask.Sentence(s.err.Error()))
	case !s.ended:
		words = append(words, "looking…")
	case len(words) == 0 && slices.ContainsFunc(s.found, app.Finding.Unseen):
		return "nothing failed, and not all could be looked at"
	case len(words) == 0:
		return "everything is in order"
	}
	return strings.Join(words, ", ")
}

func (s *doctorSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	before := s.top
	switch km := s.env.keys; {
	case key.Matches(k, km.cancel):
		s.stop()
		return nil, true
	case s.ended && key.Matches(k, km.checkAgain):
		return s.env.openDoctor(), true
	case key.Matches(k, km.copyFindings):
		return s.copy(), false
	case key.Matches(k, km.down):
		s.top++
	case key.Matches(k, km.up):
		s.top--
	case key.Matches(k, km.pageDown):
		s.top += s.h
	case key.Matches(k, km.pageUp):
		s.top -= s.h
	}
	s.moved = s.moved || s.top != before
	s.top = max(min(s.top, len(s.all(s.w))-s.h), 0)
	return nil, false
}

func (s *doctorSheet) other(tea.Msg) tea.Cmd { return nil }

// setSize tells how much can be seen, to know how far it scrolls.
func (s *doctorSheet) setSize(w, h int) { s.w, s.h = w, h }

// doctorColumn is where sentences begin.
const doctorColumn = 19

// all are the lines of the sheet.
func (s *doctorSheet) all(w int) []string {
	out := s.linesOf(s.found, w)
	if !s.ended {
		out = append(out, line(w, span{s.env.th.muted, " … looking"}))
	}
	return out
}

func (s *doctorSheet) linesOf(found []app.Finding, w int) []string {
	th := s.env.th
	var out []string
	for _, f := range found {
		sign, paint := th.checkSign(f.Result)
		head := []span{{paint, " " + sign + " "}, {th.text, grid.Fit(strings.ReplaceAll(f.Check, "_", " "), doctorColumn-3, false)}}
		words := th.text
		if f.Result == app.CheckSkipped {
			words = th.muted
		}
		for i, l := range wrap(s.shown(f.What, f), w-doctorColumn-1) {
			if i > 0 {
				head = []span{{th.text, blank(doctorColumn)}}
			}
			out = append(out, line(w, append(head, span{words, l})...))
		}
		if f.Advice == "" {
			continue
		}
		for i, l := range wrap(s.shown(f.Advice, f), w-doctorColumn-3) {
			arrow := "→ "
			if i > 0 {
				arrow = "  "
			}
			out = append(out, line(w, span{th.text, blank(doctorColumn)}, span{th.accent, arrow}, span{th.muted, l}))
		}
	}
	return out
}

// shown hides what is hidden while masked.
func (s *doctorSheet) shown(text string, f app.Finding) string {
	if s.env.mask != nil {
		text = s.env.mask.Sentence(f.Hide(text))
	}
	return escape.Line(text)
}

func (th *theme) checkSign(r app.CheckResult) (string, grid.Paint) {
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

func (s *doctorSheet) lines(w, h int) []string {
	all := s.all(w)
	top := max(min(s.top, len(all)-h), 0)
	out := all[top:min(top+h, len(all))]
	if rest := len(all) - top - h; rest > 0 && h > 0 {
		out = append(out[:h-1:h-1], line(w, span{s.env.th.muted, fmt.Sprintf("   ↓ %d more lines", rest+1)}))
	}
	return out
}

func (s *doctorSheet) footer() []key.Binding {
	km := s.env.keys
	return []key.Binding{km.closeCode, when(s.ended, km.checkAgain), when(s.h > 0 && len(s.all(s.w)) > s.h, km.down), when(s.top > 0, km.up), km.copyFindings}
}

// text is all that was found so far, to be read elsewhere.
func (s *doctorSheet) text() string {
	var b strings.Builder
	for _, f := range s.found {
		sign, _ := s.env.th.checkSign(f.Result)
		fmt.Fprintf(&b, "%s %-*s%s\n", sign, doctorColumn-3, strings.ReplaceAll(f.Check, "_", " "), s.shown(f.What, f))
		if f.Advice != "" {
			fmt.Fprintf(&b, "%s→ %s\n", blank(doctorColumn-1), s.shown(f.Advice, f))
		}
	}
	return b.String() + s.summary() + "\n"
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
