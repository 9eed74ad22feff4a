package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/store"
)

const filterHint = "status: code: sig: dir: from: to: uuid: since: or any text · a - before a word negates, commas mean or"

// filterLine edits the filter and says while typing whether it can be understood.
type filterLine struct {
	th      *theme
	editing bool
	input   textinput.Model
	filter  store.Filter
	err     error
	w       int
}

func newFilterLine(th *theme) *filterLine {
	return &filterLine{th: th, input: th.input("status:failed,undelivered")}
}

func (f *filterLine) setWidth(w int) {
	f.w = w
	f.input.Width = max(w-5, 1)
}

// edit begins with the filter that is applied.
func (f *filterLine) edit(now string) {
	f.editing = true
	f.input.SetValue(now)
	f.input.CursorEnd()
	f.input.Focus()
	f.parse()
}

func (f *filterLine) leave() {
	f.editing = false
	f.input.Blur()
}

func (f *filterLine) update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	f.input, cmd = f.input.Update(msg)
	f.parse()
	return cmd
}

func (f *filterLine) parse() { f.filter, f.err = store.ParseFilter(strings.TrimSpace(f.input.Value())) }

func (f *filterLine) parsed() (store.Filter, error) { return f.filter, f.err }

// lines are the input and, below it, what is wrong with it or what can be typed.
func (f *filterLine) lines() []string {
	mark := f.th.accent
	below := span{f.th.muted, filterHint}
	if f.err != nil {
		mark = f.th.bad
		below = span{f.th.bad, "✗ " + escape.Line(f.err.Error())}
	}
	return []string{
		mark.Wrap(" / ") + typed(f.input.View(), max(f.w-3, 0)),
		line(f.w, span{f.th.text, "   "}, below),
	}
}
