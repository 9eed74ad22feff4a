package tui

import (
	"errors"
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/tui/grid"
)

const filterHint = "status: code: sig: dir: from: to: uuid: path: since: text: or any words; - negates, commas mean or"

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
	f.input.SetCursor(f.input.Position()) // where it can be seen in the new width
}

// height is how many lines it would like to have, 0 where it is not edited.
func (f *filterLine) height() int {
	switch {
	case !f.editing:
		return 0
	case f.w < 20:
		return 2
	}
	return 1 + len(wrap(f.words(), f.w-4))
}

// words say what is wrong, or what can be typed.
func (f *filterLine) words() string {
	if f.err != nil {
		return "✗ " + escape.Line(head(f.err.Error(), noticeBytes))
	}
	return filterHint
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

// lines are the input and, below it, the words: where there is no room for all, without their
// beginning, which says no more than that it is the filter.
func (f *filterLine) lines() []string {
	mark, below := f.th.accent, f.th.muted
	if f.err != nil {
		mark, below = f.th.bad, f.th.bad
	}
	room := f.h - 1
	said := wrap(f.words(), f.w-4)
	var wrong *store.FilterError
	if len(said) > room && errors.As(f.err, &wrong) {
		_, what, _ := strings.Cut(f.words(), fmt.Sprintf("character %d: ", wrong.Column))
		said = wrap("✗ "+what, f.w-4)
	}
	if len(said) > room && room > 0 {
		rest, _ := grid.Clip(strings.Join(said[room-1:], " "), f.w-4)
		said = append(said[:room-1], rest)
	}
	out := []string{mark.Wrap(" / ") + typed(f.input.View(), max(f.w-3, 0))}
	for _, l := range said {
		out = append(out, line(f.w, span{below, "   " + l}))
	}
	for len(out) < f.h {
		out = append(out, line(f.w))
	}
	return out[:f.h]
}
