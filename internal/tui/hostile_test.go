package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// big is a value as long as the server takes them, of characters that are long when escaped.
var big = strings.Repeat("é\u202ex", 13_000)

// TestHugeValuesAreBounded gives every field of a message, and its callbacks, as much as the server
// takes: no cell and no line of the detail makes more of it than can be read.
func TestHugeValuesAreBounded(t *testing.T) {
	m := plivo.Message{
		UUID: big, Direction: plivo.Outbound, From: big, To: big, Text: big, Status: plivo.Status(big), ErrorCode: big, Refusal: big,
		CallbackURL: big, CreatedAt: testNow, UpdatedAt: testNow, Callbacks: 1, Anomalies: []plivo.Anomaly{plivo.Anomaly(big)},
	}
	d := newDriver(t, newFakeCore(), 120, 50)
	unrefused := m
	unrefused.Refusal = ""
	for _, col := range messageColumns(d.m.env.th, d.m.env.now) {
		for _, m := range []plivo.Message{m, unrefused} {
			if n := len(col.Cell(m, 40).Text); n > 4*longText {
				t.Errorf("the cell of %s is %d bytes long", col.Title, n)
			}
		}
	}
	d.core.add(m)
	c := valid
	c.Token, c.Header = big, big
	d.core.callbacks[big] = callbackOf(m, "delivered")
	cb := &d.core.callbacks[big][0]
	cb.Verdict, cb.Problem = c, big
	for i := range cb.Report.Params {
		cb.Report.Params[i] = signature.Param{Name: cb.Report.Params[i].Name, Value: big}
	}
	d.wake()
	d.keys("enter")
	size := 0
	for _, l := range d.m.messages.detail.lines {
		size += len(l)
	}
	if size > 200_000 {
		t.Errorf("the detail is %d bytes long", size)
	}
	d.keys("pgdown")
	if all := strings.Join(d.m.messages.detail.lines, " "); !strings.Contains(all, "bytes more") {
		t.Errorf("the detail does not say that something is left out:\n%s", all)
	}
	if n := len(d.m.View()); n > 40_000 {
		t.Errorf("the frame is %d bytes long", n)
	}
	checkFrame(t, "huge", d.m.View(), 120, 50)
}

// TestATickRendersNoCallbacks holds that the seconds that pass cost nothing but the waiting time.
func TestATickRendersNoCallbacks(t *testing.T) {
	d := staged80(t)
	d.keys("j", "j", "j")
	det := d.m.messages.detail
	before := &det.rest[0]
	d.now = d.now.Add(7e9)
	d.send(tickMsg{})
	d.expect("no final report yet (59 s)")
	if &det.rest[0] != before {
		t.Error("a tick rendered the callbacks again")
	}
	d.now = d.now.AddDate(0, 0, 1)
	d.send(tickMsg{})
	if &det.rest[0] == before {
		t.Error("the times still have no date on the next day")
	}
}

// TestManyStatusesAreBounded reports two hundred made-up statuses on one message.
func TestManyStatusesAreBounded(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 50)
	m := queued(1)[0]
	m.Callbacks = 200
	d.core.add(m)
	for i := range 200 {
		d.core.callbacks[m.UUID] = append(d.core.callbacks[m.UUID], callbackOf(m, plivo.Status(fmt.Sprintf("made-up-%d", i)))...)
	}
	d.wake()
	d.keys("enter")
	d.expect("made-up-0 ", "188 more")
	d.absent("! made-up-20 12:03:45.000 ─")
}

// TestManyProblemsAreBounded gives a thousand numbers that are none.
func TestManyProblemsAreBounded(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 36)
	d.keys("n", "hello", "tab")
	var wrong strings.Builder
	for i := range 300 {
		fmt.Fprintf(&wrong, "%d,", 10+i)
	}
	d.send(paste(wrong.String()))
	d.expect("✗ Cannot send to", "more problems like these")
	if n := len(d.m.compose.lines); n > 60 {
		t.Errorf("the form has %d lines", n)
	}
}

// TestAKeycapDoesNotEndTheProgram shows keycaps in cells of every width.
func TestAKeycapDoesNotEndTheProgram(t *testing.T) {
	for _, s := range []string{"1\ufe0f\u20e3", "#\ufe0f\u20e3", "a\ufe0f", "🇩🇪", "👩\u200d👩\u200d👧", "\u1112\u1161\u11ab"} {
		core := newFakeCore()
		for i := range 12 {
			m := queued(1)[0]
			m.Text, m.From, m.To = strings.Repeat("x", i)+strings.Repeat(s, 40), strings.Repeat(s, 10), "+"+strings.Repeat(s, 9)
			m.Status, m.ErrorCode, m.UUID = plivo.Status("s"+strings.Repeat(s, 9)), strings.Repeat(s, 5), fmt.Sprint(s, i)
			core.add(m)
		}
		d := newDriver(t, core, 60, 24)
		d.keys("G", "tab")
		for w := 60; w < 200; w++ {
			d.send(sizeOf(w, 24))
			checkFrame(t, s, d.m.View(), w, 24)
		}
	}
}

