package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/tui/grid"
)

// simSchedule is what the simulator posts next, and what it tried. The selected row keeps its line while others come:
// it is known by its attempt, and is followed from what comes next to what was tried.
type simSchedule struct {
	panel *simPanel
	lists [2]simRows // what comes next, soonest first; what was tried, newest first
	sel   string     // key of the selected row; empty for the first there is
	index map[string]simPlace
}

// simRows are the rows of one list, with those that are seen.
type simRows struct {
	rows   []simRow
	top, h int
}

// simRow is an attempt that was made or will be.
type simRow struct {
	key   string
	cb    simulator.Callback
	try   simulator.Attempt
	due   time.Time // of one that is still to be made
	tried bool
	gone  bool // the simulator does not tell of it any more; it stays while it is selected
}

// simPlace is where a row is: of which list, and where in it.
type simPlace struct{ list, at int }

func newSimSchedule(s *simPanel) *simSchedule { return &simSchedule{panel: s} }

func (s *simSchedule) name() string { return "Schedule" }

func attemptKey(c simulator.Callback, n int) string {
	return fmt.Sprintf("%s %d %d %d", c.MessageUUID, c.Sequence, c.Copy, n)
}

func (s *simSchedule) learn(st *app.SimulatorState) {
	next, tried := make([]simRow, 0, len(st.Upcoming)), make([]simRow, 0, len(st.Tried))
	for _, u := range st.Upcoming {
		next = append(next, simRow{key: attemptKey(u.Callback, u.Attempt), cb: u.Callback, try: simulator.Attempt{Number: u.Attempt}, due: u.Due})
	}
	for _, t := range st.Tried {
		tried = append(tried, simRow{key: attemptKey(t.Callback, t.Number), cb: t.Callback, try: t.Attempt, tried: true})
	}
	before, at := s.find(s.sel)
	held := simRow{}
	if before >= 0 {
		held = s.lists[before].rows[at]
	}
	both := [2][]simRow{next, tried}
	listed := slices.ContainsFunc(both[:], func(rows []simRow) bool {
		return slices.ContainsFunc(rows, func(r simRow) bool { return r.key == held.key })
	})
	if before >= 0 && !listed {
		held.gone = true
		both[before] = append(both[before], held) // its list ends before it, or it was dropped
	}
	for i, rows := range both {
		s.lists[i].take(rows, s.sel)
	}
	s.index = make(map[string]simPlace, len(next)+len(tried)+1)
	for list := range s.lists {
		for i, r := range s.lists[list].rows {
			if _, twice := s.index[r.key]; !twice {
				s.index[r.key] = simPlace{list, i}
			}
		}
	}
	if list, i := s.find(s.sel); list >= 0 && list != before {
		s.lists[list].reveal(i)
	}
}

// reveal scrolls to a row.
func (l *simRows) reveal(i int) { l.top = max(min(l.top, i, len(l.rows)-l.h), i-l.h+1, 0) }

// take replaces the rows, so that the selected one keeps its line, or else the first one that is seen, unless that
// is the very first.
func (l *simRows) take(rows []simRow, sel string) {
	index := func(rows []simRow, key string) int {
		return slices.IndexFunc(rows, func(r simRow) bool { return r.key == key })
	}
	held := ""
	if l.top > 0 && l.top < len(l.rows) {
		held = l.rows[l.top].key
	}
	if i := index(l.rows, sel); sel != "" && i >= l.top && i < l.top+l.h {
		held = sel
	}
	was := index(l.rows, held)
	l.rows = rows
	if now := index(rows, held); held != "" && was >= 0 && now >= 0 {
		l.top += now - was
	}
	l.top = max(min(l.top, len(rows)-l.h), 0)
}

// row is one of both lists, the first of what comes next being 0.
func (s *simSchedule) row(i int) simRow {
	if n := len(s.lists[0].rows); i >= n {
		return s.lists[1].rows[i-n]
	}
	return s.lists[0].rows[i]
}

func (s *simSchedule) place() (at, n int) {
	_, at = s.selected()
	return at, s.count()
}

