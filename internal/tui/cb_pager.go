package tui

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/tui/grid"
)

// gutter is the room left of a pager's text: a sign for the row that the cursor is on, and one for rows
// with something that was searched for.
const gutter = 2

// pager shows a doc in a window, with a row that the cursor is on, and searches it.
type pager struct {
	env  *env
	w, h int
	doc  *doc

	top, cursor int

	input     textinput.Model
	searching bool   // what to search for is typed
	query     string // what is searched for, empty for nothing
	found     findings
	match     int    // the present one, while the cursor is on its row
	from      [2]int // top and cursor when the search began
}

func newPager(e *env) pager {
	return pager{env: e, input: e.th.input("a word"), doc: newDoc(e.th, 0)}
}

// textWidth is the room for a doc's rows.
func (p *pager) textWidth() int { return max(p.w-gutter-1, 1) }

// rowsSeen is how many rows are seen: the line that is typed in has the last one's place.
func (p *pager) rowsSeen() int {
	if p.searching {
		return max(p.h-1, 0)
	}
	return p.h
}

// set shows a doc; kept is one that is the same text, as after a change of width: then the cursor stays
// on its paragraph and on its line of the screen.
func (p *pager) set(d *doc, kept bool) {
	if kept && p.cursor < len(p.doc.rows) {
		para, y := p.doc.rows[p.cursor].para, p.cursor-p.top
		i, _ := slices.BinarySearchFunc(d.rows, para, func(r docRow, para int) int { return r.para - para })
		p.cursor = i
		p.top = i - y
	}
	p.doc = d
	p.find()
	p.settle()
}

// settle keeps the cursor in the doc and the window around it.
func (p *pager) settle() {
	p.cursor = max(min(p.cursor, len(p.doc.rows)-1), 0)
	h := max(p.rowsSeen(), 1)
	p.top = max(min(p.top, p.cursor), p.cursor-h+1)
	p.top = max(min(p.top, len(p.doc.rows)-h), 0)
}

func (p *pager) resize(w, h int) {
	p.w, p.h = w, h
	p.input.Width = max(w-20, 8)
	p.input.SetCursor(p.input.Position())
	p.settle()
}

// move handles the keys that move, and reports whether it was one.
func (p *pager) move(k tea.KeyMsg) bool {
	page := max(p.rowsSeen()-1, 1)
	switch km := p.env.keys; {
	case key.Matches(k, km.up):
		p.cursor--
	case key.Matches(k, km.down):
		p.cursor++
	case key.Matches(k, km.pageUp):
		p.cursor, p.top = p.cursor-page, p.top-page
	case key.Matches(k, km.pageDown):
		p.cursor, p.top = p.cursor+page, p.top+page
	case key.Matches(k, km.detailTop):
		p.cursor = 0
	case key.Matches(k, km.detailEnd):
		p.cursor = len(p.doc.rows) - 1
	default:
		return false
	}
	p.settle()
	return true
}

// wheel scrolls; the cursor goes along only where it would leave the screen.
func (p *pager) wheel(n int) {
	h := max(p.rowsSeen(), 1)
	p.top = max(min(p.top+n, len(p.doc.rows)-h), 0)
	p.cursor = max(min(p.cursor, p.top+h-1), p.top)
	p.settle()
}

// click puts the cursor on a line of the window.
func (p *pager) click(y int) {
	if i := p.top + y; y >= 0 && y < p.rowsSeen() && i < len(p.doc.rows) {
		p.cursor = i
	}
}

// item is what the row under the cursor shows.
func (p *pager) item() (copyItem, bool) {
	if p.cursor >= len(p.doc.rows) || p.doc.rows[p.cursor].item < 0 {
		return copyItem{}, false
	}
	return p.doc.items[p.doc.rows[p.cursor].item], true
}

// place tells how far it is scrolled, or which match the cursor is on.
func (p *pager) place() string {
	if p.query == "" {
		return place(p.top, p.rowsSeen(), len(p.doc.rows))
	}
	return p.found.words(p.match, p.cursor)
}

// lines are the window, exactly h lines of w cells.
func (p *pager) lines() []string {
	out := make([]string, 0, max(p.h, 0))
	seen := p.rowsSeen()
	for i := p.top; i < min(p.top+seen, len(p.doc.rows)); i++ {
		out = append(out, p.row(i))
	}
	for len(out) < seen {
		out = append(out, line(p.w))
	}
	if p.searching && p.h > 0 {
		out = append(out, p.prompt())
	}
	return out
}

