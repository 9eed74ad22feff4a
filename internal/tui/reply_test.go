package tui

import (
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
)

const ownAnswer = `<Response><Message src="{to}" dst="{from}">Thanks &amp; bye</Message></Response>`

func init() {
	scenes = append(scenes, []scene{
		{name: "reply", play: func(d *driver) { d.keys("R", "Thanks for your message") }},
		{name: "reply own xml", play: func(d *driver) {
			d.core.status.InboundAnswer = ownAnswer
			d.wake()
			d.keys("R", "Grüße “you” 😀 مرحبا {from}")
		}},
		{name: "reply refused", play: func(d *driver) { d.keys("R"); d.paste(strings.Repeat("ж", 738)); d.keys("ctrl+s") }},
		{name: "activity reply", play: func(d *driver) { d.keys("R", "Thanks", "ctrl+s", "6") }},
	}...)
}

func TestReplySheet(t *testing.T) {
	d := staged80(t)
	d.keys("6")
	d.expect("inbound messages get no reply; R sets one")
	d.keys("R")
	d.expect("Reply to each inbound message", plivo.NoReply, "which sends nothing back")
	d.keys("ctrl+s")
	d.expect("Nothing is written. ctrl+x answers without a reply.")
	d.keys("Thanks & bye")
	d.expect("GSM-7 · 12 characters · 1 segment · 148 left", "Thanks &amp; b")
	d.keys("ctrl+s")
	d.absent("Reply to each")
	d.expect("Each inbound message is answered with this reply from now on", "get the reply “Thanks & bye”", "GSM-7, 1 segment; R changes it")

	// Changed and left, it is there the next time; then it is set.
	d.keys("R", "!", "esc", "q")
	d.expect("The reply to inbound messages was not set and would be lost.")
	d.pause()
	d.keys("n", "R")
	d.expect("│ Thanks & bye!", "the reply “Thanks & bye”")
	d.keys("ctrl+s", "R", "ctrl+x")
	d.expect("Inbound messages get no reply from now on.", "inbound messages get no reply; R sets one")
	if want := []string{"Thanks & bye", "Thanks & bye!", ""}; !slices.Equal(d.core.replies, want) {
		t.Errorf("%q were set, want %q", d.core.replies, want)
	}
}

// TestReplyRefused holds that what Plivo would not take is said, and what was typed kept.
func TestReplyRefused(t *testing.T) {
	d := staged80(t)
	d.keys("R")
	d.paste(strings.Repeat("ж", 738))
	d.expect("✗ Plivo would not take it: the text of <Message> is too long", "1 over the limit of 737")
	d.keys("ctrl+s")
	d.expect("✗ Not set: the text of <Message> is too long")
	d.keys("backspace", "ctrl+s")
	d.absent("Reply to each")
	if n := len(d.core.replies); n != 1 {
		t.Errorf("%d replies were set", n)
	}

	d = staged80(t)
	d.keys("R", "   ", "ctrl+s")
	d.expect("✗ Not set: <Message> has no text.")
	d.keys("ctrl+x")
	d.expect("✗ Inbound messages get no reply already.")
	if n := len(d.core.replies); n != 0 {
		t.Errorf("%d replies were set", n)
	}

	d = staged80(t)
	d.core.status.Joined, d.core.status.ServerPID = true, 4242
	d.wake()
	d.keys("R", "hello", "ctrl+s")
	d.expect("✗ Not set: cannot set the reply from here: process 4242 serves", "process 4242 serves this history and answers")
	d.expect("│ hello")
}

// TestReplyTakesWhatXMLHolds pastes what no answer can carry, and far more than a message takes.
func TestReplyTakesWhatXMLHolds(t *testing.T) {
	d := staged80(t)
	d.keys("R")
	d.paste("a\x1b[2Jb\x00\r\nc")
	d.expect("2 characters that XML cannot hold", "│ a[2Jb", "│ c")
	d.keys("ctrl+s")
	if got := d.core.replies; !slices.Equal(got, []string{"a[2Jb\nc"}) {
		t.Errorf("set %q", got)
	}
	d.keys("R")
	d.paste(strings.Repeat("long ", 4000))
	d.expect("not all of it was taken: there is room for 5,000 characters")
}

