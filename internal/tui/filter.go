package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/store"
)

const filterHint = "status: code: sig: dir: from: to: uuid: since: or any text; - negates, commas mean or"

// filterLine edits the filter and says while typing whether it can be understood.
type filterLine struct {
	th      *theme
	editing bool
	input   textinput.Model
	filter  store.Filter
	err     error
	w, h    int
}

func newFilterLine(th *theme) *filterLine {
	return &filterLine{th: th, input: th.input("status:failed,undelivered")}
}

func (f *filterLine) setSize(w, h int) {
	f.w, f.h = w, h
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
	mark, below, words := f.th.accent, f.th.muted, filterHint
	if f.err != nil {
		mark, below, words = f.th.bad, f.th.bad, "✗ "+escape.Line(f.err.Error())
	}
	out := []string{mark.Wrap(" / ") + typed(f.input.View(), max(f.w-3, 0))}
	for _, l := range wrap(words, f.w-4) {
		out = append(out, line(f.w, span{below, "   " + l}))
	}
	for len(out) < f.h {
		out = append(out, line(f.w))
	}
	return out[:f.h]
}