func (s *simSchedule) count() int { return len(s.lists[0].rows) + len(s.lists[1].rows) }

// selected is the selected row, and its place among all; none where there are no rows.
func (s *simSchedule) selected() (simRow, int) {
	if s.count() == 0 {
		return simRow{}, -1
	}
	list, at := s.find(s.sel)
	if list < 0 {
		return s.row(0), 0
	}
	return s.lists[list].rows[at], at + list*len(s.lists[0].rows)
}

// find is where the row of a key is; -1 for nowhere.
func (s *simSchedule) find(key string) (list, at int) {
	if p, ok := s.index[key]; ok {
		return p.list, p.at
	}
	return -1, -1
}

func (s *simSchedule) move(n int) {
	_, at := s.selected()
	if at < 0 {
		return
	}
	to := max(min(at+n, s.count()-1), 0)
	r := s.row(to)
	if s.sel = r.key; to == 0 {
		s.sel = "" // the first one is followed
	}
	list, i := s.find(r.key)
	s.lists[list].reveal(i)
}

// heights divides h lines: it does so whatever there is to show, so that nothing moves.
func (s *simSchedule) heights(h int) (next, tried int) {
	next = max((h-2)*2/5, 1)
	return next, max(h-2-next, 1)
}

func (s *simSchedule) click(y int) {
	next := 1 + s.lists[0].h
	l, i := &s.lists[0], y-1
	if y > next {
		l, i = &s.lists[1], y-next-1
	}
	if i >= l.h {
		return // below the rows that are seen
	}
	if i += l.top; y != next && y > 0 && i < len(l.rows) {
		s.sel = l.rows[i].key
	}
}

func (s *simSchedule) lines(w, h int) []string {
	th := s.panel.env.th
	s.lists[0].h, s.lists[1].h = s.heights(h)
	sel, _ := s.selected()
	var out []string
	for i, title := range []string{"Next", "Tried"} {
		l := &s.lists[i]
		l.top = max(min(l.top, len(l.rows)-l.h), 0)
		more := ""
		switch {
		case len(l.rows) == 0 && i == 0:
			more = "nothing is left to post"
		case len(l.rows) == 0:
			more = "nothing was posted so far"
		case len(l.rows) > l.h:
			more = fmt.Sprintf("%d–%d of %s", l.top+1, min(l.top+l.h, len(l.rows)), atLeast(len(l.rows)))
		default:
			more = count(int64(len(l.rows)))
		}
		out = append(out, line(w, span{th.title, " " + grid.Fit(title, 7, false)}, span{th.muted, more}))
		var rows []string
		for _, r := range l.rows[l.top:min(l.top+l.h, len(l.rows))] {
			rows = append(rows, s.line(r, w, r.key == sel.key))
		}
		out = append(out, fill(rows, w, l.h)...)
	}
	return out
}

func atLeast(n int) string {
	if n >= simMost {
		return count(int64(n)) + "+"
	}
	return count(int64(n))
}

// simWide is from where there is room for the milliseconds of an attempt, and for which one it is.
const simWide = 76

// simRoomy is from where on no column is short of room.
const simRoomy = 100

// line is an attempt: when, of which status, for whom, which one it is, and what came of it.
func (s *simSchedule) line(r simRow, w int, on bool) string {
	e := s.panel.env
	th := e.th
	sign, words := th.marked(on)
	at := r.try.At
	if !r.tried {
		at = r.due
	}
	now := s.panel.now().In(e.at.Location())
	wide := w >= simWide
	when, times, statuses, numbers := momentShort(at, now), 13, 16, 16
	tries := 7
	switch {
	case w < simRoomy && wide:
		numbers, tries = 14, 6
	case !wide:
		when, times, statuses, numbers = clock(at, now), 9, 15, 13
	}
	spans := []span{sign, {words, grid.Fit(when, times, false)}}
	status, paint := "inbound", th.accent
	if !r.cb.Inbound {
		status, paint = brief(string(r.cb.Status)), th.status(r.cb.Status)
		if plivo.HasError(r.cb.ErrorCode) {
			status += " " + brief(r.cb.ErrorCode)
		}
	}
	number := r.cb.To
	if r.cb.Inbound {
		number = r.cb.From
	}
	spans = append(spans, span{paint, grid.Fit(status, statuses, false)}, span{th.text, " " + grid.Fit(brief(e.mask.Number(plused(number))), numbers, false) + " "})
	try := ""
	if r.try.Number > 1 {
		try = fmt.Sprintf("try %d", r.try.Number)
	}
	if r.cb.Copy > 0 {
		try = "again"
	}
	if wide {
		spans = append(spans, span{th.muted, grid.Fit(try, tries, false)})
	}
	return line(w, append(spans, s.outcome(r, now)...)...)
}

