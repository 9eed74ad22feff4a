package tui

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// scene is a state of the screen, and how one comes to it.
type scene struct {
	name string
	live bool
	bare bool
	more bool // one more state for the layout and the like, of which no golden is kept
	play func(*driver)
}

// scenes are the states of the screen that are worth looking at.
var scenes = []scene{
	{name: "messages", play: func(d *driver) { d.keys("j", "j", "j") }},
	{name: "error explained", play: func(d *driver) { d.keys("end", "k") }},
	{name: "detail", play: func(d *driver) { d.keys("end", "enter") }},
	{name: "hostile text", play: func(d *driver) { d.keys("j", "j", "j", "j", "enter") }},
	{name: "empty", bare: true, play: func(*driver) {}},
	{name: "empty live", bare: true, live: true, play: func(*driver) {}},
	{name: "filter", play: func(d *driver) { d.keys("/", "status:failed") }},
	{name: "filter wrong", play: func(d *driver) { d.keys("/", "status:", "enter") }},
	{name: "filter words", play: func(d *driver) { d.keys("/") }},
	{name: "filter values", play: func(d *driver) { d.keys("/", "status:failed code:", "tab", "tab") }},
	{name: "filter error", play: func(d *driver) { d.keys("/", "status:failed ünï 界 foo:bar") }},
	{name: "filter half", play: func(d *driver) { d.keys("/", "code:30 status:de") }},
	{name: "filtered", play: func(d *driver) { d.keys("/", "status:delivered", "enter") }},
	{name: "nothing matches", play: func(d *driver) { d.keys("/", "status:read", "enter") }},
	{name: "help", play: func(d *driver) { d.keys("?") }},
	{name: "doctor", play: func(d *driver) {
		d.core.findings = doctorFindings()
		d.keys("D")
	}},
	{name: "compose", play: func(d *driver) { d.keys("n") }},
	{name: "compose checked", play: func(d *driver) {
		d.keys("n", "Grüße “zusammen” 👍", "tab", "12, +14155550123", "tab", "tab", "lost")
	}},
	{name: "compose cjk", play: func(d *driver) {
		d.keys("n", strings.Repeat("ご注文ありがとう \u202eشكرا e\u0301 👨‍👩‍👧 ", 12))
	}},
	{name: "compose gauge", play: func(d *driver) {
		d.keys("n", "Grüße\u00a0– “schön” "+strings.Repeat("und noch viel mehr, ", 9), "tab", "+4915112345678, +14155550123 12 +4915112345678")
	}},
	{name: "compose double", play: func(d *driver) { d.keys("n", "5 € [net] for {you}", "tab", "+15005550030") }},
	{name: "compose over", play: func(d *driver) { d.keys("n", strings.Repeat("0123456789", 170)) }},
	{name: "compose recent", play: func(d *driver) {
		recently(d.core)
		d.keys("n", "a draft", "ctrl+r", "down")
	}},
	{name: "compose recent none", play: func(d *driver) { d.keys("n", "ctrl+r") }},
	{name: "compose code", play: func(d *driver) {
		d.keys("n", "It's “x”\u202e \\ $HOME", "tab", "+14155550123, +4915112345678", "ctrl+o")
	}},
	{name: "compose code python", live: true, play: func(d *driver) { d.keys("n", strings.Repeat("long ", 60), "ctrl+o", "shift+tab") }},
	{name: "compose options", play: func(d *driver) { d.keys("n", "ctrl+x") }},
	{name: "compose options mms", play: someOptions},
	{name: "compose options whatsapp", play: func(d *driver) {
		d.keys("n", "tab", "+14155550123", "ctrl+x", "right", "right", "tab", "tab", `{"name":"order","languag":"en"}`, "tab", "tab", "tab", "3")
	}},
	{name: "compose with options", play: func(d *driver) {
		someOptions(d)
		d.keys("esc")
	}},
	{name: "compose with wrong options", play: func(d *driver) {
		d.keys("n", "hi", "ctrl+x", "tab", "not-a-uuid", "tab", "x", "esc")
	}},
	{name: "compose senders", play: func(d *driver) {
		manySenders(d.core)
		d.keys("n", "tab", "tab", "ctrl+n", "down")
	}},
	{name: "compose senders fail", play: func(d *driver) {
		d.core.sendersErr = errors.New("cannot list the account's numbers: Plivo refused the credentials (401); check PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN")
		d.keys("n", "tab", "tab", "ctrl+n")
	}},
	{name: "compose answer", play: func(d *driver) { d.keys("j", "a") }},
	{name: "unclear", play: func(d *driver) {
		d.core.add(plivo.Message{
			Direction: plivo.Outbound, From: "+14155550100", To: "+14155550123", Text: "perhaps", Status: plivo.Sending, Unclear: true,
			Refusal:   "cannot send the message: no answer within 10 s; it may have been accepted all the same, so look into the message logs before sending it again",
			Options:   &plivo.Options{Type: plivo.MMS, Media: []string{"https://example.com/a.jpg"}, Expiry: 60},
			CreatedAt: testNow.Add(-5 * time.Second), UpdatedAt: testNow.Add(-time.Second),
		})
		d.wake()
		d.keys("g", "enter")
	}},
	{name: "confirm options", live: true, play: func(d *driver) {
		someOptions(d)
		d.keys("ctrl+s")
	}},
	{name: "confirm", live: true, play: func(d *driver) { d.keys("n", "hello", "tab", "+14155550123", "ctrl+s") }},
	{name: "palette", play: func(d *driver) { d.keys(":") }},
	{name: "palette found", play: func(d *driver) { d.keys(":", "mes", "down") }},
	{name: "copy menu", play: func(d *driver) { d.keys("end", "y", "down") }},
	{name: "inbound", play: func(d *driver) { d.keys("i") }},
	{name: "signature empty", play: func(d *driver) { d.keys("5") }},
	{name: "signature match", play: func(d *driver) { d.keys("end", "s") }},
	{name: "signature diagnosis", play: func(d *driver) { d.keys("j", "j", "j", "j", "j", "s") }},
	{name: "signature edited", play: func(d *driver) {
		d.keys("j", "j", "j", "j", "j", "s", "tab", "tab", "?tag=1", "tab", "tab", "tab", "secret")
	}},
	{name: "signature unexplained", play: func(d *driver) {
		d.core.diagnosis = unexplained()
		d.keys("j", "j", "j", "j", "j", "s")
	}},
	{name: "signature explained when it came", play: func(d *driver) {
		d.core.signedEarlier(17, signature.Invalid, "slash")
		d.keys("j", "j", "j", "j", "j", "s")
	}},
	{name: "signature verified when it came", play: func(d *driver) {
		d.core.signedEarlier(2, signature.Valid, "")
		d.keys("end", "s")
	}},
	{name: "detail explained when it came", play: func(d *driver) {
		d.core.signedEarlier(17, signature.Invalid, "slash")
		d.keys("j", "j", "j", "j", "j", "enter")
	}},
	{name: "signature hostile", play: func(d *driver) {
		d.core.diagnosis = signature.Diagnosis{Findings: []signature.Finding{{
			Causes: []signature.Cause{signature.CauseParams}, Hypotheses: []string{"form-decoded"}, Confidence: signature.Likely, Detail: "matches if \"\x1b[31m\u202e\" is \x00", Remedy: "Take \x9b out.",
			Changes: []signature.Change{
				{Part: signature.PartParams, Given: "Text=\x1b[31mred\u202e\nk=1\ufe0f\u20e3\ngone\x07=", Signed: "Text=red\u202e\nk=1"},
				{Part: signature.PartNonce, Given: "1\u200b2", Signed: ""},
			},
			Settings: []signature.Setting{{Framework: "\x1b[2J", Text: "a\r\nb\x1b[2J"}},
			Scheme:   signature.V3, Base: "https://h\u202e/\x1b[2J?\xff", Signature: "\x1b[2J",
		}}, RuledOut: []string{"\x1b[2J"}, Remains: []string{"\x1b[2J"}}
		c := d.core.cases[17]
		c.URL = "https://h\u202e/" + strings.Repeat("%2F\x1b[2J", 20)
		c.Header = map[string][]string{
			"X-Plivo-Signature-V3": {"\x1b]0;owned\x07,\u202e,x"}, "X-Plivo-Signature-V3-Nonce": {"1\u200b2"}, "X-\x1b[31m": {"\x9b31m"},
		}
		c.Body = []byte("Text=\x1b[31mred\u202e&Status=\xff\x00&k=1\ufe0f\u20e3")
		c.Params = []signature.Param{{Name: "Text", Value: "\x1b[31mred\u202e"}, {Name: "Status", Value: "\xff\x00"}, {Name: "k", Value: "1\ufe0f\u20e3"}}
		d.core.cases[17] = c
		d.keys("j", "j", "j", "j", "j", "s")
	}},
	{name: "signature help", play: func(d *driver) { d.keys("5", "f1") }},
	{name: "cause in the detail", play: func(d *driver) { d.keys("j", "j", "j", "j", "j", "enter") }},
	{name: "callbacks", play: onRequests("j", "j")},
	{name: "callbacks marked", play: func(d *driver) { onRequests()(d); d.keys("j", "space", "j", "space") }},
	{name: "callbacks empty", bare: true, play: func(d *driver) { d.keys("2") }},
	{name: "callbacks of a message", play: func(d *driver) { d.keys("end", "c") }},
	{name: "callbacks filter", play: onRequests("/", "sig:")},
	{name: "callback overview", play: openedAt(203)},
	{name: "callback overview verified", play: openedAt(209)},
	{name: "callback explained when it came", play: func(d *driver) {
		d.core.signedEarlier(203, signature.Invalid, "slash")
		openedAt(203)(d)
	}},
	{name: "callback parameters", play: openedAt(203, "tab")},
	{name: "callback parameters of json", play: openedAt(205, "tab")},
	{name: "callback headers", play: openedAt(202, "tab", "tab")},
	{name: "callback body", play: openedAt(203, "tab", "tab", "tab")},
	{name: "callback body json", play: openedAt(205, "tab", "tab", "tab")},
	{name: "callback body bytes", play: openedAt(206, "tab", "tab", "tab")},
	{name: "callback body long", play: openedAt(208, "tab", "tab", "tab")},
	{name: "callback signature", play: openedAt(203, "shift+tab", "shift+tab", "shift+tab")},
	{name: "callback answer", play: openedAt(203, "shift+tab", "shift+tab")},
	{name: "callback attempts none", play: openedAt(203, "shift+tab")},
	{name: "callback attempts", play: triedAt()},
	{name: "callback attempts marked", play: triedAt("j", "space", "space")},
	{name: "attempt", play: triedAt("j", "j", "j", "enter")},
	{name: "attempt with a fault", play: triedAt("j", "j", "enter")},
	{name: "attempt as captured", play: triedAt("enter", "pgdown")},
	{name: "attempt without an answer", play: triedAt("j", "enter")},
	{name: "attempts compared", play: triedAt("j", "j", "space", "space", "=")},
	{name: "attempts differences", play: triedAt("space", "G", "=", "v")},
	{name: "detail of a message that was sent again", play: func(d *driver) {
		m := d.core.messages[1]
		for range 3 {
			d.core.try(attemptOf(d.core.callbacks[m.UUID][2]))
		}
		d.wake()
		d.keys("G", "k", "enter")
	}},
	{name: "callback search", play: openedAt(203, "tab", "/", "12:02")},
	{name: "callback found", play: openedAt(203, "tab", "/", "12:02", "enter", "n")},
	{name: "callback help", play: openedAt(203, "?")},
	{name: "callback hostile overview", play: openedAt(207)},
	{name: "callback hostile parameters", play: openedAt(207, "tab")},
	{name: "callback hostile headers", play: openedAt(207, "tab", "tab")},
	{name: "callback hostile body", play: openedAt(207, "tab", "tab", "tab")},
	{name: "callback hostile text", play: openedAt(207, "tab", "tab", "tab", "v")},
	{name: "callback hostile signature", play: openedAt(207, "shift+tab", "shift+tab", "shift+tab")},
	{name: "callback hostile answer", play: openedAt(207, "shift+tab", "shift+tab")},
	{name: "callbacks compared", play: compared(202, 203)},
	{name: "callbacks differences", play: compared(202, 203, "v")},
	{name: "callbacks compared hostile", play: compared(206, 207)},
	{name: "failure", play: func(d *driver) {
		d.core.sendErr = fmt.Errorf("send to +14155550123: the network is unreachable; check the connection and send again")
		d.keys("n", "hello", "tab", "+14155550123", "ctrl+s")
	}},
}

