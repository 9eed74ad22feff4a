package tui

// reveal scrolls so that the field with the focus is on the screen.
func (s *fields) reveal() {
	for _, p := range s.spots {
		if p.field == s.focus {
			s.off = min(s.off, p.from)
			s.off = max(s.off, p.to-s.h)
			s.off = min(s.off, p.from)
		}
	}
	s.scroll(0)
}

func (s *fields) scroll(n int) { s.off = max(min(s.off+n, len(s.lines)-s.h), 0) }

// place tells that there is more than can be seen, above or below.
func (s *fields) place() string {
	above, below := s.off > 0, s.off+s.h < len(s.lines)
	switch {
	case above && below:
		return "↑↓ more"
	case above:
		return "↑ more"
	case below:
		return "↓ more"
	}
	return ""
}

// view is the visible part, exactly h lines of w cells.
func (s *fields) view() []string { return window(s.lines, s.off, s.w, s.h) }

// window is h lines of w cells from the one at top on.
func window(lines []string, top, w, h int) []string {
	out := make([]string, 0, max(h, 0))
	out = append(out, lines[min(top, len(lines)):min(top+max(h, 0), len(lines))]...)
	for len(out) < h {
		out = append(out, line(w))
	}
	return out
}
