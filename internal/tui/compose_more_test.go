package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/snippet"
	"dev.internal/plivoscope/internal/store"
)

var allOptions = plivo.Options{
	Type: plivo.WhatsApp, Media: []string{"https://example.com/a.jpg"}, Expiry: 60, Log: "number_only", Trackable: true,
	DLTEntityID: "1", DLTTemplateID: "2", DLTTemplateCategory: "promotional",
	Template: `{"name":"order","language":"en"}`, Interactive: `{"type":"list"}`, Location: `{"latitude":"1","longitude":"2"}`,
}

// TestOptionsOfTheFormAreThoseOfTheDraft holds that nothing of a draft is lost on its way through the fields.
func TestOptionsOfTheFormAreThoseOfTheDraft(t *testing.T) {
	withPack := allOptions
	withPack.Powerpack = "6fe8c5b8-0000-4000-8000-000000000001"
	for _, o := range []plivo.Options{{}, allOptions, withPack} {
		for method, want := range map[string]string{"POST": "", "GET": "GET", "": ""} {
			f := optionFormOf(o, method)
			got, problems := f.options()
			if diff := cmp.Diff(o, got); diff != "" || len(problems) > 0 {
				t.Errorf("%v %s", problems, diff)
			}
			if *f.at(fieldReports) != want {
				t.Errorf("method %q is %q", method, *f.at(fieldReports))
			}
		}
	}
	for _, raw := range []string{"0", "x", "1.5", "99999999999999999999"} {
		f := optionForm{}
		*f.at(fieldExpiry) = raw
		if _, problems := f.options(); len(problems) != 1 {
			t.Errorf("an expiry of %q: %v", raw, problems)
		}
	}
}

// TestOptionsAreTyped fills in each field by keys and sends.
func TestOptionsAreTyped(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 36)
	d.keys("n", "look", "tab", "+14155550123", "ctrl+x")
	d.expect("Compose · more", "› Type")
	d.absent("Media")
	d.keys("right")
	d.expect("‹ mms ›", "Media", "up to 10 files")
	d.absent("DLT")
	d.keys("tab", "tab")
	d.send(paste("https://example.com/a.jpg\r\n\r\n https://example.com/b.png "))
	d.keys("tab", "5", "tab", "left", "q", "tab", "space", "tab")
	d.expect("http://127.0.0.1:4141/sms/delivery-report", "this server's own")
	d.keys("tab", "right", "ctrl+x")
	d.expect("mms · 2 media · expires in 5 s · log number_only · trackable", "callbacks by GET", "Send 1 MMS")
	d.keys("ctrl+o")
	want := plivo.Draft{From: "+14155550100", To: []string{"+14155550123"}, Text: "look", Method: "GET", Options: plivo.Options{
		Type: plivo.MMS, Media: []string{"https://example.com/a.jpg", "https://example.com/b.png"}, Expiry: 5, Log: "number_only", Trackable: true,
	}}
	coded := want
	coded.CallbackURL = d.core.status.CallbackURL
	if got, want := d.m.env.sheet.(*codeSheet).snippets, snippet.All(snippet.Request{Draft: coded, APIURL: d.core.status.APIURL}); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	d.keys("esc", "ctrl+s")
	if len(d.core.sends) != 1 {
		t.Fatalf("%d sends:\n%s", len(d.core.sends), d.screen())
	}
	if diff := cmp.Diff(want, d.core.sends[0].Draft); diff != "" {
		t.Error(diff)
	}
	d.keys("n") // the next one is an SMS again, with callbacks as before
	d.absent("mms")
	d.expect("Options   │ callbacks by GET")
}

// TestEscLeavesTheOptionsFirst goes back one level after the other, to where one was.
func TestEscLeavesTheOptionsFirst(t *testing.T) {
	d := staged80(t)
	d.keys("n", "hi", "tab", "ctrl+x", "tab", "tab")
	d.keys("esc")
	d.expect("── Compose ──", "› To")
	d.keys("ctrl+x")
	d.expect("› Expires")
	d.keys("up", "up", "up", "shift+tab")
	if f := d.m.compose.focus; f != fieldReports && f != fieldSend {
		t.Errorf("before the first field comes %d", f)
	}
	d.keys("esc", "esc")
	d.expect("Messages (11)")
}

