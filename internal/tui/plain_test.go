package tui

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// plainDriver runs the plain UI by hand: each message, and what its commands bring, to the end.
type plainDriver struct {
	*driver
	p    *plainUI
	out  bytes.Buffer
	from int // of what was not expected yet
}

func newPlainDriver(t testing.TB, core *fakeCore, o Options) *plainDriver {
	o.Renderer, o.NoMouse = plainRenderer(), true
	d := &plainDriver{driver: newDriverOn(t, core, plainWidth, plainHeight, o)}
	d.p = newPlainUI(d.m, &plainOut{w: &d.out})
	d.play(d.p.Init())
	return d
}

func newPlain(t testing.TB) *plainDriver {
	core := newFakeCore()
	stock(core)
	return newPlainDriver(t, core, Options{})
}

func (d *plainDriver) tell(msg tea.Msg) {
	d.t.Helper()
	before := d.core.calls.Load()
	_, cmd := d.p.Update(msg)
	if n := d.core.calls.Load() - before; n != 0 {
		d.t.Fatalf("%T: %d calls of the core in Update", msg, n)
	}
	if v := d.p.View(); v != "" {
		d.t.Fatalf("%T: there is something to see: %q", msg, v)
	}
	d.play(cmd)
}

func (d *plainDriver) play(cmd tea.Cmd) {
	d.t.Helper()
	if cmd == nil {
		return
	}
	msg := cmd()
	switch v := reflect.ValueOf(msg); {
	case msg == nil:
	case reflect.TypeOf(msg) == reflect.TypeFor[tea.QuitMsg]():
		d.quit = true
	case v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]():
		for i := range v.Len() {
			d.play(v.Index(i).Interface().(tea.Cmd))
		}
	default:
		d.tell(msg)
	}
}

// press presses keys by their names; anything else is typed.
func (d *plainDriver) press(names ...string) {
	d.t.Helper()
	for _, n := range names {
		if k, ok := named[n]; ok {
			d.tell(tea.KeyMsg{Type: k})
			continue
		}
		d.tell(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(n)})
	}
}

// hears expects texts in what was said since the last one that was expected, in their order.
func (d *plainDriver) hears(texts ...string) {
	d.t.Helper()
	for _, text := range texts {
		i := strings.Index(d.out.String()[d.from:], text)
		if i < 0 {
			d.t.Fatalf("%q is not said:\n%s", text, d.out.String()[d.from:])
		}
		d.from += i + len(text)
	}
}

// silent expects that a text was not said since the last one that was expected.
func (d *plainDriver) silent(text string) {
	d.t.Helper()
	if s := d.out.String()[d.from:]; strings.Contains(s, text) {
		d.t.Fatalf("%q is said:\n%s", text, s)
	}
}

// arrive adds a callback on a message that is there, as the store would.
func (d *plainDriver) arrive(of int, id int64, st plivo.Status, change func(*webhook.Callback)) {
	c := d.core
	c.mu.Lock()
	m := &c.messages[of]
	cb := callbackOf(*m, st)[0]
	cb.ID, cb.Verdict, cb.ReceivedAt = id, valid, m.CreatedAt.Add(1200*time.Millisecond)
	if change != nil {
		change(&cb)
	}
	m.Callbacks++
	m.Status, m.UpdatedAt = st, testNow
	c.callbacks[m.UUID] = append(c.callbacks[m.UUID], cb)
	c.mu.Unlock()
	d.tell(wakeMsg{})
}

