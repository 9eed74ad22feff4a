package tui

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
)

// TestPlainSetsOptions sets options by questions, with a value that is wrong at first.
func TestPlainSetsOptions(t *testing.T) {
	d := newPlain(t)
	d.press("3", "ctrl+x")
	d.hears("1: Type, sms.", "2: Powerpack, not set.", "3: Expiry, not set.", "Number of an option: ")
	d.press("1", "enter")
	d.hears("1: sms", "2: mms", "3: whatsapp", "Type, a number: ")
	d.press("2", "enter")
	d.hears("Type: mms.", "3: Media, not set.", "4: Expiry, not set.", "Number of an option: ")
	d.press("99", "enter")
	d.hears("There is no option of that number; the last one is 7.")
	d.press("4", "enter")
	d.hears("Expiry (seconds for which Plivo tries to send it, 5 to 10,799): ")
	d.press("x", "enter")
	d.hears("Expiry: x.", `"x" is no number of seconds`)
	d.press("4", "enter")
	d.hears("enter keeps x")
	d.press("60", "enter", "3", "enter")
	d.tell(paste("https://example.com/a.jpg"))
	d.press("enter")
	d.hears("Media: https://example.com/a.jpg.")
	d.press("esc")
	d.hears("From +14155550100 to nobody yet.", "Options: mms, 1 media, expires in 60 s.")
	d.press("n", "enter", "+14155550123", "enter", "look", "enter")
	d.hears("Options: mms, 1 media, expires in 60 s.", "mms, 4 of 1,600 characters.", "Send 1 MMS?")
	d.press("y")
	want := plivo.Options{Type: plivo.MMS, Media: []string{"https://example.com/a.jpg"}, Expiry: 60}
	if len(d.core.sends) != 1 || !cmp.Equal(d.core.sends[0].Draft.Options, want) {
		t.Errorf("sent %+v", d.core.sends)
	}
}

func TestPlainOffersSenders(t *testing.T) {
	d := newPlain(t)
	manySenders(d.core)
	d.press("3", "ctrl+n")
	d.hears("1: +14155550100, local, SMS MMS, default · 10DLC COMPLETED.", "3: +4930123456, fixed, MMS alone.", "4: Shop USA 6fe8c5b8-0000-4000-8000-000000000001, Powerpack.", "Number in the list: ")
	d.press("4", "enter")
	d.hears("From the Powerpack 6fe8c5b8-0000-4000-8000-000000000001 to nobody yet.")
	d.press("ctrl+n", "7", "enter")
	d.hears("There is no sender of that number.")
}

// TestSendersThatComeLateTakeNoAnswer begins a message while Plivo is asked for the senders: what is typed stays an
// answer to its own question, also where money is about to be spent.
func TestSendersThatComeLateTakeNoAnswer(t *testing.T) {
	d := newPlain(t)
	manySenders(d.core)
	d.press("3")
	late := sendersMsg{&sendersSheet{picking: newPicking(d.m.env, ""), form: d.m.compose}, d.core.senders, nil}
	d.press("n", "SHOP")
	d.tell(late)
	d.hears("The senders of the account are known by now; ctrl+n on the compose screen offers them.", "From: SHOP")
	d.press("enter", "+14155550123", "enter", "hi", "enter")
	d.hears("Send 1 message times 1 segment?")
	d.tell(late)
	d.press("y")
	if len(d.core.sends) != 1 || d.core.sends[0].Draft.From != "SHOP" {
		t.Errorf("sent %+v", d.core.sends)
	}
	d.press("1")
	d.tell(late)
	d.silent("Number in the list")
}

// TestPlainAnswers answers the inbound message of the list.
func TestPlainAnswers(t *testing.T) {
	d := newPlain(t)
	d.press("?")
	d.hears("a: answer by a send.")
	d.press("j", "a")
	d.hears("Answering +14155550177", "Text: ")
	d.press("you are out", "enter")
	d.hears("From +14155550100 to +14155550177.", "Send 1 message times 1 segment?")
	d.press("y")
	if len(d.core.sends) != 1 || d.core.sends[0].Draft.To[0] != "+14155550177" {
		t.Errorf("sent %+v", d.core.sends)
	}
}

// TestPlainTellsAnUnclearSend tells of a send whose answer was lost, once, and of what came of it.
func TestPlainTellsAnUnclearSend(t *testing.T) {
	d := newPlain(t)
	m := plivo.Message{
		Direction: plivo.Outbound, From: "+14155550100", To: "+14155550188", Text: "perhaps", Status: plivo.Sending, Unclear: true,
		Refusal: "No answer came in time.", CreatedAt: testNow, UpdatedAt: testNow,
	}
	d.core.add(m)
	d.tell(wakeMsg{})
	d.hears("Message to +14155550188: it is unclear whether Plivo took it: No answer came in time.")
	d.tell(wakeMsg{})
	d.silent("it is unclear whether")
	d.press("g", "enter")
	d.hears("Message to +14155550188, unclear whether Plivo took it, at", "unclear: No answer came in time.", "Do not send it again yet")
	last := &d.core.messages[len(d.core.messages)-1]
	last.Unclear, last.Status, last.Refusal = false, plivo.Failed, "Plivo lists no such message."
	d.tell(tea.Msg(wakeMsg{}))
	d.hears("Message to +14155550188 refused by the API: Plivo lists no such message.")
}
