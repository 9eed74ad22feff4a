package tui

import (
	"dev.internal/plivoscope/internal/tui/grid"
)

// The lines of the panel: the clock, the names of the parts, and what is selected of them.
const (
	simTabs = 1
	simTop  = 2
)

// foot are the last lines: what is typed, what is wrong and what is being done.
func (s *simPanel) foot(w int) []string {
	th := s.env.th
	var out []string
	if t := s.typed; t != nil {
		out = append(out, th.fieldEdge(" › "+t.label)+typed(t.in.View(), max(w-fieldIndent, 0)))
	}
	var wrong []string
	if s.err != nil && s.known {
		wrong = wrap("✗ "+s.shownError(s.err), w-3)
	}
	if s.wrong != "" {
		wrong = append(wrong, wrap("✗ "+s.wrong, w-3)...)
	}
	for _, l := range wrong[:min(len(wrong), 3)] {
		out = append(out, line(w, span{th.bad, "   " + l}))
	}
	if len(wrong) == 0 && len(s.doing) > 0 {
		out = append(out, line(w, span{th.muted, "   … " + s.doingWords()}))
	}
	return out
}

// footLines is how many lines are the foot's whatever it says, so that rows stay where they are: of a panel of h
// lines.
func footLines(h int) int {
	if h < 14 {
		return 1
	}
	return 2
}

// room is how many lines a part has.
func (s *simPanel) room() int { return max(s.h-simTop-footLines(s.h), 1) }

func (s *simPanel) lines(w, h int) []string {
	th := s.env.th
	out := []string{s.clockLine(w), s.tabsLine(w)}
	switch {
	case !s.known && s.err != nil:
		for _, l := range wrap(s.shownError(s.err), w-4) {
			out = append(out, line(w, span{th.bad, "   " + l}))
		}
	case !s.known:
		out = append(out, line(w, span{th.muted, "   … reading what the simulator holds"}))
	default:
		out = append(out, fill(s.part().lines(w, s.room()), w, s.room())...)
	}
	out = fill(out, w, h)
	// What the foot has no lines of its own for lies over the part for as long as it is said.
	foot := s.foot(w)
	foot = foot[:min(len(foot), h)]
	copy(out[h-max(len(foot), min(footLines(h), h)):], foot)
	return out
}

// fill makes lines exactly h.
func fill(lines []string, w, h int) []string {
	for len(lines) < h {
		lines = append(lines, line(w))
	}
	return lines[:max(h, 0)]
}

// tabsLine names the parts.
func (s *simPanel) tabsLine(w int) string {
	th := s.env.th
	s.placed = s.placed[:0]
	for i, p := range s.parts {
		gap := "  "
		if i == 0 {
			gap = " "
		}
		paint := th.muted
		if i == s.on {
			paint = th.tab
		}
		s.placed = append(s.placed, span{th.text, gap}, span{paint, p.name()})
	}
	return line(w, s.placed...)
}

// simList is a list of rows of which one is selected and some are seen.
type simList struct{ at, top, h int }

func (l *simList) move(by, n int) {
	l.at = max(min(l.at+by, n-1), 0)
	l.reveal(n)
}

func (l *simList) reveal(n int) { l.top = max(min(l.top, l.at, n-l.h), l.at-l.h+1, 0) }

// seen sets how many rows there is room for, and gives those of n that are seen.
func (l *simList) seen(h, n int) (from, to int) {
	l.h = max(h, 1)
	l.at = max(min(l.at, n-1), 0)
	l.reveal(n)
	return l.top, min(l.top+l.h, n)
}

// marked begins a row: with a sign where it is selected.
func (th *theme) marked(on bool) (sign span, words grid.Paint) {
	if on {
		return span{th.accent, " › "}, th.strong
	}
	return span{th.text, "   "}, th.text
}
