package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// screenID is one of the screens, in the order of their tabs.
type screenID int

const (
	onMessages screenID = iota
	onCallbacks
	onCompose
	onReplay
	onSignature
	onActivity
)

// screen is what the Model shows below its tabs. Its methods belong to the tea loop; what takes time is
// done in a Cmd.
type screen interface {
	// arrange gives every part its place. It is called before each view.
	arrange(f frame)
	// key handles a key and reports whether it was one of the screen's.
	key(k tea.KeyMsg) (cmd tea.Cmd, done bool)
	// mouse handles a click or the wheel within the body.
	mouse(e tea.MouseMsg) tea.Cmd
	// update gives a message that is no key of a binding to the input that has the focus, where one has.
	update(msg tea.Msg) tea.Cmd
	// typing reports whether an input has the focus.
	typing() bool
	// wake follows a change in the core, tick each second; both also while another screen is shown.
	wake() tea.Cmd
	tick() tea.Cmd
	// entered and left are told when the screen is shown, and when another one is.
	entered() tea.Cmd
	left()
	// body is the whole screen, as high and wide as the frame's body; rule draws the rule over a part.
	body(rule ruler) []string
	// footer are the keys of the present context, the most useful first and the way to all last; help is
	// all of them.
	footer() []key.Binding
	help() []section
}

// ruler draws the thin line that sets a part apart.
type ruler = func(w int, focused bool, title, right string) string
