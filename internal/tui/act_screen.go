package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/app"
)

// activity is the screen of what goes on: what became of all callbacks, what each part of the program
// does, and every notice.
type activity struct {
	env   *env
	lay   activityLayout
	shown bool
	came  bool // and was not arranged since

	total []span // what became of all callbacks
	panes []*actPane
	log   noticeLog
	built noticesBuilt
	lines []actLine // of the notices
}

// actPane is a column of the screen that scrolls.
type actPane struct {
	place rect
	lines []actLine
	top   int
}

// noticesBuilt is what the lines of the notices were made from: they change with the seconds, not with
// every callback.
type noticesBuilt struct {
	n, w   int
	newest told
	at     time.Time
}

func newActivity(e *env) *activity { return &activity{env: e} }

// arrange gives every part its place.
func (s *activity) arrange(f frame) {
	if f.tooSmall {
		return
	}
	s.place(computeActivity(f.body))
	if s.came {
		s.showRest(f.notice)
	}
	s.came = false
}

// showRest has the notices in sight where the one above the keys is cut: the user comes for the rest of it.
func (s *activity) showRest(above rect) {
	n, ok := s.env.notice()
	if !ok {
		return
	}
	if _, cut := s.env.fitNotice(n, noticeRoom(above.w), above.h); !cut {
		return
	}
	p := s.panes[len(s.panes)-1]
	p.top = slices.IndexFunc(p.lines, func(l actLine) bool { return strings.HasPrefix(l.title, "Notices") })
	p.scroll(0)
}

func (s *activity) place(lay activityLayout) {
	if lay == s.lay {
		return
	}
	before := s.panes
	s.lay = lay
	s.panes = []*actPane{{place: lay.left}}
	if lay.beside {
		s.panes = append(s.panes, &actPane{place: lay.right})
	}
	if !s.shown {
		return
	}
	s.refresh()
	if len(before) == 0 {
		return
	}
	s.panes[0].scroll(before[0].top)
	if read, held := before[len(before)-1].reading(); held {
		last := s.panes[len(s.panes)-1]
		last.find(read)
		last.scroll(0)
	}
}

// refresh renders the screen as it is now. A notice that is being read stays where it is.
func (s *activity) refresh() {
	if len(s.panes) == 0 {
		return
	}
	s.total = s.env.reckoning(s.lay.total.w)
	last := s.panes[len(s.panes)-1]
	figures, notices := s.figures(last == s.panes[0], s.lay.left), s.notices(last.place.w)
	read, held := last.reading()
	if s.lay.beside {
		s.panes[0].lines, last.lines = figures, notices
	} else {
		last.lines = append(figures, notices...)
	}
	if held {
		last.find(read)
	}
	for _, p := range s.panes {
		p.scroll(0)
	}
}

// figures are all parts but the notices.
func (s *activity) figures(alone bool, r rect) []actLine {
	p := &figures{page: page{th: s.env.th, w: r.w}}
	if !alone || r.h >= tightHeight {
		p.part("Server")
	}
	s.env.tellServer(p)
	if len(s.env.status.Routes) > 0 {
		p.part("Forwarding")
		s.env.tellForwarding(p)
	}
	p.part("History")
	s.env.tellHistory(p)
	title := "API"
	if s.env.status.Embedded {
		title = "API and simulator"
	}
	p.part(title)
	s.env.tellAPI(p)
	return p.all()
}

func (s *activity) notices(w int) []actLine {
	all := s.env.allNotices()
	built := noticesBuilt{n: len(all), w: w, at: s.env.at.Truncate(time.Second)}
	if len(all) > 0 {
		built.newest = all[0]
	}
	if built == s.built && s.lines != nil {
		return s.lines
	}
	s.built = built
	s.lines = append([]actLine{{title: fmt.Sprintf("Notices (%d, the newest first)", len(all))}}, s.log.lines(s.env, all, w)...)
	if len(all) == 0 {
		s.lines = []actLine{{title: "Notices"}, {text: line(w, span{s.env.th.muted, " Nothing was told so far."})}}
	}
	return s.lines
}

// reading is the line of a notice at the top of the pane; none where the newest is in sight.
func (p *actPane) reading() (actLine, bool) {
	if p.top >= len(p.lines) || p.top == 0 {
		return actLine{}, false
	}
	l, before := p.lines[p.top], p.lines[p.top-1]
	return l, l.notice.Text != "" && before.title == ""
}

// find scrolls to a line of a notice, where that is still told.
func (p *actPane) find(read actLine) {
	for i, l := range p.lines {
		if l.notice == read.notice && l.nth <= read.nth && l.title == "" {
			p.top = i
		}
	}
}

