package tui

import (
	"github.com/charmbracelet/bubbles/key"
)

// keyMap is every binding of the UI, once: the footer and the help are made from it too.
type keyMap struct {
	// Everywhere.
	quit, forceQuit, help, helpHint, helpTyped, redraw, messages, requests, compose, replay, examine, activity key.Binding
	palette, paletteTyped, suspend, mask, forwarding, doctor, attach, reply, replyEach                         key.Binding
	// Lists.
	up, down, pageUp, pageDown, newest, oldest, follow key.Binding
	// Messages.
	open, filter, unfilter, fresh, inbound, copyID, edit, page, signature, focus, zoom key.Binding
	markRead, destinations, goTo, answer, giveMissed                                   key.Binding
	// Callbacks.
	callbacks, mark, unmark, compare, toMessage, nextPart, prevPart, older, newer, bodyView key.Binding
	closeText, search, nextMatch, prevMatch, hideSame, showSame, openAttempt                key.Binding
	// The detail.
	detailTop, detailEnd, back key.Binding
	// Filter line.
	apply, leaveFilter, complete, completeBack, takeRest, olderFilter, newerFilter key.Binding
	// Compose.
	send, nextField, prevField, newline, choose, keep                         key.Binding
	earlier, code, plain, undo, nextCode, prevCode, copyCode, fill, closeCode key.Binding
	options, message, leaveOptions, turnOption, senders, editContent          key.Binding
	// Signature.
	copyBase, copySignature, restore, empty, pasted, toFields, method, sibling, leave key.Binding
	// Replay.
	again, sendReplay, moreFields, editRequest, asCaught, turn, leaveReplay, stopReplay, openSent key.Binding
	// Sheets.
	yes, no, choice, take, closeHelp, deliver, cancel, leaveKept, itemUp, itemDown, pick key.Binding
	copyIt, editItem, pageItem, copyFindings, checkAgain                                 key.Binding
	// The simulator.
	simulator, nextPane, prevPane, less, more, typeValue, fateNext, openTried, writeInbound, setValue key.Binding
	fateDefault, typeFate, dropFate, dropRules, calm, badDay, loadRules                               key.Binding
	stopClock, nextDue, oneMinute, advanceBy, faster, slower                                          key.Binding
	// The reply to inbound messages.
	setReply, noReply, replyUp, replyDown key.Binding
}

func bind(help, words string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, words))
}

// when is a binding that can act only under a condition: the help names it all the same.
func when(ok bool, b key.Binding) key.Binding {
	b.SetEnabled(ok)
	return b
}