// TestReplyReplacesOwnXML shows the answer of --inbound-answer, whole by its keys, until a reply replaces it.
func TestReplyReplacesOwnXML(t *testing.T) {
	d := staged(t, false, false, 60, 15, nil)
	d.core.status.InboundAnswer = "<Response>\n" + strings.Repeat(`<Message src="{to}" dst="{from}">more</Message>`+"\n", 9) + "<!-- the end -->\n</Response>\n"
	d.wake()
	d.keys("R")
	d.expect("with the XML of --inbound-answer;", "a reply here replaces it for this run", "<Response>", "XML 4/")
	d.absent("the end")
	for range 30 {
		d.keys("pgdown")
	}
	d.expect("the end", "</Response>")
	d.keys("pgup", "Thanks", "ctrl+s", "R")
	d.expect("answered with the reply “Thanks”")
	d.absent("--inbound-answer")
}

// TestReplyMasked holds that a reply is masked until it is typed into.
func TestReplyMasked(t *testing.T) {
	for _, own := range []bool{false, true} {
		d := staged80(t)
		d.core.status.InboundReply = "Call Sarah at +14155550177"
		answer, err := plivo.ReplyWith(d.core.status.InboundReply)
		if err != nil {
			t.Fatal(err)
		}
		if d.core.status.InboundAnswer = answer.String(); own {
			d.core.status.InboundReply = ""
		}
		d.wake()
		d.keys("M", "R")
		d.absent("Sarah")
		d.absent("50177")
		d.keys("esc", "6")
		d.absent("Sarah")
		if own {
			d.keys("R")
			d.expect("of XML, which is masked as a whole")
			continue
		}
		d.expect("▒▒▒ 26 characters")
		d.keys("R", "!")
		d.expect("│ Call Sarah at +14155550177!")
	}
}

// TestReplyStandsBesideAnswer finds both ways to answer an inbound message.
func TestReplyStandsBesideAnswer(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.keys("g", "j")
	d.expect("a answer by a send   R reply to each by XML")
	d.keys("?")
	d.expect("reply to each by XML")
	d.keys("esc", ":", "reply to each")
	d.expect("reply to each by XML")
	d.absent("reply to each inbound message")
	d.keys("enter")
	d.expect("Reply to each inbound message")
	d.keys("esc", "j", ":", "reply to each")
	d.expect("reply to each inbound message")
}

func TestReplySpoken(t *testing.T) {
	d := newPlain(t)
	d.press("R")
	d.hears("Reply to each inbound message. Now they are answered with <Response></Response>, which sends nothing back.", "Reply, nothing for none: ")
	d.press("Thanks", "enter")
	d.hears("GSM-7 · 6 characters · 1 segment", "Each inbound message is answered with this reply", `type="sms" callbackUrl="{callback}">Thanks</Message>`)
	d.press("R")
	d.hears("with the reply “Thanks”", "enter keeps Thanks, esc leaves")
	d.press(strings.Repeat("ж", 738), "enter")
	d.hears("Not set: the text of <Message> is too long")
	d.press("R")
	d.tell(tea.KeyMsg{Type: tea.KeyCtrlU})
	d.press("enter")
	d.hears("Inbound messages get no reply from now on.")
	if want := []string{"Thanks", ""}; !slices.Equal(d.core.replies, want) {
		t.Errorf("%q were set, want %q", d.core.replies, want)
	}
	d.press("M", "R")
	d.silent("жжж")
}

// TestNothingSpokenLeavesOwnXML holds that Enter alone drops no answer of --inbound-answer, nor does a draft that is
// cleared; a reply that was set in its place goes when its text is taken away.
func TestNothingSpokenLeavesOwnXML(t *testing.T) {
	core := newFakeCore()
	core.status.InboundAnswer = "<Response>own</Response>"
	d := newPlainDriver(t, core, Options{})
	d.press("R")
	d.hears("with the XML of --inbound-answer", "Reply, nothing leaves the XML: ")
	d.press("enter")
	d.hears("Nothing is written: inbound messages are answered with the XML of --inbound-answer as before.")
	d.press("R", strings.Repeat("ж", 738), "enter", "R")
	d.tell(tea.KeyMsg{Type: tea.KeyCtrlU})
	d.press("enter")
	d.hears("as before.")
	if len(d.core.replies) > 0 {
		t.Fatalf("%q were set", d.core.replies)
	}
	d.press("R")
	d.hears("Reply, nothing leaves the XML: ")
	d.press("Thanks", "enter", "R")
	d.tell(tea.KeyMsg{Type: tea.KeyCtrlU})
	d.press("enter")
	d.hears("Inbound messages get no reply from now on.")
	if want := []string{"Thanks", ""}; !slices.Equal(d.core.replies, want) {
		t.Errorf("%q were set, want %q", d.core.replies, want)
	}
}