func (d *driver) stage(live, bare bool) {
	if !bare {
		stock(d.core)
	}
	if live {
		d.core.status.Mode, d.core.status.Spends = app.Live, true
		d.core.status.PublicURL = "https://crisp-otter.example.com"
		d.core.status.CallbackURL = "https://crisp-otter.example.com/sms/delivery-report"
	}
}

func newStocked() *fakeCore {
	core := newFakeCore()
	stock(core)
	return core
}

func staged(t testing.TB, live, bare bool, w, h int, r *lipgloss.Renderer) *driver {
	core := newFakeCore()
	(&driver{core: core}).stage(live, bare)
	if r == nil {
		return newDriver(t, core, w, h)
	}
	return newDriverWith(t, core, w, h, r)
}

// TestLayoutAddsUp holds that the parts of the screen neither overlap nor leave it.
func TestLayoutAddsUp(t *testing.T) {
	oneInSixteen(t, 1)
	for w := minWidth; w <= 240; w++ {
		for h := minHeight; h <= 70; h++ {
			for i := range 24 {
				f := computeFrame(w, h, []int{1, 2, 6, 9}[i/6])
				l := computeList(f, needs{detail: i&1 > 0, filter: []int{0, 2, 6}[i>>1%3], whole: i >= 12})
				covered := make([]int, w*h)
				var heads, rule rect
				if l.list.h > 0 {
					heads = rect{l.list.x, l.list.y - 1, l.list.w, 1}
				}
				if l.beside {
					rule = rect{l.list.w, f.body.y, 1, f.body.h}
				}
				for _, r := range []rect{f.tabs, f.notice, f.footer, l.title, l.filter, heads, l.list, rule, l.about, l.detail} {
					if r.w < 0 || r.h < 0 || r.x+r.w > w || r.y+r.h > h {
						t.Fatalf("%dx%d/%d: %+v leaves the screen", w, h, i, r)
					}
					for y := r.y; y < r.y+r.h; y++ {
						for x := r.x; x < r.x+r.w; x++ {
							covered[y*w+x]++
						}
					}
				}
				for y := f.body.y; y < f.body.y+f.body.h; y++ {
					for x := range w {
						if covered[y*w+x] != 1 {
							t.Fatalf("%dx%d/%d: cell %d,%d belongs to %d parts", w, h, i, x, y, covered[y*w+x])
						}
					}
				}
				if l.list.h > 0 && l.list.h < 3 {
					t.Fatalf("%dx%d/%d: a list of %d rows", w, h, i, l.list.h)
				}
			}
		}
		if w > 70 {
			w += 6
		}
	}
}