// TestPlainSaysWhatCallbacksSay holds that no callback without a status is said to be of nobody.
func TestPlainSaysWhatCallbacksSay(t *testing.T) {
	for want, c := range map[string]webhook.Callback{
		"Message from +14155550123 received, signature valid. Text: hi": {Kind: webhook.Inbound, Report: reportOf("MessageUUID", "u", "From", "14155550123", "Text", "hi")},
		"Message to +14155550123 without a status, signature valid.":    {Kind: webhook.DeliveryReport, Report: reportOf("MessageUUID", "u", "To", "14155550123")},
		"Message to +14155550123 sent, signature valid.":                {Kind: webhook.DeliveryReport, Report: reportOf("MessageUUID", "u", "To", "14155550123", "Status", "sent")},
	} {
		c.Verdict = valid
		if got := logSentence(c, plivo.Message{From: "+14155550123", To: "+14155550123"}); got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}

func reportOf(pairs ...string) plivo.Report {
	var params []signature.Param
	for i := 0; i < len(pairs); i += 2 {
		params = append(params, signature.Param{Name: pairs[i], Value: pairs[i+1]})
	}
	return plivo.NewReport(params)
}

func TestPlainSaysWhereOneIs(t *testing.T) {
	d := newPlain(t)
	d.hears("plivoscope v0.1.0 in plain lines, on the simulator.\r\n", "Callbacks are taken at http://127.0.0.1:4141/sms/delivery-report.", "question mark lists the keys, q quits.",
		"Serving callbacks at", "Messages (11).\r\n1 of 11: Message to +15005559401, failed, refused by the API, at 12:03:38. Text: refused by the API\r\n")
	d.press("j", "down", "j")
	d.hears("2 of 11: Message from +14155550177, received", "3 of 11: Message to +14155550112, sending", "4 of 11: Message to +14155550111, sent, signature valid")
	d.press("G")
	d.hears("11 of 11: Message to +14155550123, delivered, signature valid, 1.2 seconds, at 12:02:45. Text: Your code")
}

func TestPlainMovesByPagesAndSaysScreens(t *testing.T) {
	core := newFakeCore()
	core.add(queued(40)...)
	d := newPlainDriver(t, core, Options{})
	d.press("pgdown", "pgdown", "pgup", "G", "g")
	d.hears("11 of 40", "21 of 40", "11 of 40", "40 of 40", "1 of 40")
	d.press("2")
	d.hears("Callbacks (0).\r\nThere is nothing yet.")
	d.press("3", "4", "5", "6")
	d.hears("Compose. There is no draft. enter writes one", "Replay", "Signature. enter examines the selected callback. Or paste", "Activity.")
	d.press("1", "1")
	d.hears("Messages (40).", "Messages (40).")
	d.press("%")
	d.hears("No key here. question mark lists the keys.")
}

func TestPlainTellsAMessage(t *testing.T) {
	d := newPlain(t)
	d.press("G", "k", "enter")
	d.hears("Message to +15005550030, undelivered, error 30", "From: +14155550100\r\n", "Text: WIN", "Segments: we count 1 segment (UCS-2), Plivo billed 1 unit.\r\n", "Timeline: ", "Then undelivered after",
		"error 30: A carrier's spam filter", "Sending it again may help", "3 callbacks.", "Callback 5: undelivered, error 30 spam filter, signature valid, answered 200, at 12:02:47.")
}

func TestPlainTellsACallback(t *testing.T) {
	core := newFakeCore()
	stockRequests(core)
	d := newPlainDriver(t, core, Options{})
	d.press("2", "G", "enter")
	d.hears("Callback ", "It is a delivery report: how far", "Answered 200 OK", "Signature.\r\n", "parameter", "header", "Body, ")
	d.press("z")
	d.hears("Answered 200 OK", "Body, ")
	d.press("tab")
	d.hears(", part 1 of 6.\r\nCallback ")
	d.silent("header")
	d.press("tab", "tab")
	d.hears(", part 2 of 6.\r\nSignature.\r\n", ", part 3 of 6.\r\n", "parameter")
	d.press("J")
	d.hears("There is no further callback that way.")
	last, _ := d.m.requests.selected()
	d.press("K")
	if c, _ := d.m.requests.selected(); c.ID == last.ID {
		t.Error("K stays")
	}
	d.hears("Answered ", "Signature.\r\n", "header")
	d.press("J")
	d.hears(fmt.Sprintf("Callback %d: ", last.ID), "Signature.\r\n")
	d.press("esc")
	d.hears("Callbacks (")
}

// TestPlainMarksAllAsReadAndListsASend presses A and t.
func TestPlainMarksAllAsReadAndListsASend(t *testing.T) {
	d := newPlain(t)
	d.press("A")
	d.hears("Every message counts as read already.")
	d.press("t")
	d.hears("No other destinations: this message was not sent from here")
	d.now = d.now.Add(time.Second)
	d.group(fourEnds()...)
	d.tell(wakeMsg{})
	d.press("g", "j", "t")
	d.hears("Sent together with 3 others; all 4: ", "Destination 1: +14155550120, delivered", "Destination 2: +14155550121, failed 50", "Destination 4: ")
	d.press("A")
	d.hears("Marked as read: ", " new.")
	d.press("A")
	d.hears("Every message counts as read already.")
}

// TestPlainFilters types a filter that is wrong, takes some of it back and applies it.
func TestPlainFilters(t *testing.T) {
	d := newPlain(t)
	d.press("/", "s", "tatus:failed foo:bar", "enter")
	d.hears("Filter: status:failed foo:bar\r\nNot applied: ", "foo", "Filter, ctrl+u clears the line, esc leaves: status:failed foo:bar")
	d.press("backspace")
	d.hears("\r\nFilter: status:failed foo:ba")
	d.tell(tea.KeyMsg{Type: tea.KeyCtrlW})
	d.hears("\r\nFilter: status:failed ")
	d.press("enter")
	d.hears("Messages (2 of 11, status:failed).\r\n1 of 2: Message to +15005559401, failed")
	d.press("/", "esc")
	d.hears("Filter: status:failed \r\nLeft.")
	d.press("esc")
	d.hears("Messages (11).")
}

// TestPlainHoldsTheLogWhileTyping holds that no line comes into what is being typed.
func TestPlainHoldsTheLogWhileTyping(t *testing.T) {
	d := newPlain(t)
	d.press("/", "status:")
	d.arrive(7, 201, plivo.Delivered, nil)
	d.press("sent", "enter")
	d.hears("Filter: status:sent\r\n", "Message to +14155550111 delivered, signature valid")
	d.press("q")
	if !d.quit {
		t.Error("q does not quit")
	}
}
