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
	ahead   keyAhead
	astray  bool // a key that selects or marks a row was pressed before there were rows of this filter

	search *finder[T] // for the filter, nil without one; of the question that is on its way alone
	woken  bool       // something changed since the search was told so
	begun  time.Time  // when the search was
	found  found      // of the search, as of its last answer
	known  bool       // there was one
}

// rowSource is where the rows of a listing come from.
type rowSource[T any] struct {
	name  string // in words: "messages"
	read  func(context.Context, Core, store.Window) ([]T, error)
	total func(app.Status) int64
	value func(row T, word string) string // of a filter word; empty for none
	steps func(Core) searchSource[T]      // of a search
}

// pageMsg answers a table's question.
type pageMsg[T any] struct {
	query grid.Query
	page  grid.Page[T]
	gen   int
	err   error

	searched bool // by a search, which has come so far
	found    found
	unripe   bool // it has nothing to show yet
}

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
	l.asking, l.failed, l.woken, l.astray = false, false, false, false
	l.applied = f
	l.gen++
	l.search, l.found, l.known, l.begun = nil, found{}, false, l.env.at
	if !f.Empty() {
		l.search = newFinder(f, l.rows.steps(l.env.core))
	}
	l.grid.Refilter()
	return l.pull()
}

// pull asks for the rows that are shown, unless a question is on its way: then once more after it.
func (l *listing[T]) pull() tea.Cmd {
	if l.asking {
		l.again = true
		return nil
	}
	l.asking, l.again = true, false
	if l.reading == nil {
		l.reading, l.stop = context.WithCancel(l.env.ctx)
	}
	msg := pageMsg[T]{query: l.grid.Query(), gen: l.gen}
	ctx, core, read := l.reading, l.env.core, l.rows.read
	if search, woken := l.search, l.woken; search != nil {
		l.woken = false
		return func() tea.Msg {
			var ready bool
			msg.page, msg.found, ready, msg.err = search.page(ctx, msg.query, woken)
			msg.searched, msg.unripe = true, !ready
			return msg
		}
	}
	return func() tea.Msg {
		msg.page, msg.err = fetchPage(func(w store.Window) ([]T, error) { return read(ctx, core, w) }, msg.query)
		return msg
	}
}

// wake asks again after a change in the core.
func (l *listing[T]) wake() tea.Cmd {
	l.woken = true
	return l.pull()
}

// tick brings up what time changes, and what was left out.
func (l *listing[T]) tick() tea.Cmd {
	if day := l.env.at.YearDay(); day != l.day {
		l.day = day
		l.grid.Redraw()
	}
	l.filter.tick()
	if l.failed || l.found.later {
		return l.pull()
	}
	return nil
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
	l.found, l.known = msg.found, msg.searched
	if msg.unripe {
		return l.pull(), true
	}
	fresh := l.grid.Apply(msg.query, msg.page)
	if !fresh || l.again || msg.found.more || l.grid.Wants() {
		return l.pull(), true
	}
	return nil, true
}

func (l *listing[T]) readingFailed(what string, err error) { l.env.readingFailed(what, err) }

func (e *env) readingFailed(what string, err error) {
	if !errors.Is(err, context.Canceled) {
		e.notifyAbout(aboutReading, app.Failure, fmt.Sprintf("%s: %v; trying again each second.", what, err))
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
	words := escape.Line(l.env.hiddenFilter(l.applied.String()))
	n := max(l.found.rows, l.grid.Len())
	switch {
	case l.known && n > countUpTo:
		return fmt.Sprintf("%s (%s+ of %s, %s)", title, count(countUpTo), count(max(all, countUpTo)), words)
	case l.known && l.found.whole:
		return fmt.Sprintf("%s (%s of %s, %s)", title, count(int64(n)), count(max(all, int64(n))), words)
	case l.searching():
		return fmt.Sprintf("%s (%s found, searched %s of %s …, %s)", title, count(int64(n)), count(l.searched(all)), count(all), words)
	}
	return fmt.Sprintf("%s (… of %s, %s)", title, count(all), words)
}

// searching tells whether a search is on its way for so long that its progress is shown.
func (l *listing[T]) searching() bool {
	return l.known && l.found.more && !l.found.whole && l.env.at.Sub(l.begun) >= searchShown
}

// searched is how many rows of all a search has looked at.
func (l *listing[T]) searched(all int64) int64 {
	return int64(float64(all) * float64(l.found.covered) / float64(max(l.found.of, 1)))
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
	var say [][]span
	switch th := l.env.th; {
	case l.grid.Len() > 0:
		return lines
	case l.grid.Loaded():
		say = nothing()
	case l.searching():
		say = [][]span{
			{{th.text, "Nothing found yet; searching on …"}},
			{{th.key, l.env.keys.unfilter.Help().Key}, {th.muted, " ends the search and shows all again."}},
		}
	default:
		return lines
	}
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