func newKeyMap() keyMap {
	return keyMap{
		quit:         bind("q", "quit", "q"),
		forceQuit:    bind("ctrl+c", "quit at once", "ctrl+c", "alt+ctrl+c"),
		help:         bind("?", "all keys", "?"),
		helpHint:     bind("?", "help", "?"),
		helpTyped:    bind("f1", "all keys", "f1"),
		redraw:       bind("ctrl+l", "redraw the screen", "ctrl+l"),
		palette:      bind(": ctrl+p", "all actions by name", ":"),
		paletteTyped: bind("ctrl+p", "all actions by name", "ctrl+p"),
		suspend:      bind("ctrl+z", "suspend", "ctrl+z"),
		mask:         bind("M", "mask numbers and texts", "M"),
		forwarding:   bind("F", "pause or resume forwarding", "F"),
		doctor:       bind("D", "doctor: check everything", "D"),
		attach:       bind("I", "let inbound messages come here", "I"),
		reply:        bind("R", "reply to each inbound message", "R"),
		replyEach:    bind("R", "reply to each by XML", "R"),
		messages:     bind("1", "messages", "1"),
		requests:     bind("2", "callbacks", "2"),
		compose:      bind("3", "compose", "3"),
		replay:       bind("4", "replay", "4"),
		examine:      bind("5", "signature", "5"),
		activity:     bind("6", "activity", "6"),

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
		copyID:    bind("y", "copy", "y"),
		edit:      bind("e", "open in the editor", "e"),
		page:      bind("o", "open in the pager", "o", "|"),
		signature: bind("s", "signature", "s"),
		focus:     bind("tab", "into the detail", "tab"),
		zoom:      bind("z", "the detail alone", "z"),
		unfilter:  bind("esc", "clear the filter", "esc"),

		markRead:     bind("A", "mark all as read", "A"),
		destinations: bind("t", "what was sent with it", "t"),
		goTo:         bind("enter", "go to it", "enter"),
		giveMissed:   bind("m", "send the missed callback", "m"),
		answer:       bind("a", "answer by a send", "a"),

		callbacks: bind("c", "its callbacks", "c"),
		mark:      bind("space", "mark", " "),
		unmark:    bind("u", "take all marks away", "u"),
		compare:   bind("=", "compare", "="),
		toMessage: bind("esc", "back to the message", "esc"),
		nextPart:  bind("tab →", "next tab", "tab", "right", "l", "]"),
		prevPart:  bind("⇧tab ←", "tab before", "shift+tab", "left", "h", "["),
		older:     bind("J", "older one", "J"),
		newer:     bind("K", "newer one", "K"),
		bodyView:  bind("v", "other view", "v"),
		closeText: bind("esc", "back", "esc"),
		search:    bind("/", "search", "/"),
		nextMatch: bind("n", "next match", "n"),
		prevMatch: bind("N", "match before", "N"),
		hideSame:  bind("v", "differences alone", "v"),
		showSame:  bind("v", "show all", "v"),

		openAttempt: bind("enter", "open the attempt", "enter"),

		detailTop: bind("g home", "top", "g", "home"),
		detailEnd: bind("G end", "end", "G", "end"),
		back:      bind("esc", "back", "esc", "h", "left"),

		apply:        bind("enter", "apply", "enter"),
		leaveFilter:  bind("esc", "leave it", "esc"),
		complete:     bind("tab", "complete", "tab"),
		completeBack: bind("⇧tab", "complete, backwards", "shift+tab"),
		takeRest:     bind("→", "take what is proposed", "right", "ctrl+e"),
		olderFilter:  bind("↑", "earlier", "up"),
		newerFilter:  bind("↓", "later one", "down"),

		send:      bind("ctrl+s", "send", "ctrl+s"),
		nextField: bind("tab", "next field", "tab"),
		prevField: bind("shift+tab", "field before", "shift+tab"),
		newline:   bind("enter", "new line, or next field", "enter"),
		choose:    bind("↑ ↓", "choose a fate", "up", "down"),
		keep:      bind("esc", "back, kept", "esc"),
		earlier:   bind("ctrl+r", "recent", "ctrl+r"),
		code:      bind("ctrl+o", "code", "ctrl+o"),
		plain:     bind("ctrl+g", "write it in GSM-7", "ctrl+g"),
		undo:      bind("ctrl+z", "text as it was", "ctrl+z"),
		nextCode:  bind("tab", "next language", "tab", "right"),
		prevCode:  bind("shift+tab", "language before", "shift+tab", "left"),
		copyCode:  bind("y", "copy", "y"),
		fill:      bind("enter", "fill it in", "enter"),
		closeCode: bind("esc", "close", "esc"),

		options:      bind("ctrl+x", "more", "ctrl+x"),
		message:      bind("ctrl+x", "message", "ctrl+x"),
		leaveOptions: bind("esc", "back", "esc"),
		turnOption:   bind("← → space", "other choice", "left", "right", " "),
		senders:      bind("ctrl+n", "senders of the account", "ctrl+n"),
		editContent:  bind("ctrl+e", "JSON in the editor", "ctrl+e"),

		copyBase:      bind("b", "copy base string", "b"),
		copySignature: bind("y", "copy signature", "y"),
		restore:       bind("ctrl+r", "as captured", "ctrl+r"),
		empty:         bind("ctrl+r", "empty the fields", "ctrl+r"),
		pasted:        key.NewBinding(key.WithHelp("paste", "fill in a captured request")),
		toFields:      bind("tab", "to the fields", "tab"),
		method:        bind("← → space", "POST or GET", "left", "right", " "),
		sibling:       bind("[ ]", "other callback", "[", "]"),
		leave:         bind("esc", "back", "esc"),

		again:       bind("r", "replay", "r"),
		sendReplay:  bind("ctrl+s", "send", "ctrl+s"),
		moreFields:  bind("ctrl+o", "more fields", "ctrl+o"),
		editRequest: bind("ctrl+e", "in the editor", "ctrl+e"),
		asCaught:    bind("ctrl+r", "undo all edits", "ctrl+r"),
		turn:        bind("← → space", "other choice", "left", "right", " "),
		leaveReplay: bind("esc", "back", "esc"),
		stopReplay:  bind("esc", "stop", "esc"),
		openSent:    bind("enter", "open the attempt", "enter"),

		yes:       bind("y", "yes", "y", "Y"),
		choice:    bind("tab", "other choice", "tab", "shift+tab", "left", "right"),
		take:      bind("enter", "take it", "enter"),
		no:        bind("n esc", "no", "n", "N", "esc"),
		closeHelp: bind("esc", "close", "esc", "?", "f1", "q"),
		deliver:   bind("enter", "deliver it", "enter", "ctrl+s"),
		cancel:    bind("esc", "cancel", "esc"),
		leaveKept: bind("esc", "back, kept", "esc"),
		itemUp:    bind("↑", "up", "up"),
		itemDown:  bind("↓", "down", "down", "ctrl+n"),
		pick:      bind("enter", "do it", "enter"),
		copyIt:    bind("enter", "copy it", "enter"),
		editItem:  bind("ctrl+e", "in the editor", "ctrl+e"),
		pageItem:  bind("ctrl+o", "in the pager", "ctrl+o"),

		copyFindings: bind("y", "copy all", "y"),
		checkAgain:   bind("r", "check again", "r"),

		simulator:    bind("S", "simulator: fates, chaos, clock", "S"),
		nextPane:     bind("tab", "next part", "tab"),
		prevPane:     bind("⇧tab", "part before", "shift+tab"),
		less:         bind("←", "less", "left", "h"),
		more:         bind("→", "more", "right", "l"),
		typeValue:    bind("enter", "type a value", "enter"),
		fateNext:     bind("enter", "for the next", "enter"),
		openTried:    bind("enter", "open the message", "enter"),
		writeInbound: bind("enter", "edit it", "enter"),
		setValue:     bind("enter", "set it", "enter"),
		fateDefault:  bind("d", "for all others", "d"),
		typeFate:     bind("t", "type a fate", "t"),
		dropFate:     bind("x", "drop that of the next", "x"),
		dropRules:    bind("x", "drop the rules", "x"),
		calm:         bind("0", "calm", "0"),
		badDay:       bind("b", "a bad day", "b"),
		loadRules:    bind("o", "load a rules file", "o"),
		stopClock:    bind("p", "stop/start", "p"),
		nextDue:      bind(".", "next due", "."),
		oneMinute:    bind("+", "1 min", "+"),
		advanceBy:    bind("a", "move on by", "a"),
		faster:       bind(">", "faster", ">"),
		slower:       bind("<", "slower", "<"),

		setReply:  bind("ctrl+s", "set this reply", "ctrl+s"),
		noReply:   bind("ctrl+x", "no reply", "ctrl+x"),
		replyUp:   bind("pgup", "XML up", "pgup"),
		replyDown: bind("pgdn", "XML down", "pgdown"),
	}
}

// section is a group of bindings under one heading of the help.
type section struct {
	title string
	keys  []key.Binding
}