// TestAWrongOptionGetsTheFocus holds that a problem is told on both pages, and that sending goes to it.
func TestAWrongOptionGetsTheFocus(t *testing.T) {
	for _, c := range []struct {
		keys  []string
		focus field
		want  string
	}{
		{[]string{"tab", "6fe8c5b8-0000-4000-8000-000000000001"}, fieldPowerpack, "There are a sender and a Powerpack"},
		{[]string{"tab", "tab", "x"}, fieldExpiry, `"x" is no number of seconds`},
		{[]string{"right", "right", "tab", "tab", `{"name":1}`}, fieldTemplate, "its name is a JSON number, and has to be a string"},
		{[]string{"right", "right", "tab", "tab", "tab", `{}`}, fieldInteractive, "its type is none of"},
		{[]string{"right", "right", "tab", "tab", "tab", "tab", `{"latitude":"1"}`}, fieldLocation, "it needs latitude and longitude"},
		{[]string{"right", "tab", "tab", "file:///etc/passwd"}, fieldMedia, "is no http or https URL"},
	} {
		d := newDriver(t, newFakeCore(), 120, 36)
		d.keys("n", "hi", "tab", "+14155550123", "ctrl+x")
		d.keys(c.keys...)
		d.expect(c.want)
		d.keys("esc")
		d.expect("Options", c.want)
		d.keys("ctrl+s")
		d.expect("Compose · more", "Not sent: ")
		if d.m.compose.focus != c.focus || len(d.core.sends) > 0 {
			t.Errorf("%v: focus %d, %d sends", c.keys, d.m.compose.focus, len(d.core.sends))
		}
	}
}

// TestATemplateNeedsNoText sends a WhatsApp message that is a template alone; leaving is asked about.
func TestATemplateNeedsNoText(t *testing.T) {
	d := staged80(t)
	d.keys("n", "tab", "+14155550123", "ctrl+x", "left", "tab", "tab", `{"name":"order","language":"en"}`, "esc", "esc", "q")
	d.expect("The draft was not sent")
	d.keys("esc", "n", "ctrl+s")
	if len(d.core.sends) != 1 || d.core.sends[0].Draft.Template == "" || d.core.sends[0].Draft.Text != "" {
		t.Errorf("sent %+v:\n%s", d.core.sends, d.screen())
	}
}

// TestOptionsTakeTheMouse clicks on the line of the options, on a choice, twice, and on the button.
func TestOptionsTakeTheMouse(t *testing.T) {
	d := staged80(t)
	someOptions(d)
	d.keys("esc")
	d.click("mms · 2 media")
	d.expect("Compose · more", "› Trackable")
	d.click("true: number and text")
	d.expect("› Log")
	d.click("true: number and text")
	d.expect("‹ false: neither number nor text ›")
	d.click("Send 1 MMS")
	if len(d.core.sends) != 1 || d.core.sends[0].Draft.Log != "false" {
		t.Errorf("sent %+v:\n%s", d.core.sends, d.screen())
	}
}

