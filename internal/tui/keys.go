package tui

import (
	"github.com/charmbracelet/bubbles/key"
)

// keyMap is every binding of the UI, once: the footer and the help are made from it too.
type keyMap struct {
	// Everywhere.
	quit, forceQuit, help, helpHint, helpTyped, redraw, messages, compose, examine key.Binding
	// Lists.
	up, down, pageUp, pageDown, newest, oldest, follow key.Binding
	// Messages.
	open, filter, unfilter, fresh, inbound, copyID, signature, focus, zoom key.Binding
	// The detail.
	detailTop, detailEnd, back key.Binding
	// Filter line.
	apply, leaveFilter key.Binding
	// Compose.
	send, nextField, prevField, newline, choose, keep key.Binding
	// Signature.
	copyBase, copySignature, restore, empty, pasted, toFields, method, callbacks, leave key.Binding
	// Sheets.
	yes, no, choice, take, closeHelp, deliver, cancel key.Binding
}

func bind(help, words string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, words))
}

func newKeyMap() keyMap {
	return keyMap{
		quit:      bind("q", "quit", "q"),
		forceQuit: bind("ctrl+c", "quit at once", "ctrl+c", "alt+ctrl+c"),
		help:      bind("?", "all keys", "?", "f1"),
		helpHint:  bind("?", "help", "?"),
		helpTyped: bind("f1", "all keys", "f1"),
		redraw:    bind("ctrl+l", "redraw the screen", "ctrl+l"),
		messages:  bind("1", "messages", "1"),
		compose:   bind("2", "compose", "2"),
		examine:   bind("3", "signature", "3"),

		up:       bind("k ↑", "up", "k", "up"),
		down:     bind("j ↓", "down", "j", "down"),
		pageUp:   bind("pgup", "a page up", "pgup", "ctrl+u", "ctrl+b"),
		pageDown: bind("pgdn", "a page down", "pgdown", "ctrl+d", "ctrl+f", " "),
		newest:   bind("g home", "newest, and follow it", "g", "home"),
		oldest:   bind("G end", "oldest", "G", "end"),
		follow:   bind("f", "follow the newest", "f"),

		open:      bind("enter", "open", "enter", "l", "right"),
		filter:    bind("/", "filter", "/"),
		fresh:     bind("n", "new message", "n"),
		inbound:   bind("i", "inbound message", "i"),
		copyID:    bind("y", "copy UUID", "y"),
		signature: bind("s", "signature", "s"),
		focus:     bind("tab", "into the detail", "tab"),
		unfilter:  bind("esc", "clear the filter", "esc"),

		detailTop: bind("g home", "top", "g", "home"),
		detailEnd: bind("G end", "end", "G", "end"),
		back:      bind("esc", "back", "esc", "h", "left"),

		apply:       bind("enter", "apply", "enter"),
		leaveFilter: bind("esc", "leave it as it was", "esc"),

		send:      bind("ctrl+s", "send", "ctrl+s"),
		nextField: bind("tab", "next field", "tab"),
		prevField: bind("shift+tab", "field before", "shift+tab"),
		newline:   bind("enter", "new line, or next field", "enter"),
		choose:    bind("↑ ↓", "choose a fate", "up", "down"),
		keep:      bind("esc", "back, draft kept", "esc"),

		copyBase:      bind("b", "copy base string", "b"),
		copySignature: bind("y", "copy signature", "y"),
		restore:       bind("ctrl+r", "as captured", "ctrl+r"),
		empty:         bind("ctrl+r", "empty the fields", "ctrl+r"),
		pasted:        key.NewBinding(key.WithHelp("paste", "fill in a captured request")),
		toFields:      bind("tab", "to the fields", "tab"),
		method:        bind("← → space", "POST or GET", "left", "right", " "),
		callbacks:     bind("[ ]", "other callback", "[", "]"),
		leave:         bind("esc", "back", "esc"),

		yes:       bind("y", "yes", "y", "Y"),
		choice:    bind("tab", "other choice", "tab", "shift+tab", "left", "right"),
		take:      bind("enter", "take it", "enter"),
		no:        bind("n esc", "no", "n", "N", "esc"),
		closeHelp: bind("esc", "close", "esc", "?", "f1", "q"),
		deliver:   bind("enter", "deliver it", "enter", "ctrl+s"),
		cancel:    bind("esc", "cancel", "esc"),
	}
}

// section is a group of bindings under one heading of the help.
type section struct {
	title string
	keys  []key.Binding
}
