package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
)

// group is where an action's keys act.
type group string

const (
	gAlways    group = "everywhere, also while typing"
	gScreens   group = "every screen and the simulator panel, where no text is typed"
	gWriting   group = "every screen and the simulator panel, where the key has no other use"
	gMoving    group = "lists and details"
	gLists     group = "lists"
	gRows      group = "a selected row"
	gThing     group = "a selected row, and what is open of it"
	gDetail    group = "a detail"
	gText      group = "texts to read"
	gSearch    group = "texts that are searched"
	gCallbacks group = "Callbacks, and the attempts of one"
	gOpened    group = "an opened callback"
	gCompared  group = "a comparison of callbacks"
	gFilter    group = "the filter line"
	gFields    group = "forms"
	gCompose   group = "Compose"
	gSignature group = "Signature"
	gResult    group = "Signature, its result"
	gReplay    group = "Replay"
	gAttempts  group = "Replay, its result"
	gBeside    group = "a result beside its form"
	gQuestion  group = "a question"
	gInbound   group = "an inbound message"
	gHelp      group = "the help"
	gSheet     group = "what is open over a screen"
	gCopies    group = "the copy menu"
	gPicking   group = "what is picked from a list: the palette, the copy menu and the like"
	gCode      group = "a message as code"
	gDoctor    group = "the doctor"
	gReply     group = "the reply to inbound messages"
	gSimulator group = "the simulator panel"
	gValue     group = "the simulator panel, a value that is typed"
)

// situation is a state of the UI in which the keys of some groups act at once, so that no key may stand for
// two of their actions. Where text is typed no character can be a key.
type situation struct {
	name   string
	typing bool
	groups []group
}

var situations = []situation{
	{"the lists", false, []group{gAlways, gScreens, gWriting, gMoving, gLists, gRows, gThing}},
	{"the details", false, []group{gAlways, gScreens, gWriting, gMoving, gRows, gThing, gDetail, gText}},
	{"Callbacks", false, []group{gAlways, gScreens, gWriting, gMoving, gLists, gRows, gThing, gCallbacks}},
	{"an opened callback", false, []group{gAlways, gScreens, gMoving, gThing, gText, gSearch, gOpened}},
	{"the attempts of a callback", false, []group{gAlways, gScreens, gMoving, gThing, gText, gSearch, gOpened, gCallbacks}},
	{"a comparison of callbacks", false, []group{gAlways, gScreens, gMoving, gThing, gText, gSearch, gCompared}},
	{"the filter line", true, []group{gAlways, gFilter}},
	{"Compose", true, []group{gAlways, gFields, gCompose}},
	{"Signature", true, []group{gAlways, gFields, gSignature}},
	{"the result of Signature", false, []group{gAlways, gScreens, gWriting, gMoving, gText, gSignature, gResult, gBeside}},
	{"Replay", true, []group{gAlways, gFields, gReplay}},
	{"the result of Replay", false, []group{gAlways, gScreens, gWriting, gMoving, gThing, gText, gReplay, gAttempts, gBeside}},
	{"an attempt", false, []group{gAlways, gScreens, gMoving, gThing, gText, gSearch, gOpened}},
	{"a question", false, []group{gAlways, gQuestion, gSheet}},
	{"an inbound message", true, []group{gAlways, gFields, gInbound, gSheet}},
	{"the reply to inbound messages", true, []group{gAlways, gFields, gReply, gSheet}},
	{"the simulator panel", false, []group{gAlways, gScreens, gWriting, gMoving, gText, gSimulator, gSheet}},
	{"a value of the simulator panel", true, []group{gAlways, gValue, gSheet}},
	{"the doctor", false, []group{gAlways, gMoving, gDoctor, gSheet}},
	{"the help", false, []group{gAlways, gMoving, gHelp}},
	{"the palette", true, []group{gAlways, gPicking, gSheet}},
	{"the copy menu", true, []group{gAlways, gPicking, gSheet, gCopies}},
	{"a message as code", false, []group{gAlways, gMoving, gCode, gSheet}},
}