// TestRecentBringsTheOptions takes up a message with all options, and the one that stood there with its own.
func TestRecentBringsTheOptions(t *testing.T) {
	core := newFakeCore()
	core.drafts = []store.SentDraft{{At: testNow, Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550123"}, Text: "hi", Options: allOptions}}}
	d := newDriver(t, core, 200, 60)
	d.keys("n", "ctrl+x", "tab", "tab", "77", "ctrl+r")
	d.expect("whatsapp · 1 media · a template")
	d.keys("down", "enter")
	if got := d.m.compose.draft.Options; !cmp.Equal(got, allOptions) {
		t.Error(cmp.Diff(allOptions, got))
	}
	d.expect("is kept under ctrl+r", "whatsapp · 1 media · a template · an interactive message · a location · expires in 60 s · log number_only · trackable · DLT entity 1 · DLT template 2 · DLT promotional")
	d.keys("ctrl+x")
	d.expect("DLT kind  │ promotional", `{"type":"list"}`)
	d.keys("ctrl+r", "enter")
	if got := d.m.compose.draft.Options; !cmp.Equal(got, plivo.Options{Expiry: 77}) {
		t.Errorf("the kept draft has %+v", got)
	}
}

// TestJSONIsEditedElsewhere opens a template in the editor, with an end that has no room, and one that fails.
func TestJSONIsEditedElsewhere(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 36)
	withoutTerminal(d, io.Discard)
	t.Setenv("VISUAL", "")
	t.Setenv("SEEN", filepath.Join(t.TempDir(), "seen"))
	seen := func() string {
		text, err := os.ReadFile(os.Getenv("SEEN"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	t.Setenv("EDITOR", "'"+program(t, `cp "$1" "$SEEN"; printf '{"name":"order",\r\n"language":"en"}\n' >"$1"`)+"'")
	d.keys("n", "ctrl+x", "right", "right", "tab", "tab", `{"name":"a"}`, "ctrl+e")
	if got := seen(); got != "{\n  \"name\": \"a\"\n}\n" {
		t.Errorf("the editor had %q", got)
	}
	if got := d.m.compose.draft.Template; got != "{\"name\":\"order\",\n\"language\":\"en\"}" {
		t.Errorf("the template is %q", got)
	}
	t.Setenv("EDITOR", "'"+program(t, `head -c 9000 /dev/zero | tr '\0' x >"$1"`)+"'")
	d.keys("ctrl+e")
	d.expect("Not taken: there is room for 8,192 bytes in 400 lines. ctrl+e opens it again as it was left.")
	t.Setenv("EDITOR", "'"+program(t, `wc -c <"$1" >"$SEEN"; echo '{}' >"$1"`)+"'")
	d.keys("ctrl+e")
	if got := strings.TrimSpace(seen()); got != "9000" || d.m.compose.draft.Template != "{}" {
		t.Errorf("opened again with %s, and became %q", got, d.m.compose.draft.Template)
	}
	d.send(contentMsg{fieldTemplate, form{}, `{"name":"a"}`, "long work", nil})
	d.expect("Not taken: the field has changed meanwhile. ctrl+e there opens it again as it was left.")
	d.keys("ctrl+e")
	if got := strings.TrimSpace(seen()); got != "9" {
		t.Errorf("opened again with %s", got)
	}
	t.Setenv("EDITOR", "/does/not/exist")
	d.keys("ctrl+e")
	d.expect(`Open the WhatsApp template in the editor (EDITOR): "/does/not/exist"`)
	d.keys("shift+tab", "shift+tab", "shift+tab")
	if d.m.compose.editable() {
		t.Error("the button has JSON to edit")
	}
}

// TestSendersAreOffered takes a number, and a Powerpack in its place.
func TestSendersAreOffered(t *testing.T) {
	core := newFakeCore()
	manySenders(core)
	d := newDriver(t, core, 120, 36)
	d.keys("n", "hi", "tab", "+14155550123", "tab")
	d.expect("ctrl+n lists the senders of the account")
	answer := d.pressHeld("ctrl+n")
	d.expect("asking Plivo for the numbers and Powerpacks …")
	d.keys("enter") // of nothing
	d.expect("What this account can send from")
	answer()
	d.expect(" › +14155550100", "local      SMS MMS    default · 10DLC COMPLETED · main", "MMS alone", "Shop USA                        Powerpack")
	d.keys("POWER usa")
	d.absent("+18005550100")
	d.keys("enter")
	d.expect("From      │ chosen by the Powerpack", "Options   │ Powerpack 6fe8c5b8…")
	if got := d.m.compose.draft; got.From != "" || got.Powerpack != "6fe8c5b8-0000-4000-8000-000000000001" {
		t.Errorf("from %q, Powerpack %q", got.From, got.Powerpack)
	}
	if _, wrong := d.m.compose.firstError(); wrong {
		t.Errorf("it cannot be sent:\n%s", d.screen())
	}
	d.keys("ctrl+n")
	d.expect(" › Shop USA")
	d.keys("up", "enter")
	d.expect("From      │ +4930123456", "+4930123456 sends MMS alone")
	if d.m.compose.draft.Powerpack != "" {
		t.Error("the Powerpack is still there")
	}
	d.keys("ctrl+n", "nothing like it")
	d.expect("No sender has all these words.")
	d.keys("enter", "esc")
	d.expect("From      │ +4930123456")
}

// TestSendersFail holds that a failure is told in words, with what was known before.
func TestSendersFail(t *testing.T) {
	core := newFakeCore()
	core.sendersErr = errors.New("cannot list the account's numbers: the network is unreachable \x1b[2J")
	d := newDriver(t, core, 80, 24)
	d.keys("n", "tab", "tab", "ctrl+n")
	d.expect(`✗ Cannot list the account's numbers: the network is unreachable \x1b[2J`)
	d.keys("enter", "esc")
	manySenders(core)
	d.keys("ctrl+n")
	d.expect("! Known from before: cannot list", " › +14155550100")
	d.send(sizeOf(60, 15))
	for range 10 {
		d.keys("down")
	}
	d.expect(" › Shop USA")
	answer := d.pressHeld("esc", "ctrl+n")
	d.keys("esc")
	answer() // of a sheet that is closed
	d.expect("── Compose ──")
	if d.m.compose.form.from != "+14155550100" {
		t.Errorf("from %q", d.m.compose.form.from)
	}
}

// TestAnswerAnInboundMessage writes to where a message came from, from where it went to.
func TestAnswerAnInboundMessage(t *testing.T) {
	d := staged80(t)
	d.keys("j", "a")
	d.expect("Answering +14155550177")
	d.keys("you are out", "ctrl+s")
	if len(d.core.sends) != 1 {
		t.Fatalf("%d sends", len(d.core.sends))
	}
	if got := d.core.sends[0].Draft; got.From != "+14155550100" || len(got.To) != 1 || got.To[0] != "+14155550177" || got.Text != "you are out" {
		t.Errorf("sent %+v", got)
	}

	// The cursor follows to the automatic reply; the message that it answers can be answered all the same.
	d = staged80(t)
	d.keys("g", "a")
	d.expect("Only an inbound message can be answered")
	d.core.add(plivo.Message{UUID: "reply", Direction: plivo.Outbound, From: "14155550100", To: "+14155550177", Status: plivo.Sent, CreatedAt: testNow, UpdatedAt: testNow})
	d.wake()
	d.keys("g", "a")
	d.expect("Answering +14155550177 from the number it wrote to")

	// A draft is kept, and a number that is two is none.
	d = staged80(t)
	d.keys("n", "a draft", "esc", "j", "a")
	d.expect("is kept under ctrl+r")
	if f := d.m.compose.form; f.text != "" || len(d.m.compose.kept) != 1 || d.m.compose.kept[0].text != "a draft" {
		t.Errorf("the form is %+v, %+v is kept", f, d.m.compose.kept)
	}
	for _, from := range []string{"+14155550177, +14155550178", "SHOP", "", "+1415\u202e5550177"} {
		d := newDriver(t, newStocked(), 120, 36)
		d.core.add(plivo.Message{UUID: "in-2", Direction: plivo.Inbound, From: from, To: "+14155550100", Text: "hi", Status: plivo.Received, CreatedAt: testNow, UpdatedAt: testNow})
		d.wake()
		d.keys("g", "a")
		d.expect("which is no number")
	}
	d = staged80(t)
	d.core.add(plivo.Message{UUID: "in-3", Type: plivo.WhatsApp, Direction: plivo.Inbound, From: "+14155550177", To: "+14155550100", Text: "hi", Status: plivo.Received, CreatedAt: testNow, UpdatedAt: testNow})
	d.wake()
	d.keys("g", "enter", "a")
	d.expect("Options   │ whatsapp")
}

// TestNoDraftIsLostToTwoAnswers begins two answers over a draft: both what stood there first and the answer that
// was begun can be had back.
func TestNoDraftIsLostToTwoAnswers(t *testing.T) {
	d := staged80(t)
	d.keys("n", "a draft", "esc", "j", "a", "sorry", "esc", "a")
	d.keys("ctrl+r")
	d.expect("sorry", "a draft")
	d.keys("draft", "enter")
	if f := d.m.compose.form; f.text != "a draft" {
		t.Errorf("the form is %+v", f)
	}
	d.keys("ctrl+r")
	d.expect("sorry")
	d.absent("a draft")
}

// TestADraftSetAsideWhileItIsSent holds that what was sent is not offered as not sent, and not missed at the end.
func TestADraftSetAsideWhileItIsSent(t *testing.T) {
	d := staged80(t)
	d.keys("n", "hello", "tab", "+14155550123")
	answer := d.pressHeld("ctrl+s")
	d.keys("esc", "j", "a")
	if !d.m.compose.unsent() {
		t.Error("it is not missed while nobody knows whether it was sent")
	}
	answer()
	if d.m.compose.unsent() || len(d.m.compose.kept) != 0 {
		t.Errorf("kept: %+v", d.m.compose.kept)
	}
}

// TestTheSearchForSendersIsTyped holds that what comes in one go is text there, even if it names a key.
func TestTheSearchForSendersIsTyped(t *testing.T) {
	d := staged80(t)
	d.keys("n", "tab", "ctrl+n")
	if !d.m.typing() {
		t.Error("nothing is typed")
	}
}

// TestUntakenTextIsOfItsDraft has another draft take the place of the one that the editor is open for: what comes from
// there goes to the one that was set aside, and to no other.
func TestUntakenTextIsOfItsDraft(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 36)
	d.keys("n", "mine", "ctrl+x", "right", "right")
	c := d.m.compose
	was := c.form
	d.send(answerMsg{to: "+14155550123", from: "+14155550100"})
	d.send(contentMsg{fieldTemplate, was, "", "long work", nil})
	d.expect("Not taken: another draft stands here meanwhile. ctrl+r has the one it is for")
	if got := *c.form.untaken.at(fieldTemplate); got != "" {
		t.Errorf("the answer has %q", got)
	}
	if len(c.kept) != 1 || *c.kept[0].untaken.at(fieldTemplate) != "long work" {
		t.Fatalf("kept: %+v", c.kept)
	}
	c.take(recentItem{form: c.kept[0], kept: true})
	if got := *c.form.untaken.at(fieldTemplate); got != "long work" || c.form.text != "mine" {
		t.Errorf("the draft came back as %+v", c.form)
	}
	c.answer(answerMsg{to: "+14155550124", from: "+14155550100"})
	if got := *c.form.untaken.at(fieldTemplate); got != "" {
		t.Errorf("the next draft has %q", got)
	}
}

// TestAnUnclearSendIsNotSentAgain holds that a draft of which nobody knows whether it was taken is no draft
// any more: its row tells.
func TestAnUnclearSendIsNotSentAgain(t *testing.T) {
	d := staged80(t)
	d.m.env.core = unclearCore{d.core}
	d.keys("n", "hello", "tab", "+14155550123", "ctrl+s")
	d.expect("Messages (12)", "Unclear: live: cannot send the message")
	if text := d.m.compose.form.text; text != "" {
		t.Errorf("the draft is %q", text)
	}
}

// TestASendThatTheHistoryLacksIsNotSentAgain holds that a draft that Plivo accepted is no draft any more, also where
// its answer could not be kept.
func TestASendThatTheHistoryLacksIsNotSentAgain(t *testing.T) {
	d := staged80(t)
	d.m.env.core = unnotedCore{d.core, "5b40a428-bfc7-4daf-9d06-726c558bf3b0"}
	d.keys("n", "hello", "tab", "+14155550123", "ctrl+s")
	d.expect("Messages (12)", "Plivo accepted the message, so do not send it again")
	if text := d.m.compose.form.text; text != "" {
		t.Errorf("the draft is %q", text)
	}
	d.m.env.core = unnotedCore{d.core, ""}
	d.keys("n", "hello", "tab", "+14155550123", "ctrl+s")
	d.expect("took none of its messages")
	if text := d.m.compose.form.text; text != "hello" {
		t.Errorf("the draft that was not taken is %q", text)
	}
}

// unnotedCore has a history that cannot take the answer to a send.
type unnotedCore struct {
	*fakeCore
	uuid string
}

func (c unnotedCore) Send(ctx context.Context, r app.SendRequest) (app.Sent, error) {
	_, _ = c.fakeCore.Send(ctx, r)
	return app.Sent{IDs: []int64{1}, UUIDs: []string{c.uuid}}, &app.UnnotedError{
		Messages: []plivo.Message{{ID: 1, UUID: c.uuid, To: "+14155550123"}}, Cause: errors.New("the disk is full"),
	}
}

// unclearCore loses the answer to a send.
type unclearCore struct{ *fakeCore }

func (c unclearCore) Send(ctx context.Context, r app.SendRequest) (app.Sent, error) {
	_, _ = c.fakeCore.Send(ctx, r)
	return app.Sent{IDs: []int64{1}, UUIDs: []string{""}}, fmt.Errorf("live: %w", &api.Error{Kind: api.Network, Op: "send the message", Unclear: true, Err: errors.New("no answer came")})
}

// TestEditContentSaysWhereItIs holds that the key of the editor does not do nothing in silence: it goes to the end of
// the line, and says there what it is for.
func TestEditContentSaysWhereItIs(t *testing.T) {
	d := staged80(t)
	d.keys("n", "hello", "left", "ctrl+e", "!")
	d.expect("│ hello!")
	d.absent("opens JSON")
	d.keys("ctrl+e")
	d.expect("ctrl+e opens JSON in the editor. It is of WhatsApp messages")
	d.keys("tab", "+14155550123")
	d.absent("opens JSON")
	d.keys("ctrl+x", "ctrl+e")
	d.expect("ctrl+e opens JSON in the editor. It is of WhatsApp messages")
}
