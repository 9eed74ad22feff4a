package tui

import (
	"errors"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/store"
)

// filterLine edits the filter: it completes what is typed, and says what is wrong under the place.
type filterLine struct {
	env     *env
	values  func(word string) []store.FilterValue // of a word, among the rows at hand
	editing bool
	input   textinput.Model
	from    int // code points of the input that are left of what is shown
	filter  store.Filter
	wrong   *store.FilterError // nil for nothing
	offer   offer

	insisted bool      // enter was pressed on what is wrong
	paused   bool      // nothing was typed for a while
	changed  time.Time // when the line was changed last

	back  int    // steps into the history of filters, 0 for the line that is typed
	draft string // that line, while it is not shown

	w, h  int
	cells []filterCell // where the candidates stand
}

// filterPause is how long one who stops typing is left to think before what is only begun is explained.
const filterPause = time.Second

func newFilterLine(e *env, values func(string) []store.FilterValue) *filterLine {
	f := &filterLine{env: e, values: values, input: e.th.input("status:failed,undelivered")}
	f.input.Cursor.Style = e.th.cursor
	return f
}

// filterHeight is how many lines the filter has while it is edited, the input among them: the same
// whatever they show.
const filterHeight = 4

// height is how many lines it would like to have, 0 where it is not edited.
func (f *filterLine) height() int {
	if !f.editing {
		return 0
	}
	return filterHeight
}

func (f *filterLine) setSize(w, h int) {
	if w == f.w && h == f.h {
		return
	}
	f.w, f.h = w, h
	f.scroll()
}

// edit begins with the filter that is applied.
func (f *filterLine) edit(now string) {
	f.editing = true
	f.back, f.draft = 0, ""
	f.input.Focus()
	if now = f.env.mask.Sentence(now); now != "" {
		now += " " // what is typed is one more word
	}
	f.write(now, len(now))
}

func (f *filterLine) leave() {
	f.editing = false
	f.input.Blur()
}

// update gives the input a message.
func (f *filterLine) update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	before, at := f.input.Value(), f.input.Position()
	f.input, cmd = f.input.Update(msg)
	if f.input.Value() != before {
		f.back = 0
		f.follow()
	} else if f.input.Position() != at {
		f.look()
	}
	return cmd
}

// write fills the line, with the cursor at byte at.
func (f *filterLine) write(text string, at int) {
	f.put(text, at)
	f.follow()
}

// put is write without another look at what can be completed.
func (f *filterLine) put(text string, at int) {
	f.input.SetValue(text)
	f.input.SetCursor(len([]rune(text[:at])))
	f.parse()
	f.scroll()
}

// follow takes up a change of the text.
func (f *filterLine) follow() {
	f.parse()
	f.look()
}

func (f *filterLine) parse() {
	var err error
	f.filter, err = store.ParseFilter(f.env.realFilter(f.input.Value()))
	f.wrong = nil
	errors.As(err, &f.wrong)
	f.insisted, f.paused, f.changed = false, false, f.env.at
}

// look finds what can be completed at the cursor.
func (f *filterLine) look() {
	text := f.input.Value()
	f.offer = offered(text, f.cursor(), f.values)
	f.scroll()
}

// cursor is the byte of the text at which the cursor stands.
func (f *filterLine) cursor() int {
	return len(string([]rune(f.input.Value())[:f.input.Position()]))
}

// insist says what is wrong even where it is only begun.
func (f *filterLine) insist() { f.insisted = true }

// tick tells that time passed.
func (f *filterLine) tick() {
	f.paused = f.editing && f.env.at.Sub(f.changed) >= filterPause
}

// begun reports whether what is wrong can become right by typing on at the cursor.
func (f *filterLine) begun() bool {
	if f.wrong == nil || f.wrong.Begun {
		return f.wrong != nil && f.cursor() == len(f.input.Value())
	}
	var head *store.FilterError
	_, err := store.ParseFilter(f.input.Value()[:f.cursor()])
	return errors.As(err, &head) && head.Begun && head.Column == f.wrong.Column
}

// complaint tells whether what is wrong is said, and whether it is an error rather than a hint.
func (f *filterLine) complaint() (said, bad bool) {
	switch {
	case f.wrong == nil:
		return false, false
	case f.insisted || !f.begun():
		return true, true
	default:
		return f.paused && len(f.offer.all) == 0, false
	}
}

// doubt says which status of a filter Plivo is not known to have; empty for none. It may be a new one, so it is taken.
func (e *env) doubt(f store.Filter) string {
	odd := f.OddStatuses()
	if len(odd) == 0 {
		return ""
	}
	return escape.Line(head(e.mask.Sentence("Plivo is not known to have a status "+strings.Join(odd, ", or ")), noticeBytes))
}

// doubted tells whether such a status is told of: not while the last word is being written.
func (f *filterLine) doubted() bool {
	text := f.input.Value()
	before, _ := store.ParseFilter(f.env.realFilter(text[:strings.LastIndexByte(text, ' ')+1]))
	return f.paused || f.cursor() < len(text) || len(before.OddStatuses()) > 0
}

// browse goes through the filters that were applied, n towards older ones. The line that is being typed
// is the newest.
func (f *filterLine) browse(n int) {
	all := f.env.filters.all
	now := strings.TrimRight(f.input.Value(), " ")
	for to := f.back + n; to >= 0 && to <= len(all); to += n {
		if to > 0 && all[to-1] == now {
			continue // it would seem that nothing happens
		}
		if f.back == 0 {
			f.draft = f.input.Value()
		}
		text := f.draft
		if to > 0 {
			text = f.env.mask.Sentence(all[to-1])
		}
		f.write(text, len(text))
		f.back = to
		return
	}
}