// outcome is what came of an attempt, or how long it is until then.
func (s *simSchedule) outcome(r simRow, now time.Time) []span {
	e := s.panel.env
	th := e.th
	var out []span
	switch {
	case r.gone:
		out = append(out, span{th.warn, "no longer listed"})
	case !r.tried && !r.due.After(now):
		out = append(out, span{th.text, "on the way"})
	case !r.tried:
		out = append(out, span{th.text, ahead(r.due.Sub(now))})
	case r.try.Answered == 200:
		out = append(out, span{th.good, "✓ 200"}, span{th.muted, " in " + answeredIn(r.try.Took)})
	case r.try.Answered > 0:
		out = append(out, span{th.bad, fmt.Sprintf("✗ %d", r.try.Answered)}, span{th.muted, " in " + answeredIn(r.try.Took)})
	default:
		out = append(out, span{th.bad, "✗ " + brief(e.mask.Sentence(r.try.Problem))})
	}
	if cause := causeBeside(r.cb.Cause, r.try.Problem); cause != "" {
		out = append(out, span{th.warn, "  " + brief(cause)})
	}
	return out
}

// causeBeside is what chaos did to a callback and its problem does not say already: a problem that chaos made begins
// as the kind is named, as "lost by chaos".
func causeBeside(cause, problem string) string {
	kinds := strings.Split(strings.TrimPrefix(cause, "chaos: "), ", ")
	return strings.Join(slices.DeleteFunc(kinds, func(kind string) bool { return strings.HasPrefix(problem, kind+" by chaos") }), ", ")
}

// answeredIn is how long an answer took.
func answeredIn(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return short(d)
}

// plused writes a number of the API as the screens do.
func plused(number string) string {
	if number == "" || strings.Trim(number, "0123456789") != "" || len(number) < 7 {
		return number
	}
	return "+" + number
}

func (s *simSchedule) key(k tea.KeyMsg) (tea.Cmd, bool) {
	if !key.Matches(k, s.panel.env.keys.openTried) {
		return nil, false
	}
	r, at := s.selected()
	if at < 0 {
		s.panel.wrong = "Nothing is posted, so there is no message to open."
		return nil, true
	}
	ctx, core, uuid := s.panel.env.ctx, s.panel.env.core, r.cb.MessageUUID
	return func() tea.Msg {
		all, err := core.MessagesByUUID(ctx, []string{uuid})
		return simOpenMsg{all, err}
	}, true
}

func (s *simSchedule) keys() []key.Binding {
	_, at := s.selected()
	return []key.Binding{when(at >= 0, s.panel.env.keys.openTried)}
}

// simOpenMsg brings the message of an attempt.
type simOpenMsg struct {
	found []plivo.Message
	err   error
}

// openSimulated opens the message of an attempt, where the history has it.
func (m *Model) openSimulated(msg simOpenMsg) tea.Cmd {
	s := m.env.sim
	switch {
	case m.env.sheet != s:
		return nil
	case msg.err != nil:
		s.wrong = s.shownError(msg.err)
		return nil
	case len(msg.found) == 0 || msg.found[0].ID == 0:
		s.wrong = "The history does not have that message: it was sent by another program, or its callbacks go elsewhere."
		return nil
	}
	m.env.sheet, m.env.under = nil, nil
	m.show(onMessages)
	cmd := m.messages.goTo(msg.found[0].ID)
	m.messages.open()
	return cmd
}
