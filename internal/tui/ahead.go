package tui

import (
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// aheadFor is how long a key waits for rows: who pressed it earlier than that is surprised by what it does.
const aheadFor = 5 * time.Second

// keyAhead is a key for the selected row that was pressed before there were rows. Any other key, a click, another
// screen and a list without rows make it forgotten.
type keyAhead struct {
	key   tea.KeyMsg
	at    time.Time
	waits bool
}

// early keeps k until there are rows, where there are none yet and it is one of the keys that open the selected row,
// and reports whether it did. Behind a key that selects or marks another row, which needs rows, none is kept: it would
// open a row that is not the one meant.
func (l *listing[T]) early(k tea.KeyMsg, opening ...key.Binding) bool {
	km := l.env.keys
	switch {
	case l.grid.Loaded():
		return false
	case key.Matches(k, km.up, km.down, km.pageUp, km.pageDown, km.mark):
		l.astray = true
		return false
	case l.astray || !key.Matches(k, opening...):
		return false
	}
	l.ahead = keyAhead{k, l.env.at, true}
	return true
}

// caughtUp gives, once, the key that waited for the rows, as soon as there is one that it can act on.
func (l *listing[T]) caughtUp() (tea.KeyMsg, bool) {
	if !l.grid.Loaded() {
		return tea.KeyMsg{}, false
	}
	l.astray = false
	if !l.ahead.waits {
		return tea.KeyMsg{}, false
	}
	a := l.ahead
	l.ahead = keyAhead{}
	return a.key, l.grid.Len() > 0 && l.env.sheet == nil && l.env.at.Sub(a.at) < aheadFor
}

// forgetAhead drops the key that waits for rows.
func (m *Model) forgetAhead() { m.messages.ahead, m.requests.ahead = keyAhead{}, keyAhead{} }
