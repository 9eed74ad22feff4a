package tui

import (
	"fmt"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/tui/grid"
)

// helpSheet lists every key of the context, grouped.
type helpSheet struct {
	env      *env
	sections []section
	top      int
	w, h     int // of what can be seen, to know how far it scrolls
}

func (s *helpSheet) heading() string {
	if v := s.env.o.Version; v != "" {
		return "Keys · plivoscope " + v
	}
	return "Keys"
}

func (s *helpSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := s.env.keys; {
	case key.Matches(k, km.closeHelp):
		return nil, true
	case key.Matches(k, km.down, km.pageDown):
		s.top++
	case key.Matches(k, km.up, km.pageUp):
		s.top = max(s.top-1, 0)
	}
	if n := len(s.all(s.w)); s.h > 0 {
		s.top = max(min(s.top, n-s.h), 0)
	}
	return nil, false
}

func (s *helpSheet) other(tea.Msg) tea.Cmd { return nil }

func (s *helpSheet) footer() []key.Binding {
	if s.h > 0 && len(s.all(s.w)) <= s.h {
		return []key.Binding{s.env.keys.closeHelp}
	}
	return []key.Binding{s.env.keys.closeHelp, s.env.keys.down, s.env.keys.up}
}

// setSize tells how much of the help can be seen, to know how far it scrolls.
func (s *helpSheet) setSize(w, h int) { s.w, s.h = w, h }

const helpColumn = 36

// all is the help in as many columns as fit, each section in the shortest column so far.
func (s *helpSheet) all(w int) []string {
	th := s.env.th
	n := max(w/helpColumn, 1)
	colWidth := w / n
	cols := make([][]string, n)
	for _, sec := range s.sections {
		best := 0
		for i := range cols {
			if len(cols[i]) < len(cols[best]) {
				best = i
			}
		}
		lines := []string{line(colWidth), line(colWidth, span{th.strong, "  " + sec.title})}
		for _, b := range sec.keys {
			h := b.Help()
			lines = append(lines, line(colWidth, span{th.key, "  " + grid.Fit(h.Key, 10, false)}, span{th.muted, " " + h.Desc}))
		}
		cols[best] = append(cols[best], lines...)
	}
	var out []string
	for y := 0; ; y++ {
		row, any := "", false
		for _, c := range cols {
			if y < len(c) {
				row += c[y]
				any = true
			} else {
				row += line(colWidth)
			}
		}
		if !any {
			break
		}
		out = append(out, refit(row, w))
	}
	out = append(out, line(w), line(w, span{th.muted, "  The first line counts this run, the lists all of the history."}))
	if !s.env.o.NoMouse {
		out = append(out, line(w, span{th.muted, "  The mouse selects and scrolls; hold shift to mark text for the terminal."}))
	}
	return out
}

func (s *helpSheet) lines(w, h int) []string {
	all := s.all(w)
	top := max(min(s.top, len(all)-h), 0)
	out := append([]string(nil), all[top:min(top+h, len(all))]...)
	if rest := len(all) - top - h; rest > 0 && h > 0 {
		out[h-1] = line(w, span{s.env.th.muted, fmt.Sprintf("  ↓ %d more lines", rest+1)})
	}
	for len(out) < h {
		out = append(out, line(w))
	}
	return out
}
