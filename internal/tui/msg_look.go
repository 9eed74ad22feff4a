package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/tui/grid"
)

// resting is the message that is selected, and since when.
type resting struct {
	id    int64
	since time.Time
}

// unreadSign is the sign of a message that was not looked at as it is now.
func (s *messages) unreadSign(m plivo.Message) grid.Cell {
	if s.unread.is(m) {
		return grid.Cell{Text: "•", Paint: s.env.th.accent}
	}
	return grid.Cell{Paint: s.env.th.text}
}

// rest counts the selected message as looked at where it is opened, or was selected for a moment, and
// somebody is there to see it.
func (s *messages) rest() {
	m, ok := s.grid.Selected()
	if !ok || !s.shown || s.env.blurred {
		s.resting = resting{}
		return
	}
	if m.ID != s.resting.id {
		s.resting = resting{m.ID, s.env.at}
	}
	if s.focused || s.env.at.Sub(s.resting.since) >= lookTime {
		s.look(m)
	}
}

func (s *messages) look(m plivo.Message) {
	if s.unread.look(m) {
		s.grid.Redraw()
	}
}

// lookAll counts all messages as looked at.
func (s *messages) lookAll() tea.Cmd {
	if s.newWords() == "" {
		s.env.notify(app.Info, "Every message counts as read already.")
		return nil
	}
	s.unread.lookAll(s.env.at, s.env.status.Totals.Messages)
	s.grid.Redraw()
	return nil
}

func (s *messages) newWords() string { return s.unread.words(s.env.status.Totals.Messages) }

// listedNews are the words about the new messages of the list: those that the filter lets through.
func (s *messages) listedNews() string {
	if s.applied.Empty() {
		return s.newWords()
	}
	n := 0
	for _, m := range s.grid.Rows() {
		if s.unread.is(m) {
			n++
		}
	}
	all := s.known && s.found.whole && s.found.rows <= s.grid.Len()
	switch {
	case n == 0:
		return ""
	case !all && (len(s.unread.found) > n || s.unread.more):
		return count(int64(n)) + "+ new" // whether the filter hides the others is not known
	}
	return count(int64(n)) + " new"
}

// listTitle names the list, and says how many of its messages are new.
func (s *messages) listTitle() string {
	title := s.titleWords("Messages")
	if words := s.listedNews(); words != "" {
		title += " · " + words
	}
	return title
}
