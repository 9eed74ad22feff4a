package tui

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/tui/grid"
)

// listing is a list of rows of the history with its filter: what is read of it, and when.
type listing[T any] struct {
	env    *env
	grid   *grid.Grid[T]
	filter *filterLine
	rows   rowSource[T]

	applied store.Filter
	gen     int             // of the filter: an answer for an earlier one is dropped
	reading context.Context // of the questions about this filter
	stop    func()          // ends them
	asking  bool            // one question at a time
	again   bool            // something changed since the question
	failed  bool            // the last question failed: it is asked again with the next second
	day     int             // of which the times in the list are

	count    int // rows that match the filter, at most countUpTo, where known
	more     bool
	known    bool
	counted  time.Time // when the count was asked for; zero when it has to be
	counting bool
	recount  bool
}

// rowSource is where the rows of a listing come from.
type rowSource[T any] struct {
	name  string // in words: "messages"
	read  func(context.Context, Core, store.Window) ([]T, error)
	count func(context.Context, Core, store.Filter, int) (int, bool, error)
	total func(app.Status) int64
	value func(row T, word string) string // of a filter word; empty for none
}

// pageMsg answers a table's question, countMsg the question how many rows match the filter.
type (
	pageMsg[T any] struct {
		query grid.Query
		page  grid.Page[T]
		gen   int
		err   error
	}
	countMsg[T any] struct {
		n    int
		more bool
		gen  int
		err  error
	}
)

func newListing[T any](e *env, g *grid.Grid[T], rows rowSource[T]) *listing[T] {
	l := &listing[T]{env: e, grid: g, rows: rows, stop: func() {}, day: e.at.YearDay()}
	l.filter = newFilterLine(e, l.valuesAtHand)
	return l
}

// place gives the rows their place, and the filter its own above them.
func (l *listing[T]) place(lay listLayout) {
	l.grid.SetSize(lay.list.w, lay.list.h)
	l.filter.setSize(lay.title.w, lay.filter.h)
}

// setFilter shows other rows, and ends what is still read for those before.
func (l *listing[T]) setFilter(f store.Filter) tea.Cmd {
	l.stop()
	l.reading, l.stop = nil, func() {}
	l.asking, l.counting, l.failed = false, false, false
	l.applied = f
	l.gen++
	l.known, l.counted, l.recount = false, time.Time{}, true
	l.grid.Refilter()
	return l.pull()
}

// pull asks for the rows that are shown, unless a question is on its way: then once more after it.
func (l *listing[T]) pull() tea.Cmd {
	if l.asking {
		l.again = true
		return l.countRows()
	}
	l.asking, l.again = true, false
	if l.reading == nil {
		l.reading, l.stop = context.WithCancel(l.env.ctx)
	}
	msg := pageMsg[T]{query: l.grid.Query(), gen: l.gen}
	ctx, core, filter, read := l.reading, l.env.core, l.applied, l.rows.read
	return tea.Batch(func() tea.Msg {
		msg.page, msg.err = fetchPage(func(w store.Window) ([]T, error) { return read(ctx, core, w) }, filter, msg.query)
		return msg
	}, l.countRows())
}

// countRows counts the rows of the filter where that is due: beside the rows, because it may take
// longer than they do.
func (l *listing[T]) countRows() tea.Cmd {
	early := !l.counted.IsZero() && l.env.at.Sub(l.counted) < countEvery
	if l.applied.Empty() || !l.recount || l.counting || l.reading == nil || early {
		return nil
	}
	l.recount, l.counting, l.counted = false, true, l.env.at
	msg := countMsg[T]{gen: l.gen}
	ctx, core, filter, countAll := l.reading, l.env.core, l.applied, l.rows.count
	return func() tea.Msg {
		msg.n, msg.more, msg.err = countAll(ctx, core, filter, countUpTo)
		return msg
	}
}

// wake asks again after a change in the core.
func (l *listing[T]) wake() tea.Cmd {
	l.recount = true
	return l.pull()
}

