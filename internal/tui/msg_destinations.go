package tui

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// destinationsSheet lists the destinations of one send, to go to one of them.
type destinationsSheet struct {
	env *env
	of  *messages
	all []plivo.Message // as they were when the sheet was opened
	at  int
}

// openDestinations opens the sheet for the selected message.
func (s *messages) openDestinations() tea.Cmd {
	m, ok := s.chosen()
	all := s.detail.together.rows
	switch {
	case !ok:
	case m.SentWith == 0:
		s.env.notify(app.Warning, aloneWords(m))
	case s.detail.together.of != m.SentWith || len(all) == 0:
		s.env.notify(app.Warning, "The other destinations are still being read; try again in a moment.")
	default:
		at := slices.IndexFunc(all, func(r plivo.Message) bool { return r.ID == m.ID })
		s.grid.Unfollow() // what is chosen from must not be replaced
		s.env.sheet = &destinationsSheet{env: s.env, of: s, all: all, at: max(at, 0)}
	}
	return nil
}

// aloneWords says why there are no destinations of a message to list. What was sent from elsewhere may have
// gone to several at once: the callbacks do not tell.
func aloneWords(m plivo.Message) string {
	if m.Direction == plivo.Inbound {
		return "No other destinations: this message came in."
	}
	return "No other destinations: this message was not sent from here to several at once."
}

// rows are the destinations as they are now.
func (s *destinationsSheet) rows() []plivo.Message {
	if t := s.of.detail.together; t.of == s.all[0].SentWith && len(t.rows) == len(s.all) {
		return t.rows
	}
	return s.all
}

func (s *destinationsSheet) heading() string {
	return fmt.Sprintf("Sent together: %s", sumWords(s.rows()))
}

func (s *destinationsSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	n := 0
	switch km := s.env.keys; {
	case key.Matches(k, km.cancel):
		return nil, true
	case key.Matches(k, km.goTo):
		return s.of.goTo(s.all[s.at].ID), true
	case key.Matches(k, km.itemUp, km.up):
		n = -1
	case key.Matches(k, km.itemDown, km.down):
		n = 1
	case key.Matches(k, km.pageUp):
		n = -destinationLines
	case key.Matches(k, km.pageDown):
		n = destinationLines
	}
	s.at = min(max(s.at+n, 0), len(s.all)-1)
	return nil, false
}

func (s *destinationsSheet) other(tea.Msg) tea.Cmd { return nil }

// destinationLines is how many destinations are shown at once where there is room.
const destinationLines = 12

func (s *destinationsSheet) lines(w, h int) []string {
	rows := s.rows()
	h = min(h, destinationLines, len(rows))
	top := max(min(s.at-h/2, len(rows)-h), 0)
	var out []string
	for i := top; i < top+h; i++ {
		out = append(out, line(w, append([]span{{s.env.th.text, " "}}, s.env.th.destination(rows[i], i == s.at, w)...)...))
	}
	return out
}

func (s *destinationsSheet) footer() []key.Binding {
	km := s.env.keys
	return []key.Binding{km.goTo, km.itemDown, km.itemUp, km.cancel}
}

// goTo selects a message of the list, and shows all messages where the filter hides it.
func (s *messages) goTo(id int64) tea.Cmd {
	s.grid.Go(id)
	var cmd tea.Cmd
	if m, ok := s.grid.Selected(); (!ok || m.ID != id) && !s.applied.Empty() {
		cmd = s.setFilter(store.Filter{})
		s.env.notify(app.Info, "All messages are shown again: the filter hid this one.")
	}
	return tea.Batch(cmd, s.moved())
}