// action is what can be done with a key: its name in the settings file, where its keys act, and its
// bindings, several where it goes by other words in other places.
type action struct {
	name     string
	group    group
	bindings []*key.Binding
}

// keys are those of an action, words what it does.
func (a action) keys() []string { return a.bindings[0].Keys() }
func (a action) words() string  { return a.bindings[0].Help().Desc }

func (a action) setKeys(keys []string) {
	for _, b := range a.bindings {
		b.SetKeys(keys...)
		b.SetHelp(keyWords(keys), b.Help().Desc)
	}
}

// actions are all that have keys. Every binding of the map but pasted, which has none, is in the list.
func (km *keyMap) actions() []action {
	a := func(name string, g group, b ...*key.Binding) action { return action{name, g, b} }
	return []action{
		a("force-quit", gAlways, &km.forceQuit),
		a("redraw", gAlways, &km.redraw),
		a("help-anywhere", gAlways, &km.helpTyped),
		a("palette-anywhere", gAlways, &km.paletteTyped),

		a("quit", gScreens, &km.quit),
		a("help", gScreens, &km.help, &km.helpHint),
		a("palette", gScreens, &km.palette),
		a("suspend", gScreens, &km.suspend),
		a("mask", gScreens, &km.mask),
		a("pause-forwarding", gScreens, &km.forwarding),
		a("doctor", gScreens, &km.doctor),
		a("attach", gScreens, &km.attach),
		a("reply", gScreens, &km.reply, &km.replyEach),
		a("simulator", gScreens, &km.simulator),
		a("messages", gScreens, &km.messages),
		a("callbacks", gScreens, &km.requests),
		a("compose", gScreens, &km.compose),
		a("replay-screen", gScreens, &km.replay),
		a("activity", gScreens, &km.activity),
		a("examine", gScreens, &km.examine),

		a("new-message", gWriting, &km.fresh),

		a("up", gMoving, &km.up),
		a("down", gMoving, &km.down),
		a("page-up", gMoving, &km.pageUp),
		a("page-down", gMoving, &km.pageDown),
		a("follow", gMoving, &km.follow),

		a("newest", gLists, &km.newest),
		a("oldest", gLists, &km.oldest),
		a("clear-filter", gLists, &km.unfilter, &km.toMessage),

		a("open", gRows, &km.open),
		a("into-detail", gRows, &km.focus),
		a("zoom", gRows, &km.zoom),
		a("filter", gRows, &km.filter),
		a("inbound-message", gRows, &km.inbound),
		a("answer", gRows, &km.answer),
		a("its-callbacks", gRows, &km.callbacks),
		a("sent-together", gRows, &km.destinations),
		a("mark-read", gRows, &km.markRead),
		a("give-missed", gRows, &km.giveMissed),

		a("signature", gThing, &km.signature),
		a("replay", gThing, &km.again),
		a("copy", gThing, &km.copyID),
		a("edit", gThing, &km.edit),
		a("page", gThing, &km.page),

		a("back", gDetail, &km.back),
		a("top", gText, &km.detailTop),
		a("end", gText, &km.detailEnd),
		a("close-text", gSearch, &km.closeText),
		a("search", gSearch, &km.search),
		a("next-match", gSearch, &km.nextMatch),
		a("previous-match", gSearch, &km.prevMatch),

		a("mark", gCallbacks, &km.mark),
		a("unmark", gCallbacks, &km.unmark),
		a("compare", gCallbacks, &km.compare),

		a("next-tab", gOpened, &km.nextPart),
		a("previous-tab", gOpened, &km.prevPart),
		a("older", gOpened, &km.older),
		a("newer", gOpened, &km.newer),
		a("body-view", gOpened, &km.bodyView),
		a("open-attempt", gOpened, &km.openAttempt),

		a("differences", gCompared, &km.hideSame, &km.showSame),

		a("apply-filter", gFilter, &km.apply),
		a("leave-filter", gFilter, &km.leaveFilter),
		a("complete", gFilter, &km.complete),
		a("complete-back", gFilter, &km.completeBack),
		a("take-rest", gFilter, &km.takeRest),
		a("earlier-filter", gFilter, &km.olderFilter),
		a("later-filter", gFilter, &km.newerFilter),

		a("next-field", gFields, &km.nextField),
		a("previous-field", gFields, &km.prevField),
		a("new-line", gFields, &km.newline),

		a("send", gCompose, &km.send),
		a("choose-fate", gCompose, &km.choose),
		a("keep-draft", gCompose, &km.keep, &km.leaveOptions),
		a("options", gCompose, &km.options, &km.message),
		a("turn-option", gCompose, &km.turnOption),
		a("senders", gCompose, &km.senders),
		a("edit-content", gCompose, &km.editContent),
		a("recent", gCompose, &km.earlier),
		a("code", gCompose, &km.code),
		a("plain-text", gCompose, &km.plain),
		a("undo", gCompose, &km.undo),
		a("next-code", gCode, &km.nextCode),
		a("previous-code", gCode, &km.prevCode),
		a("copy-code", gCode, &km.copyCode),

		a("choose-method", gSignature, &km.method),
		a("restore", gSignature, &km.restore, &km.empty),
		a("leave-signature", gSignature, &km.leave),

		a("to-fields", gBeside, &km.toFields),
		a("other-callback", gResult, &km.sibling),
		a("copy-base-string", gResult, &km.copyBase),
		a("copy-signature", gResult, &km.copySignature),

		a("send-replay", gReplay, &km.sendReplay),
		a("more-fields", gReplay, &km.moreFields),
		a("edit-request", gReplay, &km.editRequest),
		a("undo-edits", gReplay, &km.asCaught),
		a("turn-choice", gReplay, &km.turn),
		a("leave-replay", gReplay, &km.leaveReplay, &km.stopReplay),
		a("open-sent", gAttempts, &km.openSent),

		a("yes", gQuestion, &km.yes),
		a("no", gQuestion, &km.no),
		a("other-choice", gQuestion, &km.choice),
		a("take", gQuestion, &km.take),

		a("deliver", gInbound, &km.deliver),

		a("copy-findings", gDoctor, &km.copyFindings),
		a("check-again", gDoctor, &km.checkAgain),

		a("next-part", gSimulator, &km.nextPane),
		a("previous-part", gSimulator, &km.prevPane),
		a("less", gSimulator, &km.less),
		a("more", gSimulator, &km.more),
		a("act-on-it", gSimulator, &km.typeValue, &km.fateNext, &km.openTried, &km.writeInbound),
		a("default-fate", gSimulator, &km.fateDefault),
		a("type-fate", gSimulator, &km.typeFate),
		a("drop", gSimulator, &km.dropFate, &km.dropRules),
		a("calm", gSimulator, &km.calm),
		a("bad-day", gSimulator, &km.badDay),
		a("load-rules", gSimulator, &km.loadRules),
		a("stop-clock", gSimulator, &km.stopClock),
		a("clock-to-next", gSimulator, &km.nextDue),
		a("clock-a-minute", gSimulator, &km.oneMinute),
		a("clock-by", gSimulator, &km.advanceBy),
		a("faster", gSimulator, &km.faster),
		a("slower", gSimulator, &km.slower),
		a("set-value", gValue, &km.setValue),

		a("set-reply", gReply, &km.setReply),
		a("no-reply", gReply, &km.noReply),
		a("reply-up", gReply, &km.replyUp),
		a("reply-down", gReply, &km.replyDown),

		a("cancel", gSheet, &km.cancel, &km.leaveKept, &km.closeCode),

		a("close-help", gHelp, &km.closeHelp),

		a("item-up", gPicking, &km.itemUp),
		a("item-down", gPicking, &km.itemDown),
		a("pick", gPicking, &km.pick, &km.copyIt, &km.fill, &km.goTo),

		a("edit-item", gCopies, &km.editItem),
		a("page-item", gCopies, &km.pageItem),
	}
}

// actionOf is the action that a binding belongs to.
func (km *keyMap) actionOf(b key.Binding) action {
	for _, a := range km.actions() {
		for _, own := range a.bindings {
			if own.Help() == b.Help() && slices.Equal(own.Keys(), b.Keys()) {
				return a
			}
		}
	}
	return action{}
}