// TestSignatureLayoutAddsUp holds that the parts of the signature screen fill its body.
func TestSignatureLayoutAddsUp(t *testing.T) {
	for w := minWidth; w <= 240; w += 3 {
		for h := minHeight; h <= 70; h++ {
			for _, reading := range []bool{false, true} {
				body := computeFrame(w, h, 1).body
				l := computeSignature(body, reading)
				cells, edge := 0, 0
				for _, r := range []rect{l.title, l.form, l.about, l.result} {
					if r.h > 0 && (r.x < body.x || r.y < body.y || r.x+r.w > body.x+body.w || r.y+r.h > body.y+body.h) {
						t.Fatalf("%dx%d: %+v leaves %+v", w, h, r, body)
					}
					cells += r.w * r.h
				}
				if l.beside {
					edge = body.h
				}
				if cells+edge != body.w*body.h {
					t.Fatalf("%dx%d, reading %v: %d cells and an edge of %d in %dx%d", w, h, reading, cells, edge, body.w, body.h)
				}
				if l.form.h+l.result.h < 9 || reading && l.result.h < 9 || !reading && l.form.h < 8 {
					t.Fatalf("%dx%d, reading %v: a form of %d lines, a result of %d", w, h, reading, l.form.h, l.result.h)
				}
			}
		}
	}
}