// tick brings up what time changes, and what was left out.
func (l *listing[T]) tick() tea.Cmd {
	if day := l.env.at.YearDay(); day != l.day {
		l.day = day
		l.grid.Redraw()
	}
	l.filter.tick()
	if l.failed {
		return l.pull()
	}
	return l.countRows()
}

// answer takes the rows of a question, and asks the next one where that is due. mine is whether they
// are of the present filter.
func (l *listing[T]) answer(msg pageMsg[T]) (cmd tea.Cmd, mine bool) {
	if msg.gen != l.gen {
		return nil, false
	}
	l.asking = false
	if msg.err != nil {
		l.failed = true
		l.readingFailed("Read the "+l.rows.name+" of the history", msg.err)
		return nil, false
	}
	if l.failed {
		l.failed = false
		l.env.forget(aboutReading)
	}
	fresh := l.grid.Apply(msg.query, msg.page)
	if !fresh || l.again || l.grid.Wants() {
		return l.pull(), true
	}
	return nil, true
}

// answerCount takes the number of rows.
func (l *listing[T]) answerCount(msg countMsg[T]) {
	if msg.gen != l.gen {
		return
	}
	l.counting = false
	if msg.err != nil {
		l.recount = true
		l.readingFailed("Count the "+l.rows.name+" of the filter", msg.err)
		return
	}
	if !l.known && !l.failed {
		l.env.forget(aboutReading)
	}
	l.count, l.more, l.known = msg.n, msg.more, true
}

func (l *listing[T]) readingFailed(what string, err error) {
	if !errors.Is(err, context.Canceled) {
		l.env.notifyAbout(aboutReading, app.Failure, fmt.Sprintf("%s: %v; trying again each second.", what, err))
	}
}

// move handles the keys that move in the list, and reports whether it was one.
func (l *listing[T]) move(k tea.KeyMsg) bool {
	switch km := l.env.keys; {
	case key.Matches(k, km.up):
		l.grid.Move(-1)
	case key.Matches(k, km.down):
		l.grid.Move(1)
	case key.Matches(k, km.pageUp):
		l.grid.Page(-1)
	case key.Matches(k, km.pageDown):
		l.grid.Page(1)
	case key.Matches(k, km.newest):
		l.grid.Follow()
	case key.Matches(k, km.oldest):
		l.grid.Oldest()
	default:
		return false
	}
	return true
}

// titleWords name the list: how many rows of how many, and the filter.
func (l *listing[T]) titleWords(title string) string {
	// The totals and the count are some moments behind the rows: never less than those at hand.
	all := max(l.rows.total(l.env.status), int64(l.grid.Len()))
	if l.applied.Empty() {
		return fmt.Sprintf("%s (%s)", title, count(all))
	}
	n := "…"
	if l.known {
		matching := int64(max(l.count, l.grid.Len()))
		n, all = count(matching), max(all, matching)
		if l.more {
			n += "+"
		}
	}
	return fmt.Sprintf("%s (%s of %s, %s)", title, n, count(all), escape.Line(l.applied.String()))
}

// followWords tell whether the list stays on the newest row, and what it would jump over.
func (l *listing[T]) followWords() string {
	if l.grid.Len() == 0 {
		return ""
	}
	if l.grid.Following() {
		return "following the newest"
	}
	n, more := l.grid.Above()
	follow := l.env.keys.follow.Help().Key
	switch {
	case n == 0 && !more:
		return follow + " follows the newest"
	case more:
		return fmt.Sprintf("↑ more than %s above · %s follows", count(int64(n)), follow)
	default:
		return fmt.Sprintf("↑ %s above · %s follows", count(int64(n)), follow)
	}
}

// lines are the rows, or what to say where there are none.
func (l *listing[T]) lines(w int, nothing func() [][]span) []string {
	lines := l.grid.Lines()
	if l.grid.Len() > 0 || !l.grid.Loaded() {
		return lines
	}
	say := nothing()
	out := append([]string(nil), lines...)
	top := 1
	if len(out) < len(say)+1 {
		top = 0
	}
	for i, sp := range say {
		if top+i < len(out) {
			out[top+i] = line(w, append([]span{{l.env.th.text, "  "}}, sp...)...)
		}
	}
	return out
}