func (p *actPane) scroll(n int) { p.top = max(min(p.top+n, len(p.lines)-p.place.h), 0) }

func (s *activity) scroll(n int) {
	for _, p := range s.panes {
		p.scroll(n)
	}
}

// key handles a key and reports whether it was one of this screen.
func (s *activity) key(k tea.KeyMsg) (tea.Cmd, bool) {
	step := max(s.lay.left.h-1, 1)
	switch km := s.env.keys; {
	case k.Paste:
	case key.Matches(k, km.up):
		s.scroll(-1)
	case key.Matches(k, km.down):
		s.scroll(1)
	case key.Matches(k, km.pageUp):
		s.scroll(-step)
	case key.Matches(k, km.pageDown):
		s.scroll(step)
	case key.Matches(k, km.detailTop):
		s.scroll(-1 << 20)
	case key.Matches(k, km.detailEnd):
		s.scroll(1 << 20)
	case key.Matches(k, km.copyID):
		return s.copy(), true
	case key.Matches(k, km.leave):
		s.env.show(onMessages)
	default:
		return nil, false
	}
	return nil, true
}

// mouse scrolls the column that the pointer is on.
func (s *activity) mouse(e tea.MouseMsg) tea.Cmd {
	for _, p := range s.panes {
		if p.place.has(e.X, e.Y) {
			p.scroll(wheel(e))
		}
	}
	return nil
}

// copyWidth is how wide the page is that is copied.
const copyWidth = 100

// copy puts the whole page on the clipboard as text.
func (s *activity) copy() tea.Cmd {
	wide := &activity{env: s.env}
	lines := append([]actLine{{text: line(copyWidth, s.env.reckoning(copyWidth)...)}}, wide.figures(true, rect{w: copyWidth, h: tightHeight})...)
	lines = append(lines, wide.notices(copyWidth)...)
	var b strings.Builder
	for _, l := range lines {
		text := ansi.Strip(l.text)
		if l.title != "" {
			text = "\n" + l.title
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	put, text := s.env.o.Clipboard, b.String()
	return func() tea.Msg {
		if err := put(text); err != nil {
			return noticeMsg{app.Failure, fmt.Sprintf("Copy the page: %v; select it with the mouse while holding shift instead.", err)}
		}
		return noticeMsg{app.Info, fmt.Sprintf("Copied the page, %s.", plural(strings.Count(text, "\n"), "line"))}
	}
}

// wake and tick bring the page up to date, where it is seen.
func (s *activity) wake() tea.Cmd {
	if s.shown {
		s.refresh()
	}
	return nil
}

func (s *activity) tick() tea.Cmd { return s.wake() }

func (s *activity) entered() tea.Cmd {
	s.shown = true
	s.refresh()
	s.came = true
	return nil
}

func (s *activity) left() { s.shown = false }

func (s *activity) typing() bool           { return false }
func (s *activity) update(tea.Msg) tea.Cmd { return nil }

// view is what is seen of a pane.
func (p *actPane) view() []actLine {
	out := make([]actLine, p.place.h)
	n := copy(out, p.lines[min(p.top, len(p.lines)):])
	for i := n; i < len(out); i++ {
		out[i].text = line(p.place.w)
	}
	return out
}

// body is the screen, with a rule over each of its parts.
func (s *activity) body(rule ruler) []string {
	last := s.panes[len(s.panes)-1]
	lines := []string{
		rule(s.lay.title.w, true, "Activity", place(last.top, last.place.h, len(last.lines))),
		line(s.lay.total.w, s.total...),
	}
	draw := func(l actLine, w int) string {
		if l.title != "" {
			return rule(w, false, l.title, "")
		}
		return l.text
	}
	var views [][]actLine
	for _, p := range s.panes {
		views = append(views, p.view())
	}
	for y, l := range views[0] {
		text := draw(l, s.lay.left.w)
		if s.lay.beside {
			r := views[1][y]
			text += s.env.th.faint.Wrap(edge(l.title != "", r.title != "", y == 0)) + draw(r, s.lay.right.w)
		}
		lines = append(lines, text)
	}
	return lines
}

// edge is the character between two columns, where a rule of the one or the other ends.
func edge(left, right, top bool) string {
	switch {
	case left && right && top:
		return "┬"
	case left && right:
		return "┼"
	case left:
		return "┤"
	case right:
		return "├"
	default:
		return "│"
	}
}

func (s *activity) footer() []key.Binding {
	km := s.env.keys
	return []key.Binding{km.leave, km.down, km.up, km.pageDown, km.copyID, km.help}
}

func (s *activity) help() []section {
	km := s.env.keys
	return []section{{"Activity", []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.detailTop, km.detailEnd, km.copyID, km.leave}}}
}