func TestTooSmallRecovers(t *testing.T) {
	d := staged(t, false, false, 80, 24, nil)
	d.keys("j", "j")
	at := d.selected()
	d.send(sizeOf(50, 12))
	d.expect("needs at least 60×15")
	d.send(sizeOf(80, 24))
	d.expect("Messages (11)", "f follows")
	if d.selected() != at {
		t.Errorf("selected %d, want %d", d.selected(), at)
	}
}

func BenchmarkView(b *testing.B) {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	d := staged(b, false, false, 120, 50, r)
	for b.Loop() {
		d.m.View()
	}
}

// BenchmarkPull is a wake with a screen of rows of which one is new: the answer, its rows, the frame.
func BenchmarkPull(b *testing.B) {
	core := newFakeCore()
	stock(core)
	for i := range 200 {
		m := core.messages[i%9]
		m.UUID = fmt.Sprint(i)
		core.add(m)
	}
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	d := newDriverWith(b, core, 120, 50, r)
	for b.Loop() {
		core.add(plivo.Message{
			Direction: plivo.Outbound, From: "+14155550100", To: "+14155550123", Text: "one more",
			Status: plivo.Queued, CreatedAt: testNow, UpdatedAt: testNow.Add(time.Second),
		})
		cmd := d.m.messages.wake()
		d.m.Update(cmd())
		d.m.View()
	}
}