// TestRowsGoWhileTheListHasNoRoom opens the detail where the list has no room for it, and makes the
// terminal too small, while rows come and go.
func TestRowsGoWhileTheListHasNoRoom(t *testing.T) {
	t.Run("filtered away", func(t *testing.T) {
		core := newFakeCore()
		core.add(queued(40)...)
		d := newDriver(t, core, 80, 20)
		d.keys("/", "status:queued", "enter", "G", "enter")
		for i := range 30 {
			core.messages[i].Status = plivo.Delivered
		}
		d.wake()
		d.wake()
		d.keys("esc")
		d.expect("(10 of 40, status:queued)")
	})
	t.Run("jump on its way", func(t *testing.T) {
		core := newFakeCore()
		core.add(queued(300)...)
		d := newDriver(t, core, 80, 20)
		d.hold = true
		d.keys("G", "enter")
		d.release()
		core.add(queued(1)...)
		d.wake()
		d.keys("esc")
		d.expect("f follows")
	})
	t.Run("too small", func(t *testing.T) {
		core := newFakeCore()
		core.add(queued(300)...)
		d := newDriver(t, core, 80, 24)
		d.hold = true
		d.keys("G")
		d.send(sizeOf(50, 10))
		d.release()
		core.add(queued(1)...)
		d.wake()
		d.send(sizeOf(80, 24))
		if d.selected() != 1 {
			t.Errorf("selected %d, want the oldest", d.selected())
		}
	})
}

// TestAHugeRequestIsBounded examines a request that is larger than any that the server takes.
func TestAHugeRequestIsBounded(t *testing.T) {
	core := newFakeCore()
	stock(core)
	c := core.cases[17]
	c.URL += "?" + big
	c.Body = []byte(strings.Repeat("k="+big[:4000]+"&", 200))
	c.Header = map[string][]string{"X-Plivo-Signature-V3": {big, big}, "X-Plivo-Signature-V3-Nonce": {big}}
	c.Params = nil
	for i := range 10_000 {
		c.Header[fmt.Sprintf("X-%05d", i)] = []string{"1"}
		c.Params = append(c.Params, signature.Param{Name: fmt.Sprintf("k%d", i), Value: big[:40]})
	}
	core.cases[17] = c
	lines := strings.Repeat("name="+big[:400]+"\n", 1000)
	core.diagnosis = signature.Diagnosis{RuledOut: []string{big}, Remains: []string{big}}
	for range 20 {
		core.diagnosis.Findings = append(core.diagnosis.Findings, signature.Finding{
			Detail: big, Remedy: big, Base: big, Signature: big, Scheme: signature.V3, Confidence: signature.Certain, Settings: []signature.Setting{{Framework: big, Text: big}},
			Changes: []signature.Change{{Part: signature.PartURL, Given: big, Signed: big + "x"}, {Part: signature.PartParams, Given: lines, Signed: "x" + lines}},
		})
	}
	d := newDriver(t, core, 120, 36)
	d.onBad()
	d.keys("enter")
	if n := len(d.m.messages.detail.lines); n > 400 {
		t.Errorf("the detail has %d lines", n)
	}
	d.keys("s")
	if n := len(d.m.sig.result); n > 3500 {
		t.Errorf("the result has %d lines", n)
	}
	d.keys("G")
	checkFrame(t, "signature hostile", d.m.View(), 120, 36)
	d.keys("tab", "tab", "x", "tab", "x", "tab", "x", "tab", "x")
	checkFrame(t, "signature hostile", d.m.View(), 120, 36)
	if n := len(d.m.View()); n > 60_000 {
		t.Errorf("the frame is %d bytes long", n)
	}
}

// BenchmarkTypeIntoABody is a key in the body of a request as large as a field shows.
func BenchmarkTypeIntoABody(b *testing.B) {
	d := newDriver(b, newStocked(), 120, 36)
	c := d.core.cases[17]
	c.Body = []byte(strings.Repeat("name=value%20and%20more&", 2000))
	d.core.cases[17] = c
	d.onBad()
	d.keys("s", "shift+tab", "shift+tab")
	d.m.sig.wait = func(int) tea.Cmd { return nil }
	for b.Loop() {
		d.m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'x'}})
		d.m.View()
		d.m.Update(tea.KeyMsg{Type: tea.KeyBackspace})
	}
}