func (p *pager) row(i int) string {
	th, r := p.env.th, p.doc.rows[i]
	sign, mark := span{th.text, " "}, span{th.text, " "}
	if i == p.cursor {
		sign = span{th.accent, "›"}
	}
	spans := r.spans
	if at := p.found.on(i); len(at) > 0 {
		mark = span{th.accent, "•"}
		spans = highlight(r, at, func(match int) grid.Paint {
			if match == p.match && i >= p.cursor && p.found.starts[match] == p.cursor {
				return th.badge
			}
			return th.tab
		})
	}
	return line(p.w, append([]span{sign, mark}, spans...)...)
}

// prompt is the line that what to search for is typed in.
func (p *pager) prompt() string {
	th := p.env.th
	right := span{th.muted, " " + p.found.count() + " "}
	if p.query != "" && len(p.found.starts) == 0 {
		right = span{th.bad, " ✗ not found "}
	}
	w := max(p.w-spansWidth([]span{right})-3, 0)
	return th.accent.Wrap(" / ") + typed(p.input.View(), w) + line(p.w-3-w, right)
}

// beginSearch opens the line to type in.
func (p *pager) beginSearch() {
	p.searching, p.from = true, [2]int{p.top, p.cursor}
	p.input.SetValue(p.query)
	p.input.CursorEnd()
	p.input.Focus()
	p.settle()
}

// endSearch forgets what was searched for.
func (p *pager) endSearch() {
	p.searching, p.query = false, ""
	p.input.Blur()
	p.find()
	p.settle()
}

// searchKey handles a key while it is typed what to search for.
func (p *pager) searchKey(k tea.KeyMsg) tea.Cmd {
	switch km := p.env.keys; {
	case key.Matches(k, km.leaveFilter):
		p.top, p.cursor = p.from[0], p.from[1]
		p.endSearch()
	case key.Matches(k, km.apply):
		if p.query == "" {
			p.endSearch()
			return nil
		}
		p.searching = false
		p.input.Blur()
		p.settle()
	default:
		return p.edit(k)
	}
	return nil
}

// edit gives a message to the line that is typed in, and shows what it finds so far.
func (p *pager) edit(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	if q := p.input.Value(); q != p.query {
		p.query = q
		p.find()
		p.top, p.cursor = p.from[0], p.from[1]
		p.settle()
		if i, ok := p.found.from(p.cursor); ok {
			p.jump(i)
		}
	}
	return cmd
}

func (p *pager) find() { p.found = search(p.doc.rows, p.query) }

// next goes to the next match, or to the one before; after the last comes the first.
func (p *pager) next(step int) bool {
	i, ok := p.found.next(p.match, p.cursor, step)
	if ok {
		p.jump(i)
	}
	return ok
}

// jump puts the cursor on the row of a match, with some rows around it where the window has to move.
func (p *pager) jump(match int) {
	h := max(p.rowsSeen(), 1)
	row := p.found.starts[match]
	p.match, p.cursor = match, row
	if row < p.top || row >= p.top+h {
		p.top = row - h/3
	}
	p.settle()
}

// count is the number of matches in words.
func (f findings) count() string {
	switch n := len(f.starts); {
	case n == 0:
		return ""
	case n == mostFound:
		return "more than " + count(int64(n-1)) + " matches"
	case n == 1:
		return "1 match"
	default:
		return count(int64(n)) + " matches"
	}
}

// words say which match the cursor is on.
func (f findings) words(match, cursor int) string {
	switch n := len(f.starts); {
	case n == 0:
		return "no match"
	case match < n && f.starts[match] == cursor:
		return fmt.Sprintf("match %s of %s", count(int64(match+1)), count(int64(n)))
	default:
		return f.count()
	}
}

// highlight paints stretches of a row.
func highlight(r docRow, at []stretch, mark func(match int) grid.Paint) []span {
	var out []span
	pos := 0
	for _, s := range r.spans {
		from := pos
		end := pos + len(s.text)
		for _, a := range at {
			lo, hi := max(a.from, from), min(a.to, end)
			if lo >= hi {
				continue
			}
			out = append(out, span{s.paint, s.text[from-pos : lo-pos]}, span{mark(a.match), s.text[lo-pos : hi-pos]})
			from = hi
		}
		out = append(out, span{s.paint, s.text[from-pos:]})
		pos = end
	}
	return out
}
