package tui

import (
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
)

// picking is a list over the screen of which one thing is picked, below what is typed to search in it.
type picking struct {
	env   *env
	input textinput.Model
	at    int
	top   int // of the things that are shown
	w, h  int // of the list
}

func newPicking(e *env, hint string) picking {
	p := picking{env: e, input: e.th.input(hint)}
	p.input.Focus()
	return p
}

// setSize gives the list w cells and h lines of n things.
func (p *picking) setSize(w, h, n int) {
	p.input.Width = max(w-5, 1)
	p.input.SetCursor(p.input.Position())
	p.w, p.h = w, max(h, 0)
	p.reveal(n)
}

func (p *picking) reveal(n int) { p.top = max(min(p.top, p.at, n-p.h), p.at-p.h+1, 0) }

func (p *picking) step(by, n int) {
	p.at = max(min(p.at+by, n-1), 0)
	p.reveal(n)
}

// key handles a key over n things: take is called for the one that was picked, other for what is typed.
func (p *picking) key(k tea.KeyMsg, n int, take func(at int), other func(tea.Msg) tea.Cmd) (tea.Cmd, bool) {
	switch km := p.env.keys; {
	case k.Paste:
		return other(k), false
	case key.Matches(k, km.cancel):
		return nil, true
	case key.Matches(k, km.fill):
		if p.at < n {
			take(p.at)
			return nil, true
		}
	case key.Matches(k, km.itemUp):
		p.step(-1, n)
	case key.Matches(k, km.itemDown):
		p.step(1, n)
	default:
		return other(k), false
	}
	return nil, false
}

// typed gives the input what is its, and searches anew where that changed it.
func (p *picking) typed(msg tea.Msg, search func()) tea.Cmd {
	before := p.input.Value()
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	if p.input.Value() != before {
		search()
	}
	return cmd
}

func (p *picking) footer() []key.Binding {
	km := p.env.keys
	return []key.Binding{km.fill, km.itemDown, km.itemUp, km.cancel}
}
